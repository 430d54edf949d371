// SPDX-License-Identifier: Apache-2.0
#include "analytical/predictor.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical {
namespace {

// Gating saves the accesses of the MAC, not the transfers.
bool gated(const Accelerator& accelerator, const std::string& component, std::size_t moved,
           std::size_t action) {
  if (action != static_cast<std::size_t>(Action::read) &&
      action != static_cast<std::size_t>(Action::write))
    return false;
  for (const ZeroGate& gate : accelerator.zero_gating)
    if (gate.component == component && gate.operand &&
        static_cast<std::size_t>(index(*gate.operand)) == std::min<std::size_t>(moved, 2))
      return true;
  return false;
}

Prices::Price price_of(const UnitEnergy* unit, int bits, bool is_gated) {
  if (unit == nullptr) return {};
  const double scale = unit->per_bits == 0 ? 1.0 : static_cast<double>(bits) / unit->per_bits;
  Prices::Price price{unit->energy.value * scale, unit->energy.value * scale, true};
  if (is_gated && unit->gated_energy) price.gated_pj = unit->gated_energy->value * scale;
  return price;
}

double spent(const Prices::Price& price, std::int64_t n, double zero_fraction) {
  return static_cast<double>(n) * price.mean_pj(zero_fraction);
}

}  // namespace

Energy energy_of(const Counts& counts, const Accelerator& accelerator, const Prices& prices,
                 double zero_fraction, double total_cycles) {
  Energy e;
  const std::size_t levels = accelerator.levels.size();
  for (std::size_t l = 0; l < levels; ++l)
    for (std::size_t m = 0; m < kMoved; ++m)
      for (std::size_t a = 0; a < kActions; ++a)
        if (counts.n[l][m][a] != 0)
          e.level_pj[l] += spent(prices.of[l][m][a], counts.n[l][m][a], zero_fraction);
  e.level_pj[levels - 1] += spent(prices.mac, counts.points, zero_fraction);
  e.constant_pj =
      energy(Milliwatts(prices.constant_mw), duration(Cycles(total_cycles), accelerator.clock))
          .value;
  e.total_pj = e.constant_pj;
  for (std::size_t l = 0; l < levels; ++l) e.total_pj += e.level_pj[l];
  return e;
}

Prices price_list(const Parameters& parameters, const Accelerator& accelerator,
                  const Precision& precision) {
  Prices prices;
  const auto bits = element_bits(precision);
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) {
    const std::string& component = accelerator.levels[l].name;
    for (std::size_t m = 0; m < kMoved; ++m)
      for (std::size_t a = 0; a < kActions; ++a) {
        prices.of[l][m][a] = price_of(parameters.find(component, kMovedNames[m], kActionNames[a]),
                                      bits[m], gated(accelerator, component, m, a));
        prices.any = prices.any || prices.of[l][m][a].known;
      }
  }
  const std::string& compute = accelerator.levels.back().name;
  const bool mac_gated = std::any_of(accelerator.zero_gating.begin(), accelerator.zero_gating.end(),
                                     [&](const ZeroGate& g) { return g.component == compute; });
  prices.mac = price_of(parameters.find(compute, "-", "mac"), precision.input_bits, mac_gated);
  prices.any = prices.any || prices.mac.known;
  for (const ConstantPower& p : parameters.powers) prices.constant_mw += p.power.value;
  return prices;
}

Prediction predict(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                   const Prices* prices, double zero_fraction) {
  const Evaluation evaluation(layer, accelerator, nest);
  const FastLatencies latency = fast_latency(evaluation, effective_precision(accelerator, layer));
  Prediction p{count(evaluation), latency.processing, latency.total, {}, 0};
  if (p.processing.macs > 0)
    p.active_lanes = static_cast<double>(p.counts.points) *
                     accelerator.compute().initiation_interval_cycles.value() / p.processing.macs;
  if (prices != nullptr)
    p.energy = energy_of(p.counts, accelerator, *prices, zero_fraction, p.total.cycles);
  return p;
}

std::int64_t bram18_blocks(std::int64_t depth_words, std::int64_t width_bits) {
  struct Shape {
    std::int64_t depth, width;
  };
  constexpr std::array<Shape, 6> kShapes{
      {{16384, 1}, {8192, 2}, {4096, 4}, {2048, 9}, {1024, 18}, {512, 36}}};
  std::int64_t best = INT64_MAX;
  for (const Shape& s : kShapes)
    best = std::min(best, mul(ceil_div(depth_words, s.depth), ceil_div(width_bits, s.width)));
  return best;
}

std::optional<FpgaResources> fpga_resources(const Accelerator& accelerator) {
  if (!accelerator.fpga) return std::nullopt;
  FpgaResources r;
  r.dsp = mul(accelerator.lanes(), accelerator.compute().dsp_per_mac.value_or(0));
  for (const Level& level : accelerator.levels)
    for (Operand o : kAllOperands)
      if (const auto& b = level.banks[o])
        r.bram18 = add(r.bram18, mul(mul(b->banks, level.keeps[o].slots),
                                     bram18_blocks(b->depth_words, b->width_bits)));
  return r;
}

}  // namespace assay::analytical
