// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/yaml_reader.h"
#include "experiments/foreign/reader.h"

namespace assay::foreign {
namespace {

constexpr std::size_t kShown = 60;
constexpr char kMoment[] = " Cycle";                  // the end of a column's name
constexpr std::size_t kListed = 8;                    // of the known columns
constexpr double kLargestCount = 9007199254740992.0;  // 2^53

std::string shown(const std::string& cell) {
  return cell.size() > kShown ? cell.substr(0, kShown) + "..." : cell;
}

}  // namespace

std::optional<double> amount(std::string_view text) {
  const std::optional<double> v = parse_number(text);
  if (!v || *v < 0) return std::nullopt;
  return *v == 0 ? 0.0 : *v;  // no -0
}

std::optional<std::int64_t> whole(std::string_view text) {
  const std::optional<double> v = amount(text);
  if (!v || *v > kLargestCount || std::floor(*v) != *v) return std::nullopt;
  return static_cast<std::int64_t>(*v);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::vector<ForeignColumn> listed_columns(const std::vector<ColumnRule>& rules) {
  std::vector<ForeignColumn> columns;
  for (const ColumnRule& r : rules) columns.push_back({r.name, r.target});
  return columns;
}

NativeTable::NativeTable(const std::filesystem::path& file, const std::vector<ColumnRule>& rules,
                         const std::vector<std::string>& texts, Diagnostics* diagnostics)
    : file_(file.string()), diagnostics_(diagnostics) {
  const std::size_t errors = diagnostics->size();
  std::vector<CsvLine> lines = read_csv_lines(file, diagnostics);
  if (lines.empty()) {
    if (diagnostics->size() == errors)
      diagnostics->push_back({file_, 0, "", "", "the file is empty; expected a header"});
    return;
  }
  if (!read_header(lines.front(), rules)) return;
  lines.erase(lines.begin());
  const bool whole_header = diagnostics->size() == errors;
  for (CsvLine& line : lines) {
    if (diagnostics->size() > kMaxErrors) break;
    if (fits(&line, whole_header)) check_cells(line, texts);
  }
  if (lines.empty() && diagnostics->size() == errors)
    diagnostics->push_back({file_, 0, "", "", "the table has no rows; expected at least one"});
  lines_ = std::move(lines);
  ok_ = diagnostics->size() == errors;
}

bool NativeTable::read_header(const CsvLine& header, const std::vector<ColumnRule>& rules) {
  for (const std::string& field : header.fields) header_.emplace_back(trimmed(field));
  last_comma_ = header_.size() > 1 && header_.back().empty();
  if (last_comma_) header_.pop_back();
  std::vector<std::string> known;
  for (const ColumnRule& r : rules) known.emplace_back(r.name);
  for (std::size_t i = 0; i < header_.size(); ++i)
    if (std::find(known.begin(), known.end(), header_[i]) != known.end())
      columns_.emplace(header_[i], i);
  if (columns_.empty()) {
    diagnostics_->push_back({file_, header.number, "", shown(listed(header_, 3)),
                             "none of its columns is known; expected " + listed(known, kListed)});
    return false;
  }
  const std::vector<std::string> misspelt = report_unknown(header.number, known);
  for (const ColumnRule& r : rules) {
    const auto found = std::count(header_.begin(), header_.end(), r.name);
    if (found == r.times || (found == 0 && !r.required)) continue;
    if (std::find(misspelt.begin(), misspelt.end(), r.name) != misspelt.end()) continue;
    diagnostics_->push_back({file_, header.number, r.name, "",
                             found == 0 ? "the column is missing"
                                        : "the column stands " + std::to_string(found) +
                                              " times in the header; expected " +
                                              std::to_string(r.times)});
  }
  return true;
}

std::vector<std::string> NativeTable::report_unknown(int line,
                                                     const std::vector<std::string>& known) {
  std::vector<std::string> misspelt;
  for (const std::string& name : header_) {
    if (columns_.count(name) != 0 || diagnostics_->size() > kMaxErrors) continue;
    const std::string hint = nearest(name.substr(0, kShown), known);
    if (!hint.empty()) misspelt.push_back(hint);
    diagnostics_->push_back(
        {file_, line, shown(name), "",
         "an unknown column; " + (hint.empty() ? "expected " + listed(known, kListed)
                                               : "did you mean '" + hint + "'?")});
  }
  return misspelt;
}

// Where columns of the header are wrong, a line of another length may be right.
bool NativeTable::fits(CsvLine* line, bool whole_header) {
  for (std::string& field : line->fields) field = std::string(trimmed(field));
  if (last_comma_ && line->fields.size() == header_.size() + 1 && line->fields.back().empty())
    line->fields.pop_back();
  if (line->fields.size() == header_.size()) return true;
  if (whole_header)
    diagnostics_->push_back({file_, line->number, "", "",
                             "the line has " + std::to_string(line->fields.size()) +
                                 " fields; expected " + std::to_string(header_.size()) +
                                 " as in the header"});
  return false;
}

void NativeTable::check_cells(const CsvLine& line, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (columns_.count(header_[i]) == 0) continue;
    const std::string& cell = line.fields[i];
    const bool text = std::find(texts.begin(), texts.end(), header_[i]) != texts.end();
    const bool number = parse_number(cell).has_value();
    if (text ? !cell.empty() : ends_with(header_[i], kMoment) ? number : amount(cell).has_value())
      continue;
    diagnostics_->push_back({file_, line.number, shown(header_[i]), shown(cell),
                             text     ? "expected text, not empty"
                             : number ? "expected a number of at least 0"
                                      : "expected a number"});
  }
}

const std::string& NativeTable::text(std::size_t row, const std::string& column) const {
  return lines_[row].fields[columns_.at(column)];
}

double NativeTable::number(std::size_t row, const std::string& column) const {
  return amount(text(row, column)).value_or(0);
}

std::int64_t NativeTable::count(std::size_t row, const std::string& column) {
  const std::optional<std::int64_t> v = whole(text(row, column));
  if (!v) error(row, column, "expected a whole number of at most 2^53");
  return v.value_or(0);
}

void NativeTable::error(std::size_t row, const std::string& column, const std::string& expected) {
  diagnostics_->push_back({file_, line(row), column, shown(text(row, column)), expected});
}

}  // namespace assay::foreign
