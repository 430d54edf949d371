// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/fit_data.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "calibration/problem.h"
#include "core/hash.h"
#include "core/text.h"
#include "experiments/fit/fit_activities.h"
#include "experiments/fit/resource_problem.h"
#include "experiments/import.h"

namespace assay::fit {
namespace {

namespace fs = std::filesystem;
using Key = std::tuple<std::string, std::string, std::int64_t>;  // workload, layer, batch

Key key_of(const Record& r) { return {r.workload, r.layer, r.batch}; }
std::string text_of(const Key& key) {
  return std::get<0>(key) + "/" + std::get<1>(key) + " batch " + std::to_string(std::get<2>(key));
}

// The measured energy, or power times time.
std::optional<double> measured_value(const std::string& quantity, const Record& r) {
  const auto value = [&](const char* name) -> std::optional<double> {
    const auto v = r.values.find(name);
    if (v == r.values.end()) return std::nullopt;
    return v->second;
  };
  if (const auto energy = value(quantity.c_str())) return energy;
  const auto power = value("power_chip_mw"), ms = value("total_ms");
  if (quantity == "energy_chip_uj" && power && ms) return *power * *ms;
  return std::nullopt;
}

void merge(const std::vector<const Record*>& all, const std::string& quantity, Record* r) {
  for (auto& [name, value] : r->values) {
    std::vector<double> values;
    for (const Record* one : all)
      if (const auto v = one->values.find(name); v != one->values.end())
        values.push_back(v->second);
    value = calibration::summary(values).median;
  }
  std::vector<double> measured;
  for (const Record* one : all)
    if (const auto v = measured_value(quantity, *one)) measured.push_back(*v);
  const calibration::Replicates s = calibration::summary(measured);
  r->values["replicates"] = s.n;
  if (s.n == 0) return;
  r->values[quantity] = s.median;
  if (s.spread_pct) r->values["replicate_spread_pct"] = *s.spread_pct;
}

// Rows that differ in the variant alone are replicates: each value becomes their median.
std::vector<Record> merged_replicates(const std::vector<Record>& records,
                                      const std::string& quantity) {
  std::vector<Record> out;
  std::map<Key, std::vector<const Record*>> by_key;
  std::vector<Key> order;
  for (const Record& r : records) {
    auto& of_key = by_key[key_of(r)];
    if (of_key.empty()) order.push_back(key_of(r));
    of_key.push_back(&r);
  }
  for (const Key& key : order) {
    const auto& all = by_key[key];
    Record r = *all.front();
    if (all.size() > 1) merge(all, quantity, &r);
    out.push_back(std::move(r));
  }
  return out;
}

class Collector {
 public:
  Collector(const FitFile& fit, const Catalog& catalog) : fit_(fit) {
    in_ = {&fit, &catalog, catalog.chip_folder(fit.chip, fit.file.parent_path()), nullptr, nullptr};
    const fs::path accelerator = resolve(fit, in_.chip_folder, fit.accelerator);
    data_.accelerator = read_accelerator(accelerator);
    put_parameters();
    in_.accelerator = &data_.accelerator;
    in_.parameters = &data_.parameters;
    data_.inputs["fit"] = name_and_hash(fit.file);
    data_.inputs["accelerator"] = name_and_hash(accelerator);
    if (data_.parameters.chip != data_.accelerator.name)
      wrong("parameters", data_.parameters.chip,
            "expected parameters of '" + data_.accelerator.name + "'");
  }

  FitData run() {
    for (const Activities& entry : fit_.predict) add(entry, &counted_);
    for (const Activities& entry : fit_.finer) add(entry, &finer_);
    for (const Activities& entry : fit_.catalogue) {
      const auto all = activities(in_, entry, &data_.inputs);
      data_.catalogue.insert(data_.catalogue.end(), all.begin(), all.end());
    }
    throw_if_any(diagnostics_);
    for (const Measured& m : fit_.measured) add(m);
    for (const auto& [key, activity] : counted_)
      if (measured_.count(key) == 0) data_.not_measured.push_back(text_of(key));
    throw_if_any(diagnostics_);
    if (data_.records.empty()) wrong("measured", "", "no record has the quantity " + fit_.quantity);
    throw_if_any(diagnostics_);
    return std::move(data_);
  }

 private:
  // Latencies need no prices: without a parameter file, the accelerator says everything.
  void put_parameters() {
    const fs::path file = resolve(fit_, in_.chip_folder, fit_.parameters);
    if (fit_.latency() && fit_.parameters.empty()) {
      data_.parameters.chip = data_.accelerator.name;
      return;
    }
    data_.parameters = read_parameters(file);
    data_.inputs["prior"] = name_and_hash(file);
  }

  void wrong(const std::string& key, const std::string& value, const std::string& expected,
             int line = 0) {
    diagnostics_.push_back({fit_.file.string(), line, key, value, expected});
  }

