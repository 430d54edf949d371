// SPDX-License-Identifier: Apache-2.0
// A study for people, and its fits as parameter files.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "experiments/board/board_study.h"

namespace assay::board {
namespace {

using Json = nlohmann::ordered_json;

double variance(const Eigen::MatrixXd& m, Eigen::Index j) { return m(j, j); }

double learned_share(const calibration::MapFit& f, Eigen::Index j) {
  return 1 - variance(f.covariance, j) / variance(f.prior_covariance, j);
}

const char* learned(double share) {
  if (share > 0.5) return "learned";
  return share < 0.1 ? "prior only" : "weak";
}

Json unknowns_json(const Board& board, const FrozenFit& f) {
  Json list = Json::array();
  for (std::size_t i = 0; i < board.unknowns.size(); ++i) {
    const auto j = static_cast<Eigen::Index>(i);
    const calibration::Unknown& u = board.unknowns[i].prior;
    const double share = learned_share(f.map, j);
    list.push_back({{"name", u.name},
                    {"prior", u.prior},
                    {"prior_sd_ln", u.prior_sd_ln},
                    {"prior_source", u.source},
                    {"value", f.map.theta[j]},
                    {"sd_ln", std::sqrt(variance(f.map.covariance, j))},
                    {"learned_share", share},
                    {"learned", learned(share)}});
  }
  return list;
}

Json covariance_json(const Eigen::MatrixXd& m) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    Json row = Json::array();
    for (Eigen::Index j = 0; j < m.cols(); ++j) row.push_back(m(i, j));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json machine_json(const Board& board, const FrozenFit& f, const std::string& data) {
  Json list = Json::array();
  for (std::size_t i = 0; i < board.unknowns.size(); ++i) {
    const auto j = static_cast<Eigen::Index>(i);
    const fit::MachineUnknown& u = board.unknowns[i].machine;
    const double share = learned_share(f.map, j);
    list.push_back(
        {{"key", u.key},
         {u.scale ? "scale" : "value", f.map.theta[j]},
         {"source", fmt::format("fit to {} rows of {} of {}", f.n, f.name, data)},
         {"confidence", fmt::format("{}, learned share {:.3f}", learned(share), share)}});
  }
  return list;
}

// Figures of rows that the fit has not seen.
Json held_out_json(const Study& study, const FrozenFit& f) {
  Json list = Json::array();
  for (const StudyTest& t : study.tests) {
    const bool within = t.name.find("within " + f.name + ",") == 0;
    const bool across = t.name.find(f.name + " predicts") == 0;
    if (!within && !across) continue;
    for (const Rung& r : t.ladder) {
      const calibration::Statistic& mape = r.errors.mape_pct;
      Json j{{"split", t.name},
             {"estimator", r.name},
             {"statistic", "mape_pct"},
             {"value", mape.value}};
      if (mape.low && mape.high) j.update({{"low", *mape.low}, {"high", *mape.high}});
      j.update(
          {{"interval", r.errors.interval_method}, {"n", r.errors.n}, {"groups", r.errors.groups}});
      list.push_back(std::move(j));
    }
  }
  return list;
}

}  // namespace

std::string study_text(const Study& study) {
  std::string text = "clock: " + study.clock + "\n";
  for (const StudyTest& t : study.tests) {
    text += fmt::format("\n{}: {} fit{}, at least {} rows each\n", t.name, t.fits,
                        t.fits == 1 ? "" : "s", t.fitted);
    text += fmt::format("  {:<16} {:>4} {:>6} {:<22} {:>8} {:>8} {:>8}  {}\n", "", "n", "groups",
                        "MAPE % [95 %]", "signed %", "p90 %", "max %", "worst");
    for (const Rung& r : t.ladder) {
      const calibration::ErrorReport& e = r.errors;
      std::string mape = fmt::format("{:.2f}", e.mape_pct.value);
      if (e.mape_pct.low && e.mape_pct.high)
        mape += fmt::format(" [{:.2f}, {:.2f}]", *e.mape_pct.low, *e.mape_pct.high);
      text += fmt::format("  {:<16} {:>4} {:>6} {:<22} {:>+8.2f} {:>8.2f} {:>8.2f}  {}\n", r.name,
                          e.n, e.groups, mape, e.mean_signed_pct.value, e.p90_abs_pct.value,
                          e.max_abs_pct, e.worst);
    }
    if (!t.ladder.empty()) text += "  intervals: " + t.ladder.back().errors.interval_method + "\n";
  }
  return text;
}

std::string frozen_json(const StudyInput& in, const Study& study, const FrozenFit& f) {
  const std::string data = in.csv_file.filename().string();
  const Json fit{{"name", f.name},
                 {"estimator", "MAP"},
                 {"quantity", "execution_ms"},
                 {"level", "analytical"},
                 {"n", f.n},
                 {"groups", f.groups},
                 {"clock", study.clock},
                 {"unknowns", unknowns_json(*in.board, f)},
                 {"covariance_ln", covariance_json(f.map.covariance)},
                 {"discrepancy_ln", f.map.discrepancy_ln},
                 {"starts_agree", f.map.starts_agree},
                 {"data", {{data, sha256_of_file(in.csv_file)}}},
                 {"version", ASSAY_VERSION},
                 {"held_out", held_out_json(study, f)}};
  const Json out{{"schema", "assay.parameters/1"},
                 {"name", in.board->name + "-" + f.name},
                 {"chip", in.board->base.name},
                 {"description", "machine values fitted to board times of " + f.name},
                 {"machine", machine_json(*in.board, f, data)},
                 {"fit", fit}};
  return out.dump(2) + "\n";
}

}  // namespace assay::board
