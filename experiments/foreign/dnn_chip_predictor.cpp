// SPDX-License-Identifier: Apache-2.0
// DNN-Chip Predictor's CSVs: three files of one layer, NAME_energy.csv, NAME_latency.csv and
// NAME_access.csv, each with a row per part of the machine and a column per operand.
#include <algorithm>
#include <map>
#include <set>

#include "experiments/foreign/reader.h"

namespace assay::foreign {
namespace {

struct Operand3 {
  const char* column;
  const char* ours;
};
constexpr Operand3 kOperands[] = {{"input", "I"}, {"output", "O"}, {"weight", "W"}};

struct Kind {
  const char* name;   // of the file's end and of the input in the provenance
  const char* label;  // of the first column
  std::vector<const char*> rows;
};
const Kind kKinds[] = {
    {"access",
     "access count (byte)",
     {"dram", "sram", "noc_forward", "noc_unicast", "noc_multicast", "rf"}},
    {"energy", "energy (pJ)", {"dram", "sram", "noc", "comp", "rf"}},
    {"latency", "latency (cycle)", {"sram", "noc", "comp"}},
};

std::string file_end(const Kind& k) { return "_" + std::string(k.name) + ".csv"; }

// row -> sum, and for latencies the maximum, of its three cells.
struct Cells {
  std::map<std::string, double> sum;
  std::map<std::pair<std::string, std::string>, double> cell;  // row, operand
  double maximum = 0;
};

Cells read_cells(const std::filesystem::path& file, const Kind& kind, Diagnostics* diagnostics) {
  const std::vector<ColumnRule> rules{
      {kind.label, ""}, {"input", ""}, {"output", ""}, {"weight", ""}};
  NativeTable table(file, rules, {kind.label}, diagnostics);
  Cells cells;
  if (!table.ok()) return cells;
  const std::vector<std::string> known(kind.rows.begin(), kind.rows.end());
  const std::size_t errors = diagnostics->size();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string& name = table.text(row, kind.label);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      table.error(row, kind.label, "an unknown row; expected " + listed(known, known.size()));
      continue;
    }
    if (cells.sum.count(name) != 0) table.error(row, kind.label, "the row stands twice");
    for (const Operand3& o : kOperands) {
      const double v = table.number(row, o.column);
      cells.sum[name] += v;
      cells.cell[{name, o.ours}] = v;
      cells.maximum = std::max(cells.maximum, v);
    }
  }
  // What is missing beside an unknown row is likely that row.
  for (const std::string& name : known)
    if (cells.sum.count(name) == 0 && diagnostics->size() == errors)
      diagnostics->push_back({file.string(), 0, name, "", "the row is missing"});
  return cells;
}

void set_access(const Cells& cells, Record* r) {
  for (const auto& [row, bytes] : cells.sum) {
    const std::string quantity = row == "dram" ? "off_chip_traffic_mb" : "traffic_" + row + "_mb";
    r->values[quantity] = bytes / 1e6;
  }
}

void set_energy(const Cells& cells, Record* r) {
  double all = 0;
  for (const auto& [row, pj] : cells.sum) {
    all += pj;
    r->energy_pj_by_component[row] = pj;
  }
  r->values["energy_uj"] = all / 1e6;
  const auto dram = cells.sum.find("dram");
  if (dram != cells.sum.end()) r->values["energy_chip_uj"] = (all - dram->second) / 1e6;
  for (const auto& [key, pj] : cells.cell)
    r->values["energy_uj." + key.first + "." + key.second] = pj / 1e6;
}

void set_values(const Kind& kind, const Cells& cells, Record* r) {
  if (&kind == &kKinds[0]) set_access(cells, r);
  if (&kind == &kKinds[1]) set_energy(cells, r);
  // The tool's own overall latency is the longest of its parts; none of them is the DRAM.
  if (&kind == &kKinds[2]) r->values["processing_cycles"] = cells.maximum;
}

// By its header, else by its name.
const Kind& kind_of(const std::filesystem::path& file) {
  Diagnostics unused;
  const std::optional<std::string> text = read_text(file, &unused);
  for (const Kind& k : kKinds)
    if (text && begins_with(*text, k.label)) return k;
  for (const Kind& k : kKinds)
    if (ends_with(file.filename().string(), file_end(k))) return k;
  return kKinds[1];
}

// The run's name: the file's without its end.
std::string run_of(const std::filesystem::path& file, const Kind& kind) {
  const std::string name = file.filename().string();
  if (ends_with(name, file_end(kind))) return name.substr(0, name.size() - file_end(kind).size());
  return file.stem().string();
}

void check_complete(const std::map<std::string, std::set<std::string>>& found,
                    const std::filesystem::path& folder, Diagnostics* diagnostics) {
  for (const auto& [run, kinds] : found)
    for (const Kind& k : kKinds)
      if (kinds.count(k.name) == 0)
        diagnostics->push_back({folder.string(), 0, run + file_end(k), "",
                                "the file is missing; expected it beside the other two"});
}

std::vector<NativeLayer> read(const std::vector<std::filesystem::path>& files, bool folder,
                              Diagnostics* diagnostics) {
  std::map<std::string, NativeLayer> layers;
  std::map<std::string, std::set<std::string>> found;
  for (const std::filesystem::path& file : files) {
    const Kind& kind = kind_of(file);
    const std::string run = run_of(file, kind);
    if (folder && !ends_with(file.filename().string(), file_end(kind)))
      diagnostics->push_back({file.string(), 1, kind.label, "",
                              "this table's name ends in another word; expected " + run +
                                  "'s tables under their own names, ending in " + file_end(kind)});
    found[run].insert(kind.name);
    NativeLayer& layer = layers[run];
    layer.name = run;
    if (layer.file.empty()) layer.file = file.string();
    layer.files.push_back(file);
    set_values(kind, read_cells(file, kind, diagnostics), &layer.record);
  }
  if (folder) check_complete(found, files.front().parent_path(), diagnostics);
  std::vector<NativeLayer> list;
  for (auto& item : layers) list.push_back(std::move(item.second));
  return list;
}

bool owns(const std::string& name) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const Kind& k) { return ends_with(name, file_end(k)); });
}

bool looks_like(std::string_view start) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const Kind& k) { return begins_with(start, k.label); });
}

std::vector<ForeignColumn> columns() {
  return {{"access count (byte)", "row dram: off_chip_traffic_mb; row X: traffic_X_mb"},
          {"energy (pJ)", "energy_uj, energy_chip_uj, energy_uj.ROW.OPERAND, components"},
          {"latency (cycle)", "processing_cycles: the largest cell"},
          {"input", "operand I"},
          {"output", "operand O"},
          {"weight", "operand W"}};
}

}  // namespace

const Tool kDnnChipPredictor{"dnn-chip-predictor",
                             "*_energy.csv, *_latency.csv, *_access.csv",
                             owns,
                             looks_like,
                             read,
                             columns};

}  // namespace assay::foreign
