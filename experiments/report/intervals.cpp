// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "calibration/errors.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostLeftOut = 1000;  // leaving out each of more layers takes too long
constexpr int kFewestForBootstrap = 5;

using Network = std::tuple<std::string, std::string, std::int64_t>;

Network network_of(const ComparedRow& r) { return {r.chip, r.workload, r.batch}; }

std::string network_id(const ComparedRow& r) {
  return r.chip + "/" + r.workload + "/" + std::to_string(r.batch);
}

std::string id_of(const ComparedRow& r) { return network_id(r) + "/" + r.layer; }

bool of_group(const ComparedRow& r, const ErrorStatistics& s) {
  return r.level == s.level && r.variant == s.variant && r.quantity == s.quantity &&
         r.chip == s.chip && r.workload == s.workload && r.batch == s.batch;
}

std::vector<ComparedRow> layers_of(const ReportInput& input, const ErrorStatistics& s) {
  std::vector<ComparedRow> rows;
  for (const ComparedRow& r : input.comparison.rows)
    if (of_group(r, s) && !is_sum(input, r)) rows.push_back(r);
  return rows;
}

void set(const char* name, const calibration::Statistic& s, Intervals* out) {
  if (s.low && s.high) out->of[name] = {*s.low, *s.high};
}

// Groups are networks, or the layers where there is only one.
calibration::ErrorReport errors_of(const std::vector<ComparedRow>& rows, bool by_layer) {
  std::vector<calibration::ErrorSample> samples;
  for (const ComparedRow& r : rows)
    samples.push_back({id_of(r), by_layer ? id_of(r) : network_id(r), r.predicted, r.measured});
  return calibration::error_report(samples, kBootstrapSeed, by_layer ? 0 : kBootstrapReplicates);
}

std::string method_of(std::size_t rows, int networks) {
  if (networks >= kFewestForBootstrap)
    return fmt::format("95 % cluster bootstrap over {} networks, B = {}, seed {}", networks,
                       kBootstrapReplicates, kBootstrapSeed);
  if (networks > 1) return fmt::format("range, one of {} networks left out", networks);
  if (rows < 2) return "none: one layer";
  if (rows > kMostLeftOut)
    return fmt::format("none: one network, and more than {} layers", kMostLeftOut);
  return fmt::format("range, one of {} layers left out; of other networks it says nothing", rows);
}

// Error of the sum without each layer in turn.
std::optional<Interval> network_range(const ReportInput& input,
                                      const std::vector<ComparedRow>& rows) {
  std::map<std::string, double> repeat;
  const ComparedRow& first = rows.front();
  for (const Record& r : input.predicted)
    if (r.level == first.level && r.variant == first.variant && r.chip == first.chip &&
        r.workload == first.workload && r.batch == first.batch)
      repeat[r.layer] = static_cast<double>(r.repeat);
  std::optional<Interval> range;
  for (const ComparedRow& out : rows) {
    double predicted = 0, measured = 0;
    for (const ComparedRow& r : rows) {
      if (&r == &out) continue;
      const auto times = repeat.find(r.layer);
      if (times == repeat.end()) return std::nullopt;
      predicted += times->second * r.predicted;
      measured += times->second * r.measured;
    }
    const double error = 100.0 * ((predicted - measured) / measured);
    if (!range) range = Interval{error, error};
    range->low = std::min(range->low, error);
    range->high = std::max(range->high, error);
  }
  return range;
}

}  // namespace

std::optional<Interval> Intervals::find(const std::string& statistic) const {
  const auto found = of.find(statistic);
  return found == of.end() ? std::nullopt : std::optional<Interval>(found->second);
}

Intervals intervals_of(const std::vector<ComparedRow>& rows) {
  std::set<Network> networks;
  for (const ComparedRow& r : rows) networks.insert(network_of(r));
  Intervals out;
  out.method = method_of(rows.size(), static_cast<int>(networks.size()));
  if (out.method.rfind("none", 0) == 0) return out;
  const calibration::ErrorReport e = errors_of(rows, networks.size() == 1);
  set("mape_pct", e.mape_pct, &out);
  set("mean_signed_pct", e.mean_signed_pct, &out);
  set("median_signed_pct", e.median_signed_pct, &out);
  set("geometric_mean_ratio", e.geometric_mean_ratio, &out);
  set("rms_ln", e.rms_ln, &out);
  set("p90_abs_pct", e.p90_abs_pct, &out);
  return out;
}

Intervals intervals_of(const ReportInput& input, const ErrorStatistics& s) {
  const std::vector<ComparedRow> rows = layers_of(input, s);
  Intervals out = intervals_of(rows);
  if (s.network_pct && out.method.rfind("none", 0) != 0)
    if (const auto range = network_range(input, rows)) out.of["network_pct"] = *range;
  return out;
}

std::vector<Pooled> pooled_statistics(const ReportInput& input) {
  using Key = std::tuple<std::string, std::string, std::string>;  // level, variant, quantity
  std::vector<Key> order;
  std::map<Key, std::vector<ComparedRow>> rows;
  for (const ComparedRow& r : input.comparison.rows) {
    if (is_sum(input, r)) continue;
    const Key key{r.level, r.variant, r.quantity};
    if (rows.count(key) == 0) order.push_back(key);
    rows[key].push_back(r);
  }
  std::vector<Pooled> all;
  for (const Key& key : order) {
    std::set<Network> networks;
    for (const ComparedRow& r : rows[key]) networks.insert(network_of(r));
    if (networks.size() < 2) continue;
    Pooled p;
    p.statistics = error_statistics(rows[key]);
    p.statistics.chip.clear();
    p.statistics.workload.clear();
    p.statistics.batch = 1;
    p.networks = static_cast<int>(networks.size());
    p.intervals = intervals_of(rows[key]);
    all.push_back(std::move(p));
  }
  return all;
}

std::string interval_text(const std::optional<Interval>& i, bool with_sign) {
  if (!i) return {};
  if (with_sign) return "[" + signed_pct(i->low) + ", " + signed_pct(i->high) + "]";
  return fmt::format("[{:.1f}, {:.1f}]", i->low, i->high);
}

}  // namespace assay::report
