// SPDX-License-Identifier: Apache-2.0
// What was found for a claim, kept under the hash of everything that decides it: the program, the
// claim's folder, the data folder. Only values; verdicts follow from them.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/claim_check/claim.h"

namespace assay::claim_check {

// Over the sorted names and contents of all files below a folder, leaving out what lies in
// `without` (a name at the top of it). Links to folders are followed; one that leads back to where
// it lies is an InputError.
std::string folder_hash(const std::filesystem::path& folder, const std::string& without);

class Cache {
 public:
  using Warn = std::function<void(const std::string&)>;
  // basis: the hash of what all claims have in common.
  Cache(std::filesystem::path folder, std::string basis, Warn warn);

  // Nothing where there is none; a damaged file is said and counts as none.
  std::optional<std::vector<double>> find(const Claim& claim, const std::string& claim_hash) const;
  // Numbers without a locator have no value. Where nothing can be written, that is said, no more.
  void keep(const Claim& claim, const std::string& claim_hash,
            const std::vector<double>& values) const;

 private:
  std::filesystem::path file_of(const Claim& claim, const std::string& claim_hash) const;
  std::filesystem::path folder_;
  std::string basis_;
  Warn warn_;
};

}  // namespace assay::claim_check
