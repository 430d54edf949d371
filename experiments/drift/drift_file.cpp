// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/diagnostics.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/drift/drift.h"

namespace assay::drift {
namespace {

constexpr const char* kUndefined = "undefined";
constexpr double kLargest = 1e300;
constexpr int kMostLayers = 1000000;

Tolerance read_tolerance(YamlMap map) {
  Tolerance t;
  t.relative = map.real("relative", {0, 1}, 0);
  t.absolute = map.real("absolute", {0, kLargest}, 0);
  t.why = map.text("why");
  map.finish();
  return t;
}

Accepted read_metric(YamlMap& map) {
  Accepted a;
  a.metric = map.text("metric");
  const std::string value = map.text("value");
  a.value = parse_number(value);
  if (!a.value && value != kUndefined)
    map.error("value", value, "expected a number, or '" + std::string(kUndefined) + "'");
  a.n = static_cast<int>(map.integer("n", {0, kMostLayers}));
  if (map.has("tolerance")) a.tolerance = read_tolerance(map.map("tolerance"));
  map.finish();
  return a;
}

// An unknown name would select nothing, and nothing drifts.
std::vector<std::string> read_statistics(YamlMap& map) {
  const std::size_t before = map.diagnostics()->size();
  std::vector<std::string> names = map.texts("statistics");
  if (names.empty() && map.diagnostics()->size() == before)
    map.error("statistics", "", "expected at least one");
  const std::vector<std::string> known = statistic_names();
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint = nearest(name, known);
    map.error("statistics", name,
              "expected " + one_of(known) + (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
  }
  return names;
}

Source read_source(YamlMap& map) {
  Source s;
  if (map.has("experiment") == map.has("fit"))
    map.error("experiment", "", "expected either 'experiment' or 'fit'");
  s.kind = map.has("fit") ? Kind::fit : Kind::experiment;
  s.name = map.text(s.kind == Kind::fit ? "fit" : "experiment");
  if (s.kind == Kind::experiment) s.statistics = read_statistics(map);
  s.tolerance = read_tolerance(map.map("tolerance"));
  std::set<std::string> seen;
  for (YamlMap& m : map.maps("metrics")) {
    s.metrics.push_back(read_metric(m));
    if (!seen.insert(s.metrics.back().metric).second)
      m.error("metric", s.metrics.back().metric, "stated twice; expected once");
  }
  map.finish();
  return s;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string name_text(const std::string& text) {
  const bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
                     text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-/") ==
                         std::string::npos;
  return plain ? text : quoted(text);
}

std::string tolerance_text(const Tolerance& t) {
  std::string text = "{";
  if (t.relative > 0) text += "relative: " + number_text(t.relative) + ", ";
  if (t.absolute > 0) text += "absolute: " + number_text(t.absolute) + ", ";
  return text + "why: " + quoted(t.why) + "}";
}

}  // namespace

DriftFile read_drift(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  DriftFile d;
  d.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.drift/1");
  std::set<std::string> seen;
  for (YamlMap& map : top.maps("sources")) {
    d.sources.push_back(read_source(map));
    if (!seen.insert(d.sources.back().name).second)
      map.error("experiment", d.sources.back().name, "stated twice; expected once");
  }
  if (d.sources.empty() && diagnostics.empty())
    top.error("sources", "", "expected at least one: nothing would be compared");
  top.finish();
  throw_if_any(diagnostics);
  return d;
}

std::string drift_yaml(const DriftFile& file) {
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# Accuracy that was accepted: docs/formats/drift.md. Written by assay drift --accept, which "
      "keeps tolerances and\n# reasons and no other comments. Tolerances are changed by hand.\n"
      "schema: assay.drift/1\nsources:\n";
  for (const Source& s : file.sources) {
    text +=
        fmt::format("  - {}: {}\n", s.kind == Kind::fit ? "fit" : "experiment", name_text(s.name));
    if (s.kind == Kind::experiment)
      text += fmt::format("    statistics: [{}]\n", fmt::join(s.statistics, ", "));
    text += "    tolerance: " + tolerance_text(s.tolerance) +
            "\n    metrics:" + (s.metrics.empty() ? " []\n" : "\n");
    for (const Accepted& a : s.metrics)
      text += fmt::format("      - {{metric: {}, value: {}, n: {}{}}}\n", name_text(a.metric),
                          a.value ? number_text(*a.value) : kUndefined, a.n,
                          a.tolerance ? ", tolerance: " + tolerance_text(*a.tolerance) : "");
  }
  return text;
}

}  // namespace assay::drift
