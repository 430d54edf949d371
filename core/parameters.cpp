// SPDX-License-Identifier: Apache-2.0
#include "core/parameters.h"

#include <set>

#include "core/yaml_reader.h"

namespace assay {
namespace {

constexpr RealRange kEnergy{0, 1e12};

template <class T>
void read_origin(YamlMap& map, T& value) {
  value.source = map.text("source");
  value.confidence = map.text("confidence");
}

UnitEnergy read_energy(YamlMap map) {
  UnitEnergy e;
  e.component = map.text("component");
  e.action = map.choice("action", {"fill", "read", "write", "drain", "hop", "add", "join", "mac"});
  e.operand = map.choice("operand", {"I", "W", "P", "O", "-", "any"}, e.action == "mac" ? "-" : "any");
  if ((e.operand == "-") != (e.action == "mac"))
    map.error("operand", e.operand, "expected '-' for mac, and only there");
  e.energy = Picojoules(map.real("energy_pj", kEnergy));
  if (map.has("gated_energy_pj")) e.gated_energy = Picojoules(map.real("gated_energy_pj", kEnergy));
  if (map.has("per_bits")) e.per_bits = static_cast<int>(map.integer("per_bits", {1, 1 << 20}));
  read_origin(map, e);
  map.finish();
  return e;
}

ConstantPower read_power(YamlMap map) {
  ConstantPower p;
  p.name = map.text("name");
  p.power = Milliwatts(map.real("power_mw", {0, 1e9}));
  read_origin(map, p);
  map.finish();
  return p;
}

UnitArea read_area(YamlMap map) {
  UnitArea a;
  a.component = map.text("component");
  a.area = SquareMillimetres(map.real("area_mm2", {0, 1e9}));
  read_origin(map, a);
  map.finish();
  return a;
}

Activity read_activity(YamlMap map) {
  Activity a;
  a.workload = map.text("workload");
  a.layer = map.text("layer");
  a.input_zero_fraction = map.real("input_zero_fraction", {0, 1});
  read_origin(map, a);
  map.finish();
  return a;
}

MachineValue read_machine_value(YamlMap map) {
  MachineValue m;
  m.line = map.line();
  m.key = map.text("key");
  if (map.has("value")) m.value = map.real("value", {0, 1e12});
  if (map.has("scale")) m.scale = map.real("scale", {1e-6, 1e6});
  if (m.value.has_value() == m.scale.has_value())
    map.error("", m.key, "expected either 'value' or 'scale', and not both");
  read_origin(map, m);
  map.finish();
  return m;
}

template <class T, class Read, class Key>
void read_list(YamlMap& top, const std::string& list, std::vector<T>& out, const Read& read, const Key& key) {
  if (!top.has(list)) return;
  std::set<std::string> seen;
  for (YamlMap& map : top.maps(list)) {
    out.push_back(read(map));
    if (!seen.insert(key(out.back())).second)
      map.error("", key(out.back()), "stated twice in '" + list + "'; expected once");
  }
}

}  // namespace

const UnitEnergy* Parameters::find(const std::string& component, const std::string& operand,
                                   const std::string& action) const {
  const UnitEnergy* any = nullptr;
  for (const UnitEnergy& e : energies) {
    if (e.component != component || e.action != action) continue;
    if (e.operand == operand) return &e;
    if (e.operand == "any") any = &e;
  }
  return any;
}

double Parameters::zero_fraction(const std::string& workload, const std::string& layer) const {
  for (const Activity& a : activities)
    if (a.workload == workload && a.layer == layer) return a.input_zero_fraction;
  return 0;
}

Parameters read_parameters(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Parameters p;
  p.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.parameters/1");
  p.name = top.text("name");
  p.chip = top.text("chip");
  p.description = top.text("description", "");
  read_list(top, "energy", p.energies, read_energy,
            [](const UnitEnergy& e) { return e.component + " " + e.operand + " " + e.action; });
  read_list(top, "power", p.powers, read_power, [](const ConstantPower& e) { return e.name; });
  read_list(top, "area", p.areas, read_area, [](const UnitArea& e) { return e.component; });
  read_list(top, "activity", p.activities, read_activity,
            [](const Activity& e) { return e.workload + "/" + e.layer; });
  read_list(top, "machine", p.machine, read_machine_value,
            [](const MachineValue& e) { return e.key; });
  top.has("fit");  // of whom, and how sure: calibration/parameters_json.h reads it
  top.finish();
  throw_if_any(diagnostics);
  return p;
}

}  // namespace assay
