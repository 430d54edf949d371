// SPDX-License-Identifier: Apache-2.0
// The mapping file of an import, read and checked (docs/formats/import.md). Internal to
// experiments/.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics.h"

namespace assay {

// A text of each record: the same on every row, or from a column, perhaps by way of a list of
// names.
struct CellSource {
  std::string key;  // in the mapping file, for messages
  int line = 0;
  std::optional<std::string> constant;
  std::string column;                        // when there is no constant
  std::map<std::string, std::string> names;  // cell -> text; empty: the cell as it stands
  bool keep_unnamed = false;                 // a cell not in names stands as it is
};

struct ImportedValue {
  std::string quantity;
  std::string column;              // empty: the constant
  std::optional<double> constant;  // the same for every row
  int line = 0;
  double scale = 1;  // value = cell * scale + offset
  double offset = 0;
};

struct RowFilter {
  std::string column;
  int line = 0;
  std::vector<std::string> cells;
  std::string reason;
  bool keep = false;  // leaves out the rows with other cells instead of those with these
};

struct ImportMapping {
  std::string file;
  std::string name;
  std::string level;
  std::string tool;
  CellSource chip, workload, layer, variant, batch, repeat, source, confidence;
  std::vector<std::string> absent;  // cells that mean "no value", beside the empty one
  std::vector<RowFilter> filters;
  std::vector<ImportedValue> values;
};

// Errors become diagnostics; the result is complete only when there are none.
ImportMapping read_import_mapping(const std::filesystem::path& file, Diagnostics* diagnostics);

}  // namespace assay
