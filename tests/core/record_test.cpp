// SPDX-License-Identifier: Apache-2.0
#include "core/record.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/diagnostics.h"
#include "core/text.h"
#include "tests/files.h"

namespace fs = std::filesystem;
using namespace assay;
using test::content;
using test::TemporaryFolder;

namespace {

Record plain_record(const std::string& layer) {
  Record r;
  r.level = "chip";
  r.chip = "eyeriss";
  r.workload = "alexnet";
  r.layer = layer;
  return r;
}

Record rich_record() {
  Record r = plain_record("conv \"1\", first");
  r.variant = "a,b";
  r.batch = 4;
  r.repeat = 3;
  r.values = {{"sum", 0.1 + 0.2},
              {"third", 1.0 / 3.0},
              {"denormal", std::numeric_limits<double>::denorm_min()},
              {"denormal_2", 3.3e-310},
              {"tiny", std::numeric_limits<double>::min()},
              {"huge", std::numeric_limits<double>::max()},
              {"e300", 1e300},
              {"zero", 0.0},
              {"minus_zero", -0.0},
              {"negative", -2.2250738585072014e-308},
              {"whole", 9007199254740993.0}};
  r.counts = {{{"glb", "I", "read"}, std::numeric_limits<std::int64_t>::max()},
              {{"glb", "P", "write"}, std::numeric_limits<std::int64_t>::min()},
              {{"compute", "-", "mac"}, 0}};
  r.cycles_by_cause = {{"compute", 16.5}, {"wait, glb", 1e-3}};
  r.energy_pj_by_component = {{"glb", 1.2345678901234567e9}};
  r.notes = {{"binding_resource", "pe"}, {"quoted", "say \"no\", \xC3\xA9"}, {"empty", ""}};
  r.provenance = {"chip",
                  "JSSC 2017, \"Table V\"",
                  "two-sources",
                  {{"data", "eyeriss.csv sha256:00ff"}, {"mapping", "m.yaml sha256:11"}}};
  return r;
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

void check_same(const std::map<std::string, double>& a, const std::map<std::string, double>& b) {
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  for (const auto& [name, value] : a) BOOST_TEST(same_bits(value, b.at(name)), name);
}

void check_same(const Record& a, const Record& b) {
  BOOST_TEST(a.level == b.level);
  BOOST_TEST(a.chip == b.chip);
  BOOST_TEST(a.workload == b.workload);
  BOOST_TEST(a.layer == b.layer);
  BOOST_TEST(a.variant == b.variant);
  BOOST_TEST(a.batch == b.batch);
  BOOST_TEST(a.repeat == b.repeat);
  check_same(a.values, b.values);
  BOOST_TEST((a.counts == b.counts));
  check_same(a.cycles_by_cause, b.cycles_by_cause);
  check_same(a.energy_pj_by_component, b.energy_pj_by_component);
  BOOST_TEST((a.notes == b.notes));
  BOOST_TEST(a.provenance.tool == b.provenance.tool);
  BOOST_TEST(a.provenance.source == b.provenance.source);
  BOOST_TEST(a.provenance.confidence == b.provenance.confidence);
  BOOST_TEST((a.provenance.inputs == b.provenance.inputs));
}

Diagnostics errors_of(const fs::path& file) {
  try {
    read_records(file);
  } catch (const InputError& e) {
    return e.diagnostics();
  }
  return {};
}

// Whether some diagnostic has this line, and key and text in it.
bool says(const Diagnostics& diagnostics, int line, const std::string& key,
          const std::string& text) {
  for (const Diagnostic& d : diagnostics)
    if (d.line == line && d.key.find(key) != std::string::npos &&
        to_string(d).find(text) != std::string::npos)
      return true;
  for (const Diagnostic& d : diagnostics) BOOST_TEST_MESSAGE(to_string(d));
  return false;
}

const std::string kHeader =
    "level,chip,workload,layer,variant,batch,repeat,section,name,operand,action,value\n";
const std::string kKey = "chip,eyeriss,alexnet,conv1,,4,1,";

std::string json_of(const std::string& record) {
  return "{\n \"schema\": \"assay.records/1\",\n \"records\": [\n" + record + "\n ]\n}\n";
}
std::string json_record(const std::string& more) {
  return "{\"level\": \"chip\", \"chip\": \"e\",\n\"workload\": \"a\", \"layer\": \"l\"" + more +
         "}";
}

struct Malformed {
  std::string text;
  int line;
  std::string key;
  std::string says;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(record)

BOOST_AUTO_TEST_CASE(json_reads_back_bit_for_bit) {
  const TemporaryFolder folder;
  const std::vector<Record> records = {rich_record(), plain_record("conv2")};
  write_records_json(folder / "r.json", records);
  const std::vector<Record> back = read_records(folder / "r.json");
  BOOST_REQUIRE_EQUAL(back.size(), 2);
  for (std::size_t i = 0; i < 2; ++i) check_same(records[i], back[i]);
  BOOST_TEST(records_to_json(back) == records_to_json(records));
  BOOST_TEST(content(folder / "r.json") == records_to_json(records));
}

BOOST_AUTO_TEST_CASE(json_keeps_line_breaks_in_notes) {
  const TemporaryFolder folder;
  Record r = plain_record("conv1");
  r.notes["why"] = "two\nlines\tand a \x01";
  write_records_json(folder / "r.json", {r});
  check_same(r, read_records_json(folder / "r.json").at(0));
}

BOOST_AUTO_TEST_CASE(csv_reads_back_bit_for_bit) {
  const TemporaryFolder folder;
  const std::vector<Record> records = {rich_record(), plain_record("conv2")};
  write_records_csv(folder / "r.csv", records);
  const std::vector<Record> back = read_records(folder / "r.csv");
  BOOST_REQUIRE_EQUAL(back.size(), 2);
  for (std::size_t i = 0; i < 2; ++i) check_same(records[i], back[i]);
}

BOOST_AUTO_TEST_CASE(csv_without_its_sidecar_lacks_only_the_inputs) {
  const TemporaryFolder folder;
  Record r = rich_record();
  write_records_csv(folder / "r.csv", {r});
  fs::remove(folder / "r.csv.meta.json");
  const std::vector<Record> back = read_records_csv(folder / "r.csv");
  r.provenance.inputs.clear();
  check_same(r, back.at(0));
}

BOOST_AUTO_TEST_CASE(no_records_are_a_file_too) {
  const TemporaryFolder folder;
  write_records_csv(folder / "r.csv", {});
  write_records_json(folder / "r.json", {});
  BOOST_TEST(content(folder / "r.csv") == kHeader);
  BOOST_TEST(read_records(folder / "r.csv").empty());
  BOOST_TEST(read_records(folder / "r.json").empty());
}

BOOST_AUTO_TEST_CASE(csv_has_one_row_per_value) {
  const TemporaryFolder folder;
  Record r = plain_record("conv1");
  r.batch = 4;
  r.values["total_ms"] = 20.9;
  r.counts[{"glb", "I", "read"}] = 7;
  write_records_csv(folder / "r.csv", {r});
  BOOST_TEST(content(folder / "r.csv") == kHeader + kKey + "provenance,tool,,,\n" + kKey +
                                              "values,total_ms,,,20.9\n" + kKey +
                                              "counts,glb,I,read,7\n");
}

BOOST_AUTO_TEST_CASE(csv_rows_may_come_in_any_order_and_with_windows_line_ends) {
  const TemporaryFolder folder;
  std::string text = "\xEF\xBB\xBF" + kHeader + kKey + "values,a,,,1\n" +
                     "chip,eyeriss,alexnet,conv2,,4,2,values,a,,,2\n" + kKey + "notes,n,,,\"x,y\"";
  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::vector<Record> records = read_records(folder.write("r.csv", windows));
  BOOST_REQUIRE_EQUAL(records.size(), 2);
  BOOST_TEST(records[0].values.at("a") == 1);
  BOOST_TEST(records[0].notes.at("n") == "x,y");
  BOOST_TEST(records[1].repeat == 2);
}

BOOST_AUTO_TEST_CASE(json_takes_whole_numbers_for_values) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("r.json", json_of(json_record(",\"values\": {\"a\": 7}")));
  const Record r = read_records(file).at(0);
  BOOST_TEST(r.values.at("a") == 7.0);
  BOOST_TEST(r.batch == 1);
  BOOST_TEST(r.repeat == 1);
}

BOOST_AUTO_TEST_CASE(refuses_to_write_what_is_not_finite) {
  const TemporaryFolder folder;
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    Record in_values = plain_record("conv1");
    in_values.values["total_ms"] = bad;
    Record in_cycles = plain_record("conv1");
    in_cycles.cycles_by_cause["compute"] = bad;
    Record in_energy = plain_record("conv1");
    in_energy.energy_pj_by_component["glb"] = bad;
    for (const Record& r : {in_values, in_cycles, in_energy}) {
      BOOST_CHECK_THROW(records_to_json({r}), InputError);
      BOOST_CHECK_THROW(write_records_json(folder / "r.json", {r}), InputError);
      BOOST_CHECK_THROW(write_records_csv(folder / "r.csv", {r}), InputError);
    }
  }
  BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(refuses_to_write_repeated_or_nameless_records) {
  Record nameless = plain_record("");
  Record no_batch = plain_record("conv1");
  no_batch.batch = 0;
  Record no_operand = plain_record("conv1");
  no_operand.counts[{"glb", "", "read"}] = 1;
  BOOST_CHECK_THROW(records_to_json({plain_record("a"), plain_record("a")}), InputError);
  for (const Record& r : {nameless, no_batch, no_operand})
    BOOST_CHECK_THROW(records_to_json({r}), InputError);
  Record not_utf8 = plain_record("conv1");
  not_utf8.notes["n"] = "\xFF";
  BOOST_CHECK_THROW(records_to_json({not_utf8}), InputError);
}

BOOST_AUTO_TEST_CASE(csv_refuses_line_breaks_in_text) {
  const TemporaryFolder folder;
  Record r = plain_record("conv1");
  r.notes["why"] = "two\nlines";
  BOOST_CHECK_THROW(write_records_csv(folder / "r.csv", {r}), InputError);
  BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(writing_replaces_a_file_and_leaves_nothing_beside_it) {
  const TemporaryFolder folder;
  folder.write("r.json", "old");
  write_records_json(folder / "r.json", {plain_record("conv1")});
  BOOST_TEST(read_records(folder / "r.json").size() == 1);
  BOOST_TEST(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_the_old_file) {
  const TemporaryFolder folder;
  folder.write("r.json", "old");
  Record bad = plain_record("conv1");
  bad.values["x"] = std::nan("");
  BOOST_CHECK_THROW(write_records_json(folder / "r.json", {bad}), InputError);
  BOOST_TEST(content(folder / "r.json") == "old");
  BOOST_CHECK_THROW(write_records_json(folder / "no" / "r.json", {plain_record("a")}), InputError);
  BOOST_CHECK_THROW(write_records_json(folder.path(), {plain_record("a")}), InputError);
}

BOOST_AUTO_TEST_CASE(refuses_malformed_csv_with_line_and_key) {
  const TemporaryFolder folder;
  const std::vector<Malformed> cases = {
      {"", 0, "header", "empty"},
      {"level,chip\n", 1, "header", "expected level,chip,workload"},
      {kHeader.substr(0, kHeader.size() - 1) + ",more\n", 1, "header", "more"},
      {kHeader + kKey + "valuse,a,,,1\n", 2, "section", "did you mean 'values'"},
      {kHeader + kKey + "values,a,,,1x\n", 2, "values.a", "1x"},
      {kHeader + kKey + "values,a,,,\n", 2, "values.a", "expected a finite number"},
      {kHeader + kKey + "values,a,,,nan\n", 2, "values.a", "nan"},
      {kHeader + kKey + "values,a,,,inf\n", 2, "values.a", "inf"},
      {kHeader + kKey + "values,a,,,1e999\n", 2, "values.a", "1e999"},
      {kHeader + kKey + "values,a,,, 1\n", 2, "values.a", "expected a finite number"},
      {kHeader + kKey + "values,a,,,1\n" + kKey + "values,a,,,2\n", 3, "values.a", "twice"},
      {kHeader + kKey + "values,a,I,,1\n", 2, "operand", "expected nothing"},
      {kHeader + kKey + "values,,,,1\n", 2, "name", "empty"},
      {kHeader + kKey + "counts,glb,I,read,1.5\n", 2, "counts.glb", "whole number"},
      {kHeader + kKey + "counts,glb,I,read,9223372036854775808\n", 2, "counts.glb", "64 bits"},
      {kHeader + kKey + "counts,glb,,read,1\n", 2, "operand", "empty"},
      {kHeader + kKey + "provenance,author,,,x\n", 2, "name", "author"},
      {kHeader + kKey + "values,a,,,1,\n", 2, "", "13 fields"},
      {kHeader + "chip,eyeriss\n", 2, "", "2 fields"},
      {kHeader + "chip,eyeriss,alexnet,conv1,,0,1,values,a,,,1\n", 2, "batch", "at least 1"},
      {kHeader + "chip,eyeriss,alexnet,conv1,,4,x,values,a,,,1\n", 2, "repeat", "x"},
      {kHeader + "chip,,alexnet,conv1,,4,1,values,a,,,1\n", 2, "chip", "empty"},
      {kHeader + kKey + "values,a,,,1\nchip,eyeriss,alexnet,conv1,,4,2,values,b,,,1\n", 3, "repeat",
       "expected 1"},
      {kHeader + kKey + "notes,a,,,\"x\n", 2, "", "not closed"},
      {kHeader + kKey + "notes,a,,,\"x\"y\n", 2, "", "closing quote"},
      {kHeader + kKey + "notes,a,,,x\"y\n", 2, "", "quote inside"},
      {kHeader + kKey + std::string("notes,a,,,x\0y\n", 14), 2, "", "zero byte"},
  };
  for (const Malformed& c : cases) {
    const Diagnostics found = errors_of(folder.write("bad.csv", c.text));
    BOOST_TEST(says(found, c.line, c.key, c.says), c.text);
    for (const Diagnostic& d : found) BOOST_TEST(d.file == (folder / "bad.csv").string());
  }
}

BOOST_AUTO_TEST_CASE(refuses_malformed_json_with_line_and_key) {
  const TemporaryFolder folder;
  const std::string good = json_record("");
  const std::vector<Malformed> cases = {
      {"", 1, "", "not valid JSON"},
      {"{\n \"schema\": \"assay.records/1\",\n \"records\": [,]}", 3, "", "not valid JSON"},
      {"[]", 1, "", "expected a mapping"},
      {"{\"records\": []}", 1, "schema", "missing"},
      {"{\n\"schema\": \"assay.records/2\", \"records\": []}", 2, "schema", "assay.records/1"},
      {"{\"schema\": \"assay.records/1\"}", 1, "records", "missing"},
      {"{\"schema\": \"assay.records/1\",\n\"records\": {}}", 2, "records", "expected a list"},
      {"{\"schema\": \"assay.records/1\", \"records\": [],\n\"record\": 1}", 2, "record",
       "did you mean 'records'"},
      {json_of("7"), 4, "records[0]", "expected a mapping"},
      {json_of("{\"level\": \"chip\", \"chip\": \"e\", \"workload\": \"a\"}"), 4,
       "records[0].layer", "missing"},
      {json_of(json_record(",\n\"batch\": 0")), 6, "records[0].batch", "at least 1"},
      {json_of(json_record(",\n\"batch\": 1.5")), 6, "records[0].batch", "1.5"},
      {json_of(json_record(",\n\"value\": {}")), 6, "records[0].value", "did you mean 'values'"},
      {json_of(json_record(",\n\"values\": {\n\"a\": \"1\"}")), 7, "records[0].values.a",
       "expected a number"},
      {json_of(json_record(",\n\"values\": {\n\"a\": null}")), 7, "records[0].values.a", "null"},
      {json_of(json_record(",\n\"values\": {\"a\": 1e999}")), 6, "", "not valid JSON"},
      {json_of(json_record(",\n\"values\": {\"a\": NaN}")), 6, "", "not valid JSON"},
      {json_of(json_record(",\n\"values\": {\"a\": 1,\n\"a\": 2}")), 7, "a", "twice"},
      {json_of(json_record(",\n\"values\": {\"\": 1}")), 4, "values name", "not empty"},
      {json_of(json_record(",\n\"values\": []")), 6, "records[0].values", "expected a mapping"},
      {json_of(json_record(",\n\"counts\": {\"glb\": {\"I\": {\"read\": 1.0}}}")), 6,
       "records[0].counts.glb.I.read", "whole number"},
      {json_of(json_record(",\n\"counts\": {\"glb\": {\"I\":\n{\"read\": 9223372036854775808}}}")),
       7, "counts.glb.I.read", "64 bits"},
      {json_of(json_record(",\n\"counts\": {\"glb\": 3}")), 6, "counts.glb", "operands"},
      {json_of(json_record(",\n\"counts\": {\"glb\": {\"I\": 3}}")), 6, "counts.glb.I", "actions"},
      {json_of(json_record(",\n\"notes\": {\"n\": 3}")), 6, "records[0].notes.n", "expected text"},
      {json_of(json_record(",\n\"provenance\": {\"tol\": \"x\"}")), 6, "records[0].provenance.tol",
       "did you mean 'tool'"},
      {json_of(good + ",\n" + good), 6, "chip/e/a/l", "first in line 4"},
      {std::string(200, '['), 1, "", "nested too deeply"},
      {"{\"schema\": \"\xFF\"}", 1, "", "not valid JSON"},
  };
  for (const Malformed& c : cases) {
    const Diagnostics found = errors_of(folder.write("bad.json", c.text));
    BOOST_TEST(says(found, c.line, c.key, c.says), c.text);
    for (const Diagnostic& d : found) BOOST_TEST(d.file == (folder / "bad.json").string());
  }
}

BOOST_AUTO_TEST_CASE(reports_all_errors_at_once) {
  const TemporaryFolder folder;
  const fs::path csv =
      folder.write("r.csv", kHeader + kKey + "values,a,,,x\n" + kKey + "count,b,,,1\nshort\n");
  BOOST_TEST(errors_of(csv).size() == 3);
  const fs::path json = folder.write(
      "r.json", json_of(json_record(",\"values\": {\"a\": true}, \"batch\": -1, \"more\": 1")));
  BOOST_TEST(errors_of(json).size() == 3);
}

BOOST_AUTO_TEST_CASE(refuses_other_extensions_and_missing_files) {
  const TemporaryFolder folder;
  BOOST_CHECK_THROW(read_records(folder.write("r.txt", "")), InputError);
  BOOST_CHECK_THROW(read_records(folder / "none.csv"), InputError);
  BOOST_CHECK_THROW(read_records(folder / "none.json"), InputError);
  BOOST_CHECK_THROW(read_records_csv(folder.path()), InputError);
}

BOOST_AUTO_TEST_CASE(refuses_the_sidecar_of_other_records) {
  const TemporaryFolder folder;
  Record r = plain_record("conv1");
  r.provenance.tool = "chip";
  write_records_csv(folder / "r.csv", {r});
  const std::string sidecar = content(folder / "r.csv.meta.json");
  Record other = r;
  other.provenance.tool = "another";
  write_records_csv(folder / "r.csv", {other});
  folder.write("r.csv.meta.json", sidecar);
  BOOST_TEST(says(errors_of(folder / "r.csv"), 0, "conv1", "differ from the CSV"));
  write_records_csv(folder / "r.csv", {r, plain_record("conv2")});
  folder.write("r.csv.meta.json", sidecar);
  BOOST_TEST(says(errors_of(folder / "r.csv"), 0, "conv2", "missing"));
  write_records_csv(folder / "r.csv", {r, plain_record("conv2")});
  const std::string longer = content(folder / "r.csv.meta.json");
  write_records_csv(folder / "r.csv", {r});
  folder.write("r.csv.meta.json", longer);
  BOOST_TEST(says(errors_of(folder / "r.csv"), 0, "", "has 2 records; expected the 1"));
  folder.write("r.csv.meta.json", "{\"schema\": \"assay.records/1\", \"records\": []}");
  BOOST_TEST(says(errors_of(folder / "r.csv"), 1, "schema", "assay.records-meta/1"));
}

BOOST_AUTO_TEST_CASE(numbers_are_the_shortest_that_read_back) {
  BOOST_TEST(number_text(0.1) == "0.1");
  BOOST_TEST(number_text(0.1 + 0.2) == "0.30000000000000004");
  BOOST_TEST(number_text(1e300) == "1e+300");
  BOOST_TEST(number_text(std::numeric_limits<double>::denorm_min()) == "5e-324");
  for (const char* bad :
       {"", " 1", "1 ", "+1", "0x10", "1,5", "nan", "inf", "1e400", "1e-400", "-"})
    BOOST_TEST(!parse_number(bad).has_value(), bad);
  for (const char* bad : {"", "1.0", "+1", " 1", "9223372036854775808"})
    BOOST_TEST(!parse_integer(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(csv_fields_follow_rfc_4180) {
  std::vector<std::string> fields;
  BOOST_TEST(split_csv_line("a,\"b,\"\"c\"\"\",,\" d \"", &fields).empty());
  BOOST_TEST((fields == std::vector<std::string>{"a", "b,\"c\"", "", " d "}));
  BOOST_TEST(csv_field(" a") == "\" a\"");  // readers that trim would lose the blank
  BOOST_TEST(split_csv_line("", &fields).empty());
  BOOST_TEST(fields.size() == 1);
  BOOST_TEST(split_csv_line("a,", &fields).empty());
  BOOST_TEST(fields.size() == 2);
  for (const std::string text : {"", "a", " a", "a,b", "\"", "a\"b", "\"\"", ",", "a b"}) {
    BOOST_TEST(split_csv_line(csv_field(text) + "," + csv_field(text), &fields).empty());
    BOOST_TEST((fields == std::vector<std::string>{text, text}), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
