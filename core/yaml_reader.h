// SPDX-License-Identifier: Apache-2.0
// Strict reading of YAML (JSON is read too, being YAML): every key must be asked for, every value has a type and a range, and
// every error is kept with file, line, key, value and expectation until the whole file has been read.
//
//   YamlFile file(path, diagnostics);             // syntax errors become diagnostics; check ok()
//   YamlMap top = file.map();
//   top.schema("assay.workload/1");
//   const std::string name = top.text("name");    // required
//   const int64_t n = top.integer("batch", {1, kMaxBound}, 1);   // optional, with its default
//   for (YamlMap layer : top.maps("layers")) { ...; layer.finish(); }
//   top.finish();                                 // unknown and repeated keys
//   throw_if_any(diagnostics);
//
// After an error the functions return a harmless value, so that reading goes on to the next error.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/rational.h"

namespace assay {

// Largest loop bound, size or capacity accepted anywhere: keeps every product of a few of them checkable.
inline constexpr std::int64_t kMaxBound = std::int64_t{1} << 40;
// YAML is read at some 100 000 values a second; what people write is far below these.
inline constexpr std::uintmax_t kMaxFileBytes = 4U << 20U;
inline constexpr std::size_t kMaxErrors = 1000;

struct IntRange {
  std::int64_t min;
  std::int64_t max;
};
struct RealRange {
  double min;
  double max;
};

class YamlMap {
 public:
  // path: dotted keys from the top of the file, for messages.
  YamlMap(YAML::Node node, std::string path, std::string file, Diagnostics* diagnostics);

  bool has(const std::string& key);  // the key is a known one from here on
  int line() const;
  int line(const std::string& key) const;

  // Required values: a missing key is an error.
  std::string text(const std::string& key);
  std::int64_t integer(const std::string& key, IntRange range);
  double real(const std::string& key, RealRange range);
  Rational rational(const std::string& key);  // positive
  bool boolean(const std::string& key);
  std::string choice(const std::string& key, const std::vector<std::string>& allowed);
  YamlMap map(const std::string& key);
  std::vector<YamlMap> maps(const std::string& key);  // a sequence of mappings
  std::vector<std::string> texts(const std::string& key);  // a sequence of scalars, or one scalar
  std::vector<std::int64_t> integers(const std::string& key, IntRange range);

  // Optional values, with the value that holds when the key is absent.
  std::string text(const std::string& key, const std::string& absent);
  std::int64_t integer(const std::string& key, IntRange range, std::int64_t absent);
  double real(const std::string& key, RealRange range, double absent);
  bool boolean(const std::string& key, bool absent);
  std::string choice(const std::string& key, const std::vector<std::string>& allowed,
                     const std::string& absent);

  // The raw node, marked as read. For values of several shapes.
  YAML::Node raw(const std::string& key);
  // Every (key, node) in file order; marks all as read. For mappings whose keys are names.
  std::vector<std::pair<std::string, YAML::Node>> entries();
  YamlMap child(const std::string& key, const YAML::Node& node);

  // Checks that the file's "schema" is this one.
  void schema(const std::string& expected);
  // The "accelerator" the file is for; checks that it is the one it is used with.
  std::string accelerator(const std::string& used_with);
  // Reports keys that were never asked for, with the nearest known one.
  void finish();

  void error(const std::string& key, const std::string& value, const std::string& expected);
  void error_at(const YAML::Node& node, const std::string& key, const std::string& value,
                const std::string& expected);
  const std::string& file() const { return file_; }
  const std::string& path() const { return path_; }
  Diagnostics* diagnostics() const { return diagnostics_; }

 private:
  void report(int line, const std::string& key, const std::string& value,
              const std::string& expected);
  bool full() const { return diagnostics_->size() > kMaxErrors; }
  YAML::Node find(const std::string& key);
  YAML::Node require(const std::string& key);
  std::string dotted(const std::string& key) const;
  std::int64_t as_integer(const std::string& key, const YAML::Node& node, IntRange range);
  double as_real(const std::string& key, const YAML::Node& node, RealRange range);
  bool as_boolean(const std::string& key, const YAML::Node& node);
  std::string as_text(const std::string& key, const YAML::Node& node);
  std::string as_choice(const std::string& key, const YAML::Node& node,
                        const std::vector<std::string>& allowed);

  struct Item {
    int line;
    YAML::Node value;
  };
  YAML::Node node_;
  std::string path_;
  std::string file_;
  Diagnostics* diagnostics_;
  std::map<std::string, Item> items_;  // the first of each key
  std::set<std::string> asked_;
};

class YamlFile {
 public:
  YamlFile(const std::filesystem::path& path, Diagnostics* diagnostics);
  // From memory, for tests and fuzzing; name stands for the file in messages.
  YamlFile(const std::string& name, const std::string& text, Diagnostics* diagnostics);
  bool ok() const { return ok_; }
  YamlMap map() const { return YamlMap(root_, "", name_, diagnostics_); }

 private:
  void parse(const std::string& text);
  void refuse(const std::string& why, int line = 0);
  std::string name_;
  Diagnostics* diagnostics_;
  YAML::Node root_;
  bool ok_ = false;
};

// Quotes and joins: "'a', 'b' or 'c'".
std::string one_of(const std::vector<std::string>& words);

}  // namespace assay
