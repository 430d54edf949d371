// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/hardware_space.h"

#include <cmath>

#include "analytical/predictor.h"
#include "core/checked.h"
#include "core/diagnostics.h"

namespace assay::analytical {
namespace {

constexpr std::array<const char*, 6> kMemoryActions{"fill", "read", "write", "drain", "join", ""};

std::int64_t capacity_bytes(const Level& level) {
  std::int64_t bytes = level.capacity_bytes.value_or(0);
  for (Operand o : kAllOperands) bytes = add(bytes, level.keeps[o].capacity_bytes.value_or(0));
  return bytes;
}

void put(Parameters& p, const std::string& component, const char* operand, const char* action,
         double pj, int per_bits, const Origin& origin) {
  UnitEnergy e;
  e.component = component;
  e.operand = operand;
  e.action = action;
  e.energy = Picojoules(pj);
  e.per_bits = per_bits;
  e.source = origin.source;
  e.confidence = origin.confidence;
  p.energies.push_back(std::move(e));
}

void put_level(const DesignSpace& space, const Accelerator& a, std::size_t l, Parameters& p) {
  const std::string& name = a.levels[l].name;
  if (const auto& m = space.costs.memory[l]) {
    const double pj = m->energy_pj.at(capacity_bytes(a.levels[l]));
    for (const char* action : kMemoryActions)
      if (*action != '\0') put(p, name, "any", action, pj, m->per_bits, m->origin);
  }
  if (const auto& n = space.costs.array[l]) {
    put(p, name, "any", "hop", n->hop_pj, n->per_bits, n->origin);
    put(p, name, "any", "add", n->add_pj, n->per_bits, n->origin);
  }
}

}  // namespace

double SizeLaw::at(std::int64_t bytes) const {
  if (exponent == 0) return at_reference;
  return at_reference * std::pow(static_cast<double>(bytes) / reference_bytes, exponent);
}

std::int64_t DesignSpace::size() const {
  std::int64_t n = mul(static_cast<std::int64_t>(dataflows.size()),
                       static_cast<std::int64_t>(precisions.size()));
  for (const SpaceAxis& axis : axes) n = mul(n, static_cast<std::int64_t>(axis.values.size()));
  return n;
}

std::int64_t DesignSpace::hardware() const {
  std::int64_t n = 1;
  for (const SpaceAxis& axis : axes)
    if (axis.kind == AxisKind::bandwidth || axis.kind == AxisKind::capacity)
      n = mul(n, static_cast<std::int64_t>(axis.values.size()));
  return n;
}

HardwareDesign design_of(const DesignSpace& space, std::int64_t number) {
  HardwareDesign d;
  d.at.resize(space.axes.size());
  const auto digit = [&](std::size_t radix) {
    const auto r = static_cast<std::int64_t>(radix);
    const auto at = static_cast<std::size_t>(number % r);
    number /= r;
    return at;
  };
  for (std::size_t i = space.axes.size(); i-- > 0;) d.at[i] = digit(space.axes[i].values.size());
  d.precision = digit(space.precisions.size());
  d.dataflow = digit(space.dataflows.size());
  return d;
}

std::int64_t number_of(const DesignSpace& space, const HardwareDesign& design) {
  std::int64_t n =
      static_cast<std::int64_t>(design.dataflow * space.precisions.size() + design.precision);
  for (std::size_t i = 0; i < space.axes.size(); ++i)
    n = n * static_cast<std::int64_t>(space.axes[i].values.size()) +
        static_cast<std::int64_t>(design.at[i]);
  return n;
}

Accelerator accelerator_of(const DesignSpace& space, const HardwareDesign& design) {
  Accelerator a = space.base;
  a.precision = space.precisions[design.precision];
  for (std::size_t i = 0; i < space.axes.size(); ++i) {
    const SpaceAxis& axis = space.axes[i];
    if (axis.kind == AxisKind::tile) continue;
    Level& level = a.levels[static_cast<std::size_t>(axis.level)];
    const std::int64_t value = axis.values[design.at[i]];
    if (axis.kind == AxisKind::array)
      level.size = value;
    else if (axis.kind == AxisKind::bandwidth)
      level.ports[static_cast<std::size_t>(axis.port)].bandwidth_bits_per_cycle = {value, 1};
    else if (axis.operand)
      level.keeps[*axis.operand].capacity_bytes = value;
    else
      level.capacity_bytes = value;
  }
  return a;
}

Parameters parameters_of(const DesignSpace& space, const HardwareDesign& design,
                         const Accelerator& accelerator) {
  Parameters p;
  p.name = space.costs.name + "-" + std::to_string(number_of(space, design));
  p.chip = accelerator.name;
  p.description = space.costs.description;
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) put_level(space, accelerator, l, p);
  put(p, accelerator.levels.back().name, "-", "mac", space.costs.mac_pj, space.costs.mac_per_bits,
      space.costs.mac_origin);
  const double area = area_mm2(space, accelerator);
  p.powers.push_back({"constant", Milliwatts(constant_mw(space, area)),
                      space.costs.power_origin.source, space.costs.power_origin.confidence});
  p.areas.push_back({"all", SquareMillimetres(area), space.costs.area_origin.source,
                     space.costs.area_origin.confidence});
  return p;
}

