// SPDX-License-Identifier: Apache-2.0
// provenance.json says what a report came from; verify finds whatever no longer follows.
#include "experiments/provenance/provenance.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/provenance/definitions.h"
#include "experiments/provenance/explain.h"
#include "experiments/provenance/recompute.h"
#include "experiments/provenance/verify.h"
#include "report_fixture.h"
#include "tests/files.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using provenance::Difference;
using provenance::verify;
using test::content;
using test::edited;
using test::TemporaryFolder;

// A report of files that are there: a data folder with a mapping, and a data set beside it.
struct Written {
  TemporaryFolder scratch;
  ReportInput in = test::eyeriss();
  fs::path folder;

  Written() {
    fs::create_directories(scratch / "data/chips/eyeriss");
    scratch.write("data/chips/eyeriss/alexnet.yaml", "a mapping\n");
    scratch.write("mine.csv", "layer,ms\n");
    const std::string mapping = name_and_hash(scratch / "data/chips/eyeriss/alexnet.yaml");
    for (Record& r : in.predicted) r.provenance.inputs["mapping"] = mapping;
    for (Record& r : in.measured) r.provenance.inputs["data"] = name_and_hash(scratch / "mine.csv");
    in.inputs = {{"D mapping", mapping}};
    // As an experiment would have computed them.
    for (const ErrorStatistics& s : in.comparison.statistics)
      if (s.variant == "published_mapping" && s.quantity == "processing_ms") {
        in.bounds[0].found = 0;
        for (const ComparedRow& r : in.comparison.rows)
          if (r.variant == s.variant && r.quantity == s.quantity) {
            if (r.layer == kNetworkLayer)
              in.bounds[1].found = pct(r.ln_ratio);
            else
              in.bounds[0].found = std::max(*in.bounds[0].found, std::abs(pct(r.ln_ratio)));
          }
      }
    // Without this the layer that was not compared would make them undefined.
    for (BoundCheck& b : in.bounds) b.except_layers = {"fc6"};
    in.gnuplot = "false";
    in.data_folder = scratch / "data";
    in.input_files = {scratch / "mine.csv"};
    folder = write_report(scratch / "report", in).html.parent_path();
  }
  provenance::Verification verified() const {
    return verify(folder, {scratch / "data", scratch.path()});
  }
};

bool names(const provenance::Verification& v, const std::string& kind, const std::string& side,
           const std::string& what) {
  return std::any_of(v.differences.begin(), v.differences.end(), [&](const Difference& d) {
    return d.kind == kind && d.side == side && d.what.find(what) != std::string::npos;
  });
}

void flip_first_byte(const fs::path& file) {
  std::string text = content(file);
  text.front() = static_cast<char>(text.front() ^ 1);
  std::ofstream(file, std::ios::binary) << text;
}

void edit(const fs::path& file, const std::string& from, const std::string& to) {
  const std::string text = edited(content(file), from, to);
  std::ofstream(file, std::ios::binary) << text;
}

// The folder's own hashes made to fit what was edited, as somebody who hides an edit would.
void restate_hashes(const fs::path& folder) {
  provenance::Chain chain = provenance::read_chain(folder);
  chain.outputs = provenance::outputs_of(folder);
  std::ofstream(folder / provenance::kFile, std::ios::binary) << provenance::to_json(chain);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provenance_chain)

BOOST_AUTO_TEST_CASE(every_record_leads_to_files_with_their_places_and_hashes) {
  const Written w;
  const provenance::Chain chain = provenance::read_chain(w.folder);
  BOOST_REQUIRE(chain.inputs.size() == 2U);
  BOOST_TEST(chain.inputs[0].name == "alexnet.yaml");
  BOOST_TEST(chain.inputs[0].place.in == provenance::kInData);
  BOOST_TEST(chain.inputs[0].place.path == "chips/eyeriss/alexnet.yaml");
  BOOST_TEST(chain.inputs[0].hash == sha256_of_text("a mapping\n"));
  const std::vector<std::string> roles{"D mapping", "mapping"};
  BOOST_TEST(chain.inputs[0].roles == roles, boost::test_tools::per_element());
  BOOST_TEST(chain.inputs[1].name == "mine.csv");
  BOOST_REQUIRE(chain.records.size() == w.in.predicted.size() + w.in.measured.size());
  for (std::size_t i = 0; i < chain.records.size(); ++i) {
    BOOST_TEST(chain.records[i].measured == (i >= w.in.predicted.size()));
    BOOST_TEST(chain.records[i].inputs.size() == 1U);
  }
  BOOST_TEST(chain.records.back().record == "chip/eyeriss/alexnet/conv5 batch 4");
  BOOST_TEST(chain.executable == sha256_of_file("/proc/self/exe"));
  for (const char* tool : {"compiler", "gnuplot", "systemc", "verilator"})
    BOOST_TEST(!chain.tools.at(tool).empty(), tool);
  BOOST_TEST(chain.tools.at("gnuplot") == "not found");
}

