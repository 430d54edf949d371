// SPDX-License-Identifier: Apache-2.0
#include "experiments/foreign/foreign.h"

#include <algorithm>
#include <cmath>

#include "core/checked.h"
#include "core/hash.h"
#include "core/record_io.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/foreign/layer_names.h"
#include "experiments/foreign/reader.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using foreign::NativeLayer;
using foreign::Tool;

constexpr const Tool* kTools[] = {&foreign::kDnnChipPredictor, &foreign::kMaestro,
                                  &foreign::kScaleSim, &foreign::kTimeloop};

// A tool's own count of the layer's operations may miss a few where tiles do not fit. More means
// another layer or another batch.
constexpr double kOperationsTolerance = 0.02;

const Tool& tool_named(const std::string& name) {
  for (const Tool* t : kTools)
    if (name == t->name) return *t;
  const std::string hint = nearest(name, foreign_tools());
  throw InputError({{"command line", 0, "tool", name,
                     hint.empty() ? "expected one of " + listed(foreign_tools(), 10)
                                  : "did you mean '" + hint + "'?"}});
}

const Tool* tool_like(const std::string& text) {
  std::string_view start = text;
  if (foreign::begins_with(start, "\xEF\xBB\xBF")) start.remove_prefix(3);
  start = trimmed(start.substr(0, 4096));
  for (const Tool* t : kTools)
    if (t->looks_like(start)) return t;
  return nullptr;
}

// The files that are the tool's. Those that are another tool's are errors.
class Files {
 public:
  Files(const Tool& tool, Diagnostics* diagnostics) : tool_(tool), diagnostics_(diagnostics) {}

  std::vector<fs::path> find(const fs::path& from, std::vector<std::string>* unread) {
    std::error_code failed;
    if (!fs::is_directory(from, failed)) {
      check(from);
      return {from};
    }
    std::vector<fs::path> all;
    for (fs::directory_iterator it(from, failed), end; !failed && it != end; it.increment(failed))
      if (it->is_regular_file(failed)) all.push_back(it->path());
    std::sort(all.begin(), all.end());
    std::vector<fs::path> own;
    for (const fs::path& file : all) {
      const std::string name = file.filename().string();
      if (tool_.owns(name)) {
        check(file);
        own.push_back(file);
      } else if (!is_of_a_tool(file)) {
        unread->push_back(name);
      }
    }
    if (own.empty())
      diagnostics_->push_back(
          {from.string(), 0, "", "",
           "the folder has no output of " + std::string(tool_.name) + "; expected " + tool_.files});
    return own;
  }

 private:
  void check(const fs::path& file) {
    Diagnostics unused;
    const std::optional<std::string> text = read_text(file, &unused);
    const Tool* like = text ? tool_like(*text) : nullptr;
    if (like != nullptr && like != &tool_)
      diagnostics_->push_back({file.string(), 1, "", "",
                               "this looks like an output of " + std::string(like->name) +
                                   "; expected one of " + tool_.name});
  }

  // A file that is not called like the tool's, but holds what a tool writes.
  bool is_of_a_tool(const fs::path& file) {
    const std::string extension = file.extension().string();
    if (extension != ".csv" && extension != ".txt") return false;
    Diagnostics unused;
    const std::optional<std::string> text = read_text(file, &unused);
    const Tool* like = text ? tool_like(*text) : nullptr;
    if (like == nullptr) return false;
    diagnostics_->push_back({file.string(), 1, "", "",
                             "this looks like an output of " + std::string(like->name) +
                                 "; expected a folder with " + tool_.files});
    return true;
  }

  const Tool& tool_;
  Diagnostics* diagnostics_;
};

