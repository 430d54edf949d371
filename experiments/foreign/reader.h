// SPDX-License-Identifier: Apache-2.0
// What the readers of single tools share. Internal to experiments/foreign/.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "core/record.h"
#include "core/text.h"
#include "experiments/foreign/foreign.h"

namespace assay::foreign {

// One layer as the tool states it. Of the record, only values, counts, energies and notes are set;
// "operations" among the values is compared with the workload's.
struct NativeLayer {
  std::string name;  // as the tool calls it
  std::string file;
  int line = 0;  // 0: the file as a whole
  Record record;
  std::vector<std::filesystem::path> files;  // all that it was read from
};

struct Tool {
  const char* name;                            // the level of its records
  const char* files;                           // what a folder is searched for, in words
  bool (*owns)(const std::string& name);       // by its name: a file in a folder to be read
  bool (*looks_like)(std::string_view start);  // by its content
  std::vector<NativeLayer> (*read)(const std::vector<std::filesystem::path>& files, bool folder,
                                   Diagnostics* diagnostics);
  std::vector<ForeignColumn> (*columns)();
};

extern const Tool kDnnChipPredictor;
extern const Tool kMaestro;
extern const Tool kScaleSim;
extern const Tool kTimeloop;

// What becomes of a column. A target that does not begin with "not mapped" is for people: the
// reader itself asks for the column by its name.
struct ColumnRule {
  const char* name;
  const char* target;
  bool required = true;
  int times = 1;  // that the tool writes this name in its header
};
std::vector<ForeignColumn> listed_columns(const std::vector<ColumnRule>& rules);

// A CSV table with a fixed set of columns, found by their names. Every column that is not known,
// missing or repeated is an error, and so is every cell that is no number or negative, whether it
// is mapped or not. (Moments, "... Cycle", may be negative: a prefetch is before cycle 0.)
class NativeTable {
 public:
  // texts: the columns that hold text. A last column without a name whose cells are all empty is
  // the comma that some tools write at the end of a line.
  NativeTable(const std::filesystem::path& file, const std::vector<ColumnRule>& rules,
              const std::vector<std::string>& texts, Diagnostics* diagnostics);

  bool ok() const { return ok_; }  // no error; only then ask for cells
  std::size_t rows() const { return lines_.size(); }
  int line(std::size_t row) const { return lines_[row].number; }
  bool has(const std::string& column) const { return columns_.count(column) != 0; }
  const std::string& text(std::size_t row, const std::string& column) const;
  double number(std::size_t row, const std::string& column) const;
  // A whole number that a double holds exactly; else an error and 0.
  std::int64_t count(std::size_t row, const std::string& column);
  void error(std::size_t row, const std::string& column, const std::string& expected);

 private:
  // False: the table is none of the tool's.
  bool read_header(const CsvLine& header, const std::vector<ColumnRule>& rules);
  // The known columns that the unknown ones were likely meant to be.
  std::vector<std::string> report_unknown(int line, const std::vector<std::string>& known);
  bool fits(CsvLine* line, bool whole_header);
  void check_cells(const CsvLine& line, const std::vector<std::string>& texts);
  std::string file_;
  Diagnostics* diagnostics_;
  bool ok_ = false;
  bool last_comma_ = false;
  std::vector<std::string> header_;
  std::map<std::string, std::size_t> columns_;  // the first of each name
  std::vector<CsvLine> lines_;
};

// A number that is not negative, of any finite size; nothing else.
std::optional<double> amount(std::string_view text);
// The same as a whole number; at most 2^53.
std::optional<std::int64_t> whole(std::string_view text);

bool ends_with(std::string_view text, std::string_view end);
bool begins_with(std::string_view text, std::string_view start);

}  // namespace assay::foreign
