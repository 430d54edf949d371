// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/design_text.h"

#include <fmt/format.h>

#include <stdexcept>

#include "core/text.h"

namespace assay {

using analytical::Design;

std::string design_text(const Design& design, std::size_t slots) {
  std::string text = std::to_string(design.skeleton);
  for (std::size_t s = 0; s < slots; ++s) {
    text += '/';
    bool first = true;
    for (const std::uint8_t d : design.order[s]) {
      if (d == analytical::kNoDim) break;
      text += fmt::format("{}{}{}", first ? "" : " ", name(static_cast<Dim>(d)),
                          design.bound[s][static_cast<Dim>(d)]);
      first = false;
    }
  }
  return text;
}

Design parse_design(const std::string& text) {
  const auto refuse = [&] { throw std::invalid_argument("not a design: " + text); };
  Design design;
  std::size_t slot = 0, loops = 0, at = text.find('/');
  const auto skeleton = parse_integer(text.substr(0, at));
  if (!skeleton) refuse();
  design.skeleton = static_cast<std::int16_t>(skeleton.value_or(0));
  for (std::size_t i = at; i < text.size();) {
    if (text[i] == '/') {
      if (i != at) ++slot;
      loops = 0;
      ++i;
      continue;
    }
    if (text[i] == ' ') ++i;
    const std::size_t end = text.find_first_of("/ ", i);
    const auto dim = parse_dim(text.substr(i, 1));
    const auto bound =
        parse_integer(text.substr(i + 1, (end == std::string::npos ? text.size() : end) - i - 1));
    if (!dim || !bound || slot >= analytical::kMaxSlots || loops >= kDims) refuse();
    design.order[slot][loops++] = static_cast<std::uint8_t>(index(*dim));
    design.bound[slot][*dim] = *bound;
    i = end == std::string::npos ? text.size() : end;
  }
  return design;
}

std::vector<std::string> nest_lines(const Mapping& mapping, const Accelerator& accelerator) {
  std::vector<std::string> lines;
  for (const Entry& e : mapping.nest) {
    if (e.kind != EntryKind::hold) {
      lines.push_back(
          fmt::format("{} {}: {}",
                      e.kind == EntryKind::loop ? std::string("for") : std::string("par ") + e.axis,
                      name(e.dim), e.bound));
      continue;
    }
    std::string operands;
    for (Operand o : kAllOperands)
      if (holds(e, o)) operands += (operands.empty() ? "" : ", ") + std::string(name(o));
    lines.push_back(fmt::format(
        "hold {}: {}", accelerator.levels[static_cast<std::size_t>(e.level)].name, operands));
  }
  return lines;
}

std::string mapping_yaml(const std::string& name, const Accelerator& accelerator,
                         const std::string& workload, std::int64_t batch, const std::string& source,
                         const std::vector<NamedNest>& nests) {
  std::string text = fmt::format(
      "schema: assay.mapping/1\nname: {}\naccelerator: {}\nworkload: {}\nbatch: {}\nsource: "
      "\"{}\"\nlayers:\n",
      name, accelerator.name, workload, batch, source);
  for (const NamedNest& n : nests) {
    text += fmt::format("  {}:\n", n.layer);
    for (const std::string& line : nest_lines(*n.mapping, accelerator))
      text += fmt::format("    - {}\n", line);
  }
  return text;
}

}  // namespace assay