void check_operations(const NativeLayer& native, const Layer& layer, std::int64_t batch,
                      Diagnostics* diagnostics) {
  const auto stated = native.record.values.find("operations");
  if (stated == native.record.values.end()) return;
  double expected = 0;
  try {
    expected = static_cast<double>(points(with_batch(layer, batch)));
  } catch (const OverflowError&) {
    diagnostics->push_back({native.file, native.line, "batch", std::to_string(batch),
                            "expected a batch whose operations fit in 64 bits"});
    return;
  }
  if (std::abs(stated->second - expected) <= kOperationsTolerance * expected) return;
  diagnostics->push_back({native.file, native.line, "operations of " + native.name.substr(0, 60),
                          number_text(stated->second),
                          "expected " + number_text(expected) + " of layer " + layer.name +
                              " at batch " + std::to_string(batch) +
                              "; another layer, or another batch"});
}

void add_milliseconds(double clock_mhz, Record* r) {
  for (const char* latency : {"processing", "total"}) {
    const auto cycles = r->values.find(std::string(latency) + "_cycles");
    if (cycles != r->values.end())
      r->values[std::string(latency) + "_ms"] = cycles->second / (clock_mhz * 1000);
  }
}

Record record_of(const NativeLayer& native, const Layer& layer, const ForeignRequest& request,
                 const Workload& workload, const std::string& tool) {
  Record r = native.record;
  r.level = tool;
  r.chip = request.chip;
  r.workload = workload.name;
  r.layer = layer.name;
  r.variant = request.variant;
  r.batch = request.batch;
  r.repeat = layer.repeat;
  if (request.clock_mhz) add_milliseconds(*request.clock_mhz, &r);
  r.notes["native_layer"] = native.name;
  r.provenance.tool = tool;
  for (const fs::path& file : native.files) {
    const std::string name = file.filename().string();
    r.provenance.inputs[native.files.size() == 1 ? "data" : "data " + name] =
        name + " " + sha256_of_file(file);
  }
  if (request.layers) r.provenance.inputs["layers"] = name_and_hash(*request.layers);
  return r;
}

void check_request(const ForeignRequest& request, Diagnostics* diagnostics) {
  if (request.batch < 1 || request.batch > kMaxBound)
    diagnostics->push_back({"command line", 0, "batch", std::to_string(request.batch),
                            "expected a whole number from 1 to 2^40"});
  if (request.clock_mhz && !(*request.clock_mhz > 0 && *request.clock_mhz <= 1e6))
    diagnostics->push_back({"command line", 0, "clock", number_text(*request.clock_mhz),
                            "expected MHz, more than 0 and at most 10^6"});
}

}  // namespace

std::vector<std::string> foreign_tools() {
  std::vector<std::string> names;
  for (const Tool* t : kTools) names.emplace_back(t->name);
  return names;
}

std::vector<ForeignColumn> foreign_columns(const std::string& tool) {
  return tool_named(tool).columns();
}

ForeignImport import_foreign(const ForeignRequest& request, const Workload& workload) {
  const Tool& tool = tool_named(request.tool);
  Diagnostics diagnostics;
  check_request(request, &diagnostics);
  foreign::LayerNames names(request, workload, &diagnostics);
  ForeignImport out;
  const std::vector<fs::path> files = Files(tool, &diagnostics).find(request.from, &out.unread);
  throw_if_any(diagnostics);  // what another tool wrote has no columns of this one
  std::error_code failed;
  const std::vector<NativeLayer> native =
      tool.read(files, fs::is_directory(request.from, failed), &diagnostics);
  throw_if_any(diagnostics);  // names and operations are only of files that could be read
  const std::vector<const Layer*> layers = names.resolve(native);
  std::vector<int> lines;
  for (std::size_t i = 0; i < native.size(); ++i) {
    if (layers[i] == nullptr) continue;
    check_operations(native[i], *layers[i], request.batch, &diagnostics);
    out.records.push_back(record_of(native[i], *layers[i], request, workload, tool.name));
    lines.push_back(native[i].line);
  }
  if (out.records.empty() && diagnostics.empty())
    diagnostics.push_back({request.from.string(), 0, "", "", "no layer is left; expected one"});
  if (diagnostics.empty()) check_records(request.from.string(), out.records, lines, &diagnostics);
  throw_if_any(diagnostics);
  out.skipped = std::move(names.skipped);
  return out;
}

}  // namespace assay
