// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/ranks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "calibration/errors.h"
#include "experiments/report/noise.h"

namespace assay::report {
namespace {

constexpr double kTwoSided95 = 1.96;
constexpr std::size_t kMostPairwise = 2000;  // layers: pairs are counted one by one
constexpr int kTop = 3;

bool of_group(const ComparedRow& r, const ErrorStatistics& s) {
  return r.level == s.level && r.variant == s.variant && r.chip == s.chip &&
         r.workload == s.workload && r.batch == s.batch && r.quantity == s.quantity;
}

// 1 for the largest.
int rank_of(double value, const std::vector<double>& all) {
  return 1 + static_cast<int>(
                 std::count_if(all.begin(), all.end(), [&](double x) { return x > value; }));
}

int shared_top(const std::vector<RankedLayer>& layers, int k) {
  return static_cast<int>(std::count_if(layers.begin(), layers.end(), [&](const RankedLayer& l) {
    return l.measured_rank <= k && l.predicted_rank <= k;
  }));
}

std::optional<double> resolvable(const std::vector<RankedLayer>& layers) {
  std::vector<calibration::ErrorSample> samples;
  for (const RankedLayer& l : layers) samples.push_back({l.layer, "", l.predicted, l.measured});
  return calibration::decide(samples).resolvable_pct;
}

// A layer's measured value with its uncertainty; the latter empty where one is unknown.
struct Measured {
  std::vector<double> predicted, values, uncertainty;
  bool known = true;
};

Measured measured_of(const ReportInput& input, const std::vector<const ComparedRow*>& rows) {
  Measured m;
  for (const ComparedRow* r : rows) {
    m.predicted.push_back(r->predicted);
    m.values.push_back(r->measured);
    const Record* record = measured_record(input, *r);
    const auto u = record == nullptr ? std::nullopt : uncertainty_of(*record, r->quantity);
    m.known = m.known && u.has_value();
    m.uncertainty.push_back(u ? u->pct / 100 * r->measured : 0);
  }
  return m;
}

struct Design {
  std::string name;
  double predicted = 0, measured = 0;
  std::set<std::string> layers;  // that the sums are over
};

using SeriesKey = std::tuple<std::string, std::string, std::string, std::string, std::string,
                             std::int64_t>;  // level, variant, quantity, chip, workload, batch

SeriesKey series_key(const ComparedRow& r) {
  return {r.level, r.variant, r.quantity, r.chip, r.workload, r.batch};
}

std::map<SeriesKey, std::set<std::string>> layers_by_series(const ReportInput& input) {
  std::map<SeriesKey, std::set<std::string>> layers;
  for (const ComparedRow& r : input.comparison.rows)
    if (!is_sum(input, r)) layers[series_key(r)].insert(r.layer);
  return layers;
}

std::string design_name(const ComparedRow& r) {
  return r.chip + (r.variant.empty() ? "" : " " + r.variant);
}

// One design per chip: its first variant.
void add_design(const ComparedRow& r, const std::set<std::string>& layers,
                std::map<std::string, Design>* designs) {
  designs->insert({r.chip, {design_name(r), r.predicted, r.measured, layers}});
}

// A design of which fewer layers were compared would look the better for it.
bool same_layers(const std::map<std::string, Design>& designs) {
  return std::all_of(designs.begin(), designs.end(), [&](const auto& d) {
    return d.second.layers == designs.begin()->second.layers;
  });
}

Choice choice_of(const std::map<std::string, Design>& designs) {
  Choice c;
  const Design *picked = nullptr, *best = nullptr;
  for (const auto& [chip, d] : designs) {
    c.designs.push_back(d.name);
    c.predicted.push_back(d.predicted);
    c.measured.push_back(d.measured);
    if (picked == nullptr || d.predicted < picked->predicted) picked = &d;
    if (best == nullptr || d.measured < best->measured) best = &d;
  }
  if (!same_layers(designs)) {
    c.left_out = "the designs were not compared over the same layers";
    return c;
  }
  c.picked = picked->name;
  c.best = best->name;
  c.regret_pct = 100 * (picked->measured / best->measured - 1);
  return c;
}

}  // namespace

std::optional<double> tau_b_with_ties(const std::vector<double>& x, const std::vector<double>& y,
                                      const std::vector<double>& uncertainty_of_y, int* tied) {
  double concordant = 0, tied_x = 0, tied_y = 0, all = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double u = kTwoSided95 * std::hypot(uncertainty_of_y[i], uncertainty_of_y[j]);
      const bool same_x = x[i] == x[j], same_y = std::fabs(y[i] - y[j]) <= u;
      all += 1;
      tied_x += same_x ? 1 : 0;
      tied_y += same_y ? 1 : 0;
      if (!same_x && !same_y) concordant += (x[i] > x[j]) == (y[i] > y[j]) ? 1 : -1;
    }
  }
  *tied = static_cast<int>(tied_y);
  if (all == tied_x || all == tied_y) return std::nullopt;
  return concordant / std::sqrt((all - tied_x) * (all - tied_y));
}

LayerRanks layer_ranks(const ReportInput& input, const ErrorStatistics& s) {
  std::vector<const ComparedRow*> rows;
  for (const ComparedRow& r : input.comparison.rows)
    if (of_group(r, s) && !is_sum(input, r)) rows.push_back(&r);
  const Measured m = measured_of(input, rows);
  LayerRanks ranks;
  for (const ComparedRow* r : rows)
    ranks.layers.push_back({r->layer, r->predicted, r->measured, rank_of(r->predicted, m.predicted),
                            rank_of(r->measured, m.values)});
  std::stable_sort(
      ranks.layers.begin(), ranks.layers.end(),
      [](const RankedLayer& a, const RankedLayer& b) { return a.measured_rank < b.measured_rank; });
  ranks.tau_b = s.kendall_tau_b;
  if (m.known && rows.size() <= kMostPairwise)
    ranks.tau_b_beyond_noise =
        tau_b_with_ties(m.predicted, m.values, m.uncertainty, &ranks.pairs_in_noise);
  ranks.k = std::min(kTop, static_cast<int>(rows.size()) - 1);
  if (ranks.k > 0) ranks.top_shared = shared_top(ranks.layers, ranks.k);
  if (rows.size() > 2) ranks.resolvable_pct = resolvable(ranks.layers);
  return ranks;
}

std::vector<Choice> choices_of(const ReportInput& input) {
  using Key = std::tuple<std::string, std::string, std::string, std::int64_t>;
  const auto layers = layers_by_series(input);
  std::map<Key, std::map<std::string, Design>> designs;
  for (const ComparedRow& r : input.comparison.rows) {
    if (r.layer != kNetworkLayer || !adds_up(r.quantity) || r.level == "baseline") continue;
    const auto summed = layers.find(series_key(r));
    add_design(r, summed == layers.end() ? std::set<std::string>() : summed->second,
               &designs[{r.level, r.quantity, r.workload, r.batch}]);
  }
  std::vector<Choice> all;
  for (const auto& [key, found] : designs) {
    if (found.size() < 2) continue;
    Choice c = choice_of(found);
    std::tie(c.level, c.quantity, c.workload, c.batch) = key;
    all.push_back(std::move(c));
  }
  return all;
}

}  // namespace assay::report
