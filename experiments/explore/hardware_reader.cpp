// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/hardware_reader.h"

#include <algorithm>

#include "core/checked.h"
#include "core/hash.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using analytical::AxisKind;
using analytical::DesignObjective;
using analytical::DesignSpace;
using analytical::SpaceAxis;

constexpr std::int64_t kMaxValues = 100000;  // of one axis

class SpaceReader {
 public:
  SpaceReader(YamlMap& top, DesignSpace& space) : top_(top), space_(space) {}

  void axes() {
    YamlMap axes = top_.map("axes");
    read(axes, "arrays", AxisKind::array);
    read(axes, "tiles", AxisKind::tile);
    read(axes, "bandwidths", AxisKind::bandwidth);
    read(axes, "capacities", AxisKind::capacity);
    axes.finish();
  }

  void dataflows() {
    std::vector<std::string> names;
    for (const SpaceAxis& a : space_.axes) names.push_back(usable(a) ? a.name : "");
    for (YamlMap& map : top_.maps("dataflows")) {
      analytical::Dataflow d;
      d.name = map.text("name");
      for (const auto& other : space_.dataflows)
        if (other.name == d.name) map.error("name", d.name, "stated twice; expected once");
      d.nest = read_nest(map, "nest", space_.base, names);
      map.finish();
      space_.dataflows.push_back(std::move(d));
    }
    unused_tiles();
  }

  void precisions() {
    if (!top_.has("precisions")) {
      space_.precisions.push_back(space_.base.precision);
      return;
    }
    for (YamlMap& map : top_.maps("precisions")) {
      Precision p;
      const auto bits = [&](const char* key) {
        return static_cast<int>(map.integer(key, {1, 32}));
      };
      p.input_bits = bits("input_bits");
      p.weight_bits = bits("weight_bits");
      p.psum_bits = bits("psum_bits");
      p.output_bits = bits("output_bits");
      map.finish();
      space_.precisions.push_back(p);
    }
  }

  void limits() {
    if (!top_.has("limits")) return;
    YamlMap map = top_.map("limits");
    auto& l = space_.limits;
    if (map.has("area_mm2")) l.area_mm2 = map.real("area_mm2", {0, 1e12});
    if (map.has("power_mw")) l.power_mw = map.real("power_mw", {0, 1e12});
    if (map.has("dsp")) l.dsp = map.integer("dsp", {0, kMaxBound});
    if (map.has("bram18")) l.bram18 = map.integer("bram18", {0, kMaxBound});
    if ((l.dsp || l.bram18) && !space_.base.fpga)
      map.error("", "", "dsp and bram18 need an accelerator with an fpga section");
    map.finish();
  }

  void objectives() {
    const auto& known = analytical::kDesignObjectives;
    const std::vector<std::string> words = top_.texts("objectives");
    for (const std::string& word : words) {
      const auto at = std::find(known.begin(), known.end(), word);
      if (at == known.end()) {
        top_.error("objectives", word,
                   "expected " + one_of(std::vector<std::string>(known.begin(), known.end())));
        continue;
      }
      space_.objectives.push_back(static_cast<DesignObjective>(at - known.begin()));
    }
    if (words.empty() || words.size() > analytical::kMaxDesignObjectives)
      top_.error("objectives", "", "expected one to three");
  }

 private:
  static bool usable(const SpaceAxis& a) {
    return a.kind == AxisKind::array || a.kind == AxisKind::tile;
  }

  void read(YamlMap& axes, const std::string& section, AxisKind kind) {
    if (!axes.has(section)) return;
    YamlMap map = axes.map(section);
    for (const auto& [name, node] : map.entries()) {
      SpaceAxis axis;
      axis.name = name;
      axis.kind = kind;
      axis.values = values(map, name, node);
      if (place(map, axis)) space_.axes.push_back(std::move(axis));
    }
  }

  // [1, 2, 4], {from: 8, to: 64, step: 8} or {from: 1, to: 64, factor: 2}.
  static std::vector<std::int64_t> values(YamlMap& map, const std::string& name,
                                          const YAML::Node& node) {
    std::vector<std::int64_t> out;
    if (!node.IsMap()) {
      out = map.integers(name, {1, kMaxBound});
    } else {
      YamlMap range = map.child(name, node);
      const std::int64_t from = range.integer("from", {1, kMaxBound});
      const std::int64_t to = range.integer("to", {1, kMaxBound});
      const bool grows = range.has("factor");
      const std::int64_t by = range.integer(grows ? "factor" : "step", {grows ? 2 : 1, kMaxBound});
      range.finish();
      for (std::int64_t v = from; v >= 1 && v <= to && by > 0; v = grows ? mul(v, by) : v + by) {
        out.push_back(v);
        if (static_cast<std::int64_t>(out.size()) > kMaxValues) break;
      }
    }
    if (out.empty() || static_cast<std::int64_t>(out.size()) > kMaxValues)
      map.error(name, "", "expected 1 to " + std::to_string(kMaxValues) + " values");
    for (std::size_t i = 1; i < out.size(); ++i)
      if (out[i] <= out[i - 1]) {
        map.error(name, std::to_string(out[i]), "expected values that rise");
        break;
      }
    return out;
  }

