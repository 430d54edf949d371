// SPDX-License-Identifier: Apache-2.0
#include "core/yaml_reader.h"
#include "experiments/explore/hardware_reader.h"

namespace assay {
namespace {

using analytical::ArrayCost;
using analytical::CostModel;
using analytical::MemoryCost;
using analytical::Origin;

constexpr RealRange kCost{0, 1e12};

Origin read_origin(YamlMap& map) { return {map.text("source"), map.text("confidence")}; }

std::vector<std::string> level_names(const Accelerator& a, LevelKind kind) {
  std::vector<std::string> names;
  for (const Level& l : a.levels)
    if (l.kind == kind) names.push_back(l.name);
  return names;
}

// Index of the named level of this kind; -1 after an error.
int read_component(YamlMap& map, const Accelerator& a, LevelKind kind) {
  const std::string name = map.choice("component", level_names(a, kind));  // an error lists them
  const int level = a.find(name);
  return level >= 0 && a.levels[static_cast<std::size_t>(level)].kind == kind ? level : -1;
}

MemoryCost read_memory(YamlMap& map) {
  MemoryCost m;
  m.energy_pj.at_reference = map.real("energy_pj", kCost);
  m.per_bits = static_cast<int>(map.integer("per_bits", {1, 1 << 20}));
  m.energy_pj.exponent = map.real("energy_exponent", {0, 4}, 0);
  m.area_mm2.at_reference = map.real("area_mm2", kCost, 0);
  m.area_mm2.exponent = map.real("area_exponent", {0, 4}, 0);
  if (m.energy_pj.exponent > 0 || m.area_mm2.exponent > 0)
    m.energy_pj.reference_bytes = m.area_mm2.reference_bytes =
        static_cast<double>(map.integer("reference_bytes", {1, kMaxBound}));
  else if (map.has("reference_bytes"))
    map.error("reference_bytes", "", "expected an exponent above 0 beside it, or neither");
  m.area_mm2_per_bit_per_cycle = map.real("port_area_mm2_per_bit_per_cycle", kCost, 0);
  m.origin = read_origin(map);
  return m;
}

void read_memories(YamlMap& top, const Accelerator& a, CostModel& out) {
  for (YamlMap& map : top.maps("memories")) {
    const int level = read_component(map, a, LevelKind::storage);
    const MemoryCost m = read_memory(map);
    map.finish();
    if (level < 0) continue;
    auto& slot = out.memory[static_cast<std::size_t>(level)];
    if (slot)
      map.error("component", a.levels[static_cast<std::size_t>(level)].name,
                "stated twice; expected once");
    slot = m;
  }
}

void read_arrays(YamlMap& top, const Accelerator& a, CostModel& out) {
  if (!top.has("arrays")) return;
  for (YamlMap& map : top.maps("arrays")) {
    const int level = read_component(map, a, LevelKind::array);
    ArrayCost c;
    c.hop_pj = map.real("hop_energy_pj", kCost, 0);
    c.add_pj = map.real("add_energy_pj", kCost, 0);
    c.per_bits = static_cast<int>(map.integer("per_bits", {1, 1 << 20}));
    c.origin = read_origin(map);
    map.finish();
    if (level < 0) continue;
    auto& slot = out.array[static_cast<std::size_t>(level)];
    if (slot)
      map.error("component", a.levels[static_cast<std::size_t>(level)].name,
                "stated twice; expected once");
    slot = c;
  }
}

void read_rest(YamlMap& top, CostModel& out) {
  YamlMap mac = top.map("mac");
  out.mac_pj = mac.real("energy_pj", kCost);
  if (mac.has("per_bits"))
    out.mac_per_bits = static_cast<int>(mac.integer("per_bits", {1, 1 << 20}));
  out.lane_area_mm2 = mac.real("area_mm2", kCost, 0);
  out.mac_origin = read_origin(mac);
  mac.finish();
  YamlMap power = top.map("power");
  out.constant_mw = power.real("constant_mw", kCost, 0);
  out.constant_mw_per_mm2 = power.real("constant_mw_per_mm2", kCost, 0);
  out.power_origin = read_origin(power);
  power.finish();
  YamlMap area = top.map("area");
  out.other_area_mm2 = area.real("other_mm2", kCost, 0);
  out.area_origin = read_origin(area);
  area.finish();
}

}  // namespace

CostModel read_cost_model(const std::filesystem::path& file, const Accelerator& accelerator) {
  Diagnostics diagnostics;
  CostModel out;
  out.file = file;
  out.memory.resize(accelerator.levels.size());
  out.array.resize(accelerator.levels.size());
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.cost_model/1");
  out.name = top.text("name");
  out.description = top.text("description", "");
  top.accelerator(accelerator.name);
  read_memories(top, accelerator, out);
  read_arrays(top, accelerator, out);
  read_rest(top, out);
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l)
    if (accelerator.levels[l].kind == LevelKind::storage && !out.memory[l])
      top.error(
          "memories", "",
          "no entry for storage level '" + accelerator.levels[l].name + "'; expected one for each");
  top.finish();
  throw_if_any(diagnostics);
  return out;
}

}  // namespace assay
