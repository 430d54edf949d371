// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

std::optional<double> positive(const Record& r, const std::string& name) {
  const auto found = r.values.find(name);
  if (found == r.values.end() || !(found->second >= 0) || !std::isfinite(found->second))
    return std::nullopt;
  return found->second;
}

bool measured_with_instruments(const std::string& quantity) {
  return quantity.rfind("energy", 0) == 0 || quantity.rfind("power", 0) == 0;
}

void add_part(const char* name, double pct, Uncertainty* u) {
  u->pct = std::hypot(u->pct, pct);
  u->of += (u->of.empty() ? "" : ", ") + std::string(name);
}

bool of_group(const ComparedRow& r, const ErrorStatistics& s) {
  return r.level == s.level && r.variant == s.variant && r.chip == s.chip &&
         r.workload == s.workload && r.batch == s.batch && r.quantity == s.quantity;
}

}  // namespace

std::optional<Uncertainty> uncertainty_of(const Record& m, const std::string& quantity) {
  const auto value = positive(m, quantity);
  if (!value || *value == 0) return std::nullopt;
  Uncertainty u;
  // The mean of r replicates is surer than one by sqrt(r).
  if (const auto spread = positive(m, "replicate_spread_pct"))
    add_part("replicates",
             *spread / std::sqrt(std::max(1.0, positive(m, "replicates").value_or(1))), &u);
  if (const auto instrument = positive(m, "instrument_floor_pct");
      instrument && measured_with_instruments(quantity))
    add_part("instrument", *instrument, &u);
  // Anywhere within the half width with equal probability.
  if (const auto half = positive(m, quantity + "_half_width"))
    add_part("rounding or reading", 100 * *half / *value / std::sqrt(3.0), &u);
  if (u.of.empty()) return std::nullopt;
  return u;
}

const Record* measured_record(const ReportInput& input, const ComparedRow& row) {
  for (const Record& m : input.measured)
    if (m.chip == row.chip && m.workload == row.workload && m.layer == row.layer &&
        m.batch == row.batch && m.values.count(row.quantity) != 0)
      return &m;
  return nullptr;
}

NoiseResult noise_floor(const ReportInput& input, const ErrorStatistics& s) {
  NoiseFloor floor;
  int layers = 0, unknown = 0;
  double squares = 0;
  // Looked up by layer: groups may have thousands.
  std::map<std::string, const Record*> measured;
  for (const Record& m : input.measured)
    if (m.chip == s.chip && m.workload == s.workload && m.batch == s.batch &&
        m.values.count(s.quantity) != 0)
      measured.insert({m.layer, &m});
  for (const ComparedRow& r : input.comparison.rows) {
    if (!of_group(r, s) || is_sum(input, r)) continue;
    ++layers;
    const auto m = measured.find(r.layer);
    const auto u = m == measured.end() ? std::nullopt : uncertainty_of(*m->second, s.quantity);
    if (!u) {
      ++unknown;
      continue;
    }
    squares += u->pct * u->pct / 1e4;
    floor.pct.push_back(u->pct);
    floor.of = u->of;
  }
  if (unknown > 0 || layers == 0)
    return {std::nullopt,
            fmt::format("unknown: {} of {} measured values state neither replicates nor rounding",
                        unknown, layers)};
  floor.rms_ln = std::sqrt(squares / layers);
  floor.excess_rms_ln = std::sqrt(std::max(0.0, s.rms_ln * s.rms_ln - floor.rms_ln * floor.rms_ln));
  return {floor, ""};
}

}  // namespace assay::report
