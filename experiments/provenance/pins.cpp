// SPDX-License-Identifier: Apache-2.0
// Experiment files are read here for their pins alone, whatever else they hold: verification must
// not stop at a key that only another version knows.
#include <yaml-cpp/yaml.h>

#include "core/yaml_reader.h"
#include "experiments/provenance/verify.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;

std::string scalar(const YAML::Node& map, const char* key) {
  const YAML::Node v = map[key];
  return v && v.IsScalar() ? v.Scalar() : std::string();
}

class PinReader {
 public:
  PinReader(fs::path data, const fs::path& experiment)
      : data_(std::move(data)), experiment_(experiment) {}

  void read(const YAML::Node& node, std::string chip) {
    if (node.IsSequence())
      for (const YAML::Node& item : node) read(item, chip);
    if (!node.IsMap()) return;
    if (const std::string own = scalar(node, "chip"); !own.empty()) chip = own;
    add(scalar(node, "data"), scalar(node, "sha256"), chip);
    for (const auto& member : node) read(member.second, chip);
  }

  std::vector<Pin> pins;

 private:
  // A data set stands in the chip's folder.
  void add(const std::string& file, const std::string& hash, const std::string& chip) {
    if (file.empty() || hash.empty()) return;
    fs::path folder = data_ / "chips" / chip;
    if (!fs::is_directory(folder)) folder = experiment_.parent_path() / chip;
    if (!fs::is_directory(folder)) folder = chip;
    pins.push_back({experiment_.filename().string(), folder / file,
                    hash.rfind("sha256:", 0) == 0 ? hash : "sha256:" + hash});
  }

  fs::path data_, experiment_;
};

}  // namespace

std::vector<Pin> pins_of(const fs::path& data_folder, const fs::path& experiment_file) {
  Diagnostics diagnostics;
  const YamlFile file(experiment_file, &diagnostics);
  throw_if_any(diagnostics);
  PinReader reader(data_folder, experiment_file);
  std::string chip;
  for (const auto& [key, node] : file.map().entries())
    if (key == "chip" && node.IsScalar()) chip = node.Scalar();
  for (const auto& [key, node] : file.map().entries()) reader.read(node, chip);
  return std::move(reader.pins);
}

}  // namespace assay::provenance
