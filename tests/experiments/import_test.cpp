// SPDX-License-Identifier: Apache-2.0
#include "experiments/import.h"

#include <boost/test/unit_test.hpp>

#include "core/diagnostics.h"
#include "experiments/compare.h"
#include "tests/files.h"

namespace fs = std::filesystem;
using namespace assay;
using test::edited;
using test::TemporaryFolder;

namespace {

const std::string kCsv =
    "layer,batch_N,total_latency_ms,glb_accesses_MB,power_mW,source,confidence\n"
    "CONV1,4,20.9,18.5,332,\"JSSC 2017, Table V\",two-sources\n"
    "CONV2,4,41.9,,288,\"a \"\"quoted\"\" source\",seen\n"
    "TOTAL,4,115.3,208.5,278,JSSC 2017,seen\n";

const std::string kMapping =
    "schema: assay.import/1\n"
    "name: eyeriss-alexnet\n"
    "kind: measured\n"
    "level: chip\n"
    "chip: eyeriss\n"
    "workload: alexnet\n"
    "layer:\n"
    "  column: layer\n"
    "  names: {CONV1: conv1, CONV2: conv2}\n"
    "batch: {column: batch_N}\n"
    "source: {column: source}\n"
    "confidence: {column: confidence}\n"
    "skip:\n"
    "  - {column: layer, equals: TOTAL, reason: a sum of the others}\n"
    "values:\n"
    "  - {quantity: total_ms, column: total_latency_ms, unit: ms per batch}\n"
    "  - {quantity: traffic_glb_kb, column: glb_accesses_MB, scale: 1000}\n"
    "  - {quantity: shifted, column: power_mW, scale: 2, offset: -10}\n";

struct Files {
  Import run(const std::string& csv, const std::string& mapping) const {
    return import_rows(folder.write("data.csv", csv), folder.write("mapping.yaml", mapping));
  }
  Diagnostics errors(const std::string& csv, const std::string& mapping) const {
    try {
      run(csv, mapping);
    } catch (const InputError& e) {
      return e.diagnostics();
    }
    return {};
  }
  TemporaryFolder folder;
};

struct Wrong {
  std::string from, to;  // in the mapping or the data
  std::string file;
  int line;
  std::string key;
  std::string says;
};

bool says(const Diagnostics& diagnostics, const Wrong& w) {
  for (const Diagnostic& d : diagnostics)
    if (d.line == w.line && fs::path(d.file).filename() == w.file &&
        d.key.find(w.key) != std::string::npos && to_string(d).find(w.says) != std::string::npos)
      return true;
  for (const Diagnostic& d : diagnostics) BOOST_TEST_MESSAGE(to_string(d));
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import)

BOOST_AUTO_TEST_CASE(maps_columns_to_records) {
  const Import in = Files().run(kCsv, kMapping);
  BOOST_TEST(in.name == "eyeriss-alexnet");
  BOOST_REQUIRE_EQUAL(in.records.size(), 2);
  const Record& r = in.records[0];
  BOOST_TEST(r.level == "chip");
  BOOST_TEST(r.chip == "eyeriss");
  BOOST_TEST(r.workload == "alexnet");
  BOOST_TEST(r.layer == "conv1");
  BOOST_TEST(r.batch == 4);
  BOOST_TEST(r.repeat == 1);
  BOOST_TEST(r.values.at("total_ms") == 20.9);
  BOOST_TEST(r.values.at("traffic_glb_kb") == 18500.0);
  BOOST_TEST(r.values.at("shifted") == 654.0);
  BOOST_TEST(r.provenance.tool == "chip");
  BOOST_TEST(r.provenance.source == "JSSC 2017, Table V");
  BOOST_TEST(r.provenance.confidence == "two-sources");
  BOOST_TEST(r.provenance.inputs.at("data").rfind("data.csv sha256:", 0) == 0);
  BOOST_TEST(r.provenance.inputs.at("data").size() == 16 + 64);
  BOOST_TEST(r.provenance.inputs.at("mapping").rfind("mapping.yaml sha256:", 0) == 0);
  BOOST_TEST(in.records[1].provenance.source == "a \"quoted\" source");
}

BOOST_AUTO_TEST_CASE(an_empty_cell_is_an_absent_value) {
  const Import in = Files().run(kCsv, kMapping);
  BOOST_TEST(in.records[1].values.count("traffic_glb_kb") == 0);
  BOOST_TEST(in.records[1].values.count("total_ms") == 1);
}

BOOST_AUTO_TEST_CASE(declared_words_mean_absent_too) {
  const Import in = Files().run(edited(kCsv, "20.9", " n/a "), kMapping + "absent: [n/a, '-']\n");
  BOOST_TEST(in.records[0].values.count("total_ms") == 0);
}

BOOST_AUTO_TEST_CASE(rows_left_out_are_recorded_with_the_reason) {
  const Import in = Files().run(kCsv, kMapping);
  BOOST_REQUIRE_EQUAL(in.skipped.size(), 1);
  BOOST_TEST(in.skipped[0].line == 4);
  BOOST_TEST(in.skipped[0].cell == "layer = TOTAL");
  BOOST_TEST(in.skipped[0].reason == "a sum of the others");
}

BOOST_AUTO_TEST_CASE(keep_leaves_out_the_other_rows) {
  const std::string filter =
      "keep:\n  - {column: confidence, equals: [two-sources, x], reason: weak}\n";
  const Import in = Files().run(kCsv, kMapping + filter);
  BOOST_TEST(in.records.size() == 1);
  BOOST_REQUIRE_EQUAL(in.skipped.size(), 2);
  BOOST_TEST(in.skipped[0].reason == "weak");
}

BOOST_AUTO_TEST_CASE(names_not_listed_stand_as_they_are_only_if_asked) {
  const std::string mapping = edited(kMapping, "names: {CONV1: conv1, CONV2: conv2}",
                                     "names: {CONV1: conv1}\n  others: keep");
  BOOST_TEST(Files().run(kCsv, mapping).records.at(1).layer == "CONV2");
}

BOOST_AUTO_TEST_CASE(keys_may_come_from_columns_and_blanks_are_trimmed) {
  const std::string csv =
      "\xEF\xBB\xBF net , cfg, conv ,n,\tcycles,rep\r\n\r\nvgg16, M32, c1 ,1, 100 "
      ",2\r\nresnet18,M64,c1,1,1e2,1";
  const std::string mapping =
      "schema: assay.import/1\nname: n\nkind: predicted\nlevel: maestro\ntool: maestro 4eb08d1\n"
      "chip: fpga\nworkload: {column: net}\nlayer: {column: conv}\nvariant: {column: cfg}\n"
      "batch: {column: n}\nrepeat: {column: rep}\n"
      "values: [{quantity: total_cycles, column: cycles}]\n";
  const Import in = Files().run(csv, mapping);
  BOOST_REQUIRE_EQUAL(in.records.size(), 2);
  BOOST_TEST(in.records[0].workload == "vgg16");
  BOOST_TEST(in.records[0].variant == "M32");
  BOOST_TEST(in.records[0].layer == "c1");
  BOOST_TEST(in.records[0].repeat == 2);
  BOOST_TEST(in.records[0].values.at("total_cycles") == 100.0);
  BOOST_TEST(in.records[0].provenance.tool == "maestro 4eb08d1");
  BOOST_TEST(in.records[0].provenance.source == "");
}

BOOST_AUTO_TEST_CASE(imported_records_compare) {
  const Import in = Files().run(kCsv, kMapping);
  std::vector<Record> predicted = in.records;
  for (Record& r : predicted) {
    r.level = "analytical";
    for (auto& value : r.values) value.second *= 1.1;
  }
  const Comparison c = compare(predicted, in.records, {{"total_ms"}, false, false});
  BOOST_TEST(c.statistics.at(0).mape_pct == 10.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(c.rows.at(0).measured_source == "JSSC 2017, Table V");
  BOOST_TEST(c.rows.back().measured_source == "several");
}

BOOST_AUTO_TEST_CASE(refuses_malformed_mappings_with_file_line_and_key) {
  const Files files;
  const std::vector<Wrong> wrongs = {
      {"assay.import/1", "assay.import/2", "mapping.yaml", 1, "schema", "assay.import/1"},
      {"kind: measured", "kind: mesured", "mapping.yaml", 3, "kind", "did you mean 'measured'"},
      {"level: chip\n", "", "mapping.yaml", 1, "level", "missing"},
      {"chip: eyeriss", "chp: eyeriss", "mapping.yaml", 5, "chp", "did you mean 'chip'"},
      {"workload: alexnet", "workload:", "mapping.yaml", 6, "workload", "expected text"},
      {"  column: layer\n", "", "mapping.yaml", 8, "layer.column", "missing"},
      {"column: layer\n", "column: layr\n", "mapping.yaml", 7, "layer.column",
       "did you mean 'layer'"},
      {"{column: batch_N}", "0", "mapping.yaml", 10, "batch", "from 1 to 2^40"},
      {"{column: batch_N}", "{column: batch_N, map: {}}", "mapping.yaml", 10, "batch.map",
       "unknown key"},
      {"source: {column: source}\n", "", "mapping.yaml", 1, "source", "missing"},
      {"equals: TOTAL", "equals: SUM", "mapping.yaml", 14, "skip", "matches no row"},
      {", reason: a sum of the others", "", "mapping.yaml", 14, "skip[0].reason", "missing"},
      {"total_latency_ms,", "total_latncy_ms,", "mapping.yaml", 16, "total_ms column",
       "did you mean 'total_latency_ms'"},
      {"total_latency_ms,", "zzzzzzzzzzzzzzzzzzzzzzz,", "mapping.yaml", 16, "total_ms column",
       "it has layer, batch_N"},
      {"scale: 1000", "scale: 0", "mapping.yaml", 17, "values[1].scale", "other than 0"},
      {"scale: 1000", "scale: kilo", "mapping.yaml", 17, "values[1].scale", "kilo"},
      {"quantity: shifted", "quantity: total_ms", "mapping.yaml", 18, "values[2].quantity",
       "twice"},
      {"CONV1: conv1,", "CONV1: ,", "mapping.yaml", 9, "layer.names.CONV1", "expected text"},
      {"CONV1: conv1,", "CONV1: a, CONV1: b,", "mapping.yaml", 9, "CONV1", "twice"},
      {"CONV2: conv2", "CONV3: conv3", "data.csv", 3, "layer", "not among the names"},
      {"CONV2: conv2", "CONV2: conv1", "data.csv", 3, "conv1", "first in line 2"},
  };
  for (const Wrong& w : wrongs)
    BOOST_TEST(says(files.errors(kCsv, edited(kMapping, w.from, w.to)), w), w.to);
}

BOOST_AUTO_TEST_CASE(refuses_malformed_data_with_file_line_and_column) {
  const Files files;
  const std::vector<Wrong> wrongs = {
      {"20.9", "20,9", "data.csv", 2, "", "8 fields; expected 7"},
      {"20.9", "20.9ms", "data.csv", 2, "total_latency_ms", "number in column 3"},
      {"20.9", "nan", "data.csv", 2, "total_latency_ms", "nan"},
      {"20.9", "1e400", "data.csv", 2, "total_latency_ms", "1e400"},
      {",18.5", ",1e307", "data.csv", 2, "glb_accesses_MB", "smaller number"},
      {"CONV1,4,", "CONV1,,", "data.csv", 2, "batch_N", "empty"},
      {"CONV1,4,", "CONV1,4.5,", "data.csv", 2, "batch_N", "whole number"},
      {"CONV1,4,", "CONV1,-4,", "data.csv", 2, "batch_N", "at least 1"},
      {"CONV1,4,", ",4,", "data.csv", 2, "layer", "empty"},
      {"CONV1,4,", "CONV2,4,", "data.csv", 3, "conv2", "first in line 2"},
      {"CONV2", "CONV 2", "data.csv", 3, "layer", "did you mean 'CONV2'"},
      {"Table V\"", "Table V", "data.csv", 2, "", "not closed"},
      {",332,", ",3\"32,", "data.csv", 2, "", "quote inside"},
      {"power_mW", "layer", "data.csv", 1, "layer", "twice in the header"},
      {kCsv, "", "data.csv", 0, "", "expected a header"},
      {kCsv.substr(kCsv.find('\n')), "\n", "mapping.yaml", 14, "skip", "matches no row"},
      {kCsv.substr(kCsv.find("CONV1")), "TOTAL,4,1,1,1,s,c\n", "data.csv", 0, "", "no row is left"},
  };
  for (const Wrong& w : wrongs)
    BOOST_TEST(says(files.errors(edited(kCsv, w.from, w.to), kMapping), w), w.to);
}

BOOST_AUTO_TEST_CASE(reports_all_errors_at_once) {
  const Files files;
  std::string csv = edited(kCsv, "20.9", "x");
  csv = edited(csv, "41.9", "y");
  csv = edited(csv, "CONV2,4", "CONV2,zero");
  BOOST_TEST(files.errors(csv, kMapping).size() == 3);
  std::string mapping = edited(kMapping, "column: layer\n", "column: layr\n");
  mapping = edited(mapping, "batch_N", "batchN");
  BOOST_TEST(files.errors(kCsv, mapping).size() == 2);
}

BOOST_AUTO_TEST_CASE(refuses_missing_files) {
  const Files files;
  files.run(kCsv, kMapping);
  BOOST_CHECK_THROW(import_csv(files.folder / "none.csv", files.folder / "mapping.yaml"),
                    InputError);
  BOOST_CHECK_THROW(import_csv(files.folder / "data.csv", files.folder / "none.yaml"), InputError);
  BOOST_TEST(import_csv(files.folder / "data.csv", files.folder / "mapping.yaml").size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
