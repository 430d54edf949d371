// SPDX-License-Identifier: Apache-2.0
#include "calibration/split.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "core/hash.h"
#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay::calibration {
namespace {

constexpr const char* kSchema = "assay.split/1";
const std::vector<std::string> kRoles{"calibration", "held_out", "sealed"};

// With its hash, unless that is still to be taken.
nlohmann::ordered_json to_json(const Split& split) {
  nlohmann::ordered_json j;
  j["schema"] = kSchema;
  j["chip"] = split.chip;
  j["seed"] = split.seed;
  j["groups"] = nlohmann::ordered_json::array();
  for (const SplitGroup& g : split.groups) {
    nlohmann::ordered_json group;
    group["group"] = g.group;
    group["role"] = name(g.role);
    group["records"] = g.records;
    j["groups"].push_back(group);
  }
  j["data"] = nlohmann::ordered_json::object();
  for (const auto& [file, hash] : split.data) j["data"][file] = hash;
  if (!split.hash.empty()) j["hash"] = split.hash;
  return j;
}

std::string hash_of(Split split) {
  split.hash.clear();
  return sha256_of_text(to_json(split).dump());
}

// A share of the groups that are still to be fitted, rounded, drawn by the seed. The shuffle is
// written out because the library's own differs between systems.
void draw(std::vector<SplitGroup>* groups, const std::set<std::string>& fixed, double share,
          Role role, std::mt19937_64* random) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < groups->size(); ++i)
    if ((*groups)[i].role == Role::calibration && fixed.count((*groups)[i].group) == 0)
      open.push_back(i);
  const auto wanted =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(open.size())));
  for (std::size_t i = 0; i < wanted && i < open.size(); ++i) {
    const std::size_t rest = open.size() - i;
    std::swap(open[i], open[i + static_cast<std::size_t>((*random)() % rest)]);
    (*groups)[open[i]].role = role;
  }
}

