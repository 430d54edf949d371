// SPDX-License-Identifier: Apache-2.0
// Chips as they are shipped, and a folder that is gone at the end of the test.
#pragma once

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/microbenchmarks/catalogue.h"
#include "experiments/microbenchmarks/files.h"
#include "experiments/run.h"
#include "experiments/virtual_chip/virtual_chip.h"
#include "tests/files.h"

namespace assay::test {

namespace fs = std::filesystem;

inline const fs::path kExperiments = fs::path(ASSAY_SOURCE_DIR) / "experiments";
inline const fs::path kChips = kExperiments / "chips";
inline const fs::path kHere = fs::path(ASSAY_SOURCE_DIR) / "tests" / "virtual_chip";

using Folder = TemporaryFolder;

// Every file under a folder by its relative name.
inline std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      out[fs::relative(entry.path(), folder).string()] = content(entry.path());
  return out;
}

struct Chip {
  fs::path folder;
  Accelerator accelerator;
  std::optional<Parameters> parameters;
  const Parameters* prices() const { return parameters ? &*parameters : nullptr; }
};

inline Chip chip(const std::string& name, const std::string& file = "accelerator.yaml") {
  Chip c{kChips / name, read_accelerator(kChips / name / file), std::nullopt};
  if (fs::exists(c.folder / "parameters.yaml"))
    c.parameters = read_parameters(c.folder / "parameters.yaml");
  return c;
}

inline microbenchmarks::Catalogue make_catalogue_of(const Chip& c) {
  return microbenchmarks::make_catalogue(c.accelerator, c.prices(),
                                         microbenchmarks::known_orders(c.folder, c.accelerator), {},
                                         microbenchmarks::hardware_accepts(c.accelerator));
}

// Made once for each accelerator file and prior.
inline const microbenchmarks::Catalogue& catalogue_of(const Chip& c) {
  static std::map<std::string, microbenchmarks::Catalogue> made;
  const std::string key =
      c.accelerator.file.string() +
      (c.parameters ? " " + std::to_string(c.parameters->powers.size()) : std::string());
  const auto known = made.find(key);
  return known != made.end() ? known->second
                             : made.emplace(key, make_catalogue_of(c)).first->second;
}

// Eyeriss's prior with a clock network, which its publication does not price.
inline fs::path prior_with_clock(const Folder& box) {
  return box.write("prior.yaml",
                   content(kChips / "eyeriss" / "parameters.yaml") +
                       "power:\n  - {name: clock, power_mw: 60, source: made up for this test, "
                       "confidence: none}\n");
}

inline virtual_chip::Options eyeriss_options(const Folder& box, const std::string& out) {
  virtual_chip::Options o;
  o.accelerator = kChips / "eyeriss" / "accelerator.yaml";
  o.parameters = kChips / "eyeriss" / "parameters.yaml";
  o.networks = {{kExperiments / "workloads" / "alexnet.yaml", kChips / "eyeriss" / "alexnet.yaml"}};
  o.level = virtual_chip::VirtualLevel::analytical;
  o.out = box / out;
  return o;
}

}  // namespace assay::test
