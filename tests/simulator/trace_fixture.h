// SPDX-License-Identifier: Apache-2.0
// A small machine, events fed to its trace by hand, and the trace read back.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "simulator/chrome_trace.h"
#include "tests/files.h"

namespace assay::test {

using simulator::ChromeTrace;
using simulator::TransferEvent;
using Json = nlohmann::json;
using Kind = TransferEvent::Kind;
namespace fs = std::filesystem;

inline Level level(LevelKind kind, const std::string& name, const std::vector<std::string>& ports) {
  Level made;
  made.kind = kind;
  made.name = name;
  for (const std::string& port : ports) made.ports.push_back({port, {1, 1}, 0, {}});
  return made;
}

// dram - buffer - x - reg - mac, as on the format's page.
enum { kDram, kBuffer, kArray, kReg, kMac };
inline Accelerator tiny() {
  Accelerator a;
  a.name = "tiny";
  a.levels = {level(LevelKind::storage, "dram", {"bus"}),
              level(LevelKind::storage, "buffer", {"in", "out"}), level(LevelKind::array, "x", {}),
              level(LevelKind::storage, "reg", {}), level(LevelKind::compute, "mac", {})};
  return a;
}

// Over dram's bus and the buffer's `in`; arrives 20 cycles after its end.
inline TransferEvent from_dram(Operand operand, std::int64_t tile, std::int64_t start,
                               std::int64_t end) {
  TransferEvent e;
  e.operand = operand;
  e.level = kBuffer;
  e.parent_level = kDram;
  e.parent_port = 0;
  e.child_port = 0;
  e.tile = tile;
  e.slot = tile % 2;
  e.words = 48;
  e.ready = start - 3;
  e.start = start;
  e.end = end;
  e.arrival = end + 20;
  return e;
}

// From the registers to the buffer, over the buffer's `out` or over no port.
inline TransferEvent from_reg(Kind kind, std::int64_t tile, std::int64_t start, std::int64_t end,
                              int port = -1) {
  TransferEvent e = from_dram(Operand::O, tile, start, end);
  e.kind = kind;
  e.level = kReg;
  e.parent_level = kBuffer;
  e.parent_port = port;
  e.child_port = -1;
  e.arrival = end;
  return e;
}

using Feed = std::function<void(ChromeTrace&)>;

inline void small_run(ChromeTrace& trace) {
  trace.transfer(from_dram(Operand::W, 12, 3, 9));
  trace.step({0, 29, 33, 64, 16});
  trace.transfer(from_reg(Kind::drain, 3, 33, 33));
}

inline void longer_run(ChromeTrace& trace) {
  small_run(trace);
  trace.transfer(from_reg(Kind::read_back, 4, 33, 37, 1));
  trace.transfer(from_dram(Operand::I, 0, 9, 10));
  trace.step({1, 40, 44, 60, 15});
  trace.step({2, 44, 48, 60, 15});
  trace.transfer(from_reg(Kind::drain, 4, 48, 50));
}

inline std::string written(const Feed& feed, const Accelerator& accelerator = tiny(),
                           const std::string& title = "tiny example conv1",
                           std::int64_t max_events = ChromeTrace::kMaxEvents) {
  const TemporaryFolder folder;
  ChromeTrace trace(accelerator, folder / "trace.json", title, max_events);
  feed(trace);
  trace.finish();
  return content(folder / "trace.json");
}

inline Json trace_of(const Feed& feed) { return Json::parse(written(feed)); }

inline std::vector<Json> events_of(const Json& trace, const std::string& phase) {
  std::vector<Json> events;
  for (const Json& e : trace.at("traceEvents"))
    if (e.at("ph") == phase) events.push_back(e);
  return events;
}

// "process/thread" of a row.
inline std::map<int, std::string> rows_of(const Json& trace) {
  std::map<int, std::string> processes, rows;
  for (const Json& e : events_of(trace, "M"))
    if (e.at("name") == "process_name") processes[e.at("pid")] = e.at("args").at("name");
  for (const Json& e : events_of(trace, "M"))
    if (e.at("name") == "thread_name")
      rows[e.at("tid")] =
          processes.at(e.at("pid")) + "/" + e.at("args").at("name").get<std::string>();
  return rows;
}

}  // namespace assay::test
