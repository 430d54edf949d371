// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

using Network = std::tuple<std::string, std::string, std::int64_t>;

struct Part {
  std::vector<ComparedRow> rows;
  std::set<Network> networks;
};

bool in_group(const ComparedRow& r, const ErrorStatistics& s) {
  return r.level == s.level && r.variant == s.variant && r.quantity == s.quantity &&
         r.chip == s.chip && r.workload == s.workload && r.batch == s.batch;
}

void add_rows(const ReportInput& input, const ErrorStatistics& s, Part* part) {
  for (const ComparedRow& r : input.comparison.rows)
    if (in_group(r, s) && !is_sum(input, r)) part->rows.push_back(r);
  part->networks.insert({s.chip, s.workload, s.batch});
}

// The headline of the rows, which is of one network or several.
HeadlineError error_of(const ReportInput& input, const Part& part,
                       const std::vector<const ErrorStatistics*>& groups) {
  HeadlineError e;
  e.networks = static_cast<int>(part.networks.size());
  e.statistics = error_statistics(part.rows);
  const bool several = part.networks.size() > 1;
  for (const ComparedRow& r : part.rows) {
    if (r.layer != e.statistics.worst_layer ||
        std::fabs(std::fabs(100 * ((r.predicted - r.measured) / r.measured)) -
                  e.statistics.max_abs_pct) > 1e-9 * e.statistics.max_abs_pct)
      continue;
    e.worst = several ? r.workload + "/" + r.layer : r.layer;
    e.worst_pct = pct(r.ln_ratio);
    break;
  }
  if (several) {
    e.statistics.chip.clear();
    e.statistics.workload.clear();
    e.intervals = intervals_of(part.rows);
    return e;
  }
  for (const ErrorStatistics* s : groups)
    if (Network(s->chip, s->workload, s->batch) == *part.networks.begin()) {
      e.network_pct = s->network_pct;
      e.intervals = intervals_of(input, *s);
    }
  return e;
}

std::string of_why(const ReportInput& input, const std::string& kind) {
  std::vector<std::string> said;
  for (const Evidence& x : input.evidence)
    if (x.kind == kind && !x.why.empty() &&
        (x.variant.empty() || x.variant == input.headline_variant) &&
        std::find(said.begin(), said.end(), x.why) == said.end())
      said.push_back(x.why);
  std::string text;
  for (const std::string& why : said) text += (text.empty() ? " (" : "; ") + plain(why);
  return text.empty() ? text : text + ")";
}

}  // namespace

std::string evidence_of(const ReportInput& input, const std::string& chip,
                        const std::string& workload, const std::string& variant) {
  for (const Evidence& x : input.evidence)
    if (x.chip == chip && x.workload == workload && (x.variant.empty() || x.variant == variant))
      return x.kind;
  // A fit says itself what it has seen; that something else is held out, only an experiment can
  // say.
  for (const FittedUse& f : input.fitted)
    if (f.chip == chip && f.variant == variant &&
        std::find(f.groups.begin(), f.groups.end(), workload) != f.groups.end())
      return kInSample;
  return {};
}

std::optional<HeadlineError> headline_error(const ReportInput& input) {
  const auto groups = headline_statistics(input);
  if (groups.empty()) return std::nullopt;
  Part held_out, in_sample, all;
  std::set<std::string> kinds;
  for (const ErrorStatistics* s : groups) {
    const std::string kind = evidence_of(input, s->chip, s->workload, s->variant);
    kinds.insert(kind);
    add_rows(input, *s, &all);
    if (kind == kHeldOut) add_rows(input, *s, &held_out);
    if (kind == kInSample) add_rows(input, *s, &in_sample);
  }
  if (all.rows.empty()) return std::nullopt;
  const bool judged_held_out = !held_out.rows.empty();
  HeadlineError e = error_of(input, judged_held_out ? held_out : all, groups);
  e.in_sample_networks = static_cast<int>(in_sample.networks.size());
  // What has seen a part of its data is judged as one that has seen them.
  e.kind = judged_held_out               ? kHeldOut
           : kinds.count(kInSample) > 0  ? kInSample
           : kinds.count(kDescribed) > 0 ? kDescribed
           : kinds.size() == 1           ? *kinds.begin()
                                         : "";
  if (judged_held_out && !in_sample.rows.empty())
    e.in_sample_mape_pct = error_statistics(in_sample.rows).mape_pct;
  return e;
}

std::string evidence_sentence(const ReportInput& input) {
  const auto e = headline_error(input);
  if (!e) return {};
  if (e->kind == kNothingFitted)
    return "Nothing was fitted to what is compared" + of_why(input, kNothingFitted) + ".";
  if (e->kind == kDescribed)
    return "Description, not prediction: something was chosen on these figures" +
           of_why(input, kDescribed) + ".";
  if (e->kind == kInSample)
    return "In sample: parameters were fitted to these measurements" + of_why(input, kInSample) +
           ". The error says how well they could be described, not how well others are predicted.";
  if (e->kind == kHeldOut) {
    std::string text =
        fmt::format("Held out: the error is of {} network{} that no fit has seen{}", e->networks,
                    e->networks == 1 ? "" : "s", of_why(input, kHeldOut));
    if (e->in_sample_mape_pct)
      text += fmt::format("; on the {} fitted one{} the mean absolute error is {:.1f} %",
                          e->in_sample_networks, e->in_sample_networks == 1 ? "" : "s",
                          *e->in_sample_mape_pct);
    return text + ".";
  }
  return "The experiment does not say whether parameters were fitted to what is compared.";
}

}  // namespace assay::report
