// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/recompute.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/json_reader.h"
#include "core/text.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;
using Kind = JsonValue::Kind;

// Parts of metrics.json that follow from the records and from what the file itself states (limits,
// exclusions).
constexpr std::array<const char*, 14> kFollowing = {
    "schema",   "experiment", "headline_variant", "headline_quantity", "bounds_hold",
    "bounds",   "metrics",    "groups",           "counts_agree",      "levels",
    "hardware", "skipped",    "evidence",         "excluded"};

struct Leaf {
  std::string text;
  int line = 0;
};
using Leaves = std::map<std::string, Leaf>;

// What tells items of a list apart, where they say it.
std::string identity(const JsonValue& item) {
  std::string text;
  for (const char* key :
       {"key", "level", "variant", "chip", "workload", "batch", "quantity", "statistic"})
    if (const JsonValue* v = item.find(key); v != nullptr)
      text +=
          (text.empty() ? "" : " ") + (v->kind == Kind::text && v->text.empty() ? "-" : v->shown());
  return text;
}

std::string item_path(const std::string& path, std::size_t i, const JsonValue& item,
                      std::map<std::string, int>* seen) {
  const std::string name = identity(item);
  if (name.empty()) return path + "[" + std::to_string(i) + "]";
  const int times = ++(*seen)[name];
  return path + "[" + name + (times > 1 ? " #" + std::to_string(times) : "") + "]";
}

void flatten(const JsonValue& value, const std::string& path, Leaves* leaves) {
  if (value.kind == Kind::map) {
    for (const auto& [key, member] : value.members)
      flatten(member, path.empty() ? key : path + "." + key, leaves);
  } else if (value.kind == Kind::list) {
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i)
      flatten(value.items[i], item_path(path, i, value.items[i], &seen), leaves);
  } else {
    const bool number = value.kind == Kind::integer || value.kind == Kind::real;
    const std::string text = number                     ? number_text(value.real)
                             : value.kind == Kind::text ? "\"" + value.text + "\""
                                                        : value.shown();
    (*leaves)[path] = {text, value.line};
  }
}

Leaves leaves_of(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  const auto root = parse_json(name, text, &diagnostics);
  throw_if_any(diagnostics);
  Leaves leaves;
  flatten(*root, "", &leaves);
  return leaves;
}

}  // namespace

Recomputed recompute_metrics(const fs::path& folder, const ReportInput& input) {
  const fs::path file = folder / "metrics.json";
  Diagnostics diagnostics;
  const auto text = read_text(file, &diagnostics);
  throw_if_any(diagnostics);
  const Leaves stated = leaves_of(file.string(), *text);
  const Leaves found = leaves_of("recomputed", metrics_to_json(input));
  Recomputed out;
  const auto follows = [&](const std::string& path) {
    const std::string part = path.substr(0, path.find_first_of(".["));
    const bool known = std::find(kFollowing.begin(), kFollowing.end(), part) != kFollowing.end();
    if (!known && std::find(out.others.begin(), out.others.end(), part) == out.others.end())
      out.others.push_back(part);
    return known;
  };
  for (const auto& [path, leaf] : stated) {
    if (!follows(path)) continue;
    ++out.numbers;
    const auto other = found.find(path);
    if (other == found.end())
      out.differences.push_back({path, leaf.line, leaf.text, ""});
    else if (other->second.text != leaf.text)
      out.differences.push_back({path, leaf.line, leaf.text, other->second.text});
  }
  for (const auto& [path, leaf] : found)
    if (stated.count(path) == 0 && follows(path))
      out.differences.push_back({path, 0, "", leaf.text});
  return out;
}

}  // namespace assay::provenance
