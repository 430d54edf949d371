// SPDX-License-Identifier: Apache-2.0
#include "experiments/catalog.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known,
                          const std::string& otherwise) {
  std::string text = "expected " + otherwise + " or one of " + (known.empty() ? "(none found)" : one_of(known));
  if (const std::string hint = nearest(name, known); !hint.empty()) text += "; did you mean '" + hint + "'?";
  throw InputError({{"", 0, what, name, text}});
}

}  // namespace

std::vector<std::string> Catalog::chips() const {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(data / "chips", ec))
    if (fs::is_regular_file(entry.path() / "accelerator.yaml")) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Catalog::workloads() const {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(data / "workloads", ec))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

fs::path Catalog::chip_folder(const std::string& name) const {
  std::error_code ec;
  if (const fs::path known = data / "chips" / name; !name.empty() && fs::is_regular_file(known / "accelerator.yaml", ec))
    return known;
  if (fs::is_regular_file(fs::path(name) / "accelerator.yaml", ec)) return name;
  unknown("chip", name, chips(), "a folder with an accelerator.yaml");
}

fs::path Catalog::workload_file(const std::string& name) const {
  std::error_code ec;
  if (const fs::path known = data / "workloads" / (name + ".yaml"); fs::is_regular_file(known, ec)) return known;
  if (fs::is_regular_file(name, ec)) return name;
  unknown("workload", name, workloads(), "a workload file");
}

}  // namespace assay
