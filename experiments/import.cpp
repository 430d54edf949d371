// SPDX-License-Identifier: Apache-2.0
#include "experiments/import.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/hash.h"
#include "core/record_io.h"
#include "core/text.h"
#include "experiments/import_mapping.h"

namespace assay {
namespace {

constexpr std::size_t kShownColumns = 60;
constexpr std::size_t kShownCell = 60;

class Importer {
 public:
  Importer(std::string csv_file, const ImportMapping& mapping, Diagnostics* diagnostics)
      : file_(std::move(csv_file)), mapping_(mapping), diagnostics_(diagnostics) {
    inputs_["data"] = name_and_hash(file_);
    inputs_["mapping"] = name_and_hash(mapping_.file);
  }

  Import run(const std::vector<CsvLine>& lines) {
    read_header(lines.front());
    if (find_columns()) {
      matched_.assign(mapping_.filters.size(), false);
      for (std::size_t i = 1; i < lines.size(); ++i) read_line(lines[i]);
      finish();
    }
    return std::move(out_);
  }

 private:
  void error(const std::string& column, const std::string& cell, const std::string& expected) {
    const std::string shown = cell.size() > kShownCell ? cell.substr(0, kShownCell) + "..." : cell;
    diagnostics_->push_back({file_, line_, column, shown, expected});
  }
  void mapping_error(int line, const std::string& key, const std::string& value,
                     const std::string& expected) {
    diagnostics_->push_back({mapping_.file, line, key, value, expected});
  }

  void read_header(const CsvLine& header) {
    line_ = header.number;
    for (const std::string& field : header.fields) header_.emplace_back(trimmed(field));
  }

  bool find_columns() {
    const std::size_t errors = diagnostics_->size();
    const ImportMapping& m = mapping_;
    for (const CellSource* s : {&m.chip, &m.workload, &m.layer, &m.variant, &m.batch, &m.repeat,
                                &m.source, &m.confidence})
      if (!s->constant) find_column(s->column, s->line, s->key + ".column");
    for (const RowFilter& f : m.filters)
      find_column(f.column, f.line, f.keep ? "keep.column" : "skip.column");
    for (const ImportedValue& v : m.values)
      if (!v.constant) find_column(v.column, v.line, v.quantity + " column");
    return diagnostics_->size() == errors;
  }

  void find_column(const std::string& name, int line, const std::string& key) {
    const auto at = std::find(header_.begin(), header_.end(), name);
    if (at == header_.end()) {
      const std::string hint = nearest(name, header_);
      mapping_error(
          line, key, name,
          hint.empty() ? "no such column in " + file_ + "; it has " + listed(header_, kShownColumns)
                       : "no such column in " + file_ + "; did you mean '" + hint + "'?");
      return;
    }
    const bool is_new =
        columns_.emplace(name, static_cast<std::size_t>(at - header_.begin())).second;
    if (is_new && std::count(header_.begin(), header_.end(), name) > 1)
      error(name, "", "the column appears twice in the header; expected it once");
  }

  const std::string& cell(const std::string& column) const { return row_[columns_.at(column)]; }

  void read_line(const CsvLine& line) {
    line_ = line.number;
    if (line.fields.size() != header_.size()) {
      error("", "",
            "the line has " + std::to_string(line.fields.size()) + " fields; expected " +
                std::to_string(header_.size()) + " as in the header");
      return;
    }
    row_.clear();
    for (const std::string& field : line.fields) row_.emplace_back(trimmed(field));
    if (!filtered_out()) read_row();
  }

  // Every filter is tried, so that each is known to match or not.
  bool filtered_out() {
    const std::string* reason = nullptr;
    const std::string* column = nullptr;
    for (std::size_t i = 0; i < mapping_.filters.size(); ++i) {
      const RowFilter& f = mapping_.filters[i];
      const bool listed_cell =
          std::find(f.cells.begin(), f.cells.end(), cell(f.column)) != f.cells.end();
      matched_[i] = matched_[i] || listed_cell;
      if (listed_cell == f.keep || reason != nullptr) continue;
      reason = &f.reason;
      column = &f.column;
    }
    if (reason == nullptr) return false;
    out_.skipped.push_back({line_, *column + " = " + cell(*column), *reason});
    return true;
  }

