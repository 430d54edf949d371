// SPDX-License-Identifier: Apache-2.0
#include "experiments/claim_check/locate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/json_reader.h"
#include "core/record.h"
#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay::claim_check {
namespace {

namespace fs = std::filesystem;
using Kind = Locator::Kind;

[[noreturn]] void fail(const Locator& l, const std::string& key, const std::string& value,
                       const std::string& expected) {
  throw InputError({{l.file, 0, key, value, expected}});
}

fs::path path_of(const Locator& l, const Places& places) {
  const fs::path path = placed(l.file, places);
  return path.is_absolute() ? path : places.run / path;
}

std::string hint(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  if (!near.empty()) return "; did you mean '" + near + "'?";
  return known.empty() ? "" : "; known: " + listed(known, 8);
}

JsonValue json_of(const Locator& l, const Places& places) {
  Diagnostics diagnostics;
  const auto text = read_text(path_of(l, places), &diagnostics);
  throw_if_any(diagnostics);
  const auto value = parse_json(l.file, *text, &diagnostics);
  throw_if_any(diagnostics);
  return *value;
}

double number_of(const Locator& l, const std::string& key, const JsonValue& value) {
  if (value.kind != JsonValue::Kind::integer && value.kind != JsonValue::Kind::real)
    fail(l, key, value.shown(), "is undefined there; expected a number");
  return value.real;
}

double metric(const Locator& l, const Places& places) {
  const JsonValue top = json_of(l, places);
  const JsonValue* metrics = top.find("metrics");
  if (metrics == nullptr) fail(l, "metrics", "", "expected the metrics of a report");
  const JsonValue* found = metrics->find(l.name);
  if (found == nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, value] : metrics->members) known.push_back(name);
    fail(l, "metric", l.name, "no such metric" + hint(l.name, known));
  }
  const JsonValue* value = found->find("value");
  if (value == nullptr) fail(l, "metric", l.name, "has no value");
  return number_of(l, "metric", *value);
}

double json(const Locator& l, const Places& places) {
  const JsonValue top = json_of(l, places);
  const JsonValue* at = &top;
  std::string walked;
  for (const std::string& step : l.path) {
    walked += (walked.empty() ? "" : ".") + step;
    const auto index = parse_integer(step);
    const JsonValue* next = nullptr;
    std::vector<std::string> known;
    if (at->kind == JsonValue::Kind::list && index && *index >= 0 &&
        *index < static_cast<std::int64_t>(at->items.size()))
      next = &at->items[static_cast<std::size_t>(*index)];
    if (at->kind == JsonValue::Kind::map) next = at->find(step);
    for (const auto& [name, value] : at->members) known.push_back(name);
    if (next == nullptr) fail(l, walked, "", "is not there" + hint(step, known));
    at = next;
  }
  return number_of(l, walked, *at);
}

std::string count_name(const CountKey& key) {
  return key.component + "." + key.operand + "." + key.action;
}

// What the query asks of one record; nothing where it does not state that.
std::optional<double> value_of(const Record& r, const RecordQuery& q,
                               std::set<std::string>* known) {
  if (!q.quantity.empty()) {
    for (const auto& [name, value] : r.values) known->insert(name);
    const auto at = r.values.find(q.quantity);
    return at == r.values.end() ? std::nullopt : std::optional<double>(at->second);
  }
  if (!q.energy.empty()) {
    for (const auto& [name, value] : r.energy_pj_by_component) known->insert(name);
    const auto at = r.energy_pj_by_component.find(q.energy);
    return at == r.energy_pj_by_component.end() ? std::nullopt : std::optional<double>(at->second);
  }
  std::optional<double> found;
  for (const auto& [key, count] : r.counts) {
    known->insert(count_name(key));
    if (count_name(key) == q.count) found = static_cast<double>(count);
  }
  return found;
}

bool matches(const Record& r, const RecordQuery& q) {
  return r.level == q.level && r.variant == q.variant && (q.layer.empty() || r.layer == q.layer);
}

std::string series_of(const Record& r) {
  return r.level + (r.variant.empty() ? "" : "." + r.variant) + " " + r.layer;
}

