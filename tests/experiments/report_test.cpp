// SPDX-License-Identifier: Apache-2.0
#include "experiments/report.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/diagnostics.h"
#include "report_fixture.h"
#include "tests/files.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::eyeriss;
using test::TemporaryFolder;

void put(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Without plots, which most tests do not need.
std::string page(ReportInput in, const fs::path& folder) {
  in.gnuplot = "false";
  return content(write_report(folder, in).html);
}

ReportInput renamed(const std::string& layer) {
  ReportInput in = eyeriss();
  for (auto* records : {&in.predicted, &in.measured}) {
    for (Record& r : *records) {
      if (r.layer == "conv3") r.layer = layer;
    }
  }
  in.comparison =
      compare(in.predicted, in.measured, {{"processing_ms", "energy_chip_uj"}, false, false});
  in.roof->layers[2] = layer;
  return in;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_table)

BOOST_AUTO_TEST_CASE(puts_headline_first_then_variants_then_baselines) {
  const std::string table = terminal_table(eyeriss(), false);
  const auto at = [&](const char* text) { return table.find(text); };
  BOOST_TEST(at("[1] analytical published_mapping (stated beforehand)") <
             at("[2] analytical fitted_mapping"));
  BOOST_TEST(at("[2] analytical fitted_mapping") < at("[3] baseline peak"));
  BOOST_TEST(at("[3] baseline peak") < at("[4] baseline active_pes"));
  BOOST_TEST(at("[4] baseline active_pes") != std::string::npos);
  BOOST_TEST(has(table, "positive = predicted larger than measured"));
}

BOOST_AUTO_TEST_CASE(aligns_columns_also_with_names_outside_ascii) {
  std::vector<std::size_t> widths;
  for (const std::string& line : lines(terminal_table(renamed("größe"), false))) {
    for (const char* layer : {"conv1", "conv2", "größe", "conv4", "conv5", "network "}) {
      if (line.rfind(layer, 0) == 0 && !has(line, "[%]")) widths.push_back(characters(line));
    }
  }
  BOOST_REQUIRE(widths.size() == 12U);  // two quantities, five layers and the network
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(widths[i] == widths[0]);
    BOOST_TEST(widths[6 + i] == widths[6]);
  }
}

BOOST_AUTO_TEST_CASE(has_colour_only_if_asked) {
  BOOST_TEST(!has(terminal_table(eyeriss(), false), "\x1b"));
  BOOST_TEST(has(terminal_table(eyeriss(), true), "\x1b[31m"));
}

BOOST_AUTO_TEST_CASE(prints_no_control_characters_of_names) {
  ReportInput in = renamed("a\x1b[2Jb\x07");
  in.title = "title\x1b]0;x";
  const std::string table = terminal_table(in, false);
  BOOST_TEST(!has(table, "\x1b"));
  BOOST_TEST(!has(table, "\x07"));
  BOOST_TEST(has(table, "a?[2Jb?"));
}

BOOST_AUTO_TEST_CASE(prints_missing_values_as_not_available_never_as_zero) {
  ReportInput in = eyeriss();
  for (Record& r : in.predicted) {
    if (r.variant == "peak" && r.layer == "conv3") r.values.erase("processing_ms");
  }
  in.comparison = compare(in.predicted, in.measured, {{"processing_ms"}, false, false});
  for (ErrorStatistics& s : in.comparison.statistics) {
    s.kendall_tau_b.reset();
    s.network_pct.reset();
  }
  for (const std::string& line : lines(terminal_table(in, false))) {
    const auto cells = std::count(line.begin(), line.end(), '/');
    if (line.rfind("conv3", 0) == 0)
      BOOST_TEST(cells == 2);  // n/a for the prediction and its error
    if (line.rfind("Kendall", 0) == 0 || line.rfind("network error [%]", 0) == 0)
      BOOST_TEST(cells == 4);
  }
  const TemporaryFolder scratch;
  BOOST_TEST(
      has(page(in, scratch / "r"), "<td class=\"n first\">n/a</td><td class=\"n \">n/a</td>"));
}

