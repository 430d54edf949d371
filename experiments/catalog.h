// SPDX-License-Identifier: Apache-2.0
// Where chips, workloads, experiments and spaces are found: by name in the data folder
// (experiments/ of the source tree, share/assay when installed), or by path. A chip is a folder
// with an accelerator.yaml; docs/formats/chip.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay {

struct Catalog {
  std::filesystem::path data;  // holds chips/, workloads/, ...

  std::vector<std::string> chips() const;  // sorted names
  std::vector<std::string> workloads() const;
  std::vector<std::string> imports() const;
  std::vector<std::string> experiments() const;
  std::vector<std::string> map_spaces() const;     // of mappings: docs/formats/mapspace.md
  std::vector<std::string> design_spaces() const;  // of hardware: docs/formats/design_space.md
  std::vector<std::string> templates() const;      // of chip folders: experiments/templates
  // Throw InputError with the known names and the nearest one.
  std::filesystem::path chip_folder(const std::string& name_or_folder) const;
  std::filesystem::path workload_file(const std::string& name_or_file) const;
  // The same as a file in the folder `beside` states them: relative paths begin there.
  std::filesystem::path chip_folder(const std::string& name_or_folder,
                                    const std::filesystem::path& beside) const;
  std::filesystem::path workload_file(const std::string& name_or_file,
                                      const std::filesystem::path& beside) const;
  std::filesystem::path import_file(const std::string& name_or_file) const;
  std::filesystem::path experiment_file(const std::string& name_or_file) const;
  std::filesystem::path map_space_file(const std::string& name_or_file) const;
  std::filesystem::path design_space_file(const std::string& name_or_file) const;
};

}  // namespace assay
