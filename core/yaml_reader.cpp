// SPDX-License-Identifier: Apache-2.0
#include "core/yaml_reader.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace assay {
namespace {

constexpr std::size_t kShownValue = 60;
constexpr int kMaxDepth = 64;

int line_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() ? 0 : mark.line + 1;
}

std::string shown(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return "(nothing)";
  if (node.IsMap()) return "(a mapping)";
  if (node.IsSequence()) return "(a list)";
  std::string text = node.Scalar();
  if (text.size() > kShownValue) text = text.substr(0, kShownValue) + "...";
  return text;
}

std::string number(double v) {
  char buffer[32];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, v);
  return std::string(buffer, r.ptr);
}

std::string range_text(IntRange r) {
  if (r.max >= kMaxBound) return "a whole number of at least " + std::to_string(r.min) + " and at most 2^40";
  return "a whole number from " + std::to_string(r.min) + " to " + std::to_string(r.max);
}

// yaml-cpp recurses into nested flow collections; refuse absurd nesting before it does.
bool too_deep(const std::string& text) {
  int depth = 0;
  std::size_t dashes_in_row = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    dashes_in_row = c == '-' || c == '?' || c == ':' || c == '!' || c == '&'
                        ? dashes_in_row + 1
                        : (c == ' ' ? dashes_in_row : 0);
    if (depth > kMaxDepth || dashes_in_row > kMaxDepth) return true;
  }
  return false;
}

bool nested_too_deep(const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) return true;
  if (node.IsSequence() || node.IsMap())
    for (const auto& item : node) {
      if (node.IsMap() ? nested_too_deep(item.second, depth + 1)
                       : nested_too_deep(item, depth + 1))
        return true;
    }
  return false;
}

}  // namespace

std::string one_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "'" + words[i] + "'";
  }
  return text;
}

YamlMap::YamlMap(YAML::Node node, std::string path, std::string file, Diagnostics* diagnostics)
    : node_(std::move(node)), path_(std::move(path)), file_(std::move(file)),
      diagnostics_(diagnostics) {
  if (!node_.IsDefined() || !node_.IsMap()) {
    if (node_.IsDefined())
      diagnostics_->push_back({file_, line_of(node_), path_, shown(node_), "expected a mapping (key: value)"});
    node_ = YAML::Node(YAML::NodeType::Undefined);
    return;
  }
  std::set<std::string> seen;
  for (const auto& item : node_) {
    if (!item.first.IsScalar()) {
      diagnostics_->push_back({file_, line_of(item.first), path_, shown(item.first), "expected a plain word as key"});
      continue;
    }
    if (!seen.insert(item.first.Scalar()).second)
      diagnostics_->push_back({file_, line_of(item.first), full(item.first.Scalar()), "", "the key appears twice; expected it once"});
  }
}

std::string YamlMap::full(const std::string& key) const {
  if (path_.empty()) return key;
  return key.empty() ? path_ : path_ + "." + key;
}

int YamlMap::line() const { return node_.IsDefined() ? line_of(node_) : 0; }

int YamlMap::line(const std::string& key) const {
  if (!node_.IsDefined()) return 0;
  for (const auto& item : node_)
    if (item.first.IsScalar() && item.first.Scalar() == key) return line_of(item.first);
  return line();
}

void YamlMap::error(const std::string& key, const std::string& value, const std::string& expected) {
  diagnostics_->push_back({file_, key.empty() ? line() : line(key), full(key), value, expected});
}

void YamlMap::error_at(const YAML::Node& node, const std::string& key, const std::string& value,
                       const std::string& expected) {
  diagnostics_->push_back({file_, line_of(node), full(key), value, expected});
}

