// SPDX-License-Identifier: Apache-2.0
// SCALE-Sim's reports: one row per layer, which they know by its number in the topology file.
#include <algorithm>

#include "experiments/foreign/reader.h"

namespace assay::foreign {
namespace {

constexpr char kCycle[] = "not mapped: a moment, not an amount";
constexpr char kBandwidth[] = "not mapped: words over cycles, both of which are mapped";

const std::vector<ColumnRule> kCompute{
    {"LayerID", "the layer's name"},
    {"Total Cycles (incl. prefetch)", "total_cycles", false},
    {"Total Cycles", "processing_cycles, with the stalls taken off"},
    {"Stall Cycles", "processing_cycles, see Total Cycles"},
    {"Overall Util %", "utilisation_pct, over processing_cycles"},
    {"Mapping Efficiency %", "not mapped: no quantity of ours"},
    {"Compute Util %", "not mapped: its denominator is one cycle longer than Total Cycles"},
};
const std::vector<ColumnRule> kBandwidths{
    {"LayerID", "the layer's name"},
    {"Avg IFMAP SRAM BW", kBandwidth},
    {"Avg FILTER SRAM BW", kBandwidth},
    {"Avg FILTER Metadata SRAM BW", "not mapped: sparsity has no quantity of ours", false},
    {"Avg OFMAP SRAM BW", kBandwidth},
    {"Avg IFMAP DRAM BW", kBandwidth},
    {"Avg FILTER DRAM BW", kBandwidth},
    {"Avg OFMAP DRAM BW", kBandwidth},
};
const std::vector<ColumnRule> kAccesses{
    {"LayerID", "the layer's name"},
    {"SRAM IFMAP Start Cycle", kCycle},
    {"SRAM IFMAP Stop Cycle", kCycle},
    {"SRAM IFMAP Reads", "count sram.I.read"},
    {"SRAM Filter Start Cycle", kCycle},
    {"SRAM Filter Stop Cycle", kCycle},
    {"SRAM Filter Reads", "count sram.W.read"},
    {"SRAM OFMAP Start Cycle", kCycle},
    {"SRAM OFMAP Stop Cycle", kCycle},
    {"SRAM OFMAP Writes", "count sram.P.write"},
    {"DRAM IFMAP Start Cycle", kCycle},
    {"DRAM IFMAP Stop Cycle", kCycle},
    {"DRAM IFMAP Reads", "count dram.I.read, off_chip_traffic_words"},
    {"DRAM Filter Start Cycle", kCycle},
    {"DRAM Filter Stop Cycle", kCycle},
    {"DRAM Filter Reads", "count dram.W.read, off_chip_traffic_words"},
    {"DRAM OFMAP Start Cycle", kCycle},
    {"DRAM OFMAP Stop Cycle", kCycle},
    {"DRAM OFMAP Writes", "count dram.O.write, off_chip_traffic_words"},
};

void read_compute(NativeTable* table, std::size_t row, Record* r) {
  const std::int64_t cycles = table->count(row, "Total Cycles");
  const std::int64_t stalls = table->count(row, "Stall Cycles");
  if (stalls >= cycles) {
    table->error(row, "Stall Cycles", "expected fewer than Total Cycles");
    return;
  }
  const auto processing = static_cast<double>(cycles - stalls);
  r->values["processing_cycles"] = processing;
  // The tool divides by all its cycles; ours divides by those of the processing latency.
  r->values["utilisation_pct"] =
      table->number(row, "Overall Util %") * (static_cast<double>(cycles) / processing);
  if (!table->has("Total Cycles (incl. prefetch)")) return;
  const std::int64_t all = table->count(row, "Total Cycles (incl. prefetch)");
  if (all < cycles)
    table->error(row, "Total Cycles (incl. prefetch)", "expected at least Total Cycles");
  r->values["total_cycles"] = static_cast<double>(all);
}

void read_accesses(NativeTable* table, std::size_t row, Record* r) {
  const auto count = [&](const char* column, CountKey key) {
    const std::int64_t words = table->count(row, column);
    r->counts[std::move(key)] = words;
    return static_cast<double>(words);
  };
  count("SRAM IFMAP Reads", {"sram", "I", "read"});
  count("SRAM Filter Reads", {"sram", "W", "read"});
  count("SRAM OFMAP Writes", {"sram", "P", "write"});
  r->values["off_chip_traffic_words"] = count("DRAM IFMAP Reads", {"dram", "I", "read"}) +
                                        count("DRAM Filter Reads", {"dram", "W", "read"}) +
                                        count("DRAM OFMAP Writes", {"dram", "O", "write"});
}

struct Report {
  const char* name;
  const char* tells;  // what only its header holds
  const std::vector<ColumnRule>* columns;
  void (*read)(NativeTable* table, std::size_t row, Record* r);
  bool required;  // in a folder
};
const Report kReports[] = {
    {"COMPUTE_REPORT.csv", "Stall Cycles", &kCompute, read_compute, true},
    {"DETAILED_ACCESS_REPORT.csv", "IFMAP Start Cycle", &kAccesses, read_accesses, true},
    {"BANDWIDTH_REPORT.csv", "SRAM BW", &kBandwidths, [](NativeTable*, std::size_t, Record*) {},
     false},
};

// By its header, so that a report may have been renamed; else by its name.
const Report& report_of(const std::filesystem::path& file) {
  Diagnostics unused;
  const std::optional<std::string> text = read_text(file, &unused);
  const std::string header = text ? text->substr(0, text->find('\n')) : "";
  for (const Report& r : kReports)
    if (header.find(r.tells) != std::string::npos) return r;
  for (const Report& r : kReports)
    if (file.filename() == r.name) return r;
  return kReports[0];
}

// Rows of several reports are of one layer when they have its number.
class Layers {
 public:
  explicit Layers(Diagnostics* diagnostics) : diagnostics_(diagnostics) {}

