// SPDX-License-Identifier: Apache-2.0
// Finds a claim's number in what its commands have written.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/claim_check/claim.h"

namespace assay::claim_check {

struct Places {
  std::filesystem::path run;    // the folder in which the commands ran
  std::filesystem::path data;   // {data}
  std::filesystem::path claim;  // {claim}
};

// With {data} and {claim} replaced.
std::string placed(std::string text, const Places& places);

// The other way round, for messages: no path of this machine stays in them.
std::string unplaced(std::string text, const Places& places);

// Throws InputError when it is not there (with the nearest name), is undefined, or cannot be
// computed; files are named as the claim names them.
double locate(const Locator& locator, const Places& places);

}  // namespace assay::claim_check
