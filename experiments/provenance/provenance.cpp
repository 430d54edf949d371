// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/provenance.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/hash.h"
#include "experiments/provenance/tools.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Collects roles of the same file.
class Inputs {
 public:
  explicit Inputs(const ReportInput& input) : finder_(input.data_folder, input.input_files) {}

  void add(const std::string& role, const std::string& text) {
    const auto file = split_name_and_hash(text);
    if (file) roles_[{file->name, file->hash}].insert(role);
  }

  std::vector<InputFile> files() {
    std::vector<InputFile> all;
    for (const auto& [file, roles] : roles_)
      all.push_back({{roles.begin(), roles.end()},
                     file.first,
                     file.second,
                     finder_.find({file.first, file.second})});
    return all;
  }

 private:
  InputFinder finder_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> roles_;
};

void add_records(const std::vector<Record>& records, bool measured, Chain* chain, Inputs* inputs) {
  for (const Record& r : records) {
    chain->records.push_back({record_name(r), measured, r.provenance.inputs});
    for (const auto& [role, text] : r.provenance.inputs)
      inputs->add((measured ? "measured " : "") + role, text);
  }
}

Json input_json(const InputFile& f) {
  Json j;
  j["path"] = f.place.path;
  j["in"] = f.place.in;
  j["name"] = f.name;
  j["sha256"] = f.hash;
  j["roles"] = f.roles;
  return j;
}

Json record_json(const RecordOrigin& r) {
  Json j;
  j["record"] = r.record;
  j["side"] = r.measured ? "measured" : "predicted";
  j["inputs"] = r.inputs;
  return j;
}

// Bytes that are not UTF-8 are replaced, as everywhere in a report.
std::string text_of(const Json& j) {
  return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A list with one item a line, so that two files can be compared by eye.
template <class Items, class Convert>
std::string list(const Items& items, const Convert& convert) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "\n  " : ",\n  ") + text_of(convert(item));
  return text.empty() ? "[]" : "[" + text + "\n ]";
}

}  // namespace

std::string record_name(const Record& r) {
  return r.level + "/" + r.chip + "/" + r.workload + "/" + r.layer +
         (r.variant.empty() ? "" : " " + r.variant) + " batch " + std::to_string(r.batch);
}

std::vector<OutputFile> outputs_of(const fs::path& folder) {
  std::vector<OutputFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    if (path != kFile) files.push_back({path, sha256_of_file(entry.path())});
  }
  std::sort(files.begin(), files.end(),
            [](const OutputFile& a, const OutputFile& b) { return a.path < b.path; });
  return files;
}

Chain chain_of(const ReportInput& input, const fs::path& folder) {
  Chain chain;
  chain.experiment = input.experiment;
  chain.command = input.command;
  chain.version = ASSAY_VERSION;
  chain.executable = executable_hash();
  chain.tools = tool_versions(input.gnuplot);
  Inputs inputs(input);
  for (const auto& [role, text] : input.inputs) inputs.add(role, text);
  add_records(input.predicted, false, &chain, &inputs);
  add_records(input.measured, true, &chain, &inputs);
  chain.inputs = inputs.files();
  chain.outputs = outputs_of(folder);
  return chain;
}

std::string to_json(const Chain& chain) {
  const auto quoted = [](const std::string& text) { return text_of(text); };
  const auto output = [](const OutputFile& f) {
    Json j;
    j["path"] = f.path;
    j["sha256"] = f.hash;
    return j;
  };
  Json program;
  program["name"] = "assay";
  program["version"] = chain.version;
  program["executable"] = chain.executable;
  return "{\n \"schema\": \"assay.provenance/1\",\n \"experiment\": " + quoted(chain.experiment) +
         ",\n \"command\": " + quoted(chain.command) + ",\n \"program\": " + text_of(program) +
         ",\n \"tools\": " + text_of(chain.tools) +
         ",\n \"inputs\": " + list(chain.inputs, input_json) +
         ",\n \"outputs\": " + list(chain.outputs, output) +
         ",\n \"records\": " + list(chain.records, record_json) + "\n}\n";
}

std::optional<FoundInput> find_now(const InputFile& input, const std::vector<fs::path>& folders) {
  std::vector<fs::path> candidates;
  if (input.place.in == kInWork) candidates.emplace_back(input.place.path);
  for (const fs::path& folder : folders) candidates.push_back(folder / input.place.path);
  // A file of the data folder has one place there; another file of its name is another file.
  if (input.place.in != kInData) {
    for (const fs::path& folder : folders) candidates.push_back(folder / input.name);
    candidates.emplace_back(input.name);
  }
  std::optional<FoundInput> other;
  for (const fs::path& file : candidates) {
    const auto hash = content_hash(file);
    if (!hash) continue;
    FoundInput found{file, *hash};
    if (found.hash == input.hash) return found;
    if (!other) other = std::move(found);
  }
  return other;
}

}  // namespace assay::provenance
