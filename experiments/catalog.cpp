// SPDX-License-Identifier: Apache-2.0
#include "experiments/catalog.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void unknown(const std::string& what, const std::string& name,
                          const std::vector<std::string>& known, const std::string& otherwise) {
  std::string text =
      "expected " + otherwise + " or one of " + (known.empty() ? "(none found)" : one_of(known));
  if (const std::string hint = nearest(name, known); !hint.empty())
    text += "; did you mean '" + hint + "'?";
  throw InputError({{"", 0, what, name, text}});
}

// Names of the .yaml files of a folder, sorted.
std::vector<std::string> yaml_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

fs::path named_file(const std::string& what, const std::string& name, const fs::path& folder,
                    const std::vector<std::string>& known, const std::string& otherwise) {
  std::error_code ec;
  if (const fs::path file = folder / (name + ".yaml"); fs::is_regular_file(file, ec)) return file;
  if (fs::is_regular_file(name, ec)) return name;
  unknown(what, name, known, otherwise);
}

}  // namespace

std::vector<std::string> Catalog::chips() const {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(data / "chips", ec))
    if (fs::is_regular_file(entry.path() / "accelerator.yaml"))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Catalog::templates() const {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(data / "templates", ec))
    if (fs::is_regular_file(entry.path() / "accelerator.yaml"))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Catalog::workloads() const { return yaml_names(data / "workloads"); }

std::vector<std::string> Catalog::imports() const { return yaml_names(data / "imports"); }

std::vector<std::string> Catalog::experiments() const { return yaml_names(data); }

std::vector<std::string> Catalog::map_spaces() const { return yaml_names(data / "spaces"); }

// Cost models stand beside the spaces that use them.
std::vector<std::string> Catalog::design_spaces() const {
  std::vector<std::string> names = yaml_names(data / "design_spaces");
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& n) {
                               return n.size() > 6 && n.compare(n.size() - 6, 6, "-costs") == 0;
                             }),
              names.end());
  return names;
}

fs::path Catalog::chip_folder(const std::string& name) const {
  std::error_code ec;
  if (const fs::path known = data / "chips" / name;
      !name.empty() && fs::is_regular_file(known / "accelerator.yaml", ec))
    return known;
  if (fs::is_regular_file(fs::path(name) / "accelerator.yaml", ec)) return name;
  unknown("chip", name, chips(), "a folder with an accelerator.yaml");
}

fs::path Catalog::chip_folder(const std::string& name, const fs::path& beside) const {
  std::error_code ec;
  const bool known = fs::is_regular_file(data / "chips" / name / "accelerator.yaml", ec);
  if (!known && fs::is_regular_file(beside / name / "accelerator.yaml", ec))
    return (beside / name).lexically_normal();
  return chip_folder(name);
}

fs::path Catalog::workload_file(const std::string& name) const {
  return named_file("workload", name, data / "workloads", workloads(), "a workload file");
}

fs::path Catalog::workload_file(const std::string& name, const fs::path& beside) const {
  std::error_code ec;
  const bool known = fs::is_regular_file(data / "workloads" / (name + ".yaml"), ec);
  if (!known && fs::is_regular_file(beside / name, ec)) return (beside / name).lexically_normal();
  return workload_file(name);
}

fs::path Catalog::import_file(const std::string& name) const {
  return named_file("import", name, data / "imports", imports(), "an import file");
}

fs::path Catalog::experiment_file(const std::string& name) const {
  return named_file("experiment", name, data, experiments(), "an experiment file");
}

fs::path Catalog::map_space_file(const std::string& name) const {
  return named_file("map space", name, data / "spaces", map_spaces(), "a map space file");
}

fs::path Catalog::design_space_file(const std::string& name) const {
  return named_file("space", name, data / "design_spaces", design_spaces(), "a design space file");
}

}  // namespace assay
