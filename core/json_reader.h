// SPDX-License-Identifier: Apache-2.0
// JSON with line numbers. The JSON library gives no place to a value once it is read, and keeps the
// last of two equal keys; messages need the line, and a repeated key is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"

namespace assay {

struct JsonValue {
  enum class Kind { null, boolean, integer, real, text, list, map };
  Kind kind = Kind::null;
  int line = 0;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  // set for whole numbers too; a whole number beyond 64 bits is real only
  std::string text;
  std::vector<JsonValue> items;
  std::vector<std::pair<std::string, JsonValue>> members;  // in the order of the file

  const JsonValue* find(const std::string& key) const;
  std::string shown() const;  // for messages
};

// Syntax errors (the first one) and repeated keys (all) become diagnostics; nothing is returned
// then. file is a name for messages.
std::optional<JsonValue> parse_json(const std::string& file, const std::string& text,
                                    Diagnostics* diagnostics);

// Strict reading of one mapping, as YamlMap: every key is asked for, finish() reports the others.
class JsonMap {
 public:
  JsonMap(const JsonValue& value, std::string path, std::string file, Diagnostics* diagnostics);

  int line() const { return value_.line; }
  const std::string& path() const { return path_; }
  // A missing key is an error, except where a value for its absence is given.
  std::string text(const std::string& key);
  std::string text(const std::string& key, const std::string& absent);
  std::int64_t positive(const std::string& key, std::int64_t absent);
  const JsonValue* list(const std::string& key);
  // An optional mapping; its path in messages is child(key).
  const JsonValue* map(const std::string& key);
  std::string child(const std::string& key) const;
  void schema(const std::string& expected);
  void finish();

  void error(int line, const std::string& key, const std::string& value,
             const std::string& expected) const;

 private:
  const JsonValue* ask(const std::string& key);

  const JsonValue& value_;
  std::string path_;
  std::string file_;
  Diagnostics* diagnostics_;
  std::vector<std::string> asked_;
};

}  // namespace assay
