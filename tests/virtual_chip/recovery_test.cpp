// SPDX-License-Identifier: Apache-2.0
// From the files of a virtual chip, truth left out, a fit finds the hidden unit energies; and what
// the microbenchmarks do for it.
#include <algorithm>
#include <cmath>

#include "calibration/fit.h"
#include "calibration/identifiability.h"
#include "calibration/uncertainty.h"
#include "experiments/import.h"
#include "fixture.h"

namespace assay::test {
namespace {

using namespace calibration;
using microbenchmarks::Catalogue;
using microbenchmarks::Columns;

constexpr double kTruthSd = 0.5;

// Unknowns are factors on groups of the prior's entries that no layer tells apart.
struct Fitted {
  Catalogue catalogue;
  std::vector<std::size_t> groups;  // on the chip
  Parameters prior;
  Accelerator accelerator;
};

Fitted fitted(const fs::path& prior_file) {
  Chip c = chip("eyeriss");
  c.parameters = read_parameters(prior_file);
  Fitted f{catalogue_of(c), {}, *c.parameters, c.accelerator};
  for (std::size_t g = 0; g < f.catalogue.groups.size(); ++g)
    if (!f.catalogue.columns[f.catalogue.groups[g].front()].off_chip) f.groups.push_back(g);
  return f;
}

Eigen::VectorXd activity(const Fitted& f, const Eigen::VectorXd& spent) {
  Eigen::VectorXd row(static_cast<Eigen::Index>(f.groups.size()));
  for (std::size_t i = 0; i < f.groups.size(); ++i) {
    row[static_cast<Eigen::Index>(i)] = 0;
    for (std::size_t c : f.catalogue.groups[f.groups[i]])
      row[static_cast<Eigen::Index>(i)] += spent[static_cast<Eigen::Index>(c)] * 1e-6;  // uJ
  }
  return row;
}

Problem problem_of(const Fitted& f, const fs::path& folder,
                   const std::vector<std::string>& workloads) {
  Problem p;
  for (std::size_t g : f.groups) {
    Unknown u;
    for (std::size_t c : f.catalogue.groups[g])
      u.name += (u.name.empty() ? "" : " + ") + f.catalogue.columns[c].name;
    u.unit = "x prior";
    u.prior = 1;
    u.prior_sd_ln = kTruthSd;
    p.unknowns.push_back(u);
  }
  const Parameters prior = read_parameters(folder / "parameters.yaml");
  const Columns columns(f.accelerator, &prior);
  std::vector<Eigen::VectorXd> rows;
  for (const std::string& w : workloads) {
    RunInput in;
    in.accelerator = folder / "accelerator.yaml";
    in.workload = folder / "workloads" / (w + ".yaml");
    in.mapping = folder / (w + ".yaml");
    in.parameters = folder / "parameters.yaml";
    std::vector<Record> predicted = run_analytical(in).records;
    if (fs::exists(folder / (w + ".records.json")))
      predicted.push_back(read_records(folder / "microbenchmarks.records.json").front());
    for (const Record& m : import_csv(folder / "measured" / (w + ".csv"),
                                      folder / "measured" / (w + ".import.yaml"))) {
      const auto r = std::find_if(predicted.begin(), predicted.end(),
                                  [&](const Record& x) { return x.layer == m.layer; });
      BOOST_REQUIRE(r != predicted.end());
      Observation o;
      o.id = w + "/" + m.layer;
      o.group = w;
      o.chip = "eyeriss";
      o.kind = w == microbenchmarks::kWorkload ? kMicrobenchmark : "conv";
      o.level = "chip";
      o.measured = m.values.at("energy_chip_uj");
      o.spread_ln = std::max(m.values.at("replicate_spread_pct") / std::sqrt(5.0),
                             m.values.at("instrument_floor_pct")) /
                    100;
      p.observations.push_back(o);
      rows.push_back(activity(f, columns.spent(*r, prior.zero_fraction(w, m.layer))));
    }
  }
  Eigen::MatrixXd a(static_cast<Eigen::Index>(rows.size()),
                    static_cast<Eigen::Index>(f.groups.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) a.row(static_cast<Eigen::Index>(i)) = rows[i];
  p.model = std::make_shared<LinearModel>(a);
  return p;
}

virtual_chip::Options bench_options(const Folder& box, const fs::path& prior, std::uint64_t seed,
                                    double network_ln) {
  virtual_chip::Options o = eyeriss_options(box, "chip" + std::to_string(seed));
  o.parameters = prior;
  for (const char* w : {"vgg16", "resnet18"})
    o.networks.push_back({kExperiments / "workloads" / (std::string(w) + ".yaml"),
                          kHere / ("eyeriss-" + std::string(w) + ".yaml")});
  o.microbenchmarks_of = kChips / "eyeriss";
  o.truth_seed = o.bench.seed = seed;
  o.truth_sd_ln = kTruthSd;
  o.bench.network_ln = network_ln;
  return o;
}

// What the factors of a group's entries amount to: its columns are proportional, so any layer that
// exercises them weighs them alike. Judges only; the fit has not seen it.
double true_factor(const Fitted& f, const std::map<std::string, double>& factors,
                   std::size_t group) {
  double prior = 0, hidden = 0;
  for (const auto& m : f.catalogue.all) {
    if (m.zero_inputs) continue;
    for (std::size_t c : f.catalogue.groups[group]) {
      const double spent = m.spent[static_cast<Eigen::Index>(c)];
      prior += spent;
      hidden += spent * factors.at(f.catalogue.columns[c].name);
    }
  }
  return hidden / prior;
}

// By the names of columns.
std::map<std::string, double> factors_by_column(const virtual_chip::Truth& truth) {
  std::map<std::string, double> out;
  for (const auto& [name, factor] : truth.factors) {
    std::string column = name == "power clock" ? "constant power" : name;
    for (const std::string drop : {" any", " -"})
      if (const auto at = column.find(drop + " "); at != std::string::npos)
        column.erase(at, drop.size());
    out[column] = factor;
  }
  return out;
}

struct Judged {
  int unknowns = 0, within = 0;  // three standard deviations
  double worst = 0;              // standard deviations
  double before = 0, after = 0;  // distance in ln of what was learned: prior, fit
  int layers = 0, covered = 0;   // of the network that was left out
  double network_ln = 0;         // its error
};

// extra_sd_ln: what the standard deviations do not know.
Judged judge(const Fitted& f, const fs::path& folder, std::uint64_t seed, double extra_sd_ln) {
  const Problem train = problem_of(f, folder, {"microbenchmarks", "alexnet", "vgg16"});
  const Problem target = problem_of(f, folder, {"resnet18"});
  const MapFit fit = fit_map(train, all_rows(train));
  const auto report = unknown_report(train, all_rows(train), fit);
  const auto factors = factors_by_column(virtual_chip::draw_truth(f.prior, seed, kTruthSd));
  Judged j;
  for (std::size_t i = 0; i < f.groups.size(); ++i) {
    const UnknownResult& u = report.unknowns[i];
    const double hidden = std::log(true_factor(f, factors, f.groups[i]));
    const double sd =
        std::hypot(std::max(u.laplace_sd_ln, u.jackknife_sd_ln.value_or(0)), extra_sd_ln);
    const double away = std::abs(std::log(u.value) - hidden);
    j.worst = std::max(j.worst, away / sd);
    ++j.unknowns;
    j.within += away < 3 * sd ? 1 : 0;
    BOOST_TEST_MESSAGE("  " << u.name << ": hidden " << std::exp(hidden) << ", fitted " << u.value
                            << " in " << u.low << " to " << u.high << ", " << name(u.learned));
    if (u.learned != Learned::learned) continue;
    j.before += std::abs(hidden);
    j.after += away;
  }
  const HeldOutReport held = predict_interval(train, all_rows(train), target);
  double predicted = 0, measured = 0;
  for (const HeldOut& h : held.predictions) {
    const double truth = target.observations[h.row].measured;
    predicted += h.predicted;
    measured += truth;
    ++j.layers;
    j.covered += h.low <= truth && truth <= h.high ? 1 : 0;
  }
  j.network_ln = std::log(predicted / measured);
  BOOST_TEST_MESSAGE("seed " << seed << ": " << j.within << " of " << j.unknowns
                             << " unknowns within 3 sd, worst " << j.worst << "; learned ones off "
                             << j.before << " before, " << j.after << " after; resnet18 "
                             << 100 * std::expm1(j.network_ln) << " %, " << j.covered << " of "
                             << j.layers << " layers in their 90 % intervals");
  return j;
}

// Of three networks alone, and with the microbenchmarks; without the columns that are sums of
// others, which no layer can tell apart.
std::pair<double, double> indices(const Fitted& f, const fs::path& folder) {
  const auto index = [&](const std::vector<std::string>& workloads) {
    const Problem problem = problem_of(f, folder, workloads);
    const auto* linear = dynamic_cast<const LinearModel*>(problem.model.get());
    std::vector<Eigen::Index> kept;
    for (std::size_t i = 0; i < f.groups.size(); ++i)
      if (std::count(f.catalogue.independent.begin(), f.catalogue.independent.end(), f.groups[i]) !=
          0)
        kept.push_back(static_cast<Eigen::Index>(i));
    Eigen::MatrixXd a(linear->activity().rows(), static_cast<Eigen::Index>(kept.size()));
    for (std::size_t i = 0; i < kept.size(); ++i)
      a.col(static_cast<Eigen::Index>(i)) = linear->activity().col(kept[i]);
    return microbenchmarks::condition_index(a);
  };
  return {index({"alexnet", "vgg16", "resnet18"}),
          index({"alexnet", "vgg16", "resnet18", "microbenchmarks"})};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recovery)

BOOST_AUTO_TEST_CASE(hidden_energies_come_back_from_the_files_and_a_new_network_is_covered) {
  const Folder box;
  const fs::path prior = prior_with_clock(box);
  const Fitted f = fitted(prior);
  int layers = 0, covered = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const virtual_chip::Options o = bench_options(box, prior, seed, 0);
    virtual_chip::make_virtual_chip(o);
    fs::remove_all(o.out / "truth");  // the fit cannot have read it
    const Judged j = judge(f, o.out, seed, 0);
    BOOST_TEST(j.within == j.unknowns);
    BOOST_TEST(j.after < j.before / 4);
    BOOST_TEST(std::abs(j.network_ln) < 0.05);
    layers += j.layers;
    covered += j.covered;
  }
  BOOST_TEST(covered >= layers * 8 / 10);
}

// One session of microbenchmarks has one effect on all of them, and no standard deviation of the
// fit knows it: with it added, every hidden value is where it should be.
BOOST_AUTO_TEST_CASE(what_a_session_adds_to_all_microbenchmarks_is_not_in_the_standard_deviations) {
  const Folder box;
  const fs::path prior = prior_with_clock(box);
  const Fitted f = fitted(prior);
  int layers = 0, covered = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const virtual_chip::Options o = bench_options(box, prior, seed, 0.05);
    virtual_chip::make_virtual_chip(o);
    const Judged j = judge(f, o.out, seed, 0.05);
    BOOST_TEST(j.within == j.unknowns);
    BOOST_TEST(j.after < j.before / 2);
    BOOST_TEST(std::abs(j.network_ln) < 0.2);
    layers += j.layers;
    covered += j.covered;
  }
  BOOST_TEST_MESSAGE(covered << " of " << layers << " layers covered with network effects of 5 %");
}

BOOST_AUTO_TEST_CASE(microbenchmarks_make_eyeriss_columns_told_apart) {
  const Folder box;
  const fs::path prior = prior_with_clock(box);
  const Fitted f = fitted(prior);
  const virtual_chip::Options o = bench_options(box, prior, 1, 0);
  virtual_chip::make_virtual_chip(o);
  const Problem networks = problem_of(f, o.out, {"alexnet", "vgg16", "resnet18"});
  const Problem all = problem_of(f, o.out, {"alexnet", "vgg16", "resnet18", "microbenchmarks"});
  std::vector<Candidate> candidates;
  for (const auto& m : f.catalogue.all) candidates.push_back({m.name, activity(f, m.spent)});
  IdentifiabilityOptions options;
  options.suggestions = candidates.size();
  const Identifiability before = identifiability(networks, all_rows(networks), candidates, options);
  const Identifiability after = identifiability(all, all_rows(all));
  for (const NearNull& n : before.near_null) BOOST_TEST_MESSAGE("networks alone: " << n.text);
  for (const NearNull& n : after.near_null) BOOST_TEST_MESSAGE("with them: " << n.text);
  for (const Suggestion& s : before.suggestions)
    BOOST_TEST_MESSAGE("suggested " << s.candidate << ": " << s.condition_before << " -> "
                                    << s.condition_after);
  const auto [alone, with] = indices(f, o.out);
  BOOST_TEST_MESSAGE("condition index of the independent columns, with a clock network: "
                     << alone << " -> " << with);
  BOOST_TEST(alone > 100);
  BOOST_TEST(with < alone / 4);
}

// The prior of the chip as it is shipped, without constant power.
BOOST_AUTO_TEST_CASE(microbenchmarks_lower_the_condition_index_of_the_shipped_prior) {
  const Folder box;
  const fs::path prior = kChips / "eyeriss" / "parameters.yaml";
  const Fitted f = fitted(prior);
  const virtual_chip::Options o = bench_options(box, prior, 1, 0);
  virtual_chip::make_virtual_chip(o);
  const auto [alone, with] = indices(f, o.out);
  BOOST_TEST_MESSAGE("condition index of the independent columns: " << alone << " -> " << with);
  BOOST_TEST(with < 30);
  BOOST_TEST(with < alone / 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
