// SPDX-License-Identifier: Apache-2.0
#include "experiments/microbenchmarks/order.h"

#include <algorithm>
#include <fstream>

#include "core/checked.h"

namespace assay::microbenchmarks {
namespace {

namespace fs = std::filesystem;

bool is_mapping_file(const fs::path& file) {
  if (file.extension() != ".yaml") return false;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line == "schema: assay.mapping/1") return true;
  return false;
}

// What tells two orders apart: everything but the bounds.
std::string shape_of(const Order& order) {
  std::string text;
  for (const Entry& e : order.nest)
    if (e.kind == EntryKind::hold)
      text += "h" + std::to_string(e.level) + "." + std::to_string(e.operands) + " ";
    else
      text += (e.kind == EntryKind::loop ? "f" : std::string("p") + e.axis) +
              std::string(name(e.dim)) + " ";
  return text;
}

void add_once(Order order, std::vector<Order>* orders, std::vector<std::string>* shapes) {
  const std::string shape = shape_of(order);
  if (std::find(shapes->begin(), shapes->end(), shape) != shapes->end()) return;
  shapes->push_back(shape);
  orders->push_back(std::move(order));
}

bool runs(const std::vector<LayerKind>& kinds, LayerKind kind) {
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Order order_of(const std::string& name, const std::vector<EntrySpec>& specs, bool conv,
               bool matmul) {
  Order order{name, {}, conv, matmul};
  for (const EntrySpec& s : specs) {
    Entry e = s.entry;
    const bool open = s.bound.kind == BoundSpec::Kind::rest || s.bound.variable >= 0;
    if (e.kind != EntryKind::hold) e.bound = open ? 1 : s.bound.value;
    // Images of a batch move as rows of a layer do, and one file has one batch: they stay out.
    if (e.kind != EntryKind::hold && e.dim == Dim::N && !matmul) continue;
    order.nest.push_back(e);
  }
  return order;
}

Entry loop(Dim d) {
  Entry e;
  e.dim = d;
  return e;
}

Entry lanes(char axis, Dim d) {
  Entry e = loop(d);
  e.kind = EntryKind::spatial;
  e.axis = axis;
  return e;
}

void hold_what_it_keeps(const Accelerator& a, std::size_t level, std::vector<Entry>* nest) {
  Entry e;
  e.kind = EntryKind::hold;
  e.level = static_cast<int>(level);
  for (Operand o : kAllOperands)
    if (a.levels[level].keeps[o].kept) e.operands |= 1U << static_cast<unsigned>(index(o));
  if (e.operands != 0) nest->push_back(e);
}

// Levels from the outside in; `on` has a dimension for each array, in their order.
Order built(const Accelerator& a, const std::vector<Dim>& outside, const std::vector<Dim>& on) {
  Order order;
  for (Dim d : outside) {
    order.nest.push_back(loop(d));
    order.name += name(d);
  }
  std::size_t array = 0;
  for (std::size_t l = 1; l < a.levels.size(); ++l) {
    const Level& level = a.levels[l];
    if (level.kind == LevelKind::storage) {
      hold_what_it_keeps(a, l, &order.nest);
      for (Dim d : {Dim::M, Dim::C}) order.nest.push_back(loop(d));
    } else if (level.kind == LevelKind::array) {
      order.nest.push_back(lanes(level.axis, on[array]));
      order.name += std::string(" ") + level.axis + std::string(name(on[array]));
      ++array;
    }
  }
  for (Dim d : {Dim::R, Dim::S, Dim::P, Dim::Q, Dim::C, Dim::M}) order.nest.push_back(loop(d));
  return order;
}

}  // namespace

std::vector<Order> known_orders(const fs::path& chip_folder, const Accelerator& accelerator) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(chip_folder))
    if (is_mapping_file(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Order> orders;
  std::vector<std::string> shapes;
  for (const fs::path& file : files) {
    const MappingFile mappings = read_mappings(file, accelerator);
    const std::string prefix = file.filename().string() + "#";
    for (const auto& [layer, nest] : mappings.layers)
      add_once(order_of(prefix + layer, nest, true, false), &orders, &shapes);
    if (mappings.any_layer)
      add_once(order_of(prefix + "any_layer", *mappings.any_layer,
                        runs(mappings.any_layer_kinds, LayerKind::conv),
                        runs(mappings.any_layer_kinds, LayerKind::matmul)),
               &orders, &shapes);
  }
  return orders;
}

std::vector<Order> built_orders(const Accelerator& accelerator) {
  std::size_t arrays = 0;
  for (const Level& l : accelerator.levels) arrays += l.kind == LevelKind::array ? 1 : 0;
  const std::vector<std::vector<Dim>> outside{{Dim::M, Dim::P, Dim::Q, Dim::C},
                                              {Dim::C, Dim::P, Dim::Q, Dim::M},
                                              {Dim::P, Dim::Q, Dim::M, Dim::C}};
  const std::vector<std::vector<Dim>> on{{Dim::C, Dim::M}, {Dim::P, Dim::Q}, {Dim::M, Dim::P}};
  std::vector<Order> orders;
  std::vector<std::string> shapes;
  for (const auto& o : outside)
    for (std::vector<Dim> d : on) {
      d.resize(std::max<std::size_t>(arrays, 2), Dim::M);
      add_once(built(accelerator, o, d), &orders, &shapes);
    }
  return orders;
}

std::optional<Pair> make_pair(const Order& order, const Choice& choice) {
  Pair pair;
  Layer& layer = pair.layer;
  layer.size.fill(1);
  for (std::size_t i = 0; i < order.nest.size(); ++i) {
    Entry e = order.nest[i];
    if (e.kind != EntryKind::hold) {
      e.bound = choice.bounds[i];
      if (e.bound == 1) continue;
      layer.size[e.dim] = mul(layer.size[e.dim], e.bound);
    }
    pair.mapping.nest.push_back(e);
  }
  const PerDim<std::int64_t>& size = layer.size;
  const bool points =
      size[Dim::P] == 1 && size[Dim::Q] == 1 && size[Dim::R] == 1 && size[Dim::S] == 1;
  layer.kind = order.conv && size[Dim::N] == 1 ? LayerKind::conv : LayerKind::matmul;
  if (layer.kind == LayerKind::matmul && (!order.matmul || !points)) return std::nullopt;
  layer.stride_h = layer.stride_w = choice.stride;
  layer.input_h = add(mul(size[Dim::P] - 1, layer.stride_h), size[Dim::R]);
  layer.input_w = add(mul(size[Dim::Q] - 1, layer.stride_w), size[Dim::S]);
  return pair;
}

}  // namespace assay::microbenchmarks