  // Finds what the axis is a size of.
  bool place(YamlMap& map, SpaceAxis& axis) {
    if (axis.kind == AxisKind::tile) return name_tile(map, axis);
    const std::string level = axis.name.substr(0, axis.name.find('.'));
    const std::string rest =
        level.size() < axis.name.size() ? axis.name.substr(level.size() + 1) : "";
    axis.level = space_.base.find(level);
    const bool array = axis.kind == AxisKind::array;
    const LevelKind kind = array ? LevelKind::array : LevelKind::storage;
    if (axis.level < 0 || at(axis).kind != kind || (array && !rest.empty())) {
      map.error(axis.name, "", expected_levels(kind));
      return false;
    }
    if (axis.kind == AxisKind::bandwidth) return find_port(map, axis, rest);
    if (axis.kind == AxisKind::capacity) return find_capacity(map, axis, rest);
    return true;
  }

  bool name_tile(YamlMap& map, const SpaceAxis& axis) {
    if (space_.base.find(axis.name) < 0 && axis.name != "rest" &&
        axis.name.find_first_of(" ,0123456789") != 0)
      return true;
    map.error(axis.name, "", "expected a name that is no level, number or keyword");
    return false;
  }

  bool find_port(YamlMap& map, SpaceAxis& axis, const std::string& name) {
    std::vector<std::string> names;
    for (const Port& p : at(axis).ports) names.push_back(p.name);
    const auto found = std::find(names.begin(), names.end(), name);
    axis.port = static_cast<int>(found - names.begin());
    if (found != names.end()) return true;
    map.error(axis.name, "",
              names.empty() ? "the level has no port" : "expected a port: " + one_of(names));
    return false;
  }

  bool find_capacity(YamlMap& map, SpaceAxis& axis, const std::string& name) {
    if (!name.empty()) {
      axis.operand = parse_operand(name);
      if (!axis.operand || !at(axis).keeps[*axis.operand].kept) {
        map.error(axis.name, "",
                  "expected LEVEL, or LEVEL.I, .W or .O of an operand that it keeps");
        return false;
      }
    }
    for (const SpaceAxis& other : space_.axes)
      if (other.kind == AxisKind::capacity && other.level == axis.level) {
        map.error(axis.name, "", "expected one capacity axis per level");
        return false;
      }
    const bool own = axis.operand.has_value();
    if (own ? at(axis).keeps[*axis.operand].capacity_bytes.has_value()
            : at(axis).capacity_bytes.has_value())
      return true;
    map.error(axis.name, "", "the accelerator states no such capacity");
    return false;
  }

  void unused_tiles() {
    for (std::size_t i = 0; i < space_.axes.size(); ++i) {
      if (space_.axes[i].kind != AxisKind::tile) continue;
      bool used = false;
      for (const auto& d : space_.dataflows)
        for (const EntrySpec& e : d.nest) used = used || e.bound.variable == static_cast<int>(i);
      if (!used) top_.error("axes.tiles." + space_.axes[i].name, "", "no nest uses it");
    }
  }

  const Level& at(const SpaceAxis& axis) const {
    return space_.base.levels[static_cast<std::size_t>(axis.level)];
  }

  std::string expected_levels(LevelKind kind) const {
    std::vector<std::string> names;
    for (const Level& l : space_.base.levels)
      if (l.kind == kind) names.push_back(l.name);
    return std::string("expected ") +
           (kind == LevelKind::array ? "an array: " : "a storage level: ") + one_of(names);
  }

  YamlMap& top_;
  DesignSpace& space_;
};

// A file named in the space: beside it, unless absolute.
fs::path beside(const fs::path& file, const std::string& name) {
  return fs::path(name).is_absolute() ? fs::path(name) : file.parent_path() / name;
}

void read_layers(YamlMap& top, const Workload& workload, DesignSpace& space) {
  std::vector<std::string> names;
  for (const Layer& l : workload.layers) names.push_back(l.name);
  const std::vector<std::string> wanted = top.has("layers") ? top.texts("layers") : names;
  for (const std::string& name : wanted) {
    const Layer* layer = workload.find(name);
    if (layer == nullptr) {
      const std::string hint = nearest(name, names);
      top.error("layers", name,
                "expected a layer of workload '" + workload.name + "'" +
                    (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
      continue;
    }
    space.layers.push_back(with_batch(*layer, space.batch));
  }
}

}  // namespace

SpaceFile read_design_space(const fs::path& file, const Catalog& catalog) {
  Diagnostics diagnostics;
  SpaceFile out;
  DesignSpace& space = out.space;
  space.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.design_space/1");
  space.name = top.text("name");
  space.description = top.text("description", "");
  const std::string accelerator = top.text("accelerator"), costs = top.text("costs"),
                    workload = top.text("workload");
  throw_if_any(diagnostics);
  const fs::path base = beside(file, accelerator);
  space.base = read_accelerator(base);
  const fs::path workload_file = catalog.workload_file(workload, file.parent_path());
  const Workload network = read_workload(workload_file);
  space.workload = network.name;
  space.batch = top.integer("batch", {1, kMaxBound}, 1);
  read_layers(top, network, space);
  SpaceReader reader(top, space);
  reader.axes();
  reader.dataflows();
  reader.precisions();
  reader.limits();
  reader.objectives();
  top.finish();
  throw_if_any(diagnostics);
  space.costs = read_cost_model(beside(file, costs), space.base);
  try {
    static_cast<void>(space.size());
  } catch (const OverflowError&) {
    throw InputError({{file.string(), 0, "axes", "", "expected fewer than 2^63 designs"}});
  }
  out.inputs = {{"space", name_and_hash(file)},
                {"accelerator", name_and_hash(base)},
                {"workload", name_and_hash(workload_file)},
                {"costs", name_and_hash(space.costs.file)}};
  return out;
}

}  // namespace assay