  void add(const Activities& entry, std::map<Key, Activity>* to) {
    for (Activity& a : activities(in_, entry, &data_.inputs)) {
      const Key key = key_of(a.record);
      if (!to->emplace(key, std::move(a)).second)
        wrong("predict", text_of(key), "counted twice; expected once", entry.line);
    }
  }

  void add(const Measured& m) {
    const fs::path data = resolve(fit_, in_.chip_folder, m.data),
                   mapping = resolve(fit_, in_.chip_folder, m.import);
    data_.data[m.data] = sha256_of_file(data);
    data_.inputs["import of " + m.data] = name_and_hash(mapping);
    std::set<std::string> unmatched;
    for (const Record& r : merged_replicates(import_csv(data, mapping), fit_.quantity)) {
      const auto counted = counted_.find(key_of(r));
      measured_.insert(key_of(r));
      if (r.chip != data_.accelerator.name)
        wrong("measured", r.chip, "expected measurements of '" + data_.accelerator.name + "'");
      else if (counted == counted_.end())
        unmatched.insert(text_of(key_of(r)));
      else
        add(r, counted->second, m);
    }
    if (unmatched.empty()) return;
    std::vector<std::string> known;
    for (const auto& [key, activity] : counted_) known.push_back(text_of(key));
    wrong("measured", listed({unmatched.begin(), unmatched.end()}, 20),
          "no counts of these layers: expected some of " + listed(known, 20));
  }

  void add(const Record& r, const Activity& activity, const Measured& m) {
    FitRecord f;
    f.group = r.workload + (m.session.empty() ? "" : "@" + m.session);
    f.id = f.group + "/" + r.layer;
    if (!ids_.insert(f.id).second) f.id += " batch " + std::to_string(r.batch);
    const auto value = measured_value(fit_.quantity, r);
    if (!value || !(*value > 0)) {
      data_.left_out.push_back(
          {f.id, value ? "the measured value is not positive" : "the quantity was not measured"});
      return;
    }
    f.activity = activity;
    const auto& stated = data_.parameters.activities;
    f.zeros_stated = std::any_of(stated.begin(), stated.end(), [&](const assay::Activity& a) {
      return a.workload == r.workload && a.layer == r.layer;
    });
    if (const auto zeros = r.values.find("input_zero_pct"); zeros != r.values.end()) {
      f.activity.zero_fraction = zeros->second / 100;
      f.zeros_stated = true;
      if (!(zeros->second >= 0 && zeros->second <= 100))
        wrong("input_zero_pct", f.id + ": " + number_text(zeros->second), "expected 0 to 100");
    }
    if (const auto finer = finer_.find(key_of(r)); finer != finer_.end()) {
      f.finer = finer->second;
      f.finer->zero_fraction = f.activity.zero_fraction;
    }
    f.measured = *value;
    f.facts = calibration::facts_of(r.values);
    f.flags = calibration::flags_of(f.facts, fit_.exclusions);
    f.spread_ln = calibration::spread_ln(f.facts, fit_.instrument_floor_pct);
    f.source = r.provenance.source;
    f.confidence = r.provenance.confidence;
    put_time(r, &f);
    data_.records.push_back(std::move(f));
  }

  void put_time(const Record& measured, FitRecord* f) {
    const auto find = [](const Record& r) -> std::optional<double> {
      const auto v = r.values.find("total_ms");
      if (v == r.values.end()) return std::nullopt;
      return v->second;
    };
    const auto stated = find(measured), predicted = find(f->activity.record);
    f->time_measured = fit_.time != "predicted" && stated;
    if (fit_.time == "measured" && !stated) wrong("time", f->id, "has no measured total_ms");
    if (!f->time_measured && !predicted) wrong("time", f->id, "has no total_ms at all");
    f->time_ms = (f->time_measured ? stated : predicted).value_or(0);
  }

  const FitFile& fit_;
  ActivityInput in_{};
  FitData data_;
  std::map<Key, Activity> counted_, finer_;
  std::set<Key> measured_;
  std::set<std::string> ids_;
  Diagnostics diagnostics_;
};

}  // namespace

FitData collect(const FitFile& fit, const Catalog& catalog) {
  if (fit.resources()) return collect_configurations(fit, catalog);
  return Collector(fit, catalog).run();
}

std::vector<GroupSize> group_sizes(const FitData& data) {
  std::vector<GroupSize> out;
  for (const FitRecord& r : data.records) {
    auto at = std::find_if(out.begin(), out.end(),
                           [&](const GroupSize& g) { return g.group == r.group; });
    if (at == out.end()) at = out.insert(out.end(), {r.group, 0, true});
    ++at->records;
    at->microbenchmarks = at->microbenchmarks && r.activity.kind == calibration::kMicrobenchmark;
  }
  return out;
}

}  // namespace assay::fit
