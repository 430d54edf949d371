// SPDX-License-Identifier: Apache-2.0
// The workload file of an import. The strict reader judges it: the program reads what it has
// written.
#include <algorithm>
#include <array>
#include <sstream>

#include "core/checked.h"
#include "experiments/onnx/import_onnx.h"

namespace assay::network {
namespace {

constexpr std::size_t kColumns = 100;

std::string number(std::int64_t v) { return std::to_string(v); }

// Words in lines, each line after the first behind `indent`.
std::string wrapped(const std::vector<std::string>& words, const std::string& indent,
                    std::size_t column) {
  std::string text;
  bool first = true;
  for (const std::string& w : words) {
    if (!first && column + 1 + w.size() > kColumns) {
      text += "\n" + indent;
      column = indent.size();
    } else if (!first) {
      text += " ";
      ++column;
    }
    text += w;
    column += w.size();
    first = false;
  }
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string w; in >> w;) words.push_back(w);
  return words;
}

// Quoted where YAML would read something else than these letters.
std::string scalar(const std::string& text) {
  static const std::array<const char*, 9> kOther{"null", "true", "false", "yes", "no",
                                                 "on",   "off",  "y",     "n"};
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const bool letter = !lower.empty() && lower.front() >= 'a' && lower.front() <= 'z';
  const bool other = std::any_of(kOther.begin(), kOther.end(), [&](auto w) { return lower == w; });
  return letter && !other ? text : "\"" + text + "\"";
}

using Keys = std::vector<std::string>;

void add_pair(Keys* keys, const char* key, std::int64_t rows, std::int64_t columns,
              std::int64_t absent) {
  if (rows == absent && columns == absent) return;
  keys->push_back(
      std::string(key) + ": " +
      (rows == columns ? number(rows) : "[" + number(rows) + ", " + number(columns) + "]"));
}

void add_padding(Keys* keys, const Layer& l) {
  if (l.pad_top != l.pad_bottom || l.pad_left != l.pad_right)
    keys->push_back("padding: [" + number(l.pad_top) + ", " + number(l.pad_bottom) + ", " +
                    number(l.pad_left) + ", " + number(l.pad_right) + "]");
  else
    add_pair(keys, "padding", l.pad_top, l.pad_left, 0);
}

std::string tensor(std::int64_t channels, std::int64_t height, std::int64_t width) {
  return "{channels: " + number(channels) + ", height: " + number(height) +
         ", width: " + number(width) + "}";
}

void add_window(Keys* keys, const Layer& l) {
  add_pair(keys, "kernel", l.size[Dim::R], l.size[Dim::S], 0);
  add_pair(keys, "stride", l.stride_h, l.stride_w, 1);
  add_padding(keys, l);
  add_pair(keys, "dilation", l.dilation_h, l.dilation_w, 1);
}

void add_convolution(Keys* keys, const Layer& l) {
  const std::int64_t groups = l.size[Dim::G];
  keys->push_back("input: " + tensor(mul(l.size[Dim::C], groups), l.input_h, l.input_w));
  keys->push_back("filters: " + number(mul(l.size[Dim::M], groups)));
  add_window(keys, l);
  if (groups != 1) keys->push_back("groups: " + number(groups));
}

void add_fully_connected(Keys* keys, const Layer& l) {
  if (l.size[Dim::R] == 1 && l.size[Dim::S] == 1)
    keys->push_back("inputs: " + number(l.size[Dim::C]));
  else
    keys->push_back("input: " + tensor(l.size[Dim::C], l.size[Dim::R], l.size[Dim::S]));
  keys->push_back("outputs: " + number(l.size[Dim::M]));
}

void add_product(Keys* keys, const Layer& l) {
  keys->push_back("rows: " + number(l.size[Dim::N]));
  keys->push_back("inner: " + number(l.size[Dim::C]));
  keys->push_back("columns: " + number(l.size[Dim::M]));
  if (l.size[Dim::G] != 1) keys->push_back("groups: " + number(l.size[Dim::G]));
  keys->push_back(l.weights_per_batch ? "operands: activations" : "operands: weights");
}

void add_pool(Keys* keys, const ImportedLayer& made) {
  const Layer& l = made.layer;
  keys->push_back("input: " + tensor(l.size[Dim::G], l.input_h, l.input_w));
  add_window(keys, l);
  if (made.ceil) keys->emplace_back("rounding: ceil");
}

void add_elementwise(Keys* keys, const Layer& l) {
  keys->push_back("channels: " + number(l.size[Dim::G]));
  keys->push_back("height: " + number(l.input_h));
  keys->push_back("width: " + number(l.input_w));
  if (l.size[Dim::C] != 2) keys->push_back("inputs: " + number(l.size[Dim::C]));
}

std::string layer_text(const ImportedLayer& made) {
  const Layer& l = made.layer;
  Keys keys{"name: " + scalar(l.name), "kind: " + std::string(name(l.kind))};
  if (l.kind == LayerKind::conv) add_convolution(&keys, l);
  if (l.kind == LayerKind::fc) add_fully_connected(&keys, l);
  if (l.kind == LayerKind::matmul) add_product(&keys, l);
  if (l.kind == LayerKind::pool) add_pool(&keys, made);
  if (l.kind == LayerKind::elementwise) add_elementwise(&keys, l);
  if (l.repeat != 1) keys.push_back("repeat: " + number(l.repeat));
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] += i + 1 < keys.size() ? "," : "}";
  return "  - {" + wrapped(keys, "     ", 5) + "\n";
}

}  // namespace

std::string workload_text(const NetworkImport& network) {
  const Workload& w = network.workload;
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\nschema: assay.workload/1\nname: " + scalar(w.name) +
      "\ndescription: >-\n  " + wrapped(words_of(w.description), "  ", 2) + "\nsource: >-\n  " +
      wrapped(words_of(w.source), "  ", 2) + "\nlayers:\n";
  for (const ImportedLayer& l : network.layers) text += layer_text(l);
  return text;
}

}  // namespace assay::network
