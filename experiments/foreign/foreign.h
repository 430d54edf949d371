// SPDX-License-Identifier: Apache-2.0
// Native outputs of other people's predictors to records, which are then scored exactly as ours
// are (docs/formats/foreign.md). A tool's figures are taken as it states them: nothing is
// corrected, every column is mapped or listed as not mapped, and a layer gets its name from its
// own name or from the user, never from its place in a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/layer.h"
#include "core/record.h"

namespace assay {

struct ForeignRequest {
  std::string tool;            // one of foreign_tools()
  std::filesystem::path from;  // a file, or a folder with the tool's files directly in it
  std::string chip;
  std::string variant;
  std::optional<double> clock_mhz;  // with it cycles are stated in milliseconds too
  std::int64_t batch = 1;           // that the tool was run with; every figure is of all of it
  std::string layer;                // the name of the only layer; or
  std::optional<std::filesystem::path> layers;  // a file of names, schema assay.layers/1
};

struct ForeignSkip {
  std::string layer;  // as the tool calls it
  std::string reason;
};

struct ForeignImport {
  std::vector<Record> records;  // in the order of the files' names and of their lines
  std::vector<ForeignSkip> skipped;
  std::vector<std::string> unread;  // files of the folder that are no output of a known tool
};

// What becomes of a column (or row, or labelled line) of a tool's output.
struct ForeignColumn {
  std::string name;
  std::string target;  // quantity or count, or "not mapped: why"
};

std::vector<std::string> foreign_tools();  // sorted
std::vector<ForeignColumn> foreign_columns(const std::string& tool);

// Throws InputError with every error of all files.
ForeignImport import_foreign(const ForeignRequest& request, const Workload& workload);

}  // namespace assay
