// SPDX-License-Identifier: Apache-2.0
// What the forms in which records are read and written share.
#pragma once

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "core/diagnostics.h"
#include "core/record.h"

namespace assay {

// What tells one record from another: level, chip, workload, layer, variant, batch. The repeat
// count is no part of it.
using RecordKey =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::int64_t>;
RecordKey key_of(const Record& r);
std::string key_text(const Record& r);  // "chip/eyeriss/alexnet/conv1 batch 4"

// What no file may hold: an empty key or name, a batch or repeat below 1, NaN, infinity, two
// records of one key. lines: of each record, for messages; empty when there are none.
void check_records(const std::string& file, const std::vector<Record>& records,
                   const std::vector<int>& lines, Diagnostics* diagnostics);

// The sidecar of a CSV file: key and provenance of every record, as JSON (schema
// assay.records-meta/1).
std::filesystem::path sidecar_of(const std::filesystem::path& csv_file);
std::string provenance_to_json(const std::string& file, const std::vector<Record>& records);
// Records with nothing but their key and provenance.
std::vector<Record> read_provenance_json(const std::filesystem::path& file,
                                         Diagnostics* diagnostics);

}  // namespace assay
