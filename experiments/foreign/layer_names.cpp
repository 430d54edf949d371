// SPDX-License-Identifier: Apache-2.0
#include "experiments/foreign/layer_names.h"

#include "core/yaml_reader.h"

namespace assay::foreign {

LayerNames::LayerNames(const ForeignRequest& request, const Workload& workload,
                       Diagnostics* diagnostics)
    : request_(request), workload_(workload), diagnostics_(diagnostics) {
  for (const Layer& l : workload.layers) known_.push_back(l.name);
  if (request.layers && !request.layer.empty())
    diagnostics->push_back({"command line", 0, "layer", request.layer,
                            "expected a layer or a list of layers, not both"});
  if (request.layers) read_list(*request.layers);
}

void LayerNames::read_list(const std::filesystem::path& file) {
  const YamlFile yaml(file, diagnostics_);
  if (!yaml.ok()) return;
  YamlMap top = yaml.map();
  top.schema("assay.layers/1");
  const auto read = [&](const char* key, std::map<std::string, Name>* names) {
    const YAML::Node node = top.raw(key);
    if (!node.IsDefined()) return;
    YamlMap map = top.child(key, node);
    for (const auto& [native, value] : map.entries()) {
      if (!value.IsScalar() || value.Scalar().empty())
        map.error(native, "", "expected text");
      else
        (*names)[native] = {value.Scalar(), map.line(native), false};
    }
    map.finish();
  };
  read("layers", &names_);
  read("skip", &skip_);
  for (const auto& item : skip_)
    if (names_.count(item.first) != 0)
      top.error("skip", item.first, "expected the layer in one of 'layers' and 'skip'");
  if (names_.empty()) top.error("layers", "", "expected at least one TOOL'S NAME: LAYER");
  top.finish();
}

const Layer* LayerNames::find(const std::string& name, const std::string& file, int line,
                              const std::string& key) {
  const Layer* layer = workload_.find(name);
  if (layer != nullptr) return layer;
  const std::string hint = nearest(name, known_);
  diagnostics_->push_back(
      {file, line, key, name.substr(0, 60),
       "workload " + workload_.name + " has no such layer; " +
           (hint.empty() ? "expected " + listed(known_, 60) : "did you mean '" + hint + "'?") +
           (key == "layer" ? "; --layers FILE gives layers other names" : "")});
  return nullptr;
}

const Layer* LayerNames::resolve_one(const NativeLayer& layer) {
  const auto skip = skip_.find(layer.name);
  if (skip != skip_.end()) {
    if (!skip->second.used) skipped.push_back({layer.name, skip->second.to});
    skip->second.used = true;
    return nullptr;
  }
  const auto name = names_.find(layer.name);
  if (name == names_.end()) return find(layer.name, layer.file, layer.line, "layer");
  name->second.used = true;
  return find(name->second.to, request_.layers->string(), name->second.line,
              "layers." + layer.name);
}

void LayerNames::report_unused(const std::vector<NativeLayer>& native) {
  std::vector<std::string> there;
  for (const NativeLayer& l : native) there.push_back(l.name);
  for (const auto* names : {&names_, &skip_})
    for (const auto& [name, to] : *names)
      if (!to.used)
        diagnostics_->push_back(
            {request_.layers->string(), to.line, name, "",
             "no such layer in " + request_.from.string() + "; it has " + listed(there, 60)});
}

std::vector<const Layer*> LayerNames::resolve(const std::vector<NativeLayer>& native) {
  std::vector<const Layer*> layers;
  if (!request_.layer.empty()) {
    const Layer* only = find(request_.layer, "command line", 0, "--layer");
    if (native.size() == 1) return {only};
    std::vector<std::string> there;
    for (const NativeLayer& l : native) there.push_back(l.name);
    diagnostics_->push_back({request_.from.string(), 0, "--layer", request_.layer,
                             "there are " + std::to_string(native.size()) + " layers (" +
                                 listed(there, 20) + "); expected one, or --layers FILE"});
    layers.resize(native.size(), nullptr);
    return layers;
  }
  for (const NativeLayer& l : native) layers.push_back(resolve_one(l));
  report_unused(native);
  return layers;
}

}  // namespace assay::foreign
