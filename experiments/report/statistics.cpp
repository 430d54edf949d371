// SPDX-License-Identifier: Apache-2.0
// The statistics, the bounds and the verdict as text.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <tuple>

#include "experiments/report/format.h"
#include "experiments/report/levels.h"
#include "experiments/report/view.h"

namespace assay {
namespace report {
namespace {

std::string magnitude(double pct) { return fmt::format("{:.1f}", pct); }

std::string ratio(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : kUndefined;
}

std::string share(double pct) { return fmt::format("{:.0f}", pct); }

std::string cancellation(const ErrorStatistics& s) {
  return ratio(s.cancellation_index) + (cancels(s) ? " (!)" : "");
}

std::string count_of(int n, const char* word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

// "network error +1.8 %, mean signed error +0.9 %, ..., worst +8.0 % (conv4)"
std::string errors_of(const ReportInput& input, const ErrorStatistics& s) {
  std::string text;
  if (s.network_pct) text += "network error " + signed_pct(s.network_pct) + " %, ";
  text += "mean signed error " + signed_pct(s.mean_signed_pct) + " %, mean absolute error " +
          magnitude(s.mape_pct) + " %, worst ";
  const auto worst = worst_error_pct(input, s);
  text += worst ? signed_pct(*worst) : magnitude(s.max_abs_pct);
  text += " % (" + plain(s.worst_layer) + ")";
  if (cancels(s) && s.network_pct) text += ", while the layers' errors cancel in the network's";
  return text;
}

std::string judgement(const ReportInput& input) {
  if (!counts_agree(input)) return "Levels of one contract differ, so one of them has a bug";
  if (input.bounds.empty()) return "No bound was stated";
  std::string failed;
  for (const BoundCheck& b : input.bounds) {
    if (b.passed()) continue;
    failed += (failed.empty() ? "" : "; ") + bound_text(b);
  }
  return failed.empty() ? "Within the stated bounds" : "Outside the stated bounds (" + failed + ")";
}

// The simulator beside the headline, which is of another level.
std::string simulator_sentence(const ReportInput& input, const ErrorStatistics& headline) {
  if (headline.level == kSimulator) return {};
  for (const ErrorStatistics& s : input.comparison.statistics) {
    if (s.level != kSimulator || s.variant != headline.variant || s.chip != headline.chip ||
        s.workload != headline.workload || s.batch != headline.batch ||
        s.quantity != headline.quantity)
      continue;
    const bool judged =
        std::any_of(input.bounds.begin(), input.bounds.end(), [&](const BoundCheck& b) {
          return b.level == kSimulator && b.variant == s.variant && b.quantity == s.quantity;
        });
    return " The simulator, same variant" + std::string(judged ? "" : ", reported and not judged") +
           ": " + errors_of(input, s) + ".";
  }
  return {};
}

// Layer of "eyeriss/alexnet/conv1 total_ms" where the bound speaks of that place and quantity.
std::optional<std::string> layer_of_bound(const std::string& key, const BoundCheck& bound) {
  const std::string end = " " + bound.compared();
  const std::size_t chip = key.find('/');
  const std::size_t workload = chip == std::string::npos ? chip : key.find('/', chip + 1);
  if (workload == std::string::npos || key.size() < workload + 1 + end.size() ||
      key.compare(key.size() - end.size(), end.size(), end) != 0 ||
      (!bound.chip.empty() && key.substr(0, chip) != bound.chip) ||
      (!bound.workload.empty() && key.substr(chip + 1, workload - chip - 1) != bound.workload))
    return std::nullopt;
  return key.substr(workload + 1, key.size() - end.size() - workload - 1);
}

// A layer that could not be compared and that the bound does not leave out in plain sight: what
// holds for the others says nothing of it.
bool lacks_a_layer(const Comparison& comparison, const BoundCheck& bound) {
  const auto& except = bound.except_layers;
  return std::any_of(
      comparison.excluded.begin(), comparison.excluded.end(), [&](const Excluded& e) {
        const bool of_measurement = e.level.empty() && e.variant.empty();
        if (!of_measurement && (e.level != bound.level || e.variant != bound.variant)) return false;
        const auto layer = layer_of_bound(e.key, bound);
        return layer && *layer != "*" &&
               std::find(except.begin(), except.end(), *layer) == except.end();
      });
}

}  // namespace

std::string of_whom(const Excluded& e) {
  if (e.level.empty()) return {};
  return plain(" (" + e.level + (e.variant.empty() ? "" : " " + e.variant) + ")");
}

std::optional<double> bound_statistic(const Comparison& comparison, const BoundCheck& bound) {
  if (lacks_a_layer(comparison, bound)) return std::nullopt;
  const auto speaks_of = [&](const ComparedRow& r) {
    return r.level == bound.level && r.variant == bound.variant && r.quantity == bound.compared() &&
           (bound.chip.empty() || r.chip == bound.chip) &&
           (bound.workload.empty() || r.workload == bound.workload);
  };
  const auto& out = bound.except_layers;
  double sum = 0, worst = 0;
  int n = 0;
  for (const ComparedRow& r : comparison.rows) {
    if (!speaks_of(r)) continue;
    const bool network = r.layer == kNetworkLayer;
    if (network && bound.statistic == "network_pct") return pct(r.ln_ratio);
    if (network || std::find(out.begin(), out.end(), r.layer) != out.end()) continue;
    const double error = std::abs(pct(r.ln_ratio));
    sum += error;
    worst = std::max(worst, error);
    ++n;
  }
  if (n == 0 || bound.statistic == "network_pct") return std::nullopt;
  return bound.statistic == "max_abs_pct" ? worst : sum / n;
}

bool all_bounds_hold(const ReportInput& input) {
  return std::all_of(input.bounds.begin(), input.bounds.end(),
                     [](const BoundCheck& b) { return b.passed(); });
}

std::string bound_text(const BoundCheck& b) {
  std::string text = plain(b.statistic) + " of " + plain(b.quantity);
  if (!b.variant.empty()) text += ", variant " + plain(b.variant);
  if (b.level != kAnalytical) text += ", level " + plain(b.level);
  const std::string found = b.found ? fmt::format("{:.2f}", *b.found) : std::string("undefined");
  return text + ": " + found + ", limit " + number(b.limit);
}

bool shows_statistic(const ReportInput& input, const std::string& key) {
  const auto& chosen = input.statistics;
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), key) != chosen.end();
}

std::vector<StatisticsRow> statistics_rows(const ReportInput& input, const QuantityTable& table) {
  using Text = std::function<std::string(const ErrorStatistics&)>;
  using S = ErrorStatistics;
  const std::vector<std::tuple<const char*, const char*, Text>> rows = {
      {"n", "n (layers compared)", [](const S& s) { return std::to_string(s.n); }},
      {"mean_signed_pct", "mean signed error [%]",
       [](const S& s) { return signed_pct(s.mean_signed_pct); }},
      {"median_signed_pct", "median signed error [%]",
       [](const S& s) { return signed_pct(s.median_signed_pct); }},
      {"mape_pct", "mean absolute error, MAPE [%]",
       [](const S& s) { return magnitude(s.mape_pct); }},
      {"geometric_mean_ratio", "geometric mean of predicted/measured",
       [](const S& s) { return ratio(s.geometric_mean_ratio); }},
      {"rms_ln", "RMS of ln(predicted/measured)", [](const S& s) { return ratio(s.rms_ln); }},
      {"p90_abs_pct", "90th percentile of absolute error [%]",
       [](const S& s) { return magnitude(s.p90_abs_pct); }},
      {"max_abs_pct", "largest absolute error [%]",
       [](const S& s) { return magnitude(s.max_abs_pct); }},
      {"max_abs_pct", "layer of the largest error",
       [](const S& s) { return plain(s.worst_layer); }},
      {"share_within_5_pct", "share of layers within 5 % [%]",
       [](const S& s) { return share(s.share_within_5_pct); }},
      {"share_within_10_pct", "share of layers within 10 % [%]",
       [](const S& s) { return share(s.share_within_10_pct); }},
      {"share_within_20_pct", "share of layers within 20 % [%]",
       [](const S& s) { return share(s.share_within_20_pct); }},
      {"kendall_tau_b", "Kendall tau-b", [](const S& s) { return ratio(s.kendall_tau_b); }},
      {"cancellation_index", "cancellation index", cancellation},
      {"network_pct", "network error [%]", [](const S& s) { return signed_pct(s.network_pct); }}};
  std::vector<StatisticsRow> texts;
  for (const auto& [key, name, text] : rows) {
    if (std::string(key) != "n" && !shows_statistic(input, key)) continue;
    StatisticsRow row{key, name, {}};
    for (const auto& s : table.statistics) row.cells.push_back(s ? text(*s) : kUndefined);
    texts.push_back(std::move(row));
  }
  return texts;
}

}  // namespace report

std::string verdict(const ReportInput& input) {
  using namespace report;
  std::string text =
      judgement(input) + ": " + quantity_label(input, input.headline_quantity) +
      (input.headline_variant.empty() ? "" : ", variant " + plain(input.headline_variant)) +
      (input.headline_stated ? " (stated beforehand)" : "") +
      (level_tables(input).empty() ? "" : ", level analytical");
  const auto statistics = headline_statistics(input);
  if (statistics.empty()) return text + ", n = 0: nothing was compared.";
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const ErrorStatistics& s = *statistics[i];
    text += i == 0 ? ", " : "; ";
    text += plain(s.workload) + " on " + plain(s.chip) +
            (s.batch == 1 ? "" : ", batch " + std::to_string(s.batch)) +
            ", n = " + count_of(s.n, "layer") + ": " + errors_of(input, s);
  }
  text += ".";
  for (const ErrorStatistics* s : statistics) text += simulator_sentence(input, *s);
  return text;
}

}  // namespace assay
