// SPDX-License-Identifier: Apache-2.0
// From joined pairs to rows, sums over the network and statistics.
#include "experiments/compare.h"

#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "core/diagnostics.h"
#include "core/text.h"
#include "experiments/join.h"

namespace assay {
namespace {

// Ratios beyond this are mistakes of unit or worse, and their squares and sums would overflow.
constexpr double kMaxRatio = 1e30;

// ln(predicted / measured), where both are positive and the ratio is one that statistics can bear.
std::optional<double> ln_of_ratio(double predicted, double measured) {
  if (!(predicted > 0) || !(measured > 0)) return std::nullopt;
  const double ratio = predicted / measured;
  if (!(ratio <= kMaxRatio) || !(ratio >= 1 / kMaxRatio)) return std::nullopt;
  return std::log(ratio);
}

std::optional<double> value_of(const Record& r, const std::string& quantity) {
  const auto found = r.values.find(quantity);
  if (found == r.values.end()) return std::nullopt;
  return found->second;
}

// One quantity of one group.
class QuantityComparison {
 public:
  QuantityComparison(const JoinedGroup& group, std::string quantity)
      : group_(group), quantity_(std::move(quantity)) {}

  // Nothing but its place in the ledger.
  void withhold(const std::string& why) { exclude("*", why, true); }

  void run() {
    if (!any_value(&JoinedPair::predicted)) {
      exclude("*", "no layer predicted by " + predictor_text(group_.any()) + " has this quantity",
              true);
    } else if (!any_value(&JoinedPair::measured)) {
      exclude("*", "no layer measured has this quantity", false);
    } else {
      for (const JoinedPair& pair : group_.pairs) add_layer(pair);
    }
    if (layers_.empty()) return;
    statistics_ = error_statistics(layers_);
    if (adds_up(quantity_)) add_network();
  }

  // Appends what came out; a reason that lies with the measurement is said once, not for every
  // predictor.
  void move_to(Comparison* out, std::set<std::pair<std::string, std::string>>* said) {
    for (Excluded& e : excluded_)
      if (!e.level.empty() || said->emplace(e.key, e.reason).second)
        out->excluded.push_back(std::move(e));
    for (ComparedRow& row : layers_) out->rows.push_back(std::move(row));
    if (network_) out->rows.push_back(std::move(*network_));
    if (statistics_) out->statistics.push_back(std::move(*statistics_));
  }

 private:
  bool any_value(const Record* JoinedPair::*side) const {
    for (const JoinedPair& pair : group_.pairs)
      if ((pair.*side)->values.count(quantity_) != 0) return true;
    return false;
  }

  void exclude(const std::string& layer, const std::string& reason, bool of_prediction) {
    const Record& g = group_.any();
    excluded_.push_back({g.chip + "/" + g.workload + "/" + layer + " " + quantity_, reason,
                         of_prediction ? g.level : "", of_prediction ? g.variant : ""});
  }

  ComparedRow row_of(const std::string& layer, double predicted, double measured, double ln) const {
    const Record& g = group_.any();
    ComparedRow row;
    row.level = g.level;
    row.variant = g.variant;
    row.chip = g.chip;
    row.workload = g.workload;
    row.batch = g.batch;
    row.layer = layer;
    row.quantity = quantity_;
    row.predicted = predicted;
    row.measured = measured;
    row.ln_ratio = ln;
    return row;
  }

