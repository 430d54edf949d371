// SPDX-License-Identifier: Apache-2.0
// Reading of mapping files and resolution of their bounds against a layer.
#include <algorithm>
#include <charconv>

#include "core/checked.h"
#include "core/mapping.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

std::optional<std::int64_t> bound_number(const std::string& text) {
  std::int64_t v = 0;
  const auto [p, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (ec != std::errc() || p != text.data() + text.size() || v < 1 || v > kMaxBound) return std::nullopt;
  return v;
}

std::optional<BoundSpec> parse_bound(const std::string& text,
                                     const std::vector<std::string>& variables) {
  const std::vector<std::string> words = words_of(text);
  if (words.size() == 1 && words[0] == "rest") return BoundSpec{BoundSpec::Kind::rest, 0};
  if (words.size() == 1)
    if (const auto v = bound_number(words[0])) return BoundSpec{BoundSpec::Kind::exact, *v};
  if (words.size() == 2 && words[0] == "max")
    if (const auto v = bound_number(words[1])) return BoundSpec{BoundSpec::Kind::at_most, *v};
  if (words.size() == 2 && words[0] == "max") {
    const auto v = std::find(variables.begin(), variables.end(), words[1]);
    if (v != variables.end())
      return BoundSpec{BoundSpec::Kind::at_most, 1, static_cast<int>(v - variables.begin())};
  }
  return std::nullopt;
}

// Every loop of bound 2 that 64 bits can hold, per dimension, and every hold are fewer.
constexpr std::size_t kMaxEntries = 1000;

// Reads one nest; errors go to the map's diagnostics.
class NestReader {
 public:
  NestReader(YamlMap& top, const Accelerator& accelerator, std::vector<std::string> variables = {})
      : top_(top), accelerator_(accelerator), variables_(std::move(variables)) {}

  // The nest under a key of `map`.
  std::vector<EntrySpec> read(YamlMap& map, const std::string& key, const YAML::Node& list) {
    const std::string path = map.path().empty() ? key : map.path() + "." + key;
    std::vector<EntrySpec> nest;
    if (!list.IsSequence()) {
      map.error(key, "", "expected a list of entries such as '- for M: 4'");
      return nest;
    }
    if (list.size() > kMaxEntries) {
      map.error(key, "", "expected at most " + std::to_string(kMaxEntries) + " entries in a nest");
      return nest;
    }
    for (const auto& item : list)
      if (const auto entry = read_entry(path, item)) nest.push_back(*entry);
    return nest;
  }

 private:
  std::optional<EntrySpec> read_entry(const std::string& key, const YAML::Node& item) {
    if (!item.IsMap() || item.size() != 1 || !item.begin()->first.IsScalar()) {
      top_.error_at(item, key, item.IsScalar() ? item.Scalar() : "", kShape);
      return std::nullopt;
    }
    const YAML::Node head = item.begin()->first;
    const YAML::Node value = item.begin()->second;
    const std::vector<std::string> words = words_of(head.Scalar());
    EntrySpec spec;
    spec.entry.line = head.Mark().line + 1;
    if (words.size() == 2 && words[0] == "for") return loop(key, head, value, words[1], spec);
    if (words.size() == 3 && words[0] == "par") {
      if (words[1] != "x" && words[1] != "y") {
        top_.error_at(head, key, head.Scalar(), "expected axis 'x' or 'y' after par");
        return std::nullopt;
      }
      spec.entry.kind = EntryKind::spatial;
      spec.entry.axis = words[1].front();
      return loop(key, head, value, words[2], spec);
    }
    if (words.size() == 2 && words[0] == "hold") return hold(key, head, value, words[1], spec);
    top_.error_at(head, key, head.Scalar(), kShape);
    return std::nullopt;
  }

  std::optional<EntrySpec> loop(const std::string& key, const YAML::Node& head, const YAML::Node& value,
                                const std::string& dim_name, EntrySpec spec) {
    const auto dim = parse_dim(dim_name);
    if (!dim) top_.error_at(head, key, head.Scalar(), "expected a dimension: N, G, M, C, P, Q, R or S");
    const auto bound = value.IsScalar() ? parse_bound(value.Scalar(), variables_) : std::nullopt;
    if (!bound)
      top_.error_at(head, key + "." + head.Scalar(), value.IsScalar() ? value.Scalar() : "",
                    "expected a whole number of at least 1 and at most 2^40, 'max K' or 'rest'" +
                        (variables_.empty() ? "" : "; K may be " + one_of(variables_)));
    if (!dim || !bound) return std::nullopt;
    spec.entry.dim = *dim;
    spec.bound = *bound;
    return spec;
  }

  std::optional<EntrySpec> hold(const std::string& key, const YAML::Node& head, const YAML::Node& value,
                                const std::string& level_name, EntrySpec spec) {
    spec.entry.kind = EntryKind::hold;
    spec.entry.level = accelerator_.find(level_name);
    bool ok = true;
    if (spec.entry.level < 0 ||
        accelerator_.levels[static_cast<std::size_t>(spec.entry.level)].kind != LevelKind::storage) {
      top_.error_at(head, key, head.Scalar(), unknown_level(level_name));
      ok = false;
    }
    std::vector<std::string> operands;
    if (value.IsScalar()) operands = words_of(value.Scalar());
    if (value.IsSequence())
      for (const auto& o : value) operands.push_back(o.IsScalar() ? o.Scalar() : "?");
    if (operands.empty()) operands.push_back("");
    for (const std::string& word : operands) {
      const auto operand = parse_operand(word);
      if (!operand) {
        top_.error_at(head, key + "." + head.Scalar(), word, "expected operands: I, W, O, or several separated by commas");
        ok = false;
        continue;
      }
      const unsigned bit = 1U << static_cast<unsigned>(index(*operand));
      if ((spec.entry.operands & bit) != 0) {
        top_.error_at(head, key + "." + head.Scalar(), word, "the operand appears twice; expected it once");
        ok = false;
      }
      spec.entry.operands |= bit;
    }
    return ok ? std::optional<EntrySpec>(spec) : std::nullopt;
  }

  std::string unknown_level(const std::string& level_name) const {
    std::vector<std::string> names;
    for (const Level& l : accelerator_.levels)
      if (l.kind == LevelKind::storage) names.push_back(l.name);
    std::string text = "expected a storage level of accelerator '" + accelerator_.name + "': " + one_of(names);
    const std::string hint = nearest(level_name, names);
    return hint.empty() ? text : text + "; did you mean '" + hint + "'?";
  }

  static constexpr const char* kShape =
      "expected one of 'for DIM: n', 'par x DIM: n', 'par y DIM: n' or 'hold LEVEL: operands'";

  YamlMap& top_;
  const Accelerator& accelerator_;
  std::vector<std::string> variables_;
};

// Elements of the dimension that the loops inside leave to this entry.
std::int64_t rest_of(const Layer& layer, const PerDim<std::int64_t>& inner, Dim dim) {
  return std::max<std::int64_t>(1, ceil_div(layer.size[dim], inner[dim]));
}

// nullopt where the bounds of a dimension multiply to more than 64 bits, with the entry.
std::optional<Mapping> resolve(const std::vector<EntrySpec>& specs, const Layer& layer,
                               const std::vector<std::int64_t>& values, Entry* too_long) {
  Mapping mapping;
  PerDim<std::int64_t> inner;
  inner.fill(1);
  for (auto spec = specs.rbegin(); spec != specs.rend(); ++spec) {
    Entry entry = spec->entry;
    if (entry.kind == EntryKind::hold) {
      if (!layer.has_weights()) entry.operands &= ~(1U << static_cast<unsigned>(index(Operand::W)));
      if (entry.operands != 0) mapping.nest.push_back(entry);
      continue;
    }
    const std::int64_t rest = rest_of(layer, inner, entry.dim);
    const std::int64_t most = spec->bound.variable < 0
                                  ? spec->bound.value
                                  : values[static_cast<std::size_t>(spec->bound.variable)];
    switch (spec->bound.kind) {
      case BoundSpec::Kind::exact: entry.bound = most; break;
      case BoundSpec::Kind::at_most: entry.bound = std::min(most, rest); break;
      case BoundSpec::Kind::rest: entry.bound = rest; break;
    }
    if (__builtin_mul_overflow(inner[entry.dim], entry.bound, &inner[entry.dim])) {
      *too_long = entry;
      return std::nullopt;
    }
    if (entry.bound > 1) mapping.nest.push_back(entry);
  }
  std::reverse(mapping.nest.begin(), mapping.nest.end());
  return mapping;
}

void read_kinds(YamlMap& top, std::vector<LayerKind>& kinds) {
  const std::vector<LayerKind> all{LayerKind::conv, LayerKind::fc, LayerKind::matmul, LayerKind::pool, LayerKind::elementwise};
  for (const std::string& word : top.texts("any_layer_kinds")) {
    const auto kind = std::find_if(all.begin(), all.end(), [&](LayerKind k) { return name(k) == word; });
    if (kind == all.end())
      top.error("any_layer_kinds", word, "expected layer kinds: conv, fc, matmul, pool, elementwise");
    else
      kinds.push_back(*kind);
  }
}

}  // namespace

