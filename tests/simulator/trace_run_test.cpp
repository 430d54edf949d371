// SPDX-License-Identifier: Apache-2.0
// Traces of whole runs say the same as their results.
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "core/mapping.h"
#include "simulator/simulator.h"
#include "tests/oracle/random_triple.h"
#include "tests/simulator/fresh_context.h"
#include "tests/simulator/trace_fixture.h"

using namespace assay;
using namespace assay::test;
using simulator::RunResult;

namespace {

struct Traced {
  RunResult result;
  Json trace;
};

Traced run(const oracle::Triple& t) {
  const TemporaryFolder folder;
  Traced traced;
  {
    ChromeTrace trace(t.accelerator, folder / "t.json", t.mapping.name);
    const simulator::FreshContext context;
    simulator::Machine machine(t.accelerator);
    simulator::RunOptions options;
    options.off_chip_timed = true;
    options.observer = &trace;
    traced.result = machine.run(t.layer, t.mapping, options);
    trace.finish();
  }
  traced.trace = Json::parse(content(folder / "t.json"));
  return traced;
}

// Busy cycles and transfers by "LEVEL.PORT"; fails where events of a row overlap.
std::map<std::string, simulator::Usage> usage(const Json& trace) {
  std::map<int, std::string> rows;
  std::map<int, std::int64_t> free_from;
  std::map<std::string, simulator::Usage> ports;
  for (const auto& [thread, row] : rows_of(trace)) {
    rows[thread] = row;
    rows[thread].replace(row.find('/'), 1, ".");
  }
  for (const Json& e : events_of(trace, "X")) {
    const std::int64_t start = e.at("ts"), duration = e.at("dur");
    BOOST_TEST(start >= free_from[e.at("tid")], e);
    free_from[e.at("tid")] = start + duration;
    if (e.at("cat") == "step" || e.at("tid").get<int>() % 100 > 50) continue;
    ports[rows.at(e.at("tid"))].busy_cycles += duration;
    ++ports[rows.at(e.at("tid"))].transfers;
  }
  return ports;
}

std::int64_t lane_cycles(const Json& trace) {
  std::int64_t sum = 0, since = 0, lanes = 0;
  for (const Json& e : events_of(trace, "C")) {
    const std::int64_t now = e.at("ts");
    sum += (now - since) * lanes;
    since = now;
    lanes = e.at("args").at("lanes");
  }
  return sum;
}

std::int64_t steps(const Json& trace) {
  std::int64_t n = 0;
  for (const Json& e : events_of(trace, "X")) n += e.at("cat") == "step" ? 1 : 0;
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace)

BOOST_AUTO_TEST_CASE(the_trace_of_a_run_adds_up_to_its_result) {
  int legal = 0;
  for (std::uint64_t seed = 1; legal < 40; ++seed) {
    const oracle::Triple t = oracle::random_timed_triple(seed);
    if (!check(t.layer, t.accelerator, t.mapping).empty()) continue;
    ++legal;
    BOOST_TEST_CONTEXT(oracle::describe(t)) {
      const Traced traced = run(t);
      const RunResult& result = traced.result;
      const std::map<std::string, simulator::Usage> ports = usage(traced.trace);
      for (const auto& [port, used] : result.ports) {
        if (used.transfers == 0) continue;
        BOOST_REQUIRE(ports.count(port) == 1U);
        BOOST_TEST(ports.at(port).busy_cycles == used.busy_cycles);
        BOOST_TEST(ports.at(port).transfers == used.transfers);
      }
      BOOST_TEST(steps(traced.trace) == result.steps);
      BOOST_TEST(lane_cycles(traced.trace) == result.lane_cycles);
      BOOST_TEST(traced.trace.at("otherData").at("last_cycle") == result.finish);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
