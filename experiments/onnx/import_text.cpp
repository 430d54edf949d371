// SPDX-License-Identifier: Apache-2.0
// What was mapped and what was not, for the terminal.
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "core/checked.h"
#include "experiments/onnx/import_onnx.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"

namespace assay::network {
namespace {

using report::count;
using report::Grid;

std::string by(std::int64_t a, std::int64_t b) { return fmt::format("{}x{}", a, b); }

std::string input_text(const Layer& l) {
  if (l.kind == LayerKind::matmul) return by(l.size[Dim::N], l.size[Dim::C]);
  const std::int64_t channels =
      mul(l.size[Dim::G], l.kind == LayerKind::elementwise ? 1 : l.size[Dim::C]);
  return fmt::format("{}x{}", channels, by(l.input_h, l.input_w));
}

std::string weights_text(const Layer& l) {
  if (l.kind == LayerKind::matmul) return by(l.size[Dim::C], l.size[Dim::M]);
  if (l.kind == LayerKind::elementwise) return fmt::format("{} inputs", l.size[Dim::C]);
  if (l.kind == LayerKind::pool) return by(l.size[Dim::R], l.size[Dim::S]);
  return fmt::format("{}x{}x{}", mul(l.size[Dim::G], l.size[Dim::M]), l.size[Dim::C],
                     by(l.size[Dim::R], l.size[Dim::S]));
}

std::string output_text(const Layer& l) {
  if (l.kind == LayerKind::matmul) return by(l.size[Dim::N], l.size[Dim::M]);
  return fmt::format("{}x{}", mul(l.size[Dim::G], l.size[Dim::M]),
                     by(l.size[Dim::P], l.size[Dim::Q]));
}

std::string kind_text(const Layer& l) {
  return std::string(name(l.kind)) + (l.weights_per_batch ? " (activations)" : "");
}

std::string layer_table(const NetworkImport& network, bool colour) {
  Grid grid(colour);
  grid.add({{"layer", ""},
            {"kind", ""},
            {"input", ""},
            {"weights", ""},
            {"output", ""},
            {"groups", ""},
            {"repeat", ""},
            {"MACs", ""}});
  grid.rule();
  for (const ImportedLayer& made : network.layers) {
    const Layer& l = made.layer;
    grid.add({{l.name, ""},
              {kind_text(l), ""},
              {input_text(l), ""},
              {weights_text(l), ""},
              {output_text(l), ""},
              {l.size[Dim::G] == 1 || !l.has_weights() ? "" : count(l.size[Dim::G]), ""},
              {l.repeat == 1 ? "" : count(l.repeat), ""},
              {l.has_weights() ? count(mul(points(l), l.repeat)) : "-", ""}});
  }
  return grid.text();
}

struct Sum {
  std::int64_t nodes = 0;
  std::optional<std::int64_t> outputs = 0, macs = 0;
};

void accumulate(std::optional<std::int64_t>* sum, const std::optional<std::int64_t>& more) {
  *sum = *sum && more ? std::optional(add(**sum, *more)) : std::nullopt;
}

std::string or_undefined(const std::optional<std::int64_t>& v) {
  return v ? count(*v) : report::kUndefined;
}

std::string other_table(const NetworkImport& network, bool colour) {
  std::map<std::tuple<Group, std::string, std::string>, Sum> sums;
  for (const NotMapped& n : network.not_mapped) {
    Sum& s = sums[{n.group, n.op, n.why}];
    ++s.nodes;
    accumulate(&s.outputs, n.outputs);
    accumulate(&s.macs, n.macs);
  }
  Grid grid(colour);
  grid.add({{"not mapped", ""},
            {"nodes", ""},
            {"output elements", ""},
            {"MACs", ""},
            {"as", ""},
            {"because", ""}});
  grid.rule();
  for (const auto& [key, s] : sums) {
    const auto& [group, op, why] = key;
    const bool counts = group == Group::product || group == Group::unknown;
    grid.add({{report::plain(op), ""},
              {count(s.nodes), ""},
              {or_undefined(s.outputs), ""},
              {counts ? or_undefined(s.macs) : "-", counts ? report::color_of("fail") : ""},
              {std::string(name(group)), ""},
              {why, ""}});
  }
  return grid.text();
}

std::string totals(const NetworkImport& network) {
  std::int64_t mapped = 0;  // nodes, also those merged into one layer
  for (const ImportedLayer& l : network.layers) mapped += l.layer.repeat;
  std::string text = fmt::format(
      "{} of {} nodes are layers ({} in the file): {} multiply-accumulates of one item.\n", mapped,
      mapped + static_cast<std::int64_t>(network.not_mapped.size()), network.layers.size(),
      count(network.macs()));
  const std::size_t unknown = network.nodes_of_unknown_macs();
  const std::int64_t others = network.not_mapped_macs();
  if (others > 0) text += fmt::format("Not mapped: {} multiply-accumulates.\n", count(others));
  if (unknown > 0)
    text += fmt::format("Not mapped, multiply-accumulates not known: {} node{}.\n", unknown,
                        unknown == 1 ? "" : "s");
  return text;
}

}  // namespace

std::string import_text(const NetworkImport& network, bool colour) {
  std::string text = layer_table(network, colour) + "\n";
  if (!network.not_mapped.empty()) text += other_table(network, colour) + "\n";
  for (const std::string& note : network.notes) text += "note: " + report::plain(note) + "\n";
  return text + totals(network);
}

}  // namespace assay::network
