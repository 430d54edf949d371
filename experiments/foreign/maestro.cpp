// SPDX-License-Identifier: Apache-2.0
// MAESTRO's result CSV: one row per layer.
#include "experiments/foreign/reader.h"

namespace assay::foreign {
namespace {

constexpr char kEnergy[] =
    "not mapped: in mappings of several levels its counts of L1 are those of the layer before";
constexpr char kUnit[] = "not mapped: its unit is not stated";
constexpr char kRate[] = "not mapped: a rate of the network on the chip; no quantity of ours";
constexpr char kSize[] = "not mapped: a capacity that the mapping needs";
constexpr char kDelay[] = "not mapped: a delay of one step, not of the layer";
constexpr char kReuse[] = "not mapped: a ratio of other columns";
constexpr char kTensor[] = "not mapped: of one group only where a layer has groups";

const std::vector<ColumnRule> kColumns{
    {"Neural Network Name", "notes network"},
    {"Layer Number", "the layer's name"},
    {"NumPEs", "notes pes"},
    {"Runtime (Cycles)", "processing_cycles"},
    {"Activity count-based Energy (nJ)", kEnergy},
    {"Throughput (MACs/Cycle)", "throughput_macs_per_cycle"},
    {"Throughput Per Energy (GMACs/s*J)", kEnergy},
    {"Area", kUnit},
    {"Power", kUnit},
    {"NoC BW Req (Elements/cycle)", kRate},
    {"Avg BW Req", kRate},
    {"Peak BW Req", kRate},
    {"Vector Width", "not mapped: an input of the tool"},
    {"Offchip BW Req (Elements/cycle)", kRate},
    {"L2 SRAM Size Req (Bytes)", kSize},
    {"L1 SRAM Size Req (Bytes)", kSize},
    {"Multicasting Factor (Weight)", kReuse},
    {"Multicasting Factor (Input)", kReuse},
    {"Num Total Input Pixels", kTensor},
    {"Num Total Weight Pixels", kTensor},
    {"Ops/J", kEnergy},
    {"Num MACs", "operations"},
    {"PE power", kUnit},
    {"L1 power", kUnit},
    {"L2 power", kUnit},
    {"NOC power", kUnit},
    {"input l1 read", "count l1.I.read"},
    {"input l1 write", "count l1.I.fill"},
    {"input l2 read", "count l2.I.read"},
    {"input l2 write", "count l2.I.fill"},
    {"input reuse factor", kReuse},
    {"filter l1 read", "count l1.W.read"},
    {"filter l1 write", "count l1.W.fill"},
    {"filter l2 read", "count l2.W.read"},
    {"filter l2 write", "count l2.W.fill"},
    {"filter reuse factor", kReuse},
    {"output l1 read", "count l1.P.read"},
    {"output l1 write", "count l1.P.write"},
    {"output l2 read", "count l2.P.read"},
    {"output l2 write", "count l2.P.write"},
    {"output reuse factor", kReuse},
    {"Ingress Delay (Min)", kDelay},
    {"Ingress Delay (Max)", kDelay},
    {"Ingress Delay (Avg)", kDelay},
    {"Egress Delay (Min)", kDelay},
    {"Egress Delay (Max)", kDelay},
    {"Egress Delay (Avg)", kDelay},
    // The tool writes this name twice; the second one holds the maximum.
    {"Compute Delay (Min)", kDelay, true, 2},
    {"Compute Delay (Avg)", kDelay},
    {"Avg number of utilized PEs", "active_pes"},
    {"Arithmetic Intensity", kReuse},
};

struct Count {
  const char* column;
  const char *component, *operand, *action;
};
// Elements. What enters a buffer for inputs and weights is a fill in our words.
constexpr Count kCounts[] = {
    {"input l1 read", "l1", "I", "read"},  {"input l1 write", "l1", "I", "fill"},
    {"input l2 read", "l2", "I", "read"},  {"input l2 write", "l2", "I", "fill"},
    {"filter l1 read", "l1", "W", "read"}, {"filter l1 write", "l1", "W", "fill"},
    {"filter l2 read", "l2", "W", "read"}, {"filter l2 write", "l2", "W", "fill"},
    {"output l1 read", "l1", "P", "read"}, {"output l1 write", "l1", "P", "write"},
    {"output l2 read", "l2", "P", "read"}, {"output l2 write", "l2", "P", "write"},
};

NativeLayer layer_of_row(NativeTable* table, const std::filesystem::path& file, std::size_t row) {
  NativeLayer layer;
  layer.name = table->text(row, "Layer Number");
  layer.file = file.string();
  layer.line = table->line(row);
  layer.files = {file};
  Record& r = layer.record;
  r.values["processing_cycles"] = static_cast<double>(table->count(row, "Runtime (Cycles)"));
  r.values["throughput_macs_per_cycle"] = table->number(row, "Throughput (MACs/Cycle)");
  r.values["operations"] = static_cast<double>(table->count(row, "Num MACs"));
  r.values["active_pes"] = table->number(row, "Avg number of utilized PEs");
  for (const Count& c : kCounts)
    r.counts[{c.component, c.operand, c.action}] = table->count(row, c.column);
  r.notes["network"] = table->text(row, "Neural Network Name");
  r.notes["pes"] = table->text(row, "NumPEs");
  return layer;
}

std::vector<NativeLayer> read(const std::vector<std::filesystem::path>& files, bool,
                              Diagnostics* diagnostics) {
  std::vector<NativeLayer> layers;
  for (const std::filesystem::path& file : files) {
    NativeTable table(file, kColumns, {"Neural Network Name", "Layer Number"}, diagnostics);
    if (!table.ok()) continue;
    for (std::size_t row = 0; row < table.rows(); ++row)
      layers.push_back(layer_of_row(&table, file, row));
  }
  return layers;
}

}  // namespace

const Tool kMaestro{"maestro",
                    "*.csv",
                    [](const std::string& name) { return ends_with(name, ".csv"); },
                    [](std::string_view start) {
                      return start.find("Runtime (Cycles)") != std::string_view::npos ||
                             begins_with(start, "Neural Network Name");
                    },
                    read,
                    [] { return listed_columns(kColumns); }};

}  // namespace assay::foreign
