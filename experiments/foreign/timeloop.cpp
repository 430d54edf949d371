// SPDX-License-Identifier: Apache-2.0
// Timeloop's NAME.stats.txt: the statistics of one layer.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/checked.h"
#include "experiments/foreign/reader.h"
#include "experiments/foreign/timeloop_lines.h"

namespace assay::foreign {
namespace {

constexpr char kEnd[] = ".stats.txt";
constexpr double kSummaryRounding_uj = 0.006;  // the summary has two digits after the point

struct DataSpace {
  const char* name;
  const char* operand;
};
// Timeloop does not tell partial sums from final outputs: all of them are P.
constexpr DataSpace kDataSpaces[] = {{"Inputs", "I"}, {"Weights", "W"}, {"Outputs", "P"}};

// The values of one file, with an error for each that is missing or cannot be read.
class Values {
 public:
  Values(std::string file, Diagnostics* diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  void error(int line, const std::string& key, const std::string& value,
             const std::string& expected) {
    diagnostics_->push_back({file_, line, key, value, expected});
  }
  const LabelledValue* find(const TimeloopLevel& level, const Labels& labels,
                            const std::string& label) {
    const auto found = labels.find(label);
    if (found != labels.end()) return &found->second;
    error(level.line, key(level, label), "", "the label is missing");
    return nullptr;
  }
  std::int64_t count(const TimeloopLevel& level, const Labels& labels, const std::string& label) {
    const LabelledValue* v = find(level, labels, label);
    if (v == nullptr) return 0;
    const std::optional<std::int64_t> n = whole(v->text);
    if (!n) error(v->line, key(level, label), v->text, "expected a whole number of at least 0");
    return n.value_or(0);
  }
  // A number and its unit.
  double with_unit(const TimeloopLevel& level, const Labels& labels, const std::string& label,
                   const std::string& unit) {
    const LabelledValue* v = find(level, labels, label);
    return v == nullptr ? 0 : with_unit(*v, key(level, label), unit);
  }
  double with_unit(const LabelledValue& v, const std::string& key, const std::string& unit) {
    const std::string end = unit == "%" ? unit : " " + unit;
    const std::string_view text = v.text;
    const std::optional<double> number =
        ends_with(text, end) ? amount(text.substr(0, text.size() - end.size())) : std::nullopt;
    if (!number) error(v.line, key, v.text, "expected a number of at least 0 and '" + end + "'");
    return number.value_or(0);
  }
  std::size_t errors() const { return diagnostics_->size(); }
  static std::string key(const TimeloopLevel& level, const std::string& label) {
    return level.name.empty() ? label : level.name + "." + label;
  }

 private:
  std::string file_;
  Diagnostics* diagnostics_;
};

class Stats {
 public:
  Stats(const std::filesystem::path& file, const TimeloopText& text, Diagnostics* diagnostics)
      : text_(text), values_(file.string(), diagnostics) {}

  Record run() {
    std::set<std::string> seen;
    for (const TimeloopLevel& level : text_.levels)
      if (!seen.insert(level.name).second)
        values_.error(level.line, level.name, "", "the level stands twice");
    for (const TimeloopLevel& level : text_.levels)
      if (level.arithmetic)
        arithmetic(level);
      else
        storage(level);
    if (computes_ == nullptr)
      values_.error(0, "Computes (total)", "", "expected a level that computes");
    summary();
    return std::move(record_);
  }

 private:
  void arithmetic(const TimeloopLevel& level) {
    if (computes_ != nullptr)
      values_.error(level.line, level.name, "", "expected a single level that computes");
    computes_ = &level;
    const std::int64_t macs = values_.count(level, level.labels, "Computes (total)");
    record_.values["operations"] = static_cast<double>(macs);
    record_.counts[{level.name, "-", "mac"}] = macs;
    record_.values["active_pes"] =
        static_cast<double>(values_.count(level, level.labels, "Utilized instances"));
    on_chip_cycles(level);
    energy(level.name, values_.with_unit(level, level.labels, "Energy (total)", "pJ"), false);
  }

  void storage(const TimeloopLevel& level) {
    const LabelledValue* technology = values_.find(level, level.labels, "Technology");
    const bool off_chip = technology != nullptr && technology->text == "DRAM";
    const std::int64_t bits = values_.count(level, level.labels, "Word bits");
    if (off_chip) has_off_chip_ = true;
    if (!off_chip) on_chip_cycles(level);
    energy(level.name, values_.with_unit(level, level.labels, "Leakage energy (total)", "pJ"),
           off_chip);
    for (const auto& [name, labels] : level.operands) {
      const std::int64_t words = accesses(level, name, labels);
      if (off_chip) off_chip_bits_ += static_cast<double>(words) * static_cast<double>(bits);
      for (const char* label : {"Energy (total)", "Temporal Reduction Energy (total)",
                                "Address Generation Energy (total)"})
        energy(level.name, values_.with_unit(level, labels, label, "pJ"), off_chip);
    }
  }

