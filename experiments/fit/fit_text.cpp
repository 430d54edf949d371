// SPDX-License-Identifier: Apache-2.0
// Sentences of a fit that terminal and page share.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/text.h"
#include "experiments/fit/fit_report.h"
#include "experiments/report/format.h"

namespace assay::fit {
namespace {

constexpr double kConditionLimit = calibration::IdentifiabilityOptions{}.condition_limit;

std::string counted(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::vector<std::string> groups_of(const FitResult& r, calibration::Role role) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < r.roles.size(); ++i)
    if (const std::string& g = r.data.records[i].group;
        r.roles[i] == role && std::find(names.begin(), names.end(), g) == names.end())
      names.push_back(g);
  return names;
}

}  // namespace

std::string data_line(const FitResult& r) {
  std::size_t excluded = 0, timed = 0;
  std::vector<std::string> levels;
  for (std::size_t i = 0; i < r.data.records.size(); ++i) {
    excluded += r.excluded[i] ? 1U : 0U;
    timed += r.data.records[i].time_measured ? 1U : 0U;
    const std::string& level = r.data.records[i].activity.record.level;
    if (std::find(levels.begin(), levels.end(), level) == levels.end()) levels.push_back(level);
  }
  const auto fitted = groups_of(r, calibration::Role::calibration);
  std::string time;
  if (r.file.energy())
    time = fmt::format("; time of constant powers: measured for {}, predicted for {}", timed,
                       r.data.records.size() - timed);
  else if (r.file.latency())
    time = fmt::format("; {} starts", r.model.starts);
  return fmt::format("{} of {}: n = {} of {} fitted, {} ({}); counts: {}{}; {} excluded by a rule",
                     r.file.quantity, r.data.accelerator.name, r.analysis.fitted.size(),
                     counted(r.data.records.size(), "record"), counted(fitted.size(), "group"),
                     listed(fitted, 8), listed(levels, 4), time, excluded);
}

std::string split_line(const FitResult& r) {
  if (!r.split)
    return std::string("Split: none was made (assay split FILE): every group is fitted") +
           (r.analysis.fitted_groups > 1
                ? ", and errors of unseen groups come from leaving one out at a time"
                : "");
  std::string text = fmt::format("Split: {} {}; fitted: {}", r.split->file.filename().string(),
                                 r.split->hash.substr(0, 19),
                                 listed(groups_of(r, calibration::Role::calibration), 8));
  for (const auto& [role, what] :
       {std::pair<calibration::Role, const char*>{calibration::Role::held_out, "held out"},
        {calibration::Role::sealed, "sealed"}})
    if (const auto names = groups_of(r, role); !names.empty())
      text += fmt::format("; {}: {}", what, listed(names, 8));
  return text + fmt::format("; sealed groups opened {} time{}{}", r.openings,
                            r.openings == 1 ? "" : "s",
                            r.opening ? fmt::format(" (this is opening {})", *r.opening) : "");
}

std::string index_text(double index) {
  if (!(index < 1e12)) return "beyond 10^12";  // exactly the same in every record
  return index < 100 ? fmt::format("{:.3g}", index) : fmt::format("{:.0f}", index);
}

std::vector<std::string> identifiability_lines(const FitResult& r) {
  const auto& id = r.analysis.identifiability;
  std::vector<std::string> lines;
  const double largest = id.condition_indices.empty() ? 0 : id.condition_indices.back();
  lines.push_back(
      fmt::format("{} exercised; largest condition index {} (above {:.0f}, unknowns "
                  "cannot be told apart)",
                  counted(id.exercised.size(), "unknown"), index_text(largest), kConditionLimit));
  for (const calibration::NearNull& n : id.near_null)
    lines.push_back(fmt::format("index {}: {}", index_text(n.condition_index), n.text));
  if (!id.not_exercised.empty())
    lines.push_back("not exercised by any fitted record: " + listed(id.not_exercised, 12));
  if (!id.near_null.empty())
    for (const calibration::Suggestion& s : id.suggestions)
      lines.push_back(fmt::format("would help: {} (index {} to {})", s.candidate,
                                  index_text(s.condition_before), index_text(s.condition_after)));
  if (!id.near_null.empty())
    lines.push_back("or merge these into one unknown, or keep them and rely on the prior");
  return lines;
}

std::string bound_line(const FitResult& r) {
  std::map<std::string, int> records;
  for (const std::string& name : r.analysis.map.binding) ++records[name];
  std::vector<std::string> names;
  for (const auto& [name, n] : records) names.push_back(fmt::format("{} ({})", name, n));
  return names.empty() ? "" : "bound at the fit, in so many records: " + listed(names, 20);
}

std::vector<std::string> cannot_lines(const FitResult& r) {
  std::vector<std::string> lines;
  const Analysis& a = r.analysis;
  if (a.fitted_groups < 2)
    lines.push_back(
        "One network only: what the fit would do on another one is not known. No interval of a "
        "prediction is validated; the errors are of records whose network was fitted.");
  else if (a.fitted_groups < 3)
    lines.push_back(
        "Two networks: intervals of predictions are assumed (Laplace), not validated by a third.");
  if (a.fitted.size() < a.unknowns.unknowns.size())
    lines.push_back(
        fmt::format("Fewer records ({}) than unknowns ({}): the priors decide the rest.",
                    a.fitted.size(), a.unknowns.unknowns.size()));
  std::vector<std::string> prior_only;
  for (const calibration::UnknownResult& u : a.unknowns.unknowns)
    if (u.learned == calibration::Learned::prior_only) prior_only.push_back(u.name);
  if (!prior_only.empty())
    lines.push_back("Not learned, these are priors: " + listed(prior_only, 20) + ".");
  if (r.file.resources()) return lines;  // a count has no instrument
  std::map<std::string, int> silent;
  for (const FitRecord& f : r.data.records)
    for (const std::string& name : calibration::not_stated(f.facts)) ++silent[name];
  std::vector<std::string> names;
  for (const auto& [name, n] : silent)
    names.push_back(n == static_cast<int>(r.data.records.size())
                        ? name
                        : fmt::format("{} ({} of {})", name, n, r.data.records.size()));
  if (!names.empty())
    lines.push_back("The data do not state, so no rule could judge: " + listed(names, 20) + ".");
  if (!r.model.unpriced.empty())
    lines.push_back("Counts without a price cost nothing here: " + listed(r.model.unpriced, 20) +
                    ".");
  return lines;
}

std::string interval_text(const calibration::Statistic& s, int decimals) {
  if (!s.low || !s.high) return report::kUndefined;
  return fmt::format("{:.{}f} to {:.{}f}", *s.low, decimals, *s.high, decimals);
}

std::string interval_line(const Evaluation& e, double nominal) {
  const calibration::HeldOutReport& h = *e.intervals;
  const auto outside = std::count_if(h.predictions.begin(), h.predictions.end(),
                                     [](const calibration::HeldOut& p) { return p.extrapolation; });
  const std::string coverage =
      h.coverage ? fmt::format(" ({:.0f} %, 95 % interval {:.0f} to {:.0f})", 100 * *h.coverage,
                               100 * *h.coverage_low, 100 * *h.coverage_high)
                 : std::string();
  return fmt::format("{:.0f} % intervals, {}: {} of {} covered{}{}, {} extrapolated; {}",
                     100 * nominal, h.method, h.covered, h.n, coverage,
                     h.validated ? "" : ", NOT validated", outside, e.name);
}

}  // namespace assay::fit
