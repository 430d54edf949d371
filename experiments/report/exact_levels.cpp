// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/exact_levels.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "experiments/report/format.h"
#include "experiments/report/levels.h"

namespace assay::report {
namespace {

using Figures = std::map<std::string, double>;

bool begins(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

// Of the values of a record, those that time decides. The mean of active PEs and the energy have
// definitions of their own on each level.
bool is_latency(const std::string& name) {
  static const std::array<const char*, 4> kGroups{"processing_", "total_", "throughput_",
                                                  "port_busy_pct."};
  for (const char* group : kGroups)
    if (begins(name, group)) return true;
  return name == "utilisation_pct" || name == "steps" || name == "transfers" ||
         name == "step_cycles";
}

bool is_cause(const std::string& name) { return begins(name, "total_cycles."); }

bool same_layer(const Record& a, const Record& b) {
  return a.variant == b.variant && a.chip == b.chip && a.workload == b.workload &&
         a.batch == b.batch && a.layer == b.layer;
}

void compare(const std::string& prefix, const Figures& exact, const Figures& other,
             LatencyCheck* check) {
  std::map<std::string, std::array<double, 2>> both;
  for (const auto& [name, n] : exact) both[name][0] = n;
  for (const auto& [name, n] : other) both[name][1] = n;
  for (const auto& [name, n] : both) {
    ++check->compared;
    if (n[0] != n[1]) check->differences.push_back({prefix + name, n[0], n[1]});
  }
}

// What both state, and every cause.
Figures latencies(const Record& of, const Record& other) {
  Figures out;
  for (const auto& [name, value] : of.values)
    if (is_latency(name) && (is_cause(name) || other.values.count(name) != 0)) out[name] = value;
  return out;
}

std::string place_of(const Record& r) {
  return plain((r.variant.empty() ? "" : r.variant + " ") + r.layer);
}

class Differences {
 public:
  void add(const Record& exact, const std::string& what, double one, const std::string& level,
           double two) {
    all_.push_back(place_of(exact) + " " + plain(what) + ": exact " + shortest(one, kUndefined) +
                   ", " + level + " " + shortest(two, kUndefined));
  }
  void add_counts(const Record& exact, const Record& other) {
    for (const CountDifference& d : check_counts(exact, other).differences)
      all_.push_back(place_of(exact) + " " +
                     plain(d.key.component + "." + d.key.operand + "." + d.key.action) +
                     ": exact " + std::to_string(d.analytical) + ", " + other.level + " " +
                     std::to_string(d.simulator));
  }
  std::vector<std::string> all_;
};

void add_against(const Record& exact, const Record& other, Differences* out) {
  if (other.level == kAnalytical) {
    for (const char* name : {"processing_cycles", "total_cycles"}) {
      const auto e = exact.values.find(name), a = other.values.find(name);
      if (e != exact.values.end() && a != other.values.end() && a->second > e->second)
        out->add(exact, name + std::string(" below the fast bound"), e->second, kAnalytical,
                 a->second);
    }
  } else if (other.level == kSimulator) {
    for (const LatencyDifference& d : check_latencies(exact, other).differences)
      out->add(exact, d.name, d.exact, kSimulator, d.other);
    out->add_counts(exact, other);
  } else if (other.level == kRtl) {
    const auto e = exact.values.find("total_cycles"), h = other.values.find("total_cycles");
    if (e != exact.values.end() && h != other.values.end() && e->second != h->second)
      out->add(exact, "total_cycles", e->second, kRtl, h->second);
    out->add_counts(exact, other);
  }
}

}  // namespace

LatencyCheck check_latencies(const Record& exact, const Record& simulator) {
  LatencyCheck check;
  compare("", latencies(exact, simulator), latencies(simulator, exact), &check);
  compare("processing: ", exact.cycles_by_cause, simulator.cycles_by_cause, &check);
  return check;
}

const Record* exact_of(const ReportInput& input, const Record& other) {
  for (const Record& r : input.predicted)
    if (r.level == kExact && same_layer(r, other)) return &r;
  return nullptr;
}

std::vector<std::string> exact_differences(const ReportInput& input) {
  Differences out;
  for (const Record& other : input.predicted)
    if (const Record* exact = exact_of(input, other); exact != nullptr && exact != &other)
      add_against(*exact, other, &out);
  return out.all_;
}

std::string exact_summary(const ReportInput& input, const std::vector<const Record*>& simulated) {
  std::size_t layers = 0, equal = 0, figures = 0;
  for (const Record* s : simulated) {
    const Record* exact = exact_of(input, *s);
    if (exact == nullptr) continue;
    const LatencyCheck check = check_latencies(*exact, *s);
    ++layers;
    figures += check.compared;
    equal += check.differences.empty() ? 1U : 0U;
  }
  if (layers == 0) return {};
  return fmt::format("exact = simulator in {} of {} layer{} ({} figures)", equal, layers,
                     layers == 1 ? "" : "s", figures);
}

}  // namespace assay::report