  // Reads, fills and updates of all instances, and their sum.
  std::int64_t accesses(const TimeloopLevel& level, const std::string& name, const Labels& labels) {
    const auto* space = std::find_if(std::begin(kDataSpaces), std::end(kDataSpaces),
                                     [&](const DataSpace& d) { return name == d.name; });
    if (space == std::end(kDataSpaces)) {
      values_.error(level.line, level.name, name.substr(0, 60),
                    "an unknown data space; expected Inputs, Weights or Outputs");
      return 0;
    }
    const std::int64_t instances = values_.count(level, labels, "Utilized instances (max)");
    std::int64_t sum = 0;
    const auto take = [&](const char* label, const char* action) {
      const std::int64_t each = values_.count(level, labels, label);
      try {
        const std::int64_t all = mul(each, instances);
        sum = add(sum, all);
        if (action != nullptr) record_.counts[{level.name, space->operand, action}] = all;
        if (action == nullptr && all != 0)
          values_.error(level.line, level.name + "." + label, std::to_string(each),
                        "expected 0: " + name + " are not updated");
      } catch (const OverflowError&) {
        values_.error(level.line, level.name + "." + label, std::to_string(each),
                      "expected a count that fits in 64 bits for all instances");
      }
    };
    take("Scalar reads (per-instance)", "read");
    take("Scalar fills (per-instance)", "fill");
    take("Scalar updates (per-instance)", *space->operand == 'P' ? "write" : nullptr);
    return sum;
  }

  void on_chip_cycles(const TimeloopLevel& level) {
    cycles_ = std::max(cycles_, values_.count(level, level.labels, "Cycles"));
  }
  void energy(const std::string& component, double pj, bool off_chip) {
    record_.energy_pj_by_component[component] += pj;
    energy_pj_ += pj;
    if (off_chip) off_chip_pj_ += pj;
  }

  void summary() {
    const TimeloopLevel& s = text_.summary;
    for (const LabelledValue& v : text_.network_energies)
      energy("networks", values_.with_unit(v, "Networks energy", "pJ"), false);
    const std::size_t errors = values_.errors();
    const double stated = values_.with_unit(s, s.labels, "Energy", "uJ");
    const double sum = energy_pj_ / 1e6;
    if (values_.errors() == errors && std::abs(sum - stated) > kSummaryRounding_uj + 1e-6 * sum)
      values_.error(0, "Energy", number_text(stated) + " uJ",
                    "expected " + number_text(sum) +
                        " uJ, the sum of the levels and networks; this reader misses a part");
    const std::int64_t all = values_.count(s, s.labels, "Computes");
    const auto macs = record_.values.find("operations");
    if (macs != record_.values.end() && static_cast<double>(all) != macs->second)
      values_.error(0, "Computes", std::to_string(all), "expected the level's Computes (total)");
    record_.values["total_utilisation_pct"] = values_.with_unit(s, s.labels, "Utilization", "%");
    record_.values["total_cycles"] = static_cast<double>(values_.count(s, s.labels, "Cycles"));
    record_.values["processing_cycles"] = static_cast<double>(cycles_);
    record_.values["energy_uj"] = sum;
    record_.values["energy_chip_uj"] = (energy_pj_ - off_chip_pj_) / 1e6;
    if (has_off_chip_) record_.values["off_chip_traffic_mb"] = off_chip_bits_ / 8e6;
  }

  const TimeloopText& text_;
  Values values_;
  Record record_;
  const TimeloopLevel* computes_ = nullptr;
  std::int64_t cycles_ = 0;
  double energy_pj_ = 0, off_chip_pj_ = 0, off_chip_bits_ = 0;
  bool has_off_chip_ = false;
};

std::vector<NativeLayer> read(const std::vector<std::filesystem::path>& files, bool,
                              Diagnostics* diagnostics) {
  std::vector<NativeLayer> layers;
  for (const std::filesystem::path& file : files) {
    const std::size_t errors = diagnostics->size();
    const TimeloopText text = read_timeloop_text(file, diagnostics);
    // Values that are missing because their line could not be read would be reported twice.
    if (diagnostics->size() > errors) continue;
    NativeLayer layer;
    const std::string name = file.filename().string();
    layer.name = ends_with(name, kEnd) ? name.substr(0, name.size() - sizeof(kEnd) + 1)
                                       : file.stem().string();
    layer.file = file.string();
    layer.files = {file};
    layer.record = Stats(file, text, diagnostics).run();
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<ForeignColumn> columns() {
  std::vector<ForeignColumn> all;
  for (const auto* labels :
       {&timeloop_level_labels(), &timeloop_operand_labels(), &timeloop_summary_labels()})
    for (const TimeloopLabel& l : *labels) all.push_back({l.name, l.target});
  return all;
}

}  // namespace

const Tool kTimeloop{
    "timeloop",
    "*.stats.txt",
    [](const std::string& name) { return ends_with(name, kEnd); },
    [](std::string_view start) { return begins_with(start, "Buffer and Arithmetic Levels"); },
    read,
    columns};

}  // namespace assay::foreign