Mapping mapping_of(const DesignSpace& space, const HardwareDesign& design, const Layer& layer) {
  std::vector<std::int64_t> values(space.axes.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = space.axes[i].values[design.at[i]];
  Mapping m = resolve(space.dataflows[design.dataflow].nest, layer, values);
  m.file = space.file;
  m.name = space.dataflows[design.dataflow].name + "#" + layer.name;
  return m;
}

std::vector<double> cells_mm2(const DesignSpace& space, const Accelerator& a) {
  std::vector<double> cells(a.levels.size(), 0);
  for (std::size_t l = 0; l < cells.size(); ++l)
    if (const auto& m = space.costs.memory[l])
      cells[l] = m->area_mm2.at(capacity_bytes(a.levels[l]));
  return cells;
}

double area_mm2(const DesignSpace& space, const Accelerator& a) {
  return area_mm2(space, a, cells_mm2(space, a));
}

double area_mm2(const DesignSpace& space, const Accelerator& a, const std::vector<double>& cells) {
  double area = space.costs.other_area_mm2;
  double instances = 1;  // one per lane of the arrays outside it
  for (std::size_t l = 0; l < a.levels.size(); ++l) {
    if (a.levels[l].kind == LevelKind::array) instances *= static_cast<double>(a.levels[l].size);
    const auto& m = space.costs.memory[l];
    if (!m) continue;
    double one = cells[l];
    for (const Port& port : a.levels[l].ports)
      one += m->area_mm2_per_bit_per_cycle * port.bandwidth_bits_per_cycle.value();
    area += one * instances;
  }
  return area + space.costs.lane_area_mm2 * instances;
}

double constant_mw(const DesignSpace& space, double area) {
  return space.costs.constant_mw + space.costs.constant_mw_per_mm2 * area;
}

double mean_power_mw(double energy_pj, double cycles, Megahertz clock) {
  return energy_pj / (duration(Cycles(cycles), clock).value * 1e6);
}

double DesignFigures::value(DesignObjective objective) const {
  switch (objective) {
    case DesignObjective::latency:
      return latency_cycles;
    case DesignObjective::energy:
      return energy_pj;
    case DesignObjective::area:
      return area_mm2;
    case DesignObjective::power:
      return power_mw;
    case DesignObjective::edp:
      break;
  }
  return latency_cycles * energy_pj;
}

bool within(const DesignLimits& limits, const DesignFigures& f) {
  return (!limits.area_mm2 || f.area_mm2 <= *limits.area_mm2) &&
         (!limits.power_mw || f.power_mw <= *limits.power_mw);
}

bool resources_within(const DesignSpace& space, const Accelerator& accelerator) {
  if (!space.limits.dsp && !space.limits.bram18) return true;
  const auto r = fpga_resources(accelerator);
  return r && (!space.limits.dsp || r->dsp <= *space.limits.dsp) &&
         (!space.limits.bram18 || r->bram18 <= *space.limits.bram18);
}

std::optional<DesignFigures> evaluate(const DesignSpace& space, std::int64_t number) {
  const HardwareDesign design = design_of(space, number);
  const Accelerator a = accelerator_of(space, design);
  const Parameters parameters = parameters_of(space, design, a);
  DesignFigures f;
  for (const Layer& layer : space.layers) {
    const Mapping mapping = mapping_of(space, design, layer);
    if (!check(layer, a, mapping).empty()) return std::nullopt;
    const Prices prices = price_list(parameters, a, effective_precision(a, layer));
    const Prediction p = predict(layer, a, compile(layer, a, mapping), &prices, 0);
    const auto repeat = static_cast<double>(layer.repeat);
    f.latency_cycles += repeat * p.total.cycles;
    f.energy_pj += repeat * p.energy.total_pj;
  }
  f.area_mm2 = area_mm2(space, a);
  f.power_mw = mean_power_mw(f.energy_pj, f.latency_cycles, a.clock);
  return f;
}

}  // namespace assay::analytical
