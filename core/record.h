// SPDX-License-Identifier: Apache-2.0
// Record: what one level (a predictor, the simulator, RTL, a chip, a foreign tool) says of one
// layer. Comparison is a join of records on explicit keys (docs/formats/records.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"

namespace assay {

// Key of a count: component (a level's name), operand ("I", "W", "P", "O" or "-"), action ("fill",
// "read", "write", "drain", "hop", "add", "join", "mac").
struct CountKey {
  std::string component;
  std::string operand;
  std::string action;
  friend bool operator<(const CountKey& a, const CountKey& b) {
    if (a.component != b.component) return a.component < b.component;
    if (a.operand != b.operand) return a.operand < b.operand;
    return a.action < b.action;
  }
  friend bool operator==(const CountKey& a, const CountKey& b) {
    return a.component == b.component && a.operand == b.operand && a.action == b.action;
  }
};

struct Provenance {
  std::string tool;    // "assay analytical 0.1.0", "chip", "maestro", ...
  std::string source;  // citation, for published figures
  std::string confidence;
  std::map<std::string, std::string> inputs;  // role -> "name sha256:..."
};

// A quantity's name carries its unit: "processing_cycles", "total_ms", "energy_chip_uj",
// "traffic_glb_mb", "active_pes", ... docs/metrics.md defines each.
struct Record {
  // "analytical", "exact", "simulator", "rtl", "chip", "baseline", or a tool's name
  std::string level;
  std::string chip;
  std::string workload;
  std::string layer;
  std::string variant;  // which accelerator/mapping variant; "" when there is one
  std::int64_t batch = 1;
  std::int64_t repeat = 1;
  std::map<std::string, double> values;           // quantity -> value; absent = undefined
  std::map<CountKey, std::int64_t> counts;        // elements
  std::map<std::string, double> cycles_by_cause;  // adds up to values["processing_cycles"]
  std::map<std::string, double> energy_pj_by_component;
  std::map<std::string, std::string> notes;  // e.g. "binding_resource" -> "pe"
  Provenance provenance;
};

// Writers and readers; values round-trip bit for bit. Readers throw InputError with every error.
void write_records_json(const std::filesystem::path& file, const std::vector<Record>& records);
std::string records_to_json(const std::vector<Record>& records);
std::vector<Record> read_records_json(const std::filesystem::path& file);
// name: of the text, for messages.
std::vector<Record> records_from_json(const std::string& name, const std::string& text);
void write_records_csv(const std::filesystem::path& file, const std::vector<Record>& records);
std::vector<Record> read_records_csv(const std::filesystem::path& file);
std::vector<Record> read_records(const std::filesystem::path& file);  // by extension

}  // namespace assay
