// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/input_files.h"

#include <algorithm>
#include <system_error>

#include "core/hash.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashLength = 7 + 64;  // "sha256:" and its digits

bool is_hash(const std::string& text) {
  return text.size() == kHashLength && text.rfind("sha256:", 0) == 0 &&
         text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
}

bool leaves(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

}  // namespace

std::optional<std::string> content_hash(const fs::path& path) {
  std::error_code ec;
  if (fs::is_regular_file(path, ec)) return sha256_of_file(path);
  if (fs::is_directory(path, ec)) return sha256_of_folder(path);
  return std::nullopt;
}

std::optional<NameAndHash> split_name_and_hash(const std::string& text) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string::npos || blank == 0 || !is_hash(text.substr(blank + 1)))
    return std::nullopt;
  return NameAndHash{text.substr(0, blank), text.substr(blank + 1)};
}

InputFinder::InputFinder(fs::path data, const std::vector<fs::path>& others) {
  std::error_code ec;
  if (!data.empty()) {
    data_ = fs::weakly_canonical(fs::absolute(data), ec);
    add_folder(data_);
  }
  for (const fs::path& other : others) {
    if (fs::is_directory(other, ec))
      add_folder(other);
    else
      add(other);
  }
}

void InputFinder::add(const fs::path& file) { by_name_[file.filename().string()].push_back(file); }

void InputFinder::add_folder(const fs::path& folder) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(
           folder, fs::directory_options::skip_permission_denied, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    std::error_code unreadable;
    // A folder may be an input as a whole: outputs of another tool.
    if (it->is_regular_file(unreadable) || it->is_directory(unreadable))
      files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) add(file);
}

Place InputFinder::place_of(const fs::path& file) const {
  std::error_code ec;
  const fs::path whole = fs::weakly_canonical(fs::absolute(file), ec);
  if (!data_.empty())
    if (const fs::path inside = whole.lexically_relative(data_); !leaves(inside))
      return {kInData, inside.generic_string()};
  if (const fs::path inside = whole.lexically_relative(fs::current_path(ec)); !leaves(inside))
    return {kInWork, inside.generic_string()};
  if (file.is_relative()) return {kInWork, file.generic_string()};
  return {kUnknownPlace, file.filename().generic_string()};
}

Place InputFinder::find(const NameAndHash& file) {
  const auto named = by_name_.find(file.name);
  if (named == by_name_.end()) return {kUnknownPlace, file.name};
  for (const fs::path& candidate : named->second) {
    auto known = hashes_.find(candidate);
    if (known == hashes_.end()) {
      const auto hash = content_hash(candidate);
      if (!hash) continue;
      known = hashes_.emplace(candidate, *hash).first;
    }
    if (known->second == file.hash) return place_of(candidate);
  }
  return {kUnknownPlace, file.name};
}

}  // namespace assay::provenance
