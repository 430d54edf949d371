// SPDX-License-Identifier: Apache-2.0
// One page that links what lies below a folder of outputs: reports, fits, claims, explorations,
// each with the verdict that its own files state.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::overview {

struct Entry {
  std::string kind;   // "Claims", "Experiments", "Fits", "Explorations", "Other figures"
  std::string path;   // from the folder, with '/'
  std::string title;  // of the page, or the path
  std::string state;  // "pass", "fail" or "none"
  std::string word;   // "within the stated bounds", "14 of 18 reproduced", ...
};

// Folders up to two levels below; sorted by kind and path. Nothing is followed out of the folder.
std::vector<Entry> entries_below(const std::filesystem::path& folder);

std::string page(const std::vector<Entry>& entries);

}  // namespace assay::overview
