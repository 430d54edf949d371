// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/diagnostics.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/experiment_data.h"

namespace assay {
namespace {

constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
const std::vector<std::string> kStatistics{"max_abs_pct", "mape_pct", "network_pct"};

// A choice among names that the file itself states; those had their own errors if there are none.
std::string read_stated(YamlMap& map, const std::string& key,
                        const std::vector<std::string>& stated) {
  return stated.empty() ? map.text(key) : map.choice(key, stated);
}

const ExperimentVariant* find_variant(const ExperimentCase& c, const std::string& name) {
  for (const ExperimentVariant& v : c.variants)
    if (v.name == name) return &v;
  return nullptr;
}

std::vector<std::string> variant_names(const Experiment& e) {
  std::vector<std::string> names;
  for (const ExperimentCase& c : e.cases)
    for (const ExperimentVariant& v : c.variants)
      if (std::find(names.begin(), names.end(), v.name) == names.end()) names.push_back(v.name);
  return names;
}

// The case of a bound's variant; where several have it, `chip` and `workload` say which.
std::size_t case_of(YamlMap& map, const Experiment& e, const std::string& variant) {
  const std::string chip = map.text("chip", ""), workload = map.text("workload", "");
  std::vector<std::size_t> found;
  std::vector<std::string> places;
  for (std::size_t i = 0; i < e.cases.size(); ++i) {
    const ExperimentCase& c = e.cases[i];
    if (find_variant(c, variant) == nullptr) continue;
    places.push_back(c.chip + "/" + c.workload);
    if ((chip.empty() || chip == c.chip) && (workload.empty() || workload == c.workload))
      found.push_back(i);
  }
  if (found.size() != 1 && !places.empty())
    map.error("variant", variant,
              "expected 'chip' and 'workload' of one of the cases that have it: " + one_of(places));
  return found.empty() ? 0 : found.front();
}

ExperimentBound read_bound(YamlMap map, const Experiment& e,
                           const std::vector<std::string>& variants) {
  ExperimentBound b;
  b.quantity = read_stated(map, "quantity", e.quantities);
  b.variant = read_stated(map, "variant", variants);
  b.statistic = map.choice("statistic", kStatistics);
  b.limit = map.real("limit_pct", {0, 1e9});
  b.level = map.choice("level", kExperimentLevels, kExperimentLevels.front());
  b.of_case = case_of(map, e, b.variant);
  const ExperimentCase& c = e.cases[b.of_case];
  if (const ExperimentVariant* v = find_variant(c, b.variant); v != nullptr && !runs(*v, b.level))
    map.error("level", b.level,
              "expected a level of variant '" + v->name + "': " + one_of(v->levels));
  if (map.has("except_layers")) b.except_layers = map.texts("except_layers");
  if (!b.except_layers.empty() && b.statistic == "network_pct")
    map.error("except_layers", b.except_layers.front(),
              "expected no exceptions: network_pct sums over every layer");
  for (const std::string& layer : b.except_layers)
    if (!c.layers.empty() && std::find(c.layers.begin(), c.layers.end(), layer) == c.layers.end())
      map.error("except_layers", layer, "expected one of 'layers': " + one_of(c.layers));
  map.finish();
  return b;
}

Agreement read_agreement(YamlMap map, const Experiment& e,
                         const std::vector<std::string>& variants) {
  Agreement a;
  a.quantity = read_stated(map, "quantity", e.quantities);
  if (map.has("variant")) a.variant = read_stated(map, "variant", variants);
  a.kind = map.choice("kind", {"prediction", "description", "input"});
  a.why = map.text("why");
  map.finish();
  return a;
}

void read_units(YamlMap& top, Experiment& e) {
  if (!top.has("units")) return;
  YamlMap units = top.map("units");
  std::vector<std::string> known = e.quantities;  // none: an error of its own
  for (const ExperimentCase& c : e.cases)
    for (const DerivedQuantity& d : c.derived) known.push_back(d.quantity);
  for (const auto& [key, node] : units.entries()) {
    e.units[key] = units.text(key);
    if (!e.quantities.empty() && std::find(known.begin(), known.end(), key) == known.end())
      units.error(key, e.units[key],
                  "expected a quantity of this file: " + listed(known, known.size()));
  }
}

void read_judgement(YamlMap& top, Experiment& e) {
  const std::vector<std::string> variants = variant_names(e);
  if (top.has("bounds"))
    for (const YamlMap& map : top.maps("bounds")) e.bounds.push_back(read_bound(map, e, variants));
  if (top.has("agreements"))
    for (const YamlMap& map : top.maps("agreements"))
      e.agreements.push_back(read_agreement(map, e, variants));
  if (top.has("notes")) e.notes = top.texts("notes");
}

const ExperimentVariant* headline_of(const ExperimentCase& c) {
  for (const ExperimentVariant& v : c.variants)
    if (v.headline) return &v;
  return nullptr;
}

// One case is the file itself; several stand under `cases`.
void read_cases(YamlMap& top, Experiment& e) {
  const std::vector<std::string> analytical{kExperimentLevels.front()};
  if (!top.has("cases")) {
    e.cases.push_back(read_case(top, analytical, e.quantities));
    return;
  }
  const std::vector<std::string> levels = read_level_names(top, analytical);
  std::set<std::pair<std::string, std::string>> places;
  for (YamlMap& map : top.maps("cases")) {
    e.cases.push_back(read_case(map, levels, e.quantities));
    map.finish();
    const ExperimentCase& c = e.cases.back();
    if (!places.insert({c.chip, c.workload}).second)
      map.error("workload", c.workload,
                "a second case of chip '" + c.chip + "' and this workload; expected its variants " +
                    "in the first one");
    const ExperimentVariant *first = headline_of(e.cases.front()), *own = headline_of(c);
    if (first != nullptr && own != nullptr && first->name != own->name)
      map.error(
          "variants", own->name,
          "expected the headline variant to bear one name in all cases: '" + first->name + "'");
  }
  if (!e.cases.empty()) return;
  if (top.raw("cases").IsSequence()) top.error("cases", "", "expected at least one case");
  e.cases.emplace_back();  // for what follows
}

// Of resolved.yaml; in a file of one's own they pin whatever else shall not change.
void read_inputs(YamlMap& top, Experiment& e) {
  if (!top.has("inputs")) return;
  for (YamlMap& map : top.maps("inputs")) {
    ExperimentInput in;
    in.line = map.line();
    in.file = map.text("file");
    in.sha256 = map.text("sha256");
    map.finish();
    e.inputs.push_back(std::move(in));
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
  if (!e.name.empty() &&
      (e.name.find_first_not_of(kLetters) != std::string::npos || e.name.front() == '.'))
    top.error("name", e.name, "expected letters, digits, '_', '-' and '.' only, no '.' first");
  e.title = top.text("title");
  e.question = top.text("question");
  e.quantities = read_unique_names(top, "quantities");
  e.headline_quantity = read_stated(top, "headline_quantity", e.quantities);
  read_cases(top, e);
  if (top.has("allow_clock_difference"))
    e.allow_clock_difference = top.text("allow_clock_difference");
  read_units(top, e);
  read_judgement(top, e);
  e.statistics = read_chosen(top, "statistics", kShownStatistics);
  e.plots = read_chosen(top, "plots", kPlotKinds);
  read_inputs(top, e);
  top.finish();
  throw_if_any(diagnostics);
  return e;
}

}  // namespace assay
