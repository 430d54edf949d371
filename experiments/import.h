// SPDX-License-Identifier: Apache-2.0
// Any CSV, measured or of another tool, to records. A mapping file (docs/formats/import.md) says
// which column is what; nothing is guessed, and an empty cell is an absent value, never 0.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

// A row that a filter of the mapping file left out.
struct SkippedRow {
  int line = 0;  // of the CSV file
  std::string cell;
  std::string reason;
};

struct Import {
  std::string name;             // of the data set
  std::vector<Record> records;  // in the order of the rows
  std::vector<SkippedRow> skipped;
};

// Throws InputError with every error of both files: columns that do not exist, cells that are not
// numbers, unknown names, repeated keys, filters that match nothing, and when no row is left.
Import import_rows(const std::filesystem::path& csv_file,
                   const std::filesystem::path& mapping_file);

// The records alone.
std::vector<Record> import_csv(const std::filesystem::path& csv_file,
                               const std::filesystem::path& mapping_file);

}  // namespace assay