  void read_row() {
    Record r;
    r.level = mapping_.level;
    r.chip = text(mapping_.chip, true);
    r.workload = text(mapping_.workload, true);
    r.layer = text(mapping_.layer, true);
    r.variant = text(mapping_.variant, false);
    r.batch = count(mapping_.batch);
    r.repeat = count(mapping_.repeat);
    for (const ImportedValue& v : mapping_.values)
      if (const std::optional<double> value = number(v)) r.values[v.quantity] = *value;
    r.provenance.tool = mapping_.tool;
    r.provenance.source = text(mapping_.source, false);
    r.provenance.confidence = text(mapping_.confidence, false);
    r.provenance.inputs = inputs_;
    out_.records.push_back(std::move(r));
    lines_.push_back(line_);
  }

  std::string text(const CellSource& source, bool required) {
    if (source.constant) return *source.constant;
    const std::string& found = cell(source.column);
    if (found.empty()) {
      if (required) error(source.column, "", "the cell is empty; expected the " + source.key);
      return {};
    }
    if (source.names.empty()) return found;
    const auto named = source.names.find(found);
    if (named != source.names.end()) return named->second;
    if (source.keep_unnamed) return found;
    std::vector<std::string> known;
    for (const auto& name : source.names) known.push_back(name.first);
    const std::string hint = nearest(found, known);
    error(source.column, found,
          "not among the names of '" + source.key + "'; expected " + listed(known, kShownColumns) +
              (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
    return {};
  }

  std::int64_t count(const CellSource& source) {
    const std::string found = text(source, true);
    const std::optional<std::int64_t> v = parse_integer(found);
    if (v && *v >= 1) return *v;
    if (!found.empty())
      error(source.column, found, "expected the " + source.key + ", a whole number of at least 1");
    return 1;
  }

  std::optional<double> number(const ImportedValue& v) {
    if (v.constant) return v.constant;
    const std::string& found = cell(v.column);
    const auto& absent = mapping_.absent;
    if (found.empty() || std::find(absent.begin(), absent.end(), found) != absent.end())
      return std::nullopt;
    const std::optional<double> x = parse_number(found);
    const double value = x ? *x * v.scale + v.offset : 0;
    if (x && std::isfinite(value)) return value;
    error(v.column, found,
          "expected a " + std::string(x ? "smaller " : "") + "number in column " +
              std::to_string(columns_.at(v.column) + 1));
    return std::nullopt;
  }

  void finish() {
    for (std::size_t i = 0; i < mapping_.filters.size(); ++i) {
      const RowFilter& f = mapping_.filters[i];
      if (!matched_[i])
        mapping_error(f.line, f.keep ? "keep" : "skip", f.column + " = " + listed(f.cells, 10),
                      "the filter matches no row of " + file_);
    }
    // A row that could not be read would be called empty or repeated here.
    if (diagnostics_->empty()) check_records(file_, out_.records, lines_, diagnostics_);
    line_ = 0;
    if (out_.records.empty() && diagnostics_->empty())
      error("", "",
            "no row is left; expected at least one (" + std::to_string(out_.skipped.size()) +
                " left out by filters)");
  }

  std::string file_;
  const ImportMapping& mapping_;
  Diagnostics* diagnostics_;
  int line_ = 0;
  std::vector<std::string> header_;
  std::map<std::string, std::size_t> columns_;
  std::vector<std::string> row_;
  std::vector<bool> matched_;
  std::vector<int> lines_;  // of out_.records
  std::map<std::string, std::string> inputs_;
  Import out_;
};

}  // namespace

Import import_rows(const std::filesystem::path& csv_file,
                   const std::filesystem::path& mapping_file) {
  Diagnostics diagnostics;
  const ImportMapping mapping = read_import_mapping(mapping_file, &diagnostics);
  const bool mapping_ok = diagnostics.empty();
  const std::vector<CsvLine> lines = read_csv_lines(csv_file, &diagnostics);
  if (lines.empty() && mapping_ok && diagnostics.empty())
    diagnostics.push_back({csv_file.string(), 0, "", "", "the file is empty; expected a header"});
  Import out;
  if (!lines.empty() && mapping_ok)
    out = Importer(csv_file.string(), mapping, &diagnostics).run(lines);
  throw_if_any(diagnostics);
  out.name = mapping.name;
  return out;
}

std::vector<Record> import_csv(const std::filesystem::path& csv_file,
                               const std::filesystem::path& mapping_file) {
  return import_rows(csv_file, mapping_file).records;
}

}  // namespace assay