  void read(const std::filesystem::path& file) {
    const Report& report = report_of(file);
    NativeTable table(file, *report.columns, {}, diagnostics_);
    if (!table.ok()) return;
    ++reports_;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::int64_t id = table.count(row, "LayerID");
      NativeLayer& layer = at(std::to_string(id), file, table.line(row));
      if (!layer.files.empty() && layer.files.back() == file)
        table.error(row, "LayerID", "the layer has two rows in one report; expected one");
      layer.files.push_back(file);
      report.read(&table, row, &layer.record);
    }
  }

  std::vector<NativeLayer> finish() {
    for (const NativeLayer& l : layers_)
      if (l.files.size() < reports_)
        diagnostics_->push_back({l.file, l.line, "LayerID", l.name,
                                 "expected this layer in each of the " + std::to_string(reports_) +
                                     " reports; they are of different runs"});
    return std::move(layers_);
  }

 private:
  NativeLayer& at(const std::string& name, const std::filesystem::path& file, int line) {
    for (NativeLayer& l : layers_)
      if (l.name == name) return l;
    NativeLayer layer;
    layer.name = name;
    layer.file = file.string();
    layer.line = line;
    layers_.push_back(std::move(layer));
    return layers_.back();
  }

  Diagnostics* diagnostics_;
  std::size_t reports_ = 0;
  std::vector<NativeLayer> layers_;
};

std::vector<NativeLayer> read(const std::vector<std::filesystem::path>& files, bool folder,
                              Diagnostics* diagnostics) {
  const std::size_t errors = diagnostics->size();
  Layers layers(diagnostics);
  for (const std::filesystem::path& file : files) layers.read(file);
  for (const Report& r : kReports) {
    const bool there = std::any_of(files.begin(), files.end(), [&](const std::filesystem::path& f) {
      return f.filename() == r.name;
    });
    if (folder && r.required && !there)
      diagnostics->push_back({files.front().parent_path().string(), 0, r.name, "",
                              "the report is missing; expected it beside the others"});
  }
  return diagnostics->size() == errors ? layers.finish() : std::vector<NativeLayer>{};
}

bool owns(const std::string& name) {
  return std::any_of(std::begin(kReports), std::end(kReports),
                     [&](const Report& r) { return name == r.name; });
}

std::vector<ForeignColumn> columns() {
  std::vector<ForeignColumn> all;
  for (const Report& r : kReports)
    for (ForeignColumn& c : listed_columns(*r.columns)) all.push_back(std::move(c));
  return all;
}

}  // namespace

const Tool kScaleSim{
    "scale-sim", "COMPUTE_REPORT.csv, DETAILED_ACCESS_REPORT.csv, BANDWIDTH_REPORT.csv",
    owns,        [](std::string_view start) { return begins_with(start, "LayerID"); },
    read,        columns};

}  // namespace assay::foreign
