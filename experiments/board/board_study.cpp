// SPDX-License-Identifier: Apache-2.0
#include "experiments/board/board_study.h"

#include <algorithm>
#include <set>
#include <utility>

namespace assay::board {
namespace {

using calibration::ErrorSample;
using calibration::Estimate;
using calibration::Rows;

calibration::MapOptions fit_options() {
  calibration::MapOptions o;
  o.starts = 5;  // a maximum over streams has several branches
  return o;
}

bool names(const BoardRow& r, const std::string& network) {
  return std::find(r.networks.begin(), r.networks.end(), network) != r.networks.end();
}

bool names_any(const BoardRow& r, const std::vector<std::string>& networks) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const std::string& n) { return names(r, n); });
}

// The errors of every rung, gathered over the fits of a test.
class Ladder {
 public:
  explicit Ladder(const calibration::Problem& problem) : problem_(problem) {}

  // group: of the rows tested; empty: each row's own.
  void fit(const Rows& train, const Rows& test, const std::string& group) {
    for (const Estimate& e : calibration::ladder(problem_, train, fit_options())) {
      std::vector<ErrorSample>& samples = rung(e.name);
      for (const std::size_t i : test) {
        const calibration::Observation& o = problem_.observations[i];
        samples.push_back({group.empty() ? o.id : o.id + " @ " + group,
                           group.empty() ? o.group : group,
                           e.predicted[static_cast<Eigen::Index>(i)], o.measured});
      }
    }
    const int n = static_cast<int>(train.size());
    fitted_ = fits_ == 0 ? n : std::min(fitted_, n);
    ++fits_;
  }

  StudyTest result(const std::string& name) const {
    StudyTest out{name, fitted_, fits_, {}};
    for (const auto& [rung_name, samples] : rungs_)
      out.ladder.push_back({rung_name, calibration::error_report(samples)});
    return out;
  }

 private:
  std::vector<ErrorSample>& rung(const std::string& name) {
    for (auto& r : rungs_)
      if (r.first == name) return r.second;
    rungs_.push_back({name, {}});
    return rungs_.back().second;
  }

  const calibration::Problem& problem_;
  std::vector<std::pair<std::string, std::vector<ErrorSample>>> rungs_;
  int fitted_ = 0, fits_ = 0;
};

class Studies {
 public:
  explicit Studies(const StudyInput& in) : in_(in) {
    BoardCases cases = board_cases(*in.board, in.csv_file, in.rows, in.clock);
    for (const Shape& s : cases.shapes) configs_.push_back(s.config);
    std::vector<fit::MachineUnknown> unknowns;
    for (const BoardUnknown& u : in.board->unknowns) {
      unknowns.push_back(u.machine);
      problem_.unknowns.push_back(u.prior);
    }
    for (const BoardRow& r : in.rows)
      problem_.observations.push_back({r.id, r.networks.front(), in.board->name,
                                       r.dynamic ? "dyn" : "sta", "chip", measured_ms(*in.board, r),
                                       0});
    problem_.model =
        fit::latency_model(std::move(cases.machines), std::move(cases.cases), unknowns);
  }

  Study run() {
    Study out;
    out.clock = in_.clock.given ? "given" : in_.clock.header ? "header" : "stated";
    if (!in_.sealed_networks.empty()) out.tests.push_back(sealed());
    for (const std::string& config : configs_) out.tests.push_back(within(config));
    for (const std::string& from : configs_)
      for (const std::string& to : configs_)
        if (from != to) out.tests.push_back(across(from, to));
    for (const std::string& config : configs_) out.fits.push_back(frozen(config, {config}));
    if (configs_.size() > 1) {
      std::string name;
      for (const std::string& c : configs_) name += (name.empty() ? "" : "+") + c;
      out.fits.push_back(frozen(name, configs_));
    }
    return out;
  }

 private:
  template <class Condition>
  Rows rows(const Condition& when) const {
    Rows out;
    for (std::size_t i = 0; i < in_.rows.size(); ++i)
      if (when(in_.rows[i])) out.push_back(i);
    return out;
  }

  std::vector<std::string> networks(const std::string& config) const {
    std::set<std::string> all;
    for (const BoardRow& r : in_.rows)
      if (r.config == config) all.insert(r.networks.begin(), r.networks.end());
    return {all.begin(), all.end()};
  }

  StudyTest sealed() const {
    const auto side = [&](bool test) {
      return rows([&](const BoardRow& r) {
        return r.config == in_.structure_config && names_any(r, in_.sealed_networks) == test;
      });
    };
    Ladder ladder(problem_);
    ladder.fit(side(false), side(true), "");
    return ladder.result(in_.structure_config + ", networks not looked at before");
  }

  StudyTest within(const std::string& config) const {
    Ladder ladder(problem_);
    for (const std::string& n : networks(config)) {
      const auto side = [&](bool test) {
        return rows([&](const BoardRow& r) { return r.config == config && names(r, n) == test; });
      };
      ladder.fit(side(false), side(true), n);
    }
    return ladder.result("within " + config + ", a network left out");
  }

  StudyTest across(const std::string& from, const std::string& to) const {
    const auto of = [&](const std::string& config) {
      return rows([&](const BoardRow& r) { return r.config == config; });
    };
    Ladder ladder(problem_);
    ladder.fit(of(from), of(to), "");
    return ladder.result(from + " predicts " + to);
  }

  FrozenFit frozen(const std::string& name, const std::vector<std::string>& configs) const {
    const Rows train = rows([&](const BoardRow& r) {
      return std::find(configs.begin(), configs.end(), r.config) != configs.end();
    });
    std::set<std::string> groups;
    for (const std::size_t i : train)
      groups.insert(in_.rows[i].networks.begin(), in_.rows[i].networks.end());
    return {name,
            configs,
            static_cast<int>(train.size()),
            {groups.begin(), groups.end()},
            calibration::fit_map(problem_, train, fit_options())};
  }

  const StudyInput& in_;
  std::vector<std::string> configs_;
  calibration::Problem problem_;
};

}  // namespace

Study study(const StudyInput& input) { return Studies(input).run(); }

}  // namespace assay::board