double record(const Locator& l, const Places& places) {
  const RecordQuery& q = l.record;
  const std::string asked = q.quantity + q.count + q.energy;
  std::set<std::string> series, known;
  double sum = 0;
  int n = 0;
  for (const Record& r : read_records(path_of(l, places))) {
    series.insert(series_of(r));
    if (!matches(r, q)) continue;
    const auto value = value_of(r, q, &known);
    if (!value)
      fail(l, asked, "",
           r.layer + " does not state it" + hint(asked, {known.begin(), known.end()}));
    sum += *value * (q.layer.empty() ? static_cast<double>(r.repeat) : 1);
    ++n;
  }
  const std::string wanted =
      q.level + (q.variant.empty() ? "" : "." + q.variant) + (q.layer.empty() ? "" : " " + q.layer);
  if (n == 0)
    fail(l, "record", wanted, "no such record" + hint(wanted, {series.begin(), series.end()}));
  if (n > 1 && !q.layer.empty())
    fail(l, "record", wanted, "expected one record, found " + std::to_string(n));
  return sum;
}

std::size_t column_of(const Locator& l, const CsvLine& header, const std::string& column) {
  const auto at = std::find(header.fields.begin(), header.fields.end(), column);
  if (at == header.fields.end())
    fail(l, "column", column, "no such column" + hint(column, header.fields));
  return static_cast<std::size_t>(at - header.fields.begin());
}

double cell(const Locator& l, const Places& places) {
  Diagnostics diagnostics;
  const std::vector<CsvLine> lines = read_csv_lines(path_of(l, places), &diagnostics);
  throw_if_any(diagnostics);
  if (lines.empty()) fail(l, "", "", "is empty");
  std::vector<std::pair<std::size_t, std::string>> wanted;
  for (const auto& [column, text] : l.row)
    wanted.emplace_back(column_of(l, lines[0], column), text);
  const std::size_t column = column_of(l, lines[0], l.name);
  std::vector<const CsvLine*> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto& f = lines[i].fields;
    if (std::all_of(wanted.begin(), wanted.end(),
                    [&](const auto& w) { return w.first < f.size() && f[w.first] == w.second; }))
      rows.push_back(&lines[i]);
  }
  if (rows.size() != 1)
    fail(l, "row", "", "expected one row with these values, found " + std::to_string(rows.size()));
  const std::string text = column < rows[0]->fields.size() ? rows[0]->fields[column] : "";
  const auto value = parse_number(trimmed(text));
  if (!value) fail(l, l.name, text, "expected a number");
  return *value;
}

double combined(Kind kind, const std::vector<double>& v) {
  double result = v.front();
  if (kind == Kind::largest) result = std::fabs(result);
  for (std::size_t i = 1; i < v.size(); ++i) switch (kind) {
      case Kind::sum:
        result += v[i];
        break;
      case Kind::difference:
        result -= v[i];
        break;
      case Kind::product:
        result *= v[i];
        break;
      case Kind::ratio:
        result /= v[i];
        break;
      default:
        result = std::max(result, std::fabs(v[i]));
    }
  return result;
}

// The commands' folder has a name that means nothing to a reader.
Diagnostics shown(Diagnostics diagnostics, const Places& places) {
  for (Diagnostic& d : diagnostics) d.file = unplaced(d.file, places);
  return diagnostics;
}

void replace_all(std::string* text, const std::string& from, const std::string& to) {
  for (std::size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size()))
    text->replace(at, from.size(), to);
}

double value_at(const Locator& l, const Places& places) {
  switch (l.kind) {
    case Kind::metric:
      return metric(l, places);
    case Kind::record:
      return record(l, places);
    case Kind::csv:
      return cell(l, places);
    case Kind::json:
      return json(l, places);
    case Kind::constant:
      return l.value;
    default:
      break;
  }
  std::vector<double> values;
  for (const Locator& term : l.terms) values.push_back(value_at(term, places));
  return combined(l.kind, values);
}

}  // namespace

std::string placed(std::string text, const Places& places) {
  replace_all(&text, "{data}", places.data.string());
  replace_all(&text, "{claim}", places.claim.string());
  return text;
}

std::string unplaced(std::string text, const Places& places) {
  const auto hide = [&](const fs::path& place, const char* name) {
    if (!place.empty()) replace_all(&text, place.string() + "/", name);
  };
  hide(places.run, "");
  hide(places.claim, "{claim}/");  // may lie in the data folder
  hide(places.data, "{data}/");
  return text;
}

double locate(const Locator& locator, const Places& places) {
  double value = 0;
  try {
    value = value_at(locator, places);
  } catch (const InputError& e) {
    throw InputError(shown(e.diagnostics(), places));
  }
  if (!std::isfinite(value))
    throw InputError({{"", 0, "find", "", "gives no finite number (a division by 0?)"}});
  return value;
}

}  // namespace assay::claim_check