YAML::Node YamlMap::find(const std::string& key) {
  asked_.insert(key);
  if (node_.IsDefined())
    for (const auto& item : node_)
      if (item.first.IsScalar() && item.first.Scalar() == key) return item.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

bool YamlMap::has(const std::string& key) const {
  if (node_.IsDefined())
    for (const auto& item : node_)
      if (item.first.IsScalar() && item.first.Scalar() == key) return true;
  return false;
}

YAML::Node YamlMap::require(const std::string& key) {
  YAML::Node node = find(key);
  if (!node.IsDefined() && node_.IsDefined()) error(key, "", "the key is missing");
  return node;
}

YAML::Node YamlMap::raw(const std::string& key) { return find(key); }

std::vector<std::pair<std::string, YAML::Node>> YamlMap::entries() {
  std::vector<std::pair<std::string, YAML::Node>> out;
  if (!node_.IsDefined()) return out;
  for (const auto& item : node_) {
    if (!item.first.IsScalar()) continue;
    asked_.insert(item.first.Scalar());
    out.emplace_back(item.first.Scalar(), item.second);
  }
  return out;
}

YamlMap YamlMap::child(const std::string& key, const YAML::Node& node) {
  return YamlMap(node, full(key), file_, diagnostics_);
}

std::string YamlMap::as_text(const std::string& key, const YAML::Node& node) {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  error(key, shown(node), "expected text");
  return {};
}

std::int64_t YamlMap::as_integer(const std::string& key, const YAML::Node& node, IntRange range) {
  if (node.IsScalar()) {
    const std::string& s = node.Scalar();
    std::int64_t v = 0;
    const auto [p, ec] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (ec == std::errc() && p == s.data() + s.size() && v >= range.min && v <= range.max) return v;
  }
  error(key, shown(node), "expected " + range_text(range));
  return range.min;
}

double YamlMap::as_real(const std::string& key, const YAML::Node& node, RealRange range) {
  if (node.IsScalar()) {
    const std::string& s = node.Scalar();
    double v = 0;
    const auto [p, ec] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (ec == std::errc() && p == s.data() + s.size() && std::isfinite(v) && v >= range.min &&
        v <= range.max)
      return v;
  }
  error(key, shown(node), "expected a number from " + number(range.min) + " to " + number(range.max));
  return range.min;
}

bool YamlMap::as_boolean(const std::string& key, const YAML::Node& node) {
  if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false"))
    return node.Scalar() == "true";
  error(key, shown(node), "expected true or false");
  return false;
}

std::string YamlMap::as_choice(const std::string& key, const YAML::Node& node,
                               const std::vector<std::string>& allowed) {
  if (node.IsScalar())
    for (const auto& a : allowed)
      if (a == node.Scalar()) return a;
  std::string hint;
  if (node.IsScalar())
    if (const std::string n = nearest(node.Scalar(), allowed); !n.empty())
      hint = "; did you mean '" + n + "'?";
  error(key, shown(node), "expected " + one_of(allowed) + hint);
  return allowed.front();
}

std::string YamlMap::text(const std::string& key) {
  const YAML::Node n = require(key);
  return n.IsDefined() ? as_text(key, n) : std::string();
}
std::int64_t YamlMap::integer(const std::string& key, IntRange range) {
  const YAML::Node n = require(key);
  return n.IsDefined() ? as_integer(key, n, range) : range.min;
}
double YamlMap::real(const std::string& key, RealRange range) {
  const YAML::Node n = require(key);
  return n.IsDefined() ? as_real(key, n, range) : range.min;
}
bool YamlMap::boolean(const std::string& key) {
  const YAML::Node n = require(key);
  return n.IsDefined() && as_boolean(key, n);
}
std::string YamlMap::choice(const std::string& key, const std::vector<std::string>& allowed) {
  const YAML::Node n = require(key);
  return n.IsDefined() ? as_choice(key, n, allowed) : allowed.front();
}

Rational YamlMap::rational(const std::string& key) {
  const YAML::Node n = require(key);
  if (!n.IsDefined()) return {1, 1};
  if (n.IsScalar())
    if (const auto r = parse_rational(n.Scalar()); r && r->num > 0 && r->num <= kMaxBound && r->den <= kMaxBound)
      return *r;
  error(key, shown(n), "expected a positive number such as 64, 19.2 or 64/3");
  return {1, 1};
}

YamlMap YamlMap::map(const std::string& key) {
  return YamlMap(require(key), full(key), file_, diagnostics_);
}

std::vector<YamlMap> YamlMap::maps(const std::string& key) {
  std::vector<YamlMap> out;
  const YAML::Node n = require(key);
  if (!n.IsDefined()) return out;
  if (!n.IsSequence()) {
    error(key, shown(n), "expected a list of mappings");
    return out;
  }
  std::size_t i = 0;
  for (const auto& item : n)
    out.emplace_back(item, full(key) + "[" + std::to_string(i++) + "]", file_, diagnostics_);
  return out;
}

std::vector<std::string> YamlMap::texts(const std::string& key) {
  const YAML::Node n = require(key);
  if (!n.IsDefined()) return {};
  if (n.IsScalar()) return {as_text(key, n)};
  std::vector<std::string> out;
  if (!n.IsSequence()) {
    error(key, shown(n), "expected a word or a list of words");
    return out;
  }
  for (const auto& item : n) out.push_back(as_text(key, item));
  return out;
}

std::vector<std::int64_t> YamlMap::integers(const std::string& key, IntRange range) {
  const YAML::Node n = require(key);
  if (!n.IsDefined()) return {};
  if (n.IsScalar()) return {as_integer(key, n, range)};
  std::vector<std::int64_t> out;
  if (!n.IsSequence()) {
    error(key, shown(n), "expected a whole number or a list of them");
    return out;
  }
  for (const auto& item : n) out.push_back(as_integer(key, item, range));
  return out;
}

std::string YamlMap::text(const std::string& key, const std::string& absent) {
  return has(key) ? text(key) : (asked_.insert(key), absent);
}
std::int64_t YamlMap::integer(const std::string& key, IntRange range, std::int64_t absent) {
  return has(key) ? integer(key, range) : (asked_.insert(key), absent);
}
double YamlMap::real(const std::string& key, RealRange range, double absent) {
  return has(key) ? real(key, range) : (asked_.insert(key), absent);
}
bool YamlMap::boolean(const std::string& key, bool absent) {
  return has(key) ? boolean(key) : (asked_.insert(key), absent);
}
std::string YamlMap::choice(const std::string& key, const std::vector<std::string>& allowed,
                            const std::string& absent) {
  return has(key) ? choice(key, allowed) : (asked_.insert(key), absent);
}

void YamlMap::schema(const std::string& expected) {
  const YAML::Node n = find("schema");
  if (!node_.IsDefined()) return;
  if (!n.IsDefined())
    error("schema", "", "the key is missing; expected '" + expected + "'");
  else if (!n.IsScalar() || n.Scalar() != expected)
    error("schema", shown(n), "expected '" + expected + "'");
}

void YamlMap::finish() {
  if (!node_.IsDefined()) return;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& item : node_) {
    if (!item.first.IsScalar() || asked_.count(item.first.Scalar()) != 0) continue;
    const std::string hint = nearest(item.first.Scalar(), known);
    error_at(item.first, item.first.Scalar(), shown(item.second),
             hint.empty() ? "unknown key; expected " + one_of(known)
                          : "unknown key; did you mean '" + hint + "'?");
  }
}