MappingFile read_mappings(const std::filesystem::path& file, const Accelerator& accelerator) {
  Diagnostics diagnostics;
  MappingFile out;
  out.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.mapping/1");
  out.name = top.text("name");
  out.accelerator = top.accelerator(accelerator.name);
  out.workload = top.text("workload", "");
  out.batch = top.integer("batch", {1, kMaxBound}, 1);
  out.source = top.text("source");
  NestReader nests(top, accelerator);
  if (top.has("layers")) {
    YamlMap layers = top.map("layers");
    for (const auto& [name, node] : layers.entries()) {
      out.layer_lines[name] = layers.line(name);
      out.layers[name] = nests.read(layers, name, node);
    }
  }
  if (top.has("any_layer")) {
    out.any_layer_line = top.line("any_layer");
    out.any_layer = nests.read(top, "any_layer", top.raw("any_layer"));
    if (top.has("any_layer_kinds")) read_kinds(top, out.any_layer_kinds);
  }
  if (!top.has("layers") && !top.has("any_layer"))
    top.error("", "", "expected 'layers' (a nest per layer), 'any_layer' (a template) or both");
  top.finish();
  throw_if_any(diagnostics);
  return out;
}

std::vector<EntrySpec> read_nest(YamlMap& map, const std::string& key,
                                 const Accelerator& accelerator,
                                 const std::vector<std::string>& variables) {
  const YAML::Node list = map.raw(key);
  return NestReader(map, accelerator, variables).read(map, key, list);
}

Mapping resolve(const std::vector<EntrySpec>& nest, const Layer& layer,
                const std::vector<std::int64_t>& values) {
  Entry too_long;
  auto mapping = resolve(nest, layer, values, &too_long);
  if (!mapping) throw OverflowError();
  return *std::move(mapping);
}

std::optional<Mapping> resolve(const MappingFile& file, const Layer& layer) {
  const auto found = file.layers.find(layer.name);
  const bool listed = found != file.layers.end();
  const auto& kinds = file.any_layer_kinds;
  const bool kind_mapped = kinds.empty() || std::find(kinds.begin(), kinds.end(), layer.kind) != kinds.end();
  if (!listed && (!file.any_layer || !kind_mapped)) return std::nullopt;
  Entry too_long;
  auto mapping = resolve(listed ? found->second : *file.any_layer, layer, {}, &too_long);
  if (!mapping)
    throw InputError({{file.file.string(), too_long.line, "layers." + layer.name, std::to_string(too_long.bound),
                       "the bounds of a dimension multiply to more than 64 bits"}});
  mapping->file = file.file;
  mapping->name = file.name + "#" + layer.name;
  mapping->line = listed ? file.layer_lines.at(layer.name) : file.any_layer_line;
  return mapping;
}

}  // namespace assay
