// SPDX-License-Identifier: Apache-2.0
// One case of an experiment file: a chip, a workload, variants and data.
#include <algorithm>
#include <set>
#include <utility>

#include "core/diagnostics.h"
#include "experiments/experiment_data.h"

namespace assay {
namespace {

constexpr std::size_t kMaxNames = 1000;

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string hint = nearest(word, known);
  return hint.empty() ? "" : "; did you mean '" + hint + "'?";
}

// Layers that run on hardware, for a variant that runs there at all.
std::vector<std::string> read_rtl_layers(YamlMap& map, const ExperimentCase& e,
                                         const ExperimentVariant& v) {
  if (!map.has("rtl_layers")) return {};
  std::vector<std::string> layers = read_unique_names(map, "rtl_layers");
  for (const std::string& layer : layers)
    if (!e.layers.empty() && std::find(e.layers.begin(), e.layers.end(), layer) == e.layers.end())
      map.error("rtl_layers", layer, "expected one of 'layers': " + one_of(e.layers));
  if (!runs(v, "rtl"))
    map.error("rtl_layers", "", "expected 'rtl' among the levels of variant '" + v.name + "'");
  return layers;
}

ExperimentVariant read_variant(YamlMap& map, const ExperimentCase& e,
                               const std::vector<std::string>& levels) {
  ExperimentVariant v;
  v.name = map.text("name");
  v.accelerator = map.text("accelerator", "accelerator.yaml");
  v.mapping = map.text("mapping");
  v.description = map.text("description");
  if (map.has("parameters")) v.parameters = map.text("parameters");
  v.headline = map.boolean("headline", false);
  v.levels = read_level_names(map, levels);
  v.rtl_layers = read_rtl_layers(map, e, v);
  if (v.headline && !runs(v, kExperimentLevels.front()))
    map.error("levels", "", "expected 'analytical' among the levels of the headline variant");
  map.finish();
  return v;
}

// "glb.I.read" -> component, operand, action.
std::optional<CountKey> parse_term(const std::string& text) {
  const auto first = text.find('.');
  const auto second = text.find('.', first == std::string::npos ? first : first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  CountKey key{text.substr(0, first), text.substr(first + 1, second - first - 1),
               text.substr(second + 1)};
  const std::set<std::string> operands{"I", "W", "P", "O"},
      actions{"fill", "read", "write", "drain", "hop"};
  if (key.component.empty() || operands.count(key.operand) == 0 || actions.count(key.action) == 0)
    return std::nullopt;
  return key;
}

DerivedQuantity read_derived(YamlMap map) {
  DerivedQuantity d;
  d.quantity = map.text("quantity");
  const std::vector<std::string> terms = map.texts("terms");
  if (terms.empty() && map.has("terms"))
    map.error("terms", "", "expected at least one term such as glb.I.read");
  for (const std::string& term : terms) {
    if (const auto key = parse_term(term))
      d.terms.push_back(*key);
    else
      map.error("terms", term,
                "expected level.operand.action such as glb.I.read, with operand I, W, P or O");
  }
  map.finish();
  return d;
}

// A level that the experiment asks for, and that every variant replaces by levels of its own.
void check_levels_run(YamlMap& top, const ExperimentCase& e,
                      const std::vector<std::string>& asked) {
  if (!top.has("levels") || e.variants.empty()) return;
  std::set<std::string> found;
  for (const ExperimentVariant& v : e.variants) found.insert(v.levels.begin(), v.levels.end());
  for (const std::string& level : asked)
    if (found.count(level) == 0)
      top.error("levels", level,
                "asked for: " + one_of(asked) +
                    "; no variant runs it, found: " + one_of({found.begin(), found.end()}));
}

void read_variants(YamlMap& top, const std::vector<std::string>& absent, ExperimentCase& e) {
  std::set<std::string> names;
  int headlines = 0;
  const std::vector<std::string> levels = read_level_names(top, absent);
  for (YamlMap& map : top.maps("variants")) {
    e.variants.push_back(read_variant(map, e, levels));
    if (!names.insert(e.variants.back().name).second)
      map.error("name", e.variants.back().name,
                "two variants have this name; expected different names");
    headlines += e.variants.back().headline ? 1 : 0;
  }
  check_levels_run(top, e, levels);
  if (e.variants.size() > kMaxNames) {
    top.error("variants", std::to_string(e.variants.size()),
              "expected at most " + std::to_string(kMaxNames));
    e.variants.resize(kMaxNames);
  }
  if (top.has("variants") && top.raw("variants").IsSequence() && headlines != 1)
    top.error("variants", std::to_string(headlines) + " with headline: true",
              "expected exactly one variant with headline: true, the one stated beforehand");
}

void read_derived_quantities(YamlMap& top, ExperimentCase& e) {
  if (!top.has("derived")) return;
  std::set<std::string> seen;
  for (YamlMap& map : top.maps("derived")) {
    e.derived.push_back(read_derived(map));
    if (!seen.insert(e.derived.back().quantity).second)
      map.error("quantity", e.derived.back().quantity, "derived twice; expected once");
  }
}

}  // namespace

// The key's list of levels, each once; `absent` without the key.
std::vector<std::string> read_level_names(YamlMap& map, const std::vector<std::string>& absent) {
  if (!map.has("levels")) return absent;
  const std::vector<std::string> stated = map.texts("levels");
  std::set<std::string> seen;
  for (const std::string& level : stated) {
    const auto& known = kExperimentLevels;
    if (std::find(known.begin(), known.end(), level) == known.end())
      map.error("levels", level, "expected " + one_of(known) + did_you_mean(level, known));
    if (!seen.insert(level).second) map.error("levels", level, "stated twice; expected once");
  }
  if (stated.empty() && map.raw("levels").IsSequence())
    map.error("levels", "", "expected at least one of " + one_of(kExperimentLevels));
  std::vector<std::string> levels;
  for (const std::string& level : kExperimentLevels)
    if (seen.count(level) != 0) levels.push_back(level);
  return levels.empty() ? absent : levels;
}

// A list of names, none twice.
std::vector<std::string> read_unique_names(YamlMap& top, const std::string& key) {
  std::vector<std::string> names = top.texts(key);
  std::set<std::string> seen;
  for (const std::string& name : names)
    if (!seen.insert(name).second) top.error(key, name, "stated twice; expected once");
  if (names.size() > kMaxNames) {
    top.error(key, std::to_string(names.size()), "expected at most " + std::to_string(kMaxNames));
    names.resize(kMaxNames);
  }
  if (names.empty() && top.raw(key).IsSequence()) top.error(key, "", "expected at least one name");
  return names;
}

std::vector<std::string> read_chosen(YamlMap& map, const std::string& key,
                                     const std::vector<std::string>& known) {
  if (!map.has(key)) return {};
  std::vector<std::string> chosen = read_unique_names(map, key);
  for (const std::string& name : chosen)
    if (std::find(known.begin(), known.end(), name) == known.end())
      map.error(key, name, "expected " + one_of(known) + did_you_mean(name, known));
  return chosen;
}

bool runs(const ExperimentVariant& v, const std::string& level) {
  return std::find(v.levels.begin(), v.levels.end(), level) != v.levels.end();
}

ExperimentCase read_case(YamlMap& map, const std::vector<std::string>& levels,
                         const std::vector<std::string>& quantities) {
  ExperimentCase c;
  c.chip = map.text("chip");
  c.workload = map.text("workload");
  if (map.has("layers")) c.layers = read_unique_names(map, "layers");
  read_variants(map, levels, c);
  if (map.has("parameters")) c.parameters = map.text("parameters");
  if (map.has("split")) c.split = map.text("split");
  read_measured(map, &c);
  read_derived_quantities(map, c);
  read_predictions(map, quantities, &c);
  return c;
}

}  // namespace assay
