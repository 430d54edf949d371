// SPDX-License-Identifier: Apache-2.0
#include "core/yaml_reader.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace assay {
namespace {

constexpr std::size_t kShownValue = 60;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxValues = 1'000'000;

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 0 : mark.line + 1; }
int line_of(const YAML::Node& node) { return line_of(node.Mark()); }

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

// Where the first two documents of a text start. (YAML::LoadAll does not return when a document starts with a character that it
// does not consume, such as ','; YAML::Load ignores what follows the first document.)
class DocumentStarts : public YAML::EventHandler {
 public:
  explicit DocumentStarts(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (marks_.size() < 2 && parser.HandleNextDocument(*this)) {
    }
  }
  std::size_t count() const { return marks_.size(); }
  bool stuck() const { return count() > 1 && marks_[0].pos == marks_[1].pos; }
  int line(std::size_t document) const { return line_of(marks_[document]); }

  void OnDocumentStart(const YAML::Mark& mark) override { marks_.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  std::vector<YAML::Mark> marks_;
};

// Whether the tree is deeper than kMaxDepth or, by way of aliases, larger than `budget` values.
bool too_large(const YAML::Node& node, int depth, std::size_t& budget) {
  if (depth > kMaxDepth || budget == 0) return true;
  --budget;
  if (node.IsSequence() || node.IsMap())
    for (const auto& item : node)
      if (too_large(node.IsMap() ? item.second : item, depth + 1, budget)) return true;
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
    if (node_.IsDefined()) report(line_of(node_), "", shown(node_), "expected a mapping (key: value)");
    node_ = YAML::Node(YAML::NodeType::Undefined);
    return;
  }
  for (const auto& item : node_) {
    const int at = line_of(item.first);
    if (!item.first.IsScalar())
      report(at, "", shown(item.first), "expected a plain word as key");
    else if (!items_.emplace(item.first.Scalar(), Item{at, item.second}).second)
      report(at, item.first.Scalar(), "", "the key appears twice; expected it once");
  }
}

// Beyond kMaxErrors one more says that there are others.
void YamlMap::report(int line, const std::string& key, const std::string& value,
                     const std::string& expected) {
  if (full()) return;
  if (diagnostics_->size() == kMaxErrors)
    diagnostics_->push_back({file_, 0, "", "", "too many errors; the others are not listed"});
  else
    diagnostics_->push_back({file_, line, dotted(key), value, expected});
}

std::string YamlMap::dotted(const std::string& key) const {
  if (path_.empty()) return key;
  return key.empty() ? path_ : path_ + "." + key;
}

int YamlMap::line() const { return node_.IsDefined() ? line_of(node_) : 0; }

int YamlMap::line(const std::string& key) const {
  const auto item = items_.find(key);
  return item == items_.end() ? line() : item->second.line;
}

void YamlMap::error(const std::string& key, const std::string& value, const std::string& expected) {
  report(key.empty() ? line() : line(key), key, value, expected);
}

void YamlMap::error_at(const YAML::Node& node, const std::string& key, const std::string& value,
                       const std::string& expected) {
  report(line_of(node), key, value, expected);
}

YAML::Node YamlMap::find(const std::string& key) {
  asked_.insert(key);
  const auto item = items_.find(key);
  return item == items_.end() ? YAML::Node(YAML::NodeType::Undefined) : item->second.value;
}

bool YamlMap::has(const std::string& key) {
  asked_.insert(key);
  return items_.count(key) != 0;
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
  if (node.IsDefined() && !node.IsMap()) {
    error(key, shown(node), "expected a mapping (key: value)");  // an empty node has no line of its own
    return YamlMap(YAML::Node(YAML::NodeType::Undefined), dotted(key), file_, diagnostics_);
  }
  return YamlMap(node, dotted(key), file_, diagnostics_);
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
  return child(key, require(key));
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
    out.emplace_back(item, dotted(key) + "[" + std::to_string(i++) + "]", file_, diagnostics_);
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
  for (const auto& item : n) {
    if (item.IsScalar() && !item.Scalar().empty())
      out.push_back(item.Scalar());
    else
      error_at(item, key, shown(item), "expected text");
  }
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
  return has(key) ? text(key) : absent;
}
std::int64_t YamlMap::integer(const std::string& key, IntRange range, std::int64_t absent) {
  return has(key) ? integer(key, range) : absent;
}
double YamlMap::real(const std::string& key, RealRange range, double absent) {
  return has(key) ? real(key, range) : absent;
}
bool YamlMap::boolean(const std::string& key, bool absent) {
  return has(key) ? boolean(key) : absent;
}
std::string YamlMap::choice(const std::string& key, const std::vector<std::string>& allowed,
                            const std::string& absent) {
  return has(key) ? choice(key, allowed) : absent;
}

void YamlMap::schema(const std::string& expected) {
  const YAML::Node n = find("schema");
  if (!node_.IsDefined()) return;
  if (!n.IsDefined())
    error("schema", "", "the key is missing; expected '" + expected + "'");
  else if (!n.IsScalar() || n.Scalar() != expected)
    error("schema", shown(n), "expected '" + expected + "'");
}

std::string YamlMap::accelerator(const std::string& used_with) {
  const std::string stated = text("accelerator");
  if (!stated.empty() && stated != used_with)
    error("accelerator", stated, "expected '" + used_with + "', the accelerator it is used with");
  return stated;
}

void YamlMap::finish() {
  if (!node_.IsDefined()) return;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& item : node_) {
    if (full()) return;
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
    refuse(std::filesystem::exists(path, ec) ? "expected a file" : "no such file");
    return;
  }
  if (std::filesystem::file_size(path, ec) > kMaxFileBytes) {
    refuse("the file is too large; expected at most 4 MiB");
    return;
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    refuse("the file cannot be read");
    return;
  }
  parse(text.str());
}

YamlFile::YamlFile(const std::string& name, const std::string& text, Diagnostics* diagnostics)
    : name_(name), diagnostics_(diagnostics) {
  parse(text);
}

void YamlFile::refuse(const std::string& why, int line) {
  diagnostics_->push_back({name_, line, "", "", why});
}

void YamlFile::parse(const std::string& text) {
  constexpr const char* kTooDeep = "nested too deeply; expected at most 64 levels";
  try {
    const DocumentStarts starts(text);
    if (starts.stuck()) return refuse("not valid YAML: unexpected character", starts.line(1));
    if (starts.count() > 1)
      return refuse("expected one YAML document, found another", starts.line(1));
    root_ = YAML::Load(text);
  } catch (const YAML::DeepRecursion& e) {
    return refuse(kTooDeep, line_of(e.mark));
  } catch (const YAML::Exception& e) {
    return refuse("not valid YAML: " + e.msg, line_of(e.mark));
  }
  if (!root_.IsDefined() || root_.IsNull())
    return refuse("the file is empty; expected a mapping (key: value)");
  if (!root_.IsMap()) return refuse("expected a mapping (key: value) at the top of the file");
  std::size_t budget = std::max(text.size(), kMaxValues);
  if (too_large(root_, 0, budget))
    return refuse(budget > 0 ? kTooDeep : "aliases repeat too much; expected at most a million values");
  ok_ = true;
}

}  // namespace assay