YamlFile::YamlFile(const std::filesystem::path& path, Diagnostics* diagnostics)
    : name_(path.string()), diagnostics_(diagnostics) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) {
    diagnostics_->push_back({name_, 0, "", "", "no such file"});
    return;
  }
  if (std::filesystem::file_size(path, ec) > kMaxFileBytes || ec) {
    diagnostics_->push_back({name_, 0, "", "", "the file is too large; expected at most 64 MiB"});
    return;
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    diagnostics_->push_back({name_, 0, "", "", "the file cannot be read or is empty"});
    return;
  }
  parse(text.str());
}

YamlFile::YamlFile(const std::string& name, const std::string& text, Diagnostics* diagnostics)
    : name_(name), diagnostics_(diagnostics) {
  parse(text);
}

void YamlFile::parse(const std::string& text) {
  if (too_deep(text)) {
    diagnostics_->push_back({name_, 0, "", "", "nested too deeply; expected at most 64 levels"});
    return;
  }
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      diagnostics_->push_back({name_, line_of(documents[1]), "", "", "expected one YAML document, found " + std::to_string(documents.size())});
      return;
    }
    if (!documents.empty()) root_ = documents.front();
  } catch (const YAML::Exception& e) {
    const int line = e.mark.is_null() ? 0 : e.mark.line + 1;
    diagnostics_->push_back({name_, line, "", "", "not valid YAML: " + e.msg});
    return;
  }
  if (!root_.IsDefined() || !root_.IsMap()) {
    diagnostics_->push_back({name_, 0, "", "", "expected a mapping (key: value) at the top of the file"});
    return;
  }
  if (nested_too_deep(root_, 0)) {
    diagnostics_->push_back({name_, 0, "", "", "nested too deeply; expected at most 64 levels"});
    return;
  }
  ok_ = true;
}

}  // namespace assay
