// SPDX-License-Identifier: Apache-2.0
// From files to a verdict, on chips whose prices are known to the test alone.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/text.h"
#include "experiments/fit/energy_model.h"
#include "experiments/fit/fit_report.h"
#include "tests/fit/generated.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;
using test::content;
using test::Generated;
using test::GeneratedOptions;

Catalog catalog() { return {fs::path(ASSAY_SOURCE_DIR) / "experiments"}; }

fit::FitResult run(const Generated& g, const fit::FitOptions& options = {}) {
  return fit::run_fit(fit::read_fit(g.fit), catalog(), options);
}

std::string errors_of(const Generated& g, const fit::FitOptions& options = {}) {
  try {
    run(g, options);
  } catch (const InputError& e) {
    std::string text;
    for (const Diagnostic& d : e.diagnostics()) text += to_string(d) + "\n";
    return text;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void put_split(const Generated& g, const fit::SplitOptions& options) {
  calibration::write_split(g.folder / "split.json",
                           fit::split_of(fit::read_fit(g.fit), catalog(), options));
}

BOOST_AUTO_TEST_SUITE(fit_run)

BOOST_AUTO_TEST_CASE(hidden_prices_are_recovered_and_the_fit_is_recommended) {
  GeneratedOptions o;
  o.networks = 6;
  o.layers = 15;
  o.network_ln = 0.02;
  o.noise_ln = 0.01;
  BOOST_TEST_MESSAGE("seed " << o.seed);
  const Generated g(o);
  const fit::FitResult r = run(g);
  for (const calibration::UnknownResult& u : r.analysis.unknowns.unknowns) {
    if (g.truth.count(u.name) == 0) continue;
    const double sd = std::max(u.laplace_sd_ln, u.jackknife_sd_ln.value_or(0));
    BOOST_TEST(std::fabs(std::log(u.value / g.truth.at(u.name))) < 4 * sd,
               u.name << ": " << u.value << " for " << g.truth.at(u.name) << ", sd " << sd);
    BOOST_TEST(u.learned_share > 0.5, u.name);
  }
  const fit::Evaluation* e = r.analysis.unseen();
  BOOST_REQUIRE(e != nullptr);
  BOOST_TEST(e->errors[fit::rung(r.analysis, "MAP")].mape_pct.value <
             e->errors[fit::rung(r.analysis, "prior x scale")].mape_pct.value);
  BOOST_REQUIRE(r.analysis.verdict.recalibrate.has_value());
  BOOST_TEST(*r.analysis.verdict.recalibrate, r.analysis.verdict.text);
}

BOOST_AUTO_TEST_CASE(a_prior_that_only_lacks_a_scale_is_not_recalibrated) {
  GeneratedOptions o;
  o.prior_error_ln = 0;
  BOOST_TEST_MESSAGE("seed " << o.seed);
  const Generated g(o);
  const fit::FitResult r = run(g);
  BOOST_REQUIRE(r.analysis.verdict.recalibrate.has_value());
  BOOST_TEST(!*r.analysis.verdict.recalibrate, r.analysis.verdict.text);
}

// Measurements of one network, doubled.
void double_network(const Generated& g, const std::string& network) {
  const std::string csv = content(g.folder / "measured.csv");
  std::string out;
  for (std::size_t at = 0; at < csv.size();) {
    const std::size_t end = csv.find('\n', at);
    std::string row = csv.substr(at, end - at);
    at = end + 1;
    if (row.find(network + ",") == 0) {
      const std::size_t value = row.find(',', row.find(',') + 1) + 1, after = row.find(',', value);
      const double uj = *parse_number(row.substr(value, after - value));
      row = row.substr(0, value) + number_text(2 * uj) + row.substr(after);
    }
    out += row + "\n";
  }
  write_text(g.folder / "measured.csv", out);
}

BOOST_AUTO_TEST_CASE(a_group_that_is_left_out_has_no_say_in_its_prediction) {
  const Generated g({});
  const fit::FitResult before = run(g);
  double_network(g, "net1");
  const fit::FitResult after = run(g);
  const fit::Evaluation &a = *before.analysis.unseen(), &b = *after.analysis.unseen();
  BOOST_TEST(a.name == "one group left out at a time");
  for (std::size_t r = 0; r < a.predicted.size(); ++r)
    for (std::size_t k = 0; k < a.rows.size(); ++k) {
      const std::string& group = before.data.records[a.rows[k]].group;
      const bool same = a.predicted[r][k] == b.predicted[r][k];
      // The prior is the same for everybody; all other rungs of other groups have seen net1.
      BOOST_TEST(same == (group == "net1" || r == 0), group << " " << r);
    }
}

BOOST_AUTO_TEST_CASE(one_group_decides_nothing_and_says_so) {
  GeneratedOptions o;
  o.networks = 1;
  const Generated g(o);
  const fit::FitResult r = run(g);
  BOOST_TEST(r.analysis.unseen() == nullptr);
  BOOST_TEST(!r.analysis.verdict.recalibrate.has_value());
  const std::string text = fit::fit_tables(r, false);
  for (const char* part :
       {"Undecided", "one record left out at a time", "One network only", "n = 8"})
    BOOST_TEST(contains(text, part), part << " in\n" << text);
  BOOST_TEST(fit::fitted_parameters(r).fit.held_out.empty());
}

BOOST_AUTO_TEST_CASE(every_error_stands_with_its_number_of_records_and_the_split_it_is_of) {
  const Generated g({});
  const fit::FitResult r = run(g);
  for (const fit::Evaluation& e : r.analysis.evaluations) {
    BOOST_TEST(!e.name.empty());
    for (const calibration::ErrorReport& s : e.errors) {
      BOOST_TEST(s.n == static_cast<int>(e.rows.size()));
      BOOST_TEST(!s.interval_method.empty());
    }
  }
  for (const calibration::HeldOutMetric& m : fit::fitted_parameters(r).fit.held_out) {
    BOOST_TEST(m.n == 32);
    BOOST_TEST(!m.split.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_same_files_give_the_same_bytes) {
  const Generated g({});
  const fit::FitResult a = run(g), b = run(g);
  BOOST_TEST(fit::fit_to_json(a) == fit::fit_to_json(b));
  BOOST_TEST(calibration::parameters_to_json(fit::fitted_parameters(a)) ==
             calibration::parameters_to_json(fit::fitted_parameters(b)));
}

BOOST_AUTO_TEST_CASE(held_out_groups_are_not_fitted_and_sealed_ones_not_even_scored) {
  GeneratedOptions o;
  o.more = "split: split.json\n";
  const Generated g(o);
  BOOST_TEST(contains(errors_of(g), "split.json"));
  fit::SplitOptions s;
  s.held_out = {"net1"};
  s.sealed = {"net2"};
  put_split(g, s);
  const fit::FitResult r = run(g);
  BOOST_TEST(r.analysis.fitted.size() == 16U);
  for (const std::size_t i : r.analysis.fitted)
    BOOST_TEST((r.data.records[i].group == "net0" || r.data.records[i].group == "net3"));
  for (const fit::Evaluation& e : r.analysis.evaluations)
    for (const std::size_t i : e.rows) BOOST_TEST(r.data.records[i].group != "net2");
  BOOST_TEST(r.analysis.evaluations.front().rows.size() == 8U);
  BOOST_TEST(r.openings == 0);
  BOOST_TEST(!fs::exists(g.folder / "split.openings.csv"));
}

BOOST_AUTO_TEST_CASE(an_opening_scores_the_sealed_group_and_is_counted) {
  GeneratedOptions o;
  o.more = "split: split.json\n";
  const Generated g(o);
  fit::SplitOptions s;
  s.sealed = {"net2"};
  put_split(g, s);
  for (const int opening : {1, 2}) {
    const fit::FitResult r = run(g, {true});
    BOOST_TEST(r.opening.value_or(0) == opening);
    BOOST_TEST(contains(fit::split_line(r), "opening " + std::to_string(opening)));
    BOOST_TEST(r.analysis.evaluations.front().rows.size() == 8U);
  }
  BOOST_TEST(run(g).openings == 2);
}

BOOST_AUTO_TEST_CASE(an_opening_without_a_sealed_group_is_refused) {
  const Generated g({});
  BOOST_TEST(contains(errors_of(g, {true}), "nothing to open"));
}

BOOST_AUTO_TEST_CASE(data_that_changed_since_the_split_are_refused) {
  GeneratedOptions o;
  o.more = "split: split.json\n";
  const Generated g(o);
  put_split(g, {});
  BOOST_TEST(errors_of(g).empty());
  write_text(g.folder / "measured.csv", content(g.folder / "measured.csv") + "\n");
  BOOST_TEST(contains(errors_of(g), "has changed since the split was made"));
}

BOOST_AUTO_TEST_CASE(a_flagged_record_stays_with_its_reason_and_results_are_shown_both_ways) {
  const Generated g({});
  std::string csv = content(g.folder / "measured.csv");
  csv.replace(csv.find("confidence\n"), 10, "confidence,window_ms");
  std::string with;
  for (std::size_t at = 0, line = 0; at < csv.size(); ++line) {
    const std::size_t end = csv.find('\n', at);
    with += csv.substr(at, end - at) + (line == 0 ? "" : line == 3 ? ",10" : ",1000") + "\n";
    at = end + 1;
  }
  write_text(g.folder / "measured.csv", with);
  write_text(g.folder / "import.yaml",
             content(g.folder / "import.yaml") + "  - {quantity: window_ms, column: window_ms}\n");
  const fit::FitResult r = run(g);
  BOOST_TEST(r.analysis.fitted.size() == 31U);
  BOOST_REQUIRE(r.with_flagged.has_value());
  BOOST_TEST(r.with_flagged->fitted.size() == 32U);
  BOOST_TEST(r.data.records.size() == 32U);
  const std::string text = fit::fit_tables(r, false);
  BOOST_TEST(contains(text, "excluded net0/layer2: the window is 10 ms, expected at least 100"),
             text);
  BOOST_TEST(contains(text, "with them"), text);
}

BOOST_AUTO_TEST_CASE(rows_that_differ_in_the_variant_are_replicates) {
  const Generated g({});
  const std::string csv = content(g.folder / "measured.csv");
  std::string with;
  for (std::size_t at = 0, line = 0; at < csv.size(); ++line) {
    const std::size_t end = csv.find('\n', at);
    const std::string row = csv.substr(at, end - at);
    at = end + 1;
    if (line == 0) {
      with += row + ",replicate\n";
      continue;
    }
    if (line > 1) {
      with += row + ",r1\n";
      continue;
    }
    const std::string key = row.substr(0, row.find(",made up")),
                      before = key.substr(0, key.rfind(','));
    for (const char* r : {"10", "11", "12", "13", "90"})
      with += before + "," + r + ",made up,none," + r + "\n";
  }
  write_text(g.folder / "measured.csv", with);
  write_text(g.folder / "import.yaml",
             content(g.folder / "import.yaml") + "variant: {column: replicate}\n");
  const fit::FitData data = fit::collect(fit::read_fit(g.fit), catalog());
  BOOST_REQUIRE(data.records.size() == 32U);
  BOOST_TEST(data.records[0].measured == 12.0);
  BOOST_TEST(data.records[0].facts.replicates.value_or(0) == 5);
  BOOST_TEST(data.records[0].facts.spread_pct.value_or(0) == 100 * 1.4826 / 12,
             boost::test_tools::tolerance(1e-12));  // deviations 2, 1, 0, 1, 78
  BOOST_REQUIRE(data.records[0].flags.size() == 1U);
  BOOST_TEST(data.records[0].flags[0].rule == "spread");
}

BOOST_AUTO_TEST_CASE(a_measured_layer_without_counts_is_refused_with_both_lists) {
  const Generated g({});
  write_text(g.folder / "measured.csv",
             content(g.folder / "measured.csv") + "net9,layer0,5,made up,none\n");
  const std::string said = errors_of(g);
  BOOST_TEST(contains(said, "net9/layer0 batch 1"), said);
  BOOST_TEST(contains(said, "net0/layer0 batch 1"), said);
}

BOOST_AUTO_TEST_CASE(a_posterior_is_the_next_prior) {
  const Generated g({});
  const fit::FitResult first = run(g);
  write_text(g.folder / "parameters.json",
             calibration::parameters_to_json(fit::fitted_parameters(first)));
  write_text(g.fit, content(g.fit) +
                        "priors:\n  from: parameters.json\n  scaling:\n"
                        "    from: {node_nm: 65, supply_v: 1.0}\n"
                        "    to: {node_nm: 45, supply_v: 0.9}\n");
  const fit::FitFile file = fit::read_fit(g.fit);
  const fit::FitData data = fit::collect(file, catalog());
  const fit::FitProblem e = fit::energy_problem(file, catalog(), data);
  for (std::size_t j = 0; j < 12; ++j) {
    const calibration::UnknownResult& before = first.analysis.unknowns.unknowns[j];
    BOOST_TEST(e.problem.unknowns[j].prior == before.value * 0.84433 / 1.332,
               boost::test_tools::tolerance(1e-9));
    BOOST_TEST(e.problem.unknowns[j].prior_sd_ln >= 0.2 - 1e-12);
    BOOST_TEST(contains(e.problem.unknowns[j].source, "posterior of fit 'generated'"));
  }
}

BOOST_AUTO_TEST_CASE(wrong_counts_are_told_from_wrong_prices_by_a_finer_level) {
  GeneratedOptions o;
  o.more = "finer:\n  - {workload: net0, level: rtl, records: finer.json}\n";
  const Generated g(o);
  std::vector<Record> finer;
  for (Record r : read_records(g.folder / "records.json")) {
    if (r.workload != "net0") continue;
    r.level = "rtl";
    r.counts[{"spad", "W", "read"}] *= 2;
    finer.push_back(r);
  }
  write_records_json(g.folder / "finer.json", finer);
  const fit::FitResult r = run(g);
  BOOST_REQUIRE(r.attribution.size() == r.model.problem.unknowns.size());
  for (std::size_t j = 0; j < r.attribution.size(); ++j) {
    const auto& part = r.attribution[j];
    const auto& u = r.analysis.unknowns.unknowns[j];
    if (part.component == "spad.W.read")
      BOOST_TEST(part.counts < 0);
    else
      BOOST_TEST(part.counts == 0, part.component);
    BOOST_TEST((part.prices > 0) == (u.prior > u.value), part.component);
  }
  BOOST_TEST(contains(fit::fit_tables(r, false), "Counts or prices"));
}

BOOST_AUTO_TEST_CASE(the_folder_has_parameters_that_any_level_can_use_and_a_page) {
  const Generated g({});
  fit::FitResult r = run(g);
  const fit::FitFiles files = fit::write_fit(g.folder / "out", r, "no-such-gnuplot");
  const Parameters p = read_parameters(files.parameters);
  BOOST_TEST(p.energies.size() == 19U);
  const std::string html = content(files.html);
  for (const char* part : {"prefers-color-scheme: dark", "Prior to posterior", "one group left out",
                           "Not drawn", "sha256:"})
    BOOST_TEST(contains(html, part), part);
  BOOST_TEST(!contains(html, "{{"));
  BOOST_TEST(!contains(html, "http"));
  for (const char* plot :
       {"ladder", "identifiability", "prior_posterior", "parity", "coverage", "intervals"})
    BOOST_TEST(fs::is_regular_file(g.folder / "out/plots" / (std::string(plot) + ".csv")), plot);
  BOOST_TEST(nlohmann::json::parse(content(files.json)).at("schema") == "assay.fit-result/1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
