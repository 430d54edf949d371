// SPDX-License-Identifier: Apache-2.0
// Records of finished runs on disk, found by the hash of everything that decides them, so that only
// what changed runs again (docs/rationale/0011). A cache can be thrown away at any time: what it
// holds is checked and, where it is damaged, said and not used. Internal to experiments/.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

class RecordCache {
 public:
  using Warn = std::function<void(const std::string&)>;

  // folder empty: nothing is found and nothing kept. program: what computes the records, a hash of
  // it. warn is told of damaged files, and where the cache cannot be written.
  RecordCache(std::filesystem::path folder, std::string program, Warn warn);

  // run: everything that decides the records besides the program, name -> value.
  std::optional<std::vector<Record>> find(const std::map<std::string, std::string>& run) const;
  // As one file, whole or not at all.
  void store(const std::map<std::string, std::string>& run,
             const std::vector<Record>& records) const;

 private:
  std::string key_of(const std::map<std::string, std::string>& run) const;
  std::filesystem::path file_of(const std::string& key) const;
  void warn(const std::string& text) const;

  std::filesystem::path folder_;
  std::string program_;
  Warn warn_;
};

}  // namespace assay