void assign(const SplitRequest& request, const std::vector<std::string>& names, Role role,
            std::vector<SplitGroup>* groups, Diagnostics* diagnostics) {
  std::vector<std::string> known;
  for (const SplitGroup& g : *groups) known.push_back(g.group);
  for (const std::string& wanted : names) {
    const auto at = std::find(known.begin(), known.end(), wanted);
    if (at == known.end()) {
      const std::string hint = nearest(wanted, known);
      diagnostics->push_back({"", 0, name(role), wanted,
                              "expected one of " + one_of(known) +
                                  (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
      continue;
    }
    const auto i = static_cast<std::size_t>(at - known.begin());
    if (request.groups[i].always_fitted)
      diagnostics->push_back({"", 0, name(role), wanted,
                              "expected a network: microbenchmarks are there to be fitted"});
    if ((*groups)[i].role != Role::calibration)
      diagnostics->push_back({"", 0, name(role), wanted, "named twice; expected one role"});
    (*groups)[i].role = role;
  }
}

}  // namespace

const char* name(Role role) {
  switch (role) {
    case Role::calibration:
      return "calibration";
    case Role::held_out:
      return "held_out";
    case Role::sealed:
      return "sealed";
  }
  return "";
}

std::optional<Role> Split::role_of(const std::string& group) const {
  for (const SplitGroup& g : groups)
    if (g.group == group) return g.role;
  return std::nullopt;
}

Split make_split(const SplitRequest& request) {
  Diagnostics diagnostics;
  Split split;
  split.chip = request.chip;
  split.seed = request.seed;
  split.data = request.data;
  std::set<std::string> fixed;
  for (const SplitRequest::Group& g : request.groups) {
    split.groups.push_back({g.group, Role::calibration, g.records});
    if (g.always_fitted) fixed.insert(g.group);
  }
  assign(request, request.held_out, Role::held_out, &split.groups, &diagnostics);
  assign(request, request.sealed, Role::sealed, &split.groups, &diagnostics);
  throw_if_any(diagnostics);
  std::mt19937_64 random(request.seed);
  draw(&split.groups, fixed, request.held_out_share, Role::held_out, &random);
  draw(&split.groups, fixed, request.sealed_share, Role::sealed, &random);
  if (std::none_of(split.groups.begin(), split.groups.end(),
                   [](const SplitGroup& g) { return g.role == Role::calibration; }))
    throw InputError({{"", 0, "groups", std::to_string(split.groups.size()),
                       "no group is left to fit: expected at least one of role calibration"}});
  split.hash = hash_of(split);
  return split;
}

std::string split_to_json(const Split& split) { return to_json(split).dump(1) + "\n"; }

void write_split(const std::filesystem::path& file, const Split& split) {
  if (std::filesystem::exists(file))
    throw InputError({{file.string(), 0, "", "",
                       "the split exists: it is made once, before the first fit, and not changed; "
                       "expected a new file"}});
  write_text(file, split_to_json(split));
}

Split read_split(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema(kSchema);
  Split split;
  split.file = file;
  split.chip = top.text("chip");
  split.seed = static_cast<std::uint64_t>(top.integer("seed", {0, INT64_MAX}));
  std::set<std::string> seen;
  for (YamlMap& map : top.maps("groups")) {
    SplitGroup g;
    g.group = map.text("group");
    const std::string role = map.choice("role", kRoles);
    g.role = static_cast<Role>(std::find(kRoles.begin(), kRoles.end(), role) - kRoles.begin());
    g.records = static_cast<int>(map.integer("records", {1, 1 << 30}));
    map.finish();
    if (!seen.insert(g.group).second) map.error("group", g.group, "stated twice; expected once");
    split.groups.push_back(std::move(g));
  }
  YamlMap data = top.map("data");
  for (const auto& [key, node] : data.entries()) split.data[key] = data.text(key);
  split.hash = top.text("hash");
  top.finish();
  throw_if_any(diagnostics);
  if (const std::string expected = hash_of(split); split.hash != expected)
    throw InputError({{file.string(), top.line("hash"), "hash", split.hash,
                       "the split was changed after it was made: expected " + expected}});
  return split;
}

void check_split(const Split& split, const SplitUse& use) {
  Diagnostics diagnostics;
  const auto wrong = [&](const std::string& key, const std::string& value,
                         const std::string& expected) {
    diagnostics.push_back({use.file, 0, key, value, expected + " (" + split.file.string() + ")"});
  };
  if (split.chip != use.chip) wrong("split.chip", split.chip, "expected '" + use.chip + "'");
  for (const SplitGroup& g : split.groups) {
    const auto found = use.groups.find(g.group);
    if (found == use.groups.end())
      wrong("split.groups", g.group, "the data have no such group");
    else if (found->second != g.records)
      wrong("split.groups", g.group,
            "the data have " + std::to_string(found->second) + " records: expected " +
                std::to_string(g.records));
  }
  for (const auto& [group, records] : use.groups)
    if (!split.role_of(group))
      wrong("split.groups", group, "the split has no such group: expected one made of these data");
  for (const auto& [file, hash] : use.data) {
    const auto found = split.data.find(file);
    if (found == split.data.end())
      wrong("split.data", file, "the split was not made of this data set");
    else if (found->second != hash)
      wrong("split.data", file,
            "its content has changed since the split was made: " + hash + ", expected " +
                found->second);
  }
  for (const auto& [file, hash] : split.data)
    if (use.data.count(file) == 0)
      wrong("split.data", file, "the split was made of this data set too: expected it here");
  throw_if_any(diagnostics);
}

std::filesystem::path openings_file(const Split& split) {
  std::filesystem::path file = split.file;
  return file.replace_extension(".openings.csv");
}

int openings(const Split& split) {
  const std::filesystem::path file = openings_file(split);
  if (!std::filesystem::exists(file)) return 0;
  Diagnostics diagnostics;
  const std::vector<CsvLine> lines = read_csv_lines(file, &diagnostics);
  int count = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].fields.size() != 3 || lines[i].fields[1] != split.hash)
      diagnostics.push_back({file.string(), lines[i].number, "split", "",
                             "expected an opening of split " + split.hash});
    ++count;
  }
  throw_if_any(diagnostics);
  return count;
}

int open_sealed(const Split& split, const std::string& by) {
  const int number = openings(split) + 1;
  const std::filesystem::path file = openings_file(split);
  Diagnostics diagnostics;
  std::string text = "opening,split,by\n";
  if (std::filesystem::exists(file))
    if (const auto before = read_text(file, &diagnostics)) text = *before;
  throw_if_any(diagnostics);
  if (text.back() != '\n') text += '\n';
  write_text(file, text + std::to_string(number) + "," + split.hash + "," + csv_field(by) + "\n");
  return number;
}

}  // namespace assay::calibration
