// SPDX-License-Identifier: Apache-2.0
#include "core/json_reader.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"

namespace assay {
namespace {

using Kind = JsonValue::Kind;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kShownValue = 60;

// Walks a text and tells a third party how far the parser has come.
class TrackedChar {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedChar(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  TrackedChar& operator++() {
    *reached_ = at_++;
    return *this;
  }
  TrackedChar operator++(int) {
    TrackedChar before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const TrackedChar& a, const TrackedChar& b) { return a.at_ == b.at_; }
  friend bool operator!=(const TrackedChar& a, const TrackedChar& b) { return !(a == b); }

 private:
  const char* at_;
  const char** reached_;
};

// Builds the tree; an event comes as soon as its token has been read, so the place reached is the
// token's line.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string file, const char* begin, const char* const* reached,
              Diagnostics* diagnostics)
      : file_(std::move(file)), counted_(begin), reached_(reached), diagnostics_(diagnostics) {}

  JsonValue take() { return std::move(root_); }

  bool null() override { return add(Kind::null) != nullptr; }
  bool boolean(bool v) override {
    add(Kind::boolean)->boolean = v;
    return true;
  }
  bool number_integer(number_integer_t v) override {
    JsonValue* node = add(Kind::integer);
    node->integer = v;
    node->real = static_cast<double>(v);
    return true;
  }
  bool number_unsigned(number_unsigned_t v) override {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    if (v <= static_cast<number_unsigned_t>(kMax))
      return number_integer(static_cast<number_integer_t>(v));
    add(Kind::real)->real = static_cast<double>(v);
    return true;
  }
  bool number_float(number_float_t v, const string_t&) override {
    add(Kind::real)->real = v;
    return true;
  }
  bool string(string_t& v) override {
    add(Kind::text)->text = std::move(v);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Kind::map); }
  bool start_array(std::size_t) override { return open(Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& k) override {
    if (!keys_.back().insert(k).second)
      diagnostics_->push_back({file_, line(), k, "", "the key appears twice; expected it once"});
    open_.back()->members.emplace_back(std::move(k), JsonValue());
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    std::string what = e.what();
    if (const std::size_t end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
    diagnostics_->push_back({file_, line(), "", "", "not valid JSON: " + what});
    return false;
  }

 private:
  int line() {
    for (; counted_ < *reached_; ++counted_)
      if (*counted_ == '\n') ++line_;
    return line_;
  }
  JsonValue* add(Kind kind) {
    JsonValue* node = &root_;
    if (!open_.empty()) {
      JsonValue& parent = *open_.back();
      if (parent.kind == Kind::list) parent.items.emplace_back();
      node = parent.kind == Kind::list ? &parent.items.back() : &parent.members.back().second;
    }
    node->kind = kind;
    node->line = line();
    return node;
  }
  bool open(Kind kind) {
    if (open_.size() >= kMaxDepth) {
      diagnostics_->push_back(
          {file_, line(), "", "", "nested too deeply; expected at most 64 levels"});
      return false;
    }
    open_.push_back(add(kind));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::string file_;
  const char* counted_;
  const char* const* reached_;
  Diagnostics* diagnostics_;
  int line_ = 1;
  JsonValue root_;
  std::vector<JsonValue*> open_;  // children are added only to the last, so these stay valid
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

const JsonValue* JsonValue::find(const std::string& key) const {
  for (const auto& [name, value] : members)
    if (name == key) return &value;
  return nullptr;
}

std::string JsonValue::shown() const {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return boolean ? "true" : "false";
    case Kind::integer:
      return std::to_string(integer);
    case Kind::real:
      return number_text(real);
    case Kind::list:
      return "(a list)";
    case Kind::map:
      return "(a mapping)";
    case Kind::text:
      break;
  }
  return text.size() > kShownValue ? text.substr(0, kShownValue) + "..." : text;
}

std::optional<JsonValue> parse_json(const std::string& file, const std::string& text,
                                    Diagnostics* diagnostics) {
  const std::size_t errors = diagnostics->size();
  const char* reached = text.data();
  TreeBuilder builder(file, text.data(), &reached, diagnostics);
  const bool read =
      nlohmann::json::sax_parse(TrackedChar(text.data(), &reached),
                                TrackedChar(text.data() + text.size(), &reached), &builder);
  if (!read || diagnostics->size() > errors) return std::nullopt;
  return builder.take();
}

JsonMap::JsonMap(const JsonValue& value, std::string path, std::string file,
                 Diagnostics* diagnostics)
    : value_(value), path_(std::move(path)), file_(std::move(file)), diagnostics_(diagnostics) {
  if (value_.kind != Kind::map) error(value_.line, "", value_.shown(), "expected a mapping");
}

std::string JsonMap::child(const std::string& key) const {
  if (path_.empty()) return key;
  return key.empty() ? path_ : path_ + "." + key;
}

void JsonMap::error(int line, const std::string& key, const std::string& value,
                    const std::string& expected) const {
  diagnostics_->push_back({file_, line, child(key), value, expected});
}

const JsonValue* JsonMap::ask(const std::string& key) {
  asked_.push_back(key);
  return value_.find(key);
}

std::string JsonMap::text(const std::string& key) {
  const JsonValue* v = ask(key);
  if (v == nullptr) {
    if (value_.kind == Kind::map) error(line(), key, "", "the key is missing");
    return {};
  }
  if (v->kind != Kind::text || v->text.empty())
    error(v->line, key, v->shown(), "expected text, not empty");
  return v->text;
}

std::string JsonMap::text(const std::string& key, const std::string& absent) {
  const JsonValue* v = ask(key);
  if (v == nullptr) return absent;
  if (v->kind != Kind::text) error(v->line, key, v->shown(), "expected text");
  return v->text;
}

std::int64_t JsonMap::positive(const std::string& key, std::int64_t absent) {
  const JsonValue* v = ask(key);
  if (v == nullptr) return absent;
  if (v->kind == Kind::integer && v->integer >= 1) return v->integer;
  error(v->line, key, v->shown(), "expected a whole number of at least 1");
  return absent;
}

const JsonValue* JsonMap::list(const std::string& key) {
  const JsonValue* v = ask(key);
  if (v == nullptr && value_.kind == Kind::map) error(line(), key, "", "the key is missing");
  if (v == nullptr || v->kind == Kind::list) return v;
  error(v->line, key, v->shown(), "expected a list");
  return nullptr;
}

const JsonValue* JsonMap::map(const std::string& key) {
  const JsonValue* v = ask(key);
  if (v == nullptr || v->kind == Kind::map) return v;
  error(v->line, key, v->shown(), "expected a mapping");
  return nullptr;
}

void JsonMap::schema(const std::string& expected) {
  const JsonValue* v = ask("schema");
  if (value_.kind != Kind::map) return;
  if (v == nullptr)
    error(line(), "schema", "", "the key is missing; expected '" + expected + "'");
  else if (v->kind != Kind::text || v->text != expected)
    error(v->line, "schema", v->shown(), "expected '" + expected + "'");
}

void JsonMap::finish() {
  for (const auto& [key, value] : value_.members) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const std::string hint = nearest(key, asked_);
    error(value.line, key, value.shown(),
          hint.empty() ? "unknown key; expected " + listed(asked_, asked_.size())
                       : "unknown key; did you mean '" + hint + "'?");
  }
}

}  // namespace assay