BOOST_AUTO_TEST_CASE(lists_every_file_of_the_folder_but_itself) {
  const Written w;
  std::vector<std::string> files, listed;
  for (const auto& entry : fs::recursive_directory_iterator(w.folder))
    if (entry.is_regular_file())
      files.push_back(entry.path().lexically_relative(w.folder).generic_string());
  files.erase(std::find(files.begin(), files.end(), provenance::kFile));
  std::sort(files.begin(), files.end());
  for (const auto& f : provenance::read_chain(w.folder).outputs) listed.push_back(f.path);
  BOOST_TEST(files == listed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(is_the_same_for_the_same_report_and_names_no_absolute_path) {
  const Written w;
  const std::string first = content(w.folder / provenance::kFile);
  write_report(w.folder, w.in);
  BOOST_TEST(content(w.folder / provenance::kFile) == first);
  BOOST_TEST(first.find(w.scratch.path().string()) == std::string::npos);
  BOOST_TEST(provenance::to_json(provenance::read_chain(w.folder)) == first);
}

BOOST_AUTO_TEST_CASE(the_example_of_the_page_is_read) {
  const std::string page = content(fs::path(ASSAY_SOURCE_DIR) / "docs/formats/provenance.md");
  const std::size_t from = page.find("```json\n") + 8, to = page.find("\n```", from);
  const TemporaryFolder scratch;
  scratch.write(provenance::kFile, page.substr(from, to - from + 1));
  const provenance::Chain chain = provenance::read_chain(scratch.path());
  BOOST_TEST(chain.inputs.size() == 1U);
  BOOST_TEST(chain.records.size() == 1U);
  BOOST_TEST(provenance::to_json(chain) == page.substr(from, to - from + 1));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_provenance_is_refused_with_every_error) {
  const Written w;
  const fs::path file = w.folder / provenance::kFile;
  std::string text = edited(content(file), "assay.provenance/1", "assay.provenance/9");
  text = edited(text, "\"side\":\"predicted\"", "\"side\":\"both\"");
  text = edited(text, "\"in\":\"data\"", "\"in\":\"data\",\"host\":\"x\"");
  std::ofstream(file, std::ios::binary) << text;
  try {
    provenance::read_chain(w.folder);
    BOOST_ERROR("expected a refusal");
  } catch (const InputError& e) {
    BOOST_TEST(e.diagnostics().size() == 3U, e.what());
  }
  fs::remove(file);
  BOOST_CHECK_THROW(provenance::read_chain(w.folder), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provenance_explain)

BOOST_AUTO_TEST_CASE(every_metric_of_a_report_is_defined) {
  const ReportInput in = test::eyeriss();
  for (const report::Metric& m : report::metrics_of(in)) {
    const std::string& s = m.name.statistic;
    if (s == "predicted" || s == "measured") continue;
    const std::string name = s != "error_pct"                ? s
                             : m.name.scope == kNetworkLayer ? "network_pct"
                                                             : "signed error";
    BOOST_TEST(provenance::definition_of(name).has_value(), name);
    BOOST_TEST(provenance::definition_of(m.name.quantity).has_value(), m.name.quantity);
  }
  BOOST_TEST(provenance::definition_of("traffic_glb_mb").has_value());
  BOOST_TEST(*provenance::definition_of("share_within_20_pct") ==
             *provenance::definition_of("share_within_5_pct"));
  BOOST_TEST(!provenance::definition_of("mape").has_value());
  BOOST_TEST(!provenance::definition_of("trafficXglb_mb").has_value());
}

BOOST_AUTO_TEST_CASE(the_rows_of_a_metric_are_its_own) {
  const Written w;
  const std::string group = "eyeriss__alexnet__b4__analytical.published_mapping__processing_ms__";
  const auto folders = {w.scratch / "data", w.scratch.path()};
  const auto all = provenance::explain(w.folder, group + "layers__mape_pct", folders);
  BOOST_TEST(all.layers.size() == 5U);
  BOOST_TEST(all.n == 5);
  BOOST_TEST(all.predicted.size() == 5U);
  BOOST_TEST(all.measured.size() == 5U);
  BOOST_REQUIRE(all.files.size() == 2U);
  BOOST_TEST(all.files[0].input.name == "alexnet.yaml");
  BOOST_TEST(all.files[0].unchanged);
  double sum = 0;
  for (const auto& l : all.layers) sum += std::abs(l.error_pct);
  BOOST_TEST(*all.value == sum / 5, boost::test_tools::tolerance(1e-12));
  const auto one = provenance::explain(w.folder, group + "conv2__measured", folders);
  BOOST_TEST(one.layers.size() == 1U);
  BOOST_TEST(*one.value == 39.2);
  const auto sums = provenance::explain(w.folder, group + "network__error_pct", folders);
  BOOST_TEST(sums.layers.size() == 6U);
  BOOST_TEST(sums.layers.back().layer == kNetworkLayer);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provenance_verify)

BOOST_AUTO_TEST_CASE(a_report_as_written_is_verified) {
  const Written w;
  const auto v = w.verified();
  for (const Difference& d : v.differences) BOOST_ERROR(d.kind << " " << d.side << " " << d.what);
  BOOST_TEST(v.inputs == 2U);
  BOOST_TEST(v.records == 25U);
  BOOST_TEST(v.metrics > 100U);
  BOOST_TEST(v.notes.empty());
}

BOOST_AUTO_TEST_CASE(one_bit_of_any_output_is_found) {
  const Written w;
  const provenance::Chain chain = provenance::read_chain(w.folder);
  for (const auto& f : chain.outputs) {
    if (f.path == "records.json" || f.path == "metrics.json" || f.path == "records.csv" ||
        f.path == "records.csv.meta.json")
      continue;  // no longer JSON: the case below
    flip_first_byte(w.folder / f.path);
    const auto v = w.verified();
    BOOST_TEST(v.differences.size() == 1U, f.path);
    BOOST_TEST(names(v, "changed", "output", f.path), f.path);
    BOOST_TEST(v.differences.front().stated == f.hash);
    BOOST_TEST(v.differences.front().found == sha256_of_file(w.folder / f.path));
    flip_first_byte(w.folder / f.path);
  }
}

BOOST_AUTO_TEST_CASE(files_that_were_added_or_taken_away_are_found) {
  const Written w;
  fs::remove(w.folder / "report.html");
  std::ofstream(w.folder / "plots/more.csv") << "1\n";
  const auto v = w.verified();
  BOOST_TEST(v.differences.size() == 2U);
  BOOST_TEST(names(v, "missing", "output", "report.html"));
  BOOST_TEST(names(v, "added", "output", "plots/more.csv"));
}

BOOST_AUTO_TEST_CASE(inputs_that_changed_or_are_gone_are_found_with_both_hashes) {
  const Written w;
  flip_first_byte(w.scratch / "mine.csv");
  fs::remove(w.scratch / "data/chips/eyeriss/alexnet.yaml");
  const auto v = w.verified();
  BOOST_TEST(v.differences.size() == 2U);
  BOOST_TEST(names(v, "missing", "input", "chips/eyeriss/alexnet.yaml"));
  BOOST_REQUIRE(names(v, "changed", "input", "mine.csv"));
  for (const Difference& d : v.differences)
    if (d.kind == "changed") {
      BOOST_TEST(d.stated == sha256_of_text("layer,ms\n"));
      BOOST_TEST(d.found == sha256_of_file(w.scratch / "mine.csv"));
      BOOST_TEST(d.roles == "measured data");
    }
}

BOOST_AUTO_TEST_CASE(an_edited_metric_is_found_even_where_the_hashes_were_edited_too) {
  const Written w;
  const fs::path file = w.folder / "metrics.json";
  const std::string name =
      "eyeriss__alexnet__b4__analytical.published_mapping__processing_ms__layers__mape_pct";
  const auto metrics = nlohmann::json::parse(content(file)).at("metrics");
  std::string text = content(file);
  const std::size_t at = text.find("\"" + name + "\": {\"value\": ");
  BOOST_REQUIRE(at != std::string::npos);
  const std::size_t digit = text.find(", \"n\"", at) - 1;  // the last digit
  text[digit] = text[digit] == '1' ? '2' : '1';
  std::ofstream(file, std::ios::binary) << text;
  restate_hashes(w.folder);
  const auto v = w.verified();
  BOOST_TEST(v.differences.size() == 1U);
  BOOST_REQUIRE(names(v, "differs", "metric", name));
  BOOST_TEST(std::stod(v.differences.front().found) == metrics.at(name).at("value").get<double>());
}

BOOST_AUTO_TEST_CASE(an_edited_record_no_longer_gives_the_metrics) {
  const Written w;
  edit(w.folder / "records.json", "39.2", "39.3");
  edit(w.folder / "records.csv", "processing_ms,,,39.2", "processing_ms,,,39.3");
  restate_hashes(w.folder);
  const auto v = w.verified();
  BOOST_TEST(names(v, "differs", "metric", "conv2__measured"));
  BOOST_TEST(!names(v, "changed", "output", "records"));
}

BOOST_AUTO_TEST_CASE(records_csv_and_json_must_say_the_same) {
  const Written w;
  edit(w.folder / "records.csv", "processing_ms,,,39.2", "processing_ms,,,39.3");
  restate_hashes(w.folder);
  BOOST_TEST(names(w.verified(), "differs", "record", "records.csv"));
}

BOOST_AUTO_TEST_CASE(an_edited_bound_is_found) {
  const Written w;
  edit(w.folder / "metrics.json", "\"passed\": true", "\"passed\": false");
  restate_hashes(w.folder);
  BOOST_TEST(names(w.verified(), "differs", "metric", "passed"));
}

// As an experiment compares hardware that ran two layers: without a sum.
BOOST_AUTO_TEST_CASE(hardware_that_ran_some_layers_is_compared_again_as_it_was) {
  Written w;
  std::vector<Record> hardware;
  for (const std::size_t i : {0U, 1U}) {
    hardware.push_back(test::record("rtl", "published_mapping", i));
    hardware.back().values["processing_ms"] = test::kMeasuredMs[i] * 1.1;
  }
  Comparison c = compare(hardware, {w.in.measured[0], w.in.measured[1]}, {{"processing_ms"}});
  for (const ComparedRow& row : c.rows)
    if (row.layer != kNetworkLayer) w.in.comparison.rows.push_back(row);
  c.statistics.front().network_pct.reset();
  w.in.comparison.statistics.push_back(c.statistics.front());
  w.in.predicted.insert(w.in.predicted.end(), hardware.begin(), hardware.end());
  write_report(w.folder, w.in);
  const auto v = w.verified();
  for (const Difference& d : v.differences)
    BOOST_ERROR(d.kind << " " << d.what << " " << d.stated << " " << d.found);
}

// What an experiment does not compare though it is stated stays out.
BOOST_AUTO_TEST_CASE(a_quantity_that_was_withheld_stays_out) {
  Written w;
  JoinOptions join;
  join.quantities = {"processing_ms", "energy_chip_uj"};
  join.withheld = {{"analytical", "fitted_mapping", "energy_chip_uj", "made up"}};
  w.in.comparison = compare(w.in.predicted, w.in.measured, join);
  w.in.bounds.clear();
  write_report(w.folder, w.in);
  const auto v = w.verified();
  for (const Difference& d : v.differences)
    BOOST_ERROR(d.kind << " " << d.what << " " << d.stated << " " << d.found);
}

BOOST_AUTO_TEST_CASE(pins_of_experiments_are_held_against_their_data) {
  const Written w;
  w.scratch.write("data/chips/eyeriss/measured.csv", "x\n");
  w.scratch.write("data/e.yaml", "chip: eyeriss\nmeasured:\n  - {data: measured.csv, sha256: " +
                                     sha256_of_text("x\n").substr(7) + "}\n");
  BOOST_TEST(w.verified().holds());
  BOOST_TEST(w.verified().pins == 1U);
  w.scratch.write("data/chips/eyeriss/measured.csv", "y\n");
  const auto v = w.verified();
  BOOST_REQUIRE(v.differences.size() == 1U);
  BOOST_TEST(v.differences.front().found == sha256_of_text("y\n"));
  BOOST_TEST(v.differences.front().roles == "pinned by e.yaml");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
