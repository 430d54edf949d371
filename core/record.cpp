// SPDX-License-Identifier: Apache-2.0
#include "core/record.h"

#include <cmath>
#include <map>

#include "core/record_io.h"
#include "core/text.h"

namespace assay {
namespace {

class Checker {
 public:
  Checker(const std::string& file, int line, const Record& r, Diagnostics* diagnostics)
      : file_(file), line_(line), key_(key_text(r)), diagnostics_(diagnostics) {}

  void error(const std::string& what, const std::string& value, const std::string& expected) {
    diagnostics_->push_back({file_, line_, key_ + " " + what, value, expected});
  }
  void present(const std::string& what, const std::string& value) {
    if (value.empty()) error(what, "", "expected text, not empty");
  }
  void positive(const std::string& what, std::int64_t value) {
    if (value < 1) error(what, std::to_string(value), "expected a whole number of at least 1");
  }
  void finite(const std::string& section, const std::map<std::string, double>& values) {
    for (const auto& [name, value] : values) {
      present(section + " name", name);
      if (std::isfinite(value)) continue;
      const char* shown = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
      error(section + "." + name, shown, "expected a finite number; an undefined value is absent");
    }
  }

 private:
  const std::string& file_;
  int line_;
  std::string key_;
  Diagnostics* diagnostics_;
};

void check_record(const Record& r, Checker* check) {
  check->present("level", r.level);
  check->present("chip", r.chip);
  check->present("workload", r.workload);
  check->present("layer", r.layer);
  check->positive("batch", r.batch);
  check->positive("repeat", r.repeat);
  check->finite("values", r.values);
  check->finite("cycles_by_cause", r.cycles_by_cause);
  check->finite("energy_pj_by_component", r.energy_pj_by_component);
  for (const auto& item : r.counts) {
    check->present("counts component", item.first.component);
    check->present("counts operand", item.first.operand);
    check->present("counts action", item.first.action);
  }
  for (const auto& item : r.notes) check->present("notes name", item.first);
  for (const auto& item : r.provenance.inputs) check->present("provenance.inputs role", item.first);
}

}  // namespace

RecordKey key_of(const Record& r) {
  return {r.level, r.chip, r.workload, r.layer, r.variant, r.batch};
}

std::string key_text(const Record& r) {
  std::string text = r.level + "/" + r.chip + "/" + r.workload + "/" + r.layer;
  if (!r.variant.empty()) text += " variant " + r.variant;
  return text + " batch " + std::to_string(r.batch);
}

void check_records(const std::string& file, const std::vector<Record>& records,
                   const std::vector<int>& lines, Diagnostics* diagnostics) {
  std::map<RecordKey, std::size_t> seen;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const int line = i < lines.size() ? lines[i] : 0;
    Checker check(file, line, records[i], diagnostics);
    check_record(records[i], &check);
    const auto [first, is_new] = seen.emplace(key_of(records[i]), i);
    if (is_new) continue;
    const bool placed = first->second < lines.size();
    check.error(
        "", "",
        placed ? "the record appears twice, first in line " + std::to_string(lines[first->second])
               : "the record appears twice; expected each key once");
  }
}

std::vector<Record> read_records(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  if (extension == ".json") return read_records_json(file);
  if (extension == ".csv") return read_records_csv(file);
  throw InputError(
      {{file.string(), 0, "", extension, "expected a file of records: .json or .csv"}});
}

}  // namespace assay
