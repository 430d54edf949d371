// SPDX-License-Identifier: Apache-2.0
// Which groups are fitted, which are only scored, and which stay sealed: decided once, before the
// first fit, and written to a file that is committed (docs/formats/split.md). A group is a network
// in one chip session: what shares errors is never divided.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::calibration {

// calibration: fitted. held_out: never fitted, scored by every fit. sealed: not even scored, except
// by an opening, which is counted.
enum class Role { calibration, held_out, sealed };
const char* name(Role role);

struct SplitGroup {
  std::string group;
  Role role = Role::calibration;
  int records = 0;
};

struct Split {
  std::filesystem::path file;
  std::string chip;
  std::uint64_t seed = 1;
  std::vector<SplitGroup> groups;           // in the order of the data
  std::map<std::string, std::string> data;  // file name -> sha256 of every data set
  std::string hash;                         // of all the above but the file's place

  std::optional<Role> role_of(const std::string& group) const;
};

struct SplitRequest {
  struct Group {
    std::string group;
    int records = 0;
    bool always_fitted = false;  // microbenchmarks: they are there to be fitted
  };
  std::string chip;
  std::uint64_t seed = 1;
  std::vector<Group> groups;
  std::vector<std::string> held_out, sealed;    // by name
  double held_out_share = 0, sealed_share = 0;  // of the other groups, drawn with the seed
  std::map<std::string, std::string> data;
};
// Throws InputError with every name that is no group, is always fitted, or is named twice, and when
// no group would be left to fit.
Split make_split(const SplitRequest& request);

std::string split_to_json(const Split& split);
// Throws InputError when the file exists: a split is made once.
void write_split(const std::filesystem::path& file, const Split& split);
// Throws InputError with every error, and when the content is not the one that was written.
Split read_split(const std::filesystem::path& file);

// What a fit brings along: groups with their numbers of records, and hashes of its data. Throws
// InputError with everything in which it is not what the split was made for.
struct SplitUse {
  std::string file;  // that uses the split, for messages
  std::string chip;
  std::map<std::string, int> groups;
  std::map<std::string, std::string> data;
};
void check_split(const Split& split, const SplitUse& use);

// Openings of the sealed groups are counted in a file beside the split ("split.json" and
// "split.openings.csv"), which is committed with it.
std::filesystem::path openings_file(const Split& split);
int openings(const Split& split);  // so far; throws InputError for a file of another split
// Counts one more and returns its number. by: what looked, with its hash.
int open_sealed(const Split& split, const std::string& by);

}  // namespace assay::calibration
