// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/yaml_reader.h"
#include "experiments/experiment.h"

namespace assay {
namespace {

const std::vector<std::string> kStatistics{"max_abs_pct", "mape_pct", "network_pct"};

ExperimentVariant read_variant(YamlMap map) {
  ExperimentVariant v;
  v.name = map.text("name");
  v.accelerator = map.text("accelerator", "accelerator.yaml");
  v.mapping = map.text("mapping");
  v.description = map.text("description");
  v.headline = map.boolean("headline", false);
  map.finish();
  return v;
}

// "glb.I.read" -> component, operand, action.
std::optional<CountKey> parse_term(const std::string& text) {
  const auto first = text.find('.');
  const auto second = text.find('.', first == std::string::npos ? first : first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  CountKey key{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
  const std::set<std::string> operands{"I", "W", "P", "O"}, actions{"fill", "read", "write", "drain", "hop"};
  if (key.component.empty() || operands.count(key.operand) == 0 || actions.count(key.action) == 0) return std::nullopt;
  return key;
}

DerivedQuantity read_derived(YamlMap map) {
  DerivedQuantity d;
  d.quantity = map.text("quantity");
  for (const std::string& term : map.texts("terms")) {
    if (const auto key = parse_term(term))
      d.terms.push_back(*key);
    else
      map.error("terms", term, "expected level.operand.action such as glb.I.read, with operand I, W, P or O");
  }
  map.finish();
  return d;
}

ExperimentBound read_bound(YamlMap map, const Experiment& e) {
  ExperimentBound b;
  b.quantity = map.choice("quantity", e.quantities.empty() ? std::vector<std::string>{"(none compared)"} : e.quantities);
  std::vector<std::string> names;
  for (const ExperimentVariant& v : e.variants) names.push_back(v.name);
  b.variant = map.choice("variant", names.empty() ? std::vector<std::string>{"(none)"} : names);
  b.statistic = map.choice("statistic", kStatistics);
  b.limit = map.real("limit_pct", {0, 1e9});
  if (map.has("except_layers")) b.except_layers = map.texts("except_layers");
  map.finish();
  return b;
}

Agreement read_agreement(YamlMap map) {
  Agreement a;
  a.quantity = map.text("quantity");
  a.variant = map.text("variant", "");
  a.kind = map.choice("kind", {"prediction", "description", "input"});
  a.why = map.text("why");
  map.finish();
  return a;
}

void read_variants(YamlMap& top, Experiment& e) {
  std::set<std::string> names;
  int headlines = 0;
  for (YamlMap& map : top.maps("variants")) {
    e.variants.push_back(read_variant(map));
    if (!names.insert(e.variants.back().name).second)
      map.error("name", e.variants.back().name, "two variants have this name; expected different names");
    headlines += e.variants.back().headline ? 1 : 0;
  }
  if (top.has("variants") && headlines != 1)
    top.error("variants", std::to_string(headlines) + " with headline: true",
              "expected exactly one variant with headline: true, the one stated beforehand");
}

void read_measured(YamlMap& top, Experiment& e) {
  for (YamlMap& map : top.maps("measured")) {
    e.measured.push_back({map.text("data"), map.text("import")});
    map.finish();
  }
}

}  // namespace

Experiment read_experiment(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Experiment e;
  e.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.experiment/1");
  e.name = top.text("name");
  e.title = top.text("title");
  e.question = top.text("question");
  e.chip = top.text("chip");
  e.workload = top.text("workload");
  if (top.has("layers")) e.layers = top.texts("layers");
  read_variants(top, e);
  if (top.has("parameters")) e.parameters = top.text("parameters");
  read_measured(top, e);
  if (top.has("derived"))
    for (const YamlMap& map : top.maps("derived")) e.derived.push_back(read_derived(map));
  e.quantities = top.texts("quantities");
  e.headline_quantity = top.choice("headline_quantity", e.quantities.empty() ? std::vector<std::string>{"(none compared)"} : e.quantities);
  if (top.has("units")) {
    YamlMap units = top.map("units");
    for (const auto& [key, node] : units.entries()) e.units[key] = node.IsScalar() ? node.Scalar() : key;
  }
  if (top.has("bounds"))
    for (const YamlMap& map : top.maps("bounds")) e.bounds.push_back(read_bound(map, e));
  if (top.has("agreements"))
    for (const YamlMap& map : top.maps("agreements")) e.agreements.push_back(read_agreement(map));
  if (top.has("notes")) e.notes = top.texts("notes");
  top.finish();
  throw_if_any(diagnostics);
  return e;
}

}  // namespace assay
