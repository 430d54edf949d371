// SPDX-License-Identifier: Apache-2.0
// The verdict box: the word, one sentence, what the agreement is worth, the figures that matter,
// and the bounds.
#include <fmt/format.h>

#include <utility>

#include "experiments/report/evidence.h"
#include "experiments/report/format.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/html_data.h"
#include "experiments/report/levels.h"
#include "experiments/report/noise.h"
#include "experiments/report/ranks.h"

namespace assay::report {
namespace {

data key(const std::string& name, const std::string& value, const std::string& note) {
  data k;
  k.set("name", name);
  k.set("value", value);
  k.set("note", note);
  return k;
}

std::string error_name(const HeadlineError& e) {
  if (e.kind == kHeldOut) return "mean absolute error, held out";
  if (e.kind == kInSample) return "mean absolute error, in sample";
  if (e.kind == kDescribed) return "mean absolute error, described";
  return "mean absolute error";
}

std::string interval_note(const Intervals& intervals, const char* statistic, bool with_sign) {
  const auto i = intervals.find(statistic);
  return i ? interval_text(i, with_sign) + ", " + intervals.method : intervals.method;
}

void add_error_keys(const HeadlineError& e, data* keys) {
  *keys << key(error_name(e), fmt::format("{:.1f} %", e.statistics.mape_pct),
               interval_note(e.intervals, "mape_pct", false));
  if (e.network_pct)
    *keys << key(
        "network error", signed_pct(*e.network_pct) + " %",
        interval_text(e.intervals.find("network_pct"), true) +
            (e.statistics.cancellation_index.value_or(0) > 0.5 ? " the layers' errors cancel"
                                                               : ""));
  *keys << key("mean signed error", signed_pct(e.statistics.mean_signed_pct) + " %",
               interval_text(e.intervals.find("mean_signed_pct"), true));
  *keys << key("worst layer", signed_pct(e.worst_pct) + (e.worst_pct ? " %" : ""), plain(e.worst));
}

// Of the first network; several have a table each.
void add_rank_and_noise(const ReportInput& input, data* keys) {
  const auto groups = headline_statistics(input);
  if (groups.size() == 1) {
    const LayerRanks ranks = layer_ranks(input, *groups.front());
    *keys << key(
        "rank of the layers, tau-b",
        ranks.tau_b ? fmt::format("{:.2f}", *ranks.tau_b) : std::string(kUndefined),
        ranks.k > 0 ? fmt::format("{} of the {} largest found", ranks.top_shared, ranks.k) : "");
    const NoiseResult noise = noise_floor(input, *groups.front());
    if (noise.floor)
      *keys << key("noise floor of the measurement",
                   fmt::format("{:.1f} %", 100 * noise.floor->rms_ln),
                   fmt::format("{}; rms error {:.1f} %, beyond the noise {:.1f} %", noise.floor->of,
                               100 * groups.front()->rms_ln, 100 * noise.floor->excess_rms_ln));
    else
      *keys << key("noise floor of the measurement", "unknown", noise.unknown.substr(9));
  }
}

data bounds_of(const ReportInput& input) {
  data bounds = list();
  for (const BoundCheck& b : input.bounds) {
    data row;
    row.set("statistic", plain(b.statistic));
    row.set("quantity", plain(b.quantity));
    row.set("variant", plain(b.variant + (b.level == kAnalytical ? "" : " (" + b.level + ")")));
    row.set("found", b.found ? fmt::format("{:.2f}", *b.found) : std::string("undefined"));
    row.set("limit", number(b.limit));
    row.set("state", b.passed() ? "pass" : "fail");
    row.set("result", b.passed() ? "pass" : "FAIL");
    bounds << row;
  }
  return bounds;
}

std::string coverage_note(const ReportInput& input) {
  const std::size_t excluded = input.comparison.excluded.size();
  std::string text = fmt::format("{} exclusion{}", excluded, excluded == 1 ? "" : "s");
  if (!input.skipped.empty()) text += fmt::format(", {} level not run", input.skipped.size());
  return text + (excluded > 0 ? ", listed below" : "");
}

}  // namespace

void add_verdict(const ReportInput& input, data* page) {
  const bool agree = counts_agree(input);
  const bool pass = agree && all_bounds_hold(input);
  const bool judged = !input.bounds.empty();
  page->set("state", judged || !agree ? (pass ? "pass" : "fail") : "none");
  page->set("word",
            judged || !agree ? (pass ? "PASS" : "FAIL") : "NOT JUDGED: no bound was stated");
  page->set("verdict", verdict(input));
  data hardware = list();
  for (const std::string& text : hardware_verdicts(input)) hardware << data(text);
  page->set("hardware_verdicts", hardware);
  data sentences = list();
  if (const std::string text = evidence_sentence(input); !text.empty()) sentences << data(text);
  page->set("evidence_sentence", sentences);
  data keys = list();
  const auto error = headline_error(input);
  if (error) add_error_keys(*error, &keys);
  keys << key("compared",
              fmt::format("n = {} layer{}", error ? error->statistics.n : 0,
                          error && error->statistics.n == 1 ? "" : "s"),
              coverage_note(input));
  add_rank_and_noise(input, &keys);
  page->set("keys", keys);
  page->set("has_bounds", judged);
  page->set("bounds", bounds_of(input));
}

}  // namespace assay::report
