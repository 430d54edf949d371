// SPDX-License-Identifier: Apache-2.0
// Input files by content. A record names its inputs as "name sha256:..."; where such a file stands
// is found by both, so that no path has to travel with a record.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::provenance {

// "alexnet.yaml sha256:..." apart; nothing where the text is of another form.
struct NameAndHash {
  std::string name, hash;
};
std::optional<NameAndHash> split_name_and_hash(const std::string& text);

// Of a file, or of a folder with its names; nothing where there is neither.
std::optional<std::string> content_hash(const std::filesystem::path& path);

inline constexpr const char* kInData = "data";  // path from the data folder
inline constexpr const char* kInWork = "work";  // path from the folder in which the command ran
inline constexpr const char* kUnknownPlace = "unknown";  // the file's name alone

struct Place {
  std::string in = kUnknownPlace;
  std::string path;  // with '/', never absolute
};

// Looks for files in the data folder, in further folders and among single files.
class InputFinder {
 public:
  InputFinder(std::filesystem::path data, const std::vector<std::filesystem::path>& others);
  // The first file of that name and content; the name alone where there is none.
  Place find(const NameAndHash& file);

 private:
  void add(const std::filesystem::path& file);
  void add_folder(const std::filesystem::path& folder);
  Place place_of(const std::filesystem::path& file) const;

  std::filesystem::path data_;
  std::map<std::string, std::vector<std::filesystem::path>> by_name_;
  std::map<std::filesystem::path, std::string> hashes_;
};

}  // namespace assay::provenance
