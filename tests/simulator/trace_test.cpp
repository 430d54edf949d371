// SPDX-License-Identifier: Apache-2.0
// Traces for Perfetto and chrome://tracing: events fed by hand, the file read back as JSON and held
// against the Trace Event Format and docs/formats/trace.md.
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/trace_fixture.h"

using namespace assay;
using namespace assay::test;

namespace {

std::set<std::string> keys_of(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

using Keys = std::set<std::string>;
const Keys kTransferArgs{"kind", "operand", "tile",  "slot",   "words",
                         "from", "to",      "ready", "waited", "latency"};

}  // namespace

BOOST_AUTO_TEST_SUITE(trace)

BOOST_AUTO_TEST_CASE(every_event_has_the_form_that_the_format_asks_for) {
  const Json trace = trace_of(longer_run);
  BOOST_TEST((keys_of(trace) == Keys{"displayTimeUnit", "traceEvents", "otherData"}));
  BOOST_TEST(trace.at("displayTimeUnit") == "ms");
  const std::map<std::string, Keys> keys{
      {"M", {"name", "ph", "pid", "tid", "args"}},
      {"X", {"name", "cat", "ph", "ts", "dur", "pid", "tid", "args"}},
      {"i", {"name", "cat", "ph", "s", "ts", "pid", "tid", "args"}},
      {"C", {"name", "ph", "ts", "pid", "tid", "args"}}};
  std::set<std::string> seen;
  for (const Json& e : trace.at("traceEvents")) {
    const std::string phase = e.at("ph");
    seen.insert(phase);
    BOOST_TEST((keys_of(e) == keys.at(phase)), e);
    BOOST_TEST((e.at("pid").is_number_unsigned() && e.at("tid").is_number_unsigned()), e);
    BOOST_TEST((e.at("pid") > 0 && e.at("pid") < 100 && e.at("tid") > 100), e);
    if (phase == "M") continue;
    BOOST_TEST(e.at("ts").is_number_unsigned(), e);
    if (phase == "X") BOOST_TEST((e.at("dur").is_number_unsigned() && e.at("dur") > 0), e);
    if (phase == "i") BOOST_TEST(e.at("s") == "t");
    if (phase == "C")
      BOOST_TEST((keys_of(e.at("args")) == Keys{"lanes"}), e);
    else if (e.at("cat") == "step")
      BOOST_TEST((keys_of(e.at("args")) == Keys{"step", "macs", "active_lanes"}), e);
    else
      BOOST_TEST((keys_of(e.at("args")) == kTransferArgs), e);
  }
  BOOST_TEST(seen.size() == keys.size());
}

BOOST_AUTO_TEST_CASE(a_transfer_stands_on_every_port_that_it_uses) {
  const Json trace = trace_of([](ChromeTrace& t) {
    t.transfer(from_dram(Operand::W, 12, 3, 9));
    t.transfer(from_reg(Kind::read_back, 4, 33, 37, 1));
    t.transfer(from_reg(Kind::drain, 4, 50, 57, 1));
  });
  const std::map<int, std::string> rows = rows_of(trace);
  const std::vector<Json> events = events_of(trace, "X");
  BOOST_REQUIRE(events.size() == 4U);
  BOOST_TEST(rows.at(events[0].at("tid")) == "dram/bus");
  BOOST_TEST(rows.at(events[1].at("tid")) == "buffer/in");
  BOOST_TEST(rows.at(events[2].at("tid")) == "buffer/out");
  for (std::size_t i : {0U, 1U}) {
    BOOST_TEST(events[i].at("name") == "fill W #12");
    BOOST_TEST((events[i].at("ts") == 3 && events[i].at("dur") == 6));
    const Json args{{"kind", "fill"}, {"operand", "W"}, {"tile", 12},     {"slot", 0},
                    {"words", 48},    {"from", "dram"}, {"to", "buffer"}, {"ready", 0},
                    {"waited", 3},    {"latency", 20}};
    BOOST_TEST(events[i].at("args") == args);
  }
  BOOST_TEST(events[2].at("name") == "read back O #4");
  BOOST_TEST(
      (events[2].at("args").at("from") == "buffer" && events[2].at("args").at("to") == "reg"));
  BOOST_TEST(events[3].at("name") == "drain O #4");
  BOOST_TEST(
      (events[3].at("args").at("from") == "reg" && events[3].at("args").at("to") == "buffer"));
}

BOOST_AUTO_TEST_CASE(what_no_port_limits_has_a_row_of_its_hold) {
  const Json trace = trace_of(longer_run);
  const std::map<int, std::string> rows = rows_of(trace);
  const std::vector<Json> instants = events_of(trace, "i");
  BOOST_REQUIRE(instants.size() == 1U);
  BOOST_TEST(rows.at(instants[0].at("tid")) == "reg/O (no port)");
  BOOST_TEST((instants[0].at("name") == "drain O #3" && instants[0].at("ts") == 33));
  const Json last = events_of(trace, "X").back();
  BOOST_TEST(last.at("tid") == instants[0].at("tid"));
  BOOST_TEST((last.at("ts") == 48 && last.at("dur") == 2));
}

BOOST_AUTO_TEST_CASE(the_events_of_a_port_add_up_to_its_busy_time) {
  std::map<std::string, std::int64_t> busy;
  const Json trace = trace_of([&](ChromeTrace& t) {
    std::int64_t dram = 0, out = 0;
    for (std::int64_t i = 0; i < 1000; ++i) {
      const std::int64_t start = dram + i % 3;
      dram = start + 1 + i * 7 % 11;
      busy["dram/bus"] += dram - start;
      busy["buffer/in"] += dram - start;
      t.transfer(from_dram(i % 2 == 0 ? Operand::I : Operand::W, i / 2, start, dram));
      const std::int64_t drain = out + i % 5;
      out = drain + 1 + i * 5 % 7;
      busy["buffer/out"] += out - drain;
      t.transfer(from_reg(Kind::drain, i, drain, out, 1));
    }
  });
  const std::map<int, std::string> rows = rows_of(trace);
  std::map<std::string, std::int64_t> sum, free_from;
  for (const Json& e : events_of(trace, "X")) {
    const std::string& row = rows.at(e.at("tid"));
    const std::int64_t start = e.at("ts"), duration = e.at("dur");
    BOOST_TEST(start >= free_from[row]);  // viewers allow no overlap
    free_from[row] = start + duration;
    sum[row] += duration;
  }
  BOOST_TEST((sum == busy));
}

BOOST_AUTO_TEST_CASE(rows_are_named_once_before_their_first_event_outermost_level_first) {
  const Json trace = trace_of(longer_run);
  std::map<std::pair<int, std::string>, int> named;  // (process or thread, kind)
  for (const Json& e : trace.at("traceEvents")) {
    const std::string name = e.at("name");
    if (e.at("ph") == "M") {
      const bool process = name.rfind("process", 0) == 0;
      BOOST_TEST((++named[{e.at(process ? "pid" : "tid"), name}] == 1), e);
      continue;
    }
    for (const char* kind : {"process_name", "process_sort_index"})
      BOOST_TEST((named[{e.at("pid"), kind}] == 1), e);
    for (const char* kind : {"thread_name", "thread_sort_index"})
      BOOST_TEST((named[{e.at("tid"), kind}] == 1), e);
  }
  std::map<int, std::string> processes;  // by sort index
  std::map<int, int> index_of;
  for (const Json& e : events_of(trace, "M"))
    if (e.at("name") == "process_sort_index") index_of[e.at("pid")] = e.at("args").at("sort_index");
  for (const Json& e : events_of(trace, "M"))
    if (e.at("name") == "process_name")
      processes[index_of.at(e.at("pid"))] = e.at("args").at("name");
  std::vector<std::string> order;
  for (const auto& [position, process] : processes) order.push_back(process);
  BOOST_TEST((order == std::vector<std::string>{"dram", "buffer", "reg", "mac"}));  // x has no row
  const std::map<int, std::string> rows = rows_of(trace);  // a thread's number is its place
  std::vector<std::string> names;
  for (const auto& [thread, row] : rows) names.push_back(row);
  BOOST_TEST((names == std::vector<std::string>{"dram/bus", "buffer/in", "buffer/out",
                                                "reg/O (no port)", "mac/steps"}));
}

BOOST_AUTO_TEST_CASE(steps_are_complete_events_with_their_work) {
  const Json trace = trace_of(longer_run);
  std::vector<Json> steps;
  for (const Json& e : events_of(trace, "X"))
    if (e.at("cat") == "step") steps.push_back(e);
  BOOST_REQUIRE(steps.size() == 3U);
  BOOST_TEST(
      (steps[1].at("name") == "step #1" && steps[1].at("ts") == 40 && steps[1].at("dur") == 4));
  BOOST_TEST((steps[1].at("args") == Json{{"step", 1}, {"macs", 60}, {"active_lanes", 15}}));
  BOOST_TEST(rows_of(trace).at(steps[1].at("tid")) == "mac/steps");
}

BOOST_AUTO_TEST_CASE(the_counter_of_lanes_changes_only_where_they_do_and_is_0_between_steps) {
  std::vector<std::pair<int, int>> values;
  for (const Json& e : events_of(trace_of(longer_run), "C")) {
    BOOST_TEST(e.at("name") == "active");
    values.emplace_back(e.at("ts"), e.at("args").at("lanes"));
  }
  const std::vector<std::pair<int, int>> expected{{29, 16}, {33, 0}, {40, 15}, {48, 0}};
  BOOST_TEST((values == expected));
}

BOOST_AUTO_TEST_CASE(other_data_say_what_ran_and_what_a_cycle_is) {
  const Json other = trace_of(small_run).at("otherData");
  const Json expected{{"title", "tiny example conv1"},
                      {"accelerator", "tiny"},
                      {"tool", "assay simulator " ASSAY_VERSION},
                      {"time", "1 us is 1 cycle"},
                      {"last_cycle", 33},
                      {"recorded_events", 6},
                      {"truncated", false}};
  BOOST_TEST(other == expected);
  const Json longer = trace_of(longer_run);
  const std::size_t all = longer.at("traceEvents").size(), names = events_of(longer, "M").size();
  BOOST_TEST(longer.at("otherData").at("recorded_events") == all - names);
}

BOOST_AUTO_TEST_CASE(a_run_without_events_is_a_valid_trace) {
  const Json trace = trace_of([](ChromeTrace&) {});
  BOOST_TEST((trace.at("traceEvents").is_array() && trace.at("traceEvents").empty()));
}

BOOST_AUTO_TEST_CASE(odd_names_are_escaped) {
  const std::string odd = "a \"b\"\\c/\n\t\x01 \xc3\xbc {} %s";
  Accelerator accelerator = tiny();
  accelerator.name = accelerator.levels[kDram].name = accelerator.levels[kDram].ports[0].name = odd;
  const Json trace = Json::parse(written(longer_run, accelerator, odd));
  BOOST_TEST(trace.at("otherData").at("title") == odd);
  BOOST_TEST(trace.at("otherData").at("accelerator") == odd);
  const Json fill = events_of(trace, "X").front();
  BOOST_TEST(fill.at("args").at("from") == odd);
  BOOST_TEST(rows_of(trace).at(fill.at("tid")) == odd + "/" + odd);
  const Json broken = Json::parse(written(small_run, tiny(), "no \xff UTF-8"));
  BOOST_TEST(broken.at("otherData").at("title") == "no \xef\xbf\xbd UTF-8");
}

BOOST_AUTO_TEST_CASE(the_largest_numbers_are_written_whole) {
  const std::int64_t most = std::int64_t{1} << 62;
  const Json trace = trace_of([&](ChromeTrace& t) {
    TransferEvent e = from_dram(Operand::I, most, most, most + 1);
    e.words = most;
    t.transfer(e);
  });
  const Json fill = events_of(trace, "X").front();
  BOOST_TEST((fill.at("ts") == most && fill.at("args").at("words") == most));
  BOOST_TEST(fill.at("name") == "fill I #" + std::to_string(most));
}

// The page shows this run; a reader may rely on it to the letter.
BOOST_AUTO_TEST_CASE(the_example_of_the_format_page_is_what_is_written) {
  const std::string page = content(ASSAY_SOURCE_DIR "/docs/formats/trace.md");
  const std::size_t fence = page.find("```json\n");
  BOOST_REQUIRE(fence != std::string::npos);
  const std::size_t begin = fence + 8, end = page.find("```", begin);
  BOOST_TEST(page.substr(begin, end - begin) == written(small_run));
}

BOOST_AUTO_TEST_SUITE_END()
