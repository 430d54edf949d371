// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "experiments/explore/explore_report.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"

namespace assay {
namespace {

using report::count;
using report::Grid;
using report::GridRow;
using report::number;

GridRow row(const std::vector<std::string>& texts) {
  GridRow r;
  for (const std::string& t : texts) r.push_back({t, ""});
  return r;
}

std::string large(double n) { return n < 1e9 ? number(n) : fmt::format("{:.2e}", n); }

std::string searched_table(const Explored& e, bool colour) {
  Grid grid(colour);
  grid.add(row(
      {"layer", "designs in the space", "search", "evaluated", "pruned", "invalid", "front", "s"}));
  grid.rule();
  for (const ExploredLayer& l : e.layers) {
    if (l.searched != l.layer.name) {
      grid.add(row({l.layer.name, "", "as " + l.searched, "", "", "", "", ""}));
      continue;
    }
    grid.add(row({l.layer.name, large(l.size), l.exhaustive ? "exhaustive" : "heuristic",
                  count(l.counts.evaluated), count(l.counts.pruned), count(l.counts.invalid),
                  std::to_string(l.front.size()), fmt::format("{:.1f}", l.seconds)}));
  }
  return grid.text();
}

std::string ratio(double found, double reference) {
  return reference > 0 ? fmt::format("{:.3f}", found / reference) : report::kUndefined;
}

// Least latency and energy of the front, and the best design by the objective, beside the
// reference.
std::string found_table(const Explored& e, bool colour) {
  Grid grid(colour);
  std::vector<std::string> head{"layer", "latency [kcycles]"};
  if (e.energy_known) head.insert(head.end(), {"energy [uJ]"});
  head.push_back("reference");
  if (e.energy_known) head.push_back("reference");
  head.push_back("latency/ref");
  if (e.energy_known)
    head.insert(head.end(), {"energy/ref", "EDP/ref", "least latency/ref", "least energy/ref"});
  grid.add(row(head));
  grid.rule();
  for (const ExploredLayer& l : e.layers) {
    const analytical::Costs& c = l.front[l.best].costs;
    std::vector<std::string> r{l.layer.name, fmt::format("{:.1f}", c[0] * 1e-3)};
    if (e.energy_known) r.push_back(fmt::format("{:.2f}", c[1] * 1e-6));
    if (!l.reference) {
      r.resize(head.size(), report::kUndefined);
      grid.add(row(r));
      continue;
    }
    const analytical::Costs& ref = l.reference->costs;
    r.push_back(fmt::format("{:.1f}", ref[0] * 1e-3));
    if (e.energy_known) r.push_back(fmt::format("{:.2f}", ref[1] * 1e-6));
    r.push_back(ratio(c[0], ref[0]));
    if (e.energy_known) {
      r.push_back(ratio(c[1], ref[1]));
      r.push_back(ratio(c[0] * c[1], ref[0] * ref[1]));
      r.push_back(ratio(l.front.front().costs[0], ref[0]));
      r.push_back(ratio(l.front.back().costs[1], ref[1]));
    }
    grid.add(row(r));
  }
  return grid.text();
}

std::string pct(const std::optional<double>& v) {
  return v ? fmt::format("{:.2f}", *v) : report::kUndefined;
}

std::string of(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? ratio(*a, *b) : report::kUndefined;
}

std::string trust_table(const Explored& e, const std::vector<LayerTrust>& trust, bool colour) {
  Grid grid(colour);
  grid.add(row({"layer", "executed", "left out", "tau-b", "tau-b of the best", "regret %",
                "resolution %", "pairs", "chosen: executed/predicted", "re-ranked/chosen",
                "chosen/ref, executed", "re-ranked/ref"}));
  grid.rule();
  for (std::size_t i = 0; i < e.layers.size(); ++i) {
    const ExploredLayer& l = e.layers[i];
    const LayerTrust& t = trust[i];
    if (l.searched != l.layer.name) continue;
    grid.add(row(
        {l.layer.name, std::to_string(t.trust.designs), std::to_string(t.left_out),
         pct(t.trust.tau_b), pct(t.top.tau_b), pct(t.trust.regret_pct), pct(t.trust.resolution_pct),
         std::to_string(t.trust.pairs),
         t.chosen_cycles ? ratio(*t.chosen_cycles, l.front[l.best].costs[0]) : report::kUndefined,
         of(t.reranked_executed, t.chosen_executed), of(t.chosen_executed, t.reference_executed),
         of(t.reranked_executed, t.reference_executed)}));
  }
  return grid.text();
}

std::string network_lines(const Explored& e, const NetworkFront& network) {
  const NetworkPoint& best = best_of(network, e.objective);
  const auto duration_ms = [&](double cycles) {
    return duration(Cycles(cycles), e.accelerator.clock).value;
  };
  std::string text = fmt::format("network, best by {}: {:.3f} kcycles = {:.4f} ms",
                                 analytical::kObjectiveNames[static_cast<std::size_t>(e.objective)],
                                 best.costs[0] * 1e-3, duration_ms(best.costs[0]));
  if (e.energy_known) text += fmt::format(", {:.3f} uJ", best.costs[1] * 1e-6);
  text += fmt::format("; {:.2f} batches of {} per second; front of {} points{}\n",
                      1e3 / duration_ms(best.costs[0]), e.batch, network.points.size(),
                      network.exact ? "" : " (thinned)");
  double latency = 0, energy = 0;
  std::size_t referenced = 0, beaten = 0;
  for (const ExploredLayer& l : e.layers) {
    if (!l.reference) continue;
    ++referenced;
    beaten += l.beats_or_ties() ? 1U : 0U;
    latency += static_cast<double>(l.layer.repeat) * l.reference->costs[0];
    energy += static_cast<double>(l.layer.repeat) * l.reference->costs[1];
  }
  if (referenced == 0) return text;
  text += fmt::format("reference: beaten or tied in {} of {} layers", beaten, referenced);
  if (referenced == e.layers.size()) {
    text += fmt::format("; whole network {:.3f} of its latency", best.costs[0] / latency);
    if (e.energy_known) text += fmt::format(", {:.3f} of its energy", best.costs[1] / energy);
  }
  return text + "\n";
}

}  // namespace

std::string explore_tables(const ExploreReport& r, bool colour) {
  const Explored& e = *r.explored;
  std::string text;
  if (!e.layers.empty()) {
    text += searched_table(e, colour) + "\n" + found_table(e, colour) + "\n";
    if (r.trust != nullptr) text += trust_table(e, *r.trust, colour) + "\n";
    if (r.network != nullptr) text += network_lines(e, *r.network);
  }
  if (!e.without.empty())
    text += fmt::format("no legal mapping in the space: {}\n", fmt::join(e.without, ", "));
  if (!e.unmapped.empty())
    text += fmt::format("left out (no weights): {}\n", fmt::join(e.unmapped, ", "));
  return text;
}

}  // namespace assay
