// SPDX-License-Identifier: Apache-2.0
// An explanation as a tree for people and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/provenance/explain.h"
#include "experiments/report/format.h"

namespace assay::provenance {
namespace {

using Json = nlohmann::ordered_json;
using report::plain;

struct Node {
  std::string text;
  std::vector<Node> children;
};

void draw(const Node& node, const std::string& indent, std::string* out) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    *out += indent + (last ? "└─ " : "├─ ") + plain(node.children[i].text) + "\n";
    draw(node.children[i], indent + (last ? "   " : "│  "), out);
  }
}

std::string value_text(const std::optional<double>& v) {
  return v ? number_text(*v) : report::kUndefined;
}

Node layers_node(const Explanation& e) {
  Node node{fmt::format("numbers, n = {}: predicted, measured, error", e.n), {}};
  std::size_t width = 0;
  for (const ExplainedLayer& l : e.layers) width = std::max(width, report::width(l.layer));
  for (const ExplainedLayer& l : e.layers) {
    const std::string gap(width - report::width(l.layer), ' ');
    node.children.push_back(
        {fmt::format("{}{}  {:>12}  {:>12}  {:>8} %", l.layer, gap, report::number(l.predicted),
                     report::number(l.measured), report::signed_pct(l.error_pct)),
         {}});
  }
  return node;
}

// One line for layers that share everything but their names.
Node records_node(const std::string& title, const std::vector<ExplainedRecord>& records) {
  Node node{fmt::format("{}: {} of records.json", title, records.size()), {}};
  for (const ExplainedRecord& r : records)
    node.children.push_back({r.record + " (" + r.tool + ")", {}});
  return node;
}

Node parameter_node(const ExplainedParameter& p) {
  std::string text = p.name + (p.value.empty() ? "" : ": " + p.value);
  if (!p.interval.empty()) text += " (" + p.interval + ")";
  std::string source = p.source;
  if (!p.confidence.empty()) source += (source.empty() ? "" : " ") + ("[" + p.confidence + "]");
  return {text + (source.empty() ? "" : " <- " + source), {}};
}

Node files_node(const Explanation& e) {
  Node node{"inputs", {}};
  for (const ExplainedFile& f : e.files) {
    Node file{f.role + ": " + f.input.place.path + "  " + f.input.hash +
                  (f.unchanged ? "" : "  CHANGED OR GONE since"),
              {}};
    for (const ExplainedParameter& p : f.parameters) file.children.push_back(parameter_node(p));
    node.children.push_back(std::move(file));
  }
  if (e.files.empty()) node.children.push_back({"the records name none", {}});
  return node;
}

Node sources_node(const Explanation& e) {
  Node node{"measured figures", {}};
  std::vector<std::string> seen;
  for (const ExplainedLayer& l : e.layers) {
    const std::string text = (l.source.empty() ? "no source stated" : l.source) +
                             (l.confidence.empty() ? "" : " [" + l.confidence + "]");
    if (l.layer == kNetworkLayer || std::find(seen.begin(), seen.end(), text) != seen.end())
      continue;
    seen.push_back(text);
    node.children.push_back({text, {}});
  }
  return node;
}

Node program_node(const Explanation& e) {
  Node node{"program and tools", {}};
  node.children.push_back({"assay " + e.chain.version + "  " + e.chain.executable, {}});
  for (const auto& [tool, version] : e.chain.tools)
    node.children.push_back({tool + ": " + version, {}});
  return node;
}

Json parameter_json(const ExplainedParameter& p) {
  Json j;
  j["name"] = p.name;
  if (!p.value.empty()) j["value"] = p.value;
  if (!p.interval.empty()) j["interval"] = p.interval;
  j["source"] = p.source;
  j["confidence"] = p.confidence;
  return j;
}

Json record_json(const ExplainedRecord& r) {
  Json j;
  j["record"] = r.record;
  j["tool"] = r.tool;
  j["inputs"] = r.inputs;
  return j;
}

Json file_json(const ExplainedFile& f) {
  Json j;
  j["role"] = f.role;
  j["path"] = f.input.place.path;
  j["sha256"] = f.input.hash;
  j["unchanged"] = f.unchanged;
  j["parameters"] = Json::array();
  for (const ExplainedParameter& p : f.parameters) j["parameters"].push_back(parameter_json(p));
  return j;
}

Json layer_json(const ExplainedLayer& l) {
  Json j;
  j["layer"] = l.layer;
  j["predicted"] = l.predicted;
  j["measured"] = l.measured;
  j["error_pct"] = l.error_pct;
  j["source"] = l.source;
  j["confidence"] = l.confidence;
  return j;
}

}  // namespace

std::string explanation_tree(const Explanation& e) {
  Node root;
  root.children.push_back({e.name.quantity + ": " + e.quantity, {}});
  root.children.push_back({e.name.statistic + ": " + e.definition, {}});
  if (!e.formula.empty()) root.children.push_back({"here: " + e.formula, {}});
  if (!e.interval.empty()) root.children.push_back({"interval: " + e.interval, {}});
  root.children.push_back(layers_node(e));
  root.children.push_back(records_node("predicted records", e.predicted));
  root.children.push_back(records_node("measured records", e.measured));
  root.children.push_back(sources_node(e));
  root.children.push_back(files_node(e));
  root.children.push_back(program_node(e));
  if (!e.chain.command.empty()) root.children.push_back({"command: " + e.chain.command, {}});
  std::string text =
      fmt::format("{} = {}  (n = {})\n", report::metric_name(e.name), value_text(e.value), e.n);
  draw(root, "", &text);
  return text;
}

std::string explanation_json(const Explanation& e) {
  Json j;
  j["schema"] = "assay.explanation/1";
  j["metric"] = report::metric_name(e.name);
  j["value"] = e.value ? Json(*e.value) : Json(nullptr);
  j["n"] = e.n;
  j["quantity"] = e.quantity;
  j["definition"] = e.definition;
  if (!e.formula.empty()) j["formula"] = e.formula;
  if (!e.interval.empty()) j["interval"] = e.interval;
  for (const char* list : {"layers", "predicted", "measured", "inputs"}) j[list] = Json::array();
  for (const ExplainedLayer& l : e.layers) j["layers"].push_back(layer_json(l));
  for (const ExplainedRecord& r : e.predicted) j["predicted"].push_back(record_json(r));
  for (const ExplainedRecord& r : e.measured) j["measured"].push_back(record_json(r));
  for (const ExplainedFile& f : e.files) j["inputs"].push_back(file_json(f));
  j["program"] = {{"version", e.chain.version}, {"executable", e.chain.executable}};
  j["tools"] = e.chain.tools;
  j["command"] = e.chain.command;
  return j.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay::provenance