  void add_layer(const JoinedPair& pair) {
    const std::string& layer = pair.predicted->layer;
    const std::string who = predictor_text(*pair.predicted);
    const std::optional<double> m = value_of(*pair.measured, quantity_);
    const std::optional<double> p = value_of(*pair.predicted, quantity_);
    if (!m) return exclude(layer, "the measurement has no value", false);
    if (!(*m > 0))
      return exclude(layer,
                     "the measured value is " + number_text(*m) +
                         ", not positive: a relative error is undefined",
                     false);
    if (!p) return exclude(layer, "the prediction of " + who + " has no value", true);
    if (!(*p > 0))
      return exclude(layer,
                     "the value predicted by " + who + " is " + number_text(*p) +
                         ", not positive: ln(predicted/measured) is undefined",
                     true);
    const std::optional<double> ln = ln_of_ratio(*p, *m);
    if (!ln)
      return exclude(layer,
                     number_text(*p) + " predicted by " + who + " and " + number_text(*m) +
                         " measured differ by more than 10^30; expected one unit",
                     true);
    ComparedRow row = row_of(layer, *p, *m, *ln);
    row.measured_source = pair.measured->provenance.source;
    row.measured_confidence = pair.measured->provenance.confidence;
    layers_.push_back(std::move(row));
    // One count for both sides: a measured record is of one layer, however often the network has
    // it.
    const auto repeat = static_cast<double>(pair.predicted->repeat);
    predicted_sum_ += repeat * *p;
    measured_sum_ += repeat * *m;
  }

  void add_network() {
    const std::optional<double> ln = ln_of_ratio(predicted_sum_, measured_sum_);
    if (!ln || !std::isfinite(predicted_sum_) || !std::isfinite(measured_sum_)) return;
    statistics_->network_pct = 100.0 * ((predicted_sum_ - measured_sum_) / measured_sum_);
    if (group_.pairs.size() == 1 && layers_.front().layer == kNetworkLayer) return;
    network_ = row_of(kNetworkLayer, predicted_sum_, measured_sum_, *ln);
    network_->measured_source = layers_.front().measured_source;
    network_->measured_confidence = layers_.front().measured_confidence;
    for (const ComparedRow& row : layers_) {
      if (row.measured_source != network_->measured_source) network_->measured_source = "several";
      if (row.measured_confidence != network_->measured_confidence)
        network_->measured_confidence = "several";
    }
  }

  const JoinedGroup& group_;
  std::string quantity_;
  double predicted_sum_ = 0;
  double measured_sum_ = 0;
  std::vector<ComparedRow> layers_;
  std::optional<ComparedRow> network_;
  std::optional<ErrorStatistics> statistics_;
  std::vector<Excluded> excluded_;
};

// All quantities that both sides of a group have somewhere, by name.
std::vector<std::string> common_quantities(const JoinedGroup& group) {
  std::set<std::string> predicted;
  std::set<std::string> both;
  for (const JoinedPair& pair : group.pairs)
    for (const auto& value : pair.predicted->values) predicted.insert(value.first);
  for (const JoinedPair& pair : group.pairs)
    for (const auto& value : pair.measured->values)
      if (predicted.count(value.first) != 0) both.insert(value.first);
  return {both.begin(), both.end()};
}

const Withheld* withheld_of(const JoinOptions& options, const Record& of,
                            const std::string& quantity) {
  for (const Withheld& w : options.withheld)
    if (w.level == of.level && w.variant == of.variant && w.quantity == quantity &&
        (w.chip.empty() || w.chip == of.chip) && (w.workload.empty() || w.workload == of.workload))
      return &w;
  return nullptr;
}

[[noreturn]] void refuse_empty(const std::vector<Excluded>& excluded) {
  Diagnostics diagnostics = {
      {"", 0, "comparison", "",
       "nothing can be compared; expected a quantity with positive values on both sides"}};
  for (const Excluded& e : excluded) diagnostics.push_back({"", 0, e.key, "", e.reason});
  throw InputError(diagnostics);
}

}  // namespace

Comparison compare(const std::vector<Record>& predicted, const std::vector<Record>& measured,
                   const JoinOptions& options) {
  Joined joined = join_records(predicted, measured, options);
  Comparison out;
  out.excluded = std::move(joined.excluded);
  std::set<std::pair<std::string, std::string>> said;
  for (const JoinedGroup& group : joined.groups) {
    const std::vector<std::string> quantities =
        options.quantities.empty() ? common_quantities(group) : options.quantities;
    for (const std::string& quantity : quantities) {
      QuantityComparison one(group, quantity);
      if (const Withheld* w = withheld_of(options, group.any(), quantity))
        one.withhold(w->why);
      else
        one.run();
      one.move_to(&out, &said);
    }
  }
  if (out.rows.empty()) refuse_empty(out.excluded);
  return out;
}

}  // namespace assay
