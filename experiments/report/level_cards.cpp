// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/level_cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/report/exact_levels.h"
#include "experiments/report/levels.h"
#include "experiments/report/view.h"

namespace assay::report {
namespace {

constexpr const char* kNotBuilt =
    "bank conflicts, DRAM rows and refresh, configuration between layers, compression";

std::string millions(double operations) { return fmt::format("{:.3g}", operations / 1e6); }

}  // namespace

std::optional<LevelCard> card_of(const std::string& level) {
  if (level == kAnalytical)
    return LevelCard{
        "exact counts of every transfer and access; latency as a proven lower bound from totals; "
        "energy as counts times unit energies plus constant power",
        std::string("order of single events, data values but for stated zero fractions, ") +
            kNotBuilt};
  if (level == kExact)
    return LevelCard{"as analytical, with the latency to the cycle: equal to the simulator's",
                     kNotBuilt};
  if (level == kSimulator)
    return LevelCard{
        "every transfer and step of the contract as an event in time: ports, slots, networks, "
        "latencies; each cycle attributed to one cause",
        kNotBuilt};
  if (level == kRtl)
    return LevelCard{
        "synthesizable hardware, clock by clock, on real data; what the publication leaves open is "
        "decided in its own way",
        "clock domains, compression, DRAM behind its port"};
  if (level == "baseline")
    return LevelCard{"multiply-accumulates over lanes; off-chip bytes over bandwidth (roofline)",
                     "everything else"};
  return std::nullopt;
}

std::string validity_box(const ReportInput& input) {
  std::map<std::string, int> kinds;
  double least = 0, most = 0;
  int n = 0;
  for (const Record* r : headline_records(input)) {
    const auto operations = r->values.find("operations");
    if (operations == r->values.end() || !measured_value(input, *r, input.headline_quantity))
      continue;
    const auto kind = input.layer_kinds.find(r->workload + "/" + r->layer);
    ++kinds[kind == input.layer_kinds.end() ? "" : kind->second];
    least = n == 0 ? operations->second : std::min(least, operations->second);
    most = n == 0 ? operations->second : std::max(most, operations->second);
    ++n;
  }
  std::string text;
  for (const auto& [kind, count] : kinds)
    text += fmt::format("{}{}{}layers (n = {})", text.empty() ? "" : ", ", kind,
                        kind.empty() ? "" : " ", count);
  if (n == 0) return text;
  return text + " of " + millions(least) + (least < most ? " to " + millions(most) : "") +
         " million operations a batch";
}

}  // namespace assay::report
