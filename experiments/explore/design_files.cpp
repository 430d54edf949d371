// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/design_files.h"

#include <yaml-cpp/yaml.h>

#include "core/text.h"

namespace assay {
namespace {

constexpr const char* kLicence = "# SPDX-License-Identifier: Apache-2.0\n";

std::string text_of(const YAML::Node& node) {
  YAML::Emitter out;
  out.SetIndent(2);
  out << node;
  return std::string(out.c_str()) + "\n";
}

void put_level(const Level& level, YAML::Node node) {
  if (level.kind == LevelKind::array) node["size"] = level.size;
  if (level.kind != LevelKind::storage) return;
  if (level.capacity_bytes) node["capacity_bytes"] = *level.capacity_bytes;
  for (Operand o : kAllOperands)
    if (const auto& own = level.keeps[o].capacity_bytes)
      node["keeps"][std::string(name(o))]["capacity_bytes"] = *own;
  for (const Port& port : level.ports)
    for (YAML::Node p : node["ports"])
      if (p["name"].as<std::string>() == port.name)
        p["bandwidth_bits_per_cycle"] = to_string(port.bandwidth_bits_per_cycle);
}

void put_origin(YAML::Node node, const std::string& source, const std::string& confidence) {
  node["source"] = source;
  node["confidence"] = confidence;
}

}  // namespace

std::string accelerator_yaml(const Accelerator& a, const std::string& note) {
  YAML::Node top = YAML::LoadFile(a.file.string());
  top["name"] = a.name;
  top["description"] = a.description + " (" + note + ")";
  YAML::Node precision = top["precision"];
  precision["input_bits"] = a.precision.input_bits;
  precision["weight_bits"] = a.precision.weight_bits;
  precision["psum_bits"] = a.precision.psum_bits;
  precision["output_bits"] = a.precision.output_bits;
  std::size_t l = 0;
  for (YAML::Node node : top["levels"]) put_level(a.levels[l++], node);
  return kLicence + text_of(top);
}

std::string parameters_yaml(const Parameters& p) {
  YAML::Node top;
  top["schema"] = "assay.parameters/1";
  top["name"] = p.name;
  top["chip"] = p.chip;
  if (!p.description.empty()) top["description"] = p.description;
  for (const UnitEnergy& e : p.energies) {
    YAML::Node n;
    n["component"] = e.component;
    n["action"] = e.action;
    n["operand"] = e.operand;
    n["energy_pj"] = number_text(e.energy.value);
    if (e.gated_energy) n["gated_energy_pj"] = number_text(e.gated_energy->value);
    if (e.per_bits != 0) n["per_bits"] = e.per_bits;
    put_origin(n, e.source, e.confidence);
    top["energy"].push_back(n);
  }
  for (const ConstantPower& c : p.powers) {
    YAML::Node n;
    n["name"] = c.name;
    n["power_mw"] = number_text(c.power.value);
    put_origin(n, c.source, c.confidence);
    top["power"].push_back(n);
  }
  for (const UnitArea& u : p.areas) {
    YAML::Node n;
    n["component"] = u.component;
    n["area_mm2"] = number_text(u.area.value);
    put_origin(n, u.source, u.confidence);
    top["area"].push_back(n);
  }
  for (const MachineValue& m : p.machine) {
    YAML::Node n;
    n["key"] = m.key;
    if (m.value) n["value"] = number_text(*m.value);
    if (m.scale) n["scale"] = number_text(*m.scale);
    put_origin(n, m.source, m.confidence);
    top["machine"].push_back(n);
  }
  for (const Activity& v : p.activities) {
    YAML::Node n;
    n["workload"] = v.workload;
    n["layer"] = v.layer;
    n["input_zero_fraction"] = number_text(v.input_zero_fraction);
    put_origin(n, v.source, v.confidence);
    top["activity"].push_back(n);
  }
  return kLicence + text_of(top);
}

}  // namespace assay