BOOST_AUTO_TEST_CASE(warns_where_errors_cancel) {
  BOOST_TEST(has(terminal_table(eyeriss(), false),
                 "(!) analytical published_mapping: errors of the layers cancel"));
  BOOST_TEST(has(verdict(eyeriss()), "cancel"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_verdict)

BOOST_AUTO_TEST_CASE(names_network_error_mean_worst_layer_and_n) {
  const std::string text = verdict(eyeriss());
  BOOST_TEST(has(text, "Within the stated bounds"));
  BOOST_TEST(has(text, "variant published_mapping (stated beforehand)"));
  BOOST_TEST(has(text, "n = 5 layers"));
  BOOST_TEST(has(text, "mean signed error +0.8 %"));
  BOOST_TEST(has(text, "worst +4.7 % (conv4)"));
}

BOOST_AUTO_TEST_CASE(fails_beyond_a_bound_on_either_side_and_where_undefined) {
  const TemporaryFolder scratch;
  for (const std::optional<double>& found :
       {std::optional<double>(10.5), std::optional<double>(-10.5), std::optional<double>()}) {
    ReportInput in = eyeriss();
    in.bounds[0].found = found;
    BOOST_TEST(has(verdict(in), "Outside the stated bounds (max_abs_pct of processing_ms"));
    BOOST_TEST(has(terminal_table(in, false), "FAIL  max_abs_pct"));
    BOOST_TEST(has(page(in, scratch / "r"), "class=\"verdict fail\""));
    BOOST_TEST(nlohmann::json::parse(metrics_to_json(in))["bounds_hold"] == false);
  }
}

BOOST_AUTO_TEST_CASE(does_not_pass_without_a_bound) {
  ReportInput in = eyeriss();
  in.bounds.clear();
  BOOST_TEST(has(verdict(in), "No bound was stated"));
  BOOST_TEST(nlohmann::json::parse(metrics_to_json(in))["bounds_hold"].is_null());
  const TemporaryFolder scratch;
  BOOST_TEST(has(page(in, scratch / "r"), "class=\"verdict none\""));
}

BOOST_AUTO_TEST_CASE(says_when_nothing_of_the_headline_was_compared) {
  ReportInput in = eyeriss();
  in.headline_variant = "unknown";
  BOOST_TEST(has(verdict(in), "n = 0: nothing was compared"));
}

BOOST_AUTO_TEST_CASE(takes_the_level_that_is_asked_for) {
  ReportInput in = eyeriss();
  in.headline_level = "baseline";
  in.headline_variant = "peak";
  BOOST_TEST(has(terminal_table(in, false), "[1] baseline peak (stated beforehand)"));
  BOOST_TEST(has(verdict(in), "worst -32.0 % (conv2)"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_metrics)

BOOST_AUTO_TEST_CASE(keep_every_bit_and_have_their_n) {
  const ReportInput in = eyeriss();
  const auto json = nlohmann::json::parse(metrics_to_json(in));
  BOOST_TEST(json["schema"] == "assay.metrics/1");
  BOOST_REQUIRE(json["groups"].size() == in.comparison.statistics.size());
  for (std::size_t i = 0; i < in.comparison.statistics.size(); ++i) {
    const ErrorStatistics& s = in.comparison.statistics[i];
    const auto& metrics = json["groups"][i]["metrics"];
    BOOST_TEST(metrics[s.quantity + "__layers__mape_pct"]["value"].get<double>() == s.mape_pct);
    BOOST_TEST(metrics[s.quantity + "__layers__rms_ln"]["value"].get<double>() == s.rms_ln);
    BOOST_TEST(metrics[s.quantity + "__layers__max_abs_pct"]["layer"] == s.worst_layer);
    for (const auto& m : metrics) BOOST_TEST(m["n"] == s.n);
  }
}

BOOST_AUTO_TEST_CASE(mark_one_group_as_headline) {
  int marked = 0;
  const auto json = nlohmann::json::parse(metrics_to_json(eyeriss()));
  for (const auto& g : json["groups"]) {
    if (g["headline"] != true) continue;
    ++marked;
    BOOST_TEST(g["variant"] == "published_mapping");
    BOOST_TEST(g["quantity"] == "processing_ms");
  }
  BOOST_TEST(marked == 1);
}

BOOST_AUTO_TEST_CASE(are_null_where_undefined) {
  ReportInput in = eyeriss();
  in.comparison.statistics[0].kendall_tau_b.reset();
  const ErrorStatistics& s = in.comparison.statistics[0];
  const auto json = nlohmann::json::parse(metrics_to_json(in));
  BOOST_TEST(
      json["groups"][0]["metrics"][s.quantity + "__layers__kendall_tau_b"]["value"].is_null());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_page)

BOOST_AUTO_TEST_CASE(has_its_sections_in_order) {
  const TemporaryFolder scratch;
  const std::string html = page(eyeriss(), scratch / "r");
  std::size_t last = 0;
  for (const char* id :
       {"verdict", "compared", "excluded", "waterfall", "parity", "layers", "residuals", "ranks",
        "identifiability", "coverage", "worst", "notes", "reproduce"}) {
    const std::size_t at = html.find("id=\"" + std::string(id) + "\"");
    BOOST_REQUIRE(at != std::string::npos);
    BOOST_TEST(at > last);
    last = at;
  }
  for (const char* text :
       {"mapping parameters as printed in the paper", "not published for the chip", "two-sources",
        "unit energies were fitted to this chip", "sha256:4c1d6a0f9be5", "Power excludes DRAM"}) {
    BOOST_TEST(has(html, text), text);
  }
}

BOOST_AUTO_TEST_CASE(escapes_names_everywhere) {
  const std::string evil = "<b>&\"x'</b><script>1</script>{{title}}";
  ReportInput in = renamed(evil);
  in.title = evil;
  in.notes = {evil + "\n" + evil};
  in.command = evil;
  in.variant_descriptions["published_mapping"] = evil;
  const TemporaryFolder scratch;
  const std::string html = content(write_report(scratch / "r", in).html);  // with plots
  BOOST_TEST(!has(html, "<b>&"));
  BOOST_TEST(!has(html, "<script"));
  BOOST_TEST(has(html, "&lt;script&gt;1&lt;/script&gt;{{title}}"));
}

BOOST_AUTO_TEST_CASE(needs_no_network_and_no_scripts) {
  const TemporaryFolder scratch;
  std::string html = content(write_report(scratch / "r", eyeriss()).html);
  const std::string space = "xmlns=\"http://www.w3.org/2000/svg\"";
  for (std::size_t at = html.find(space); at != std::string::npos; at = html.find(space))
    html.erase(at, space.size());
  for (const char* text : {"http:", "https:", "<script", "src=", "@import", "url("})
    BOOST_TEST(!has(html, text), text);
}

BOOST_AUTO_TEST_CASE(says_so_where_there_is_no_gnuplot) {
  ReportInput in = eyeriss();
  in.gnuplot = "/nonexistent/gnuplot";
  const TemporaryFolder scratch;
  const ReportFiles files = write_report(scratch / "r", in);
  const std::string html = content(files.html);
  BOOST_TEST(has(html, "Not drawn: gnuplot did not draw it"));
  BOOST_TEST(!has(html, "<svg"));
  BOOST_TEST(files.plots.size() == 9U);
  for (const fs::path& p : files.plots) BOOST_TEST(p.extension() == ".csv");
}

BOOST_AUTO_TEST_CASE(says_what_a_figure_lacks) {
  ReportInput in = eyeriss();
  in.roof.reset();
  for (Record& r : in.predicted) r.cycles_by_cause.clear();
  const TemporaryFolder scratch;
  const std::string html = page(in, scratch / "r");
  BOOST_TEST(has(html, "Not drawn: no roofs were given."));
  BOOST_TEST(
      has(html, "Not drawn: no record of the headline variant attributes its cycles to causes."));
}

BOOST_AUTO_TEST_CASE(draws_each_figure_as_svg_png_and_csv) {
  const TemporaryFolder scratch;
  const ReportFiles files = write_report(scratch / "r", eyeriss());
  if (files.plots.size() == 9U) {
    BOOST_TEST_MESSAGE("skipped: no gnuplot here");
    return;
  }
  BOOST_TEST(files.plots.size() == 27U);
  for (const fs::path& p : files.plots) BOOST_TEST(fs::file_size(p) > 0U, p);
  const std::string csv = content(scratch / "r/plots/parity_processing_ms.csv");
  BOOST_TEST(has(csv, "processing_ms_measured,processing_ms_predicted,error_pct\n"));
  BOOST_TEST(has(csv, "analytical,published_mapping,eyeriss,alexnet,4,conv1,16.5,"));
  const std::string svg = content(scratch / "r/plots/error_processing_ms.svg");
  BOOST_TEST(has(svg, "positive = predicted larger than measured"));
}

BOOST_AUTO_TEST_CASE(shows_the_statistics_and_plots_that_were_chosen_and_keeps_every_metric) {
  const TemporaryFolder scratch;
  ReportInput in = eyeriss();
  const std::string every = metrics_to_json(in);
  in.statistics = {"mape_pct"};
  in.plots = {"parity", "roofline"};
  const std::string html = page(in, scratch / "r");
  for (const std::string& text : {terminal_table(in, false), html}) {
    BOOST_TEST(has(text, "MAPE [%]"));
    BOOST_TEST(has(text, "n (layers compared)"));
    BOOST_TEST(!has(text, "RMS of ln"));
    BOOST_TEST(!has(text, "noise floor of the measurement, rms"));
  }
  std::set<std::string> kinds;
  for (const auto& entry : fs::directory_iterator(scratch / "r/plots")) {
    const std::string name = entry.path().filename().string();
    kinds.insert(name.substr(0, name.find_first_of("_.")));
  }
  BOOST_TEST((kinds == std::set<std::string>{"parity", "roofline"}));
  BOOST_TEST(metrics_to_json(in) == every);
}

BOOST_AUTO_TEST_CASE(is_the_same_for_the_same_input) {
  const TemporaryFolder scratch;
  write_report(scratch / "a", eyeriss());
  write_report(scratch / "b", eyeriss());
  int compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "a")) {
    if (!entry.is_regular_file()) continue;
    ++compared;
    const fs::path other = scratch / "b" / fs::relative(entry.path(), scratch / "a");
    BOOST_TEST((content(entry.path()) == content(other)), entry.path());
  }
  BOOST_TEST(compared > 10);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_folder)

BOOST_AUTO_TEST_CASE(refuses_a_folder_with_other_files_and_leaves_it_alone) {
  const TemporaryFolder scratch;
  fs::create_directory(scratch / "r");
  put(scratch / "r/thesis.txt", "years of work");
  BOOST_CHECK_THROW(page(eyeriss(), scratch / "r"), InputError);
  BOOST_TEST(content(scratch / "r/thesis.txt") == "years of work");
  BOOST_TEST(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
  BOOST_TEST(std::distance(fs::directory_iterator(scratch / "r"), {}) == 1);
}

BOOST_AUTO_TEST_CASE(refuses_a_file) {
  const TemporaryFolder scratch;
  put(scratch / "r", "text");
  BOOST_CHECK_THROW(page(eyeriss(), scratch / "r"), InputError);
  BOOST_TEST(content(scratch / "r") == "text");
}

BOOST_AUTO_TEST_CASE(replaces_an_earlier_report_as_a_whole) {
  const TemporaryFolder scratch;
  page(eyeriss(), scratch / "r");
  put(scratch / "r/plots/stale.svg", "");
  BOOST_TEST(has(page(eyeriss(), scratch / "r/"), "Eyeriss"));
  BOOST_TEST(!fs::exists(scratch / "r/plots/stale.svg"));
  BOOST_TEST(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(accepts_an_empty_folder_and_makes_missing_parents) {
  const TemporaryFolder scratch;
  fs::create_directory(scratch / "empty");
  page(eyeriss(), scratch / "empty");
  BOOST_TEST(fs::exists(scratch / "empty/.assay-report"));
  page(eyeriss(), scratch / "a/b/it's here");
  BOOST_TEST(fs::exists(scratch / "a/b/it's here/report.html"));
}

BOOST_AUTO_TEST_CASE(clears_what_a_killed_run_left) {
  const TemporaryFolder scratch;
  fs::create_directory(scratch / ".r.partial");
  put(scratch / ".r.partial/.assay-report", "");
  put(scratch / ".r.partial/records.csv", "half");
  page(eyeriss(), scratch / "r");
  BOOST_TEST(!fs::exists(scratch / ".r.partial"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
