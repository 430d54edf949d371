// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/text.h"
#include "experiments/fit/fit_report.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"

namespace assay::fit {
namespace {

using report::Grid;
using report::GridText;

std::string wrapped(const std::vector<std::string>& lines, const char* before) {
  std::string text;
  for (const std::string& line : lines) text += before + line + "\n";
  return text;
}

std::string title(const std::string& text) { return "\n" + text + "\n"; }

std::string ladder_table(const FitResult& r, const Evaluation& e, bool color) {
  const Analysis& a = r.analysis;
  std::string text =
      title(fmt::format("Ladder on {}: n = {} records of {} group{}; interval: {}", e.name,
                        e.errors.front().n, e.errors.front().groups,
                        e.errors.front().groups == 1 ? "" : "s", e.errors.front().interval_method));
  if (!e.caution.empty()) text += "(" + e.caution + ")\n";
  Grid grid(color);
  grid.add({{"estimator", ""},
            {"MAPE %", ""},
            {"interval", ""},
            {"bias %", ""},
            {"rms ln", ""},
            {"worst %", ""},
            {"worst record", ""}});
  grid.rule();
  for (std::size_t i = 0; i < a.rungs.size(); ++i) {
    const calibration::ErrorReport& s = e.errors[i];
    grid.add({{a.rungs[i].name, ""},
              {fmt::format("{:.1f}", s.mape_pct.value), ""},
              {interval_text(s.mape_pct, 1), ""},
              {fmt::format("{:+.1f}", s.mean_signed_pct.value), ""},
              {fmt::format("{:.3f}", s.rms_ln.value), ""},
              {fmt::format("{:.1f}", s.max_abs_pct), ""},
              {report::shortened(s.worst, 32), ""}});
  }
  return text + grid.text();
}

std::string range(double low, double high) {
  return report::number(low) + " to " + report::number(high);
}

std::string unknowns_table(const FitResult& r, bool color) {
  const Analysis& a = r.analysis;
  std::string text = title(
      fmt::format("Unknowns, MAP, n = {} records, {} group{}; 95 % intervals; discrepancy {:.1f} %",
                  a.fitted.size(), a.fitted_groups, a.fitted_groups == 1 ? "" : "s",
                  100 * a.map.discrepancy_ln));
  Grid grid(color);
  grid.add({{"unknown", ""},
            {"unit", ""},
            {"prior", ""},
            {"interval", ""},
            {"posterior", ""},
            {"interval", ""},
            {"learned share", ""},
            {"", ""},
            {"records", ""},
            {"NNLS", ""}});
  grid.rule();
  const calibration::Estimate* nnls = nullptr;
  for (const calibration::Estimate& e : a.rungs)
    if (e.name == "NNLS") nnls = &e;
  for (std::size_t j = 0; j < a.unknowns.unknowns.size(); ++j) {
    const calibration::UnknownResult& u = a.unknowns.unknowns[j];
    std::string other = report::kUndefined;
    if (nnls != nullptr && exercised(a, u.name))
      other = j < nnls->at_bound.size() && nnls->at_bound[j]
                  ? "at bound 0"
                  : report::number(nnls->theta[static_cast<Eigen::Index>(j)]);
    grid.add({{report::shortened(u.name, 30), ""},
              {u.unit, ""},
              {report::number(u.prior), ""},
              {range(u.prior_low, u.prior_high), ""},
              {report::number(u.value), ""},
              {range(u.low, u.high), ""},
              {fmt::format("{:.2f}", u.learned_share), ""},
              {calibration::name(u.learned), ""},
              {std::to_string(u.active), ""},
              {other, ""}});
  }
  text += grid.text();
  if (const std::string bound = bound_line(r); !bound.empty()) text += bound + "\n";
  for (const calibration::Correlation& c : a.unknowns.correlated)
    text += fmt::format("correlated: {} and {}, {:+.2f}\n", c.a, c.b, c.rho);
  return text;
}

std::string flags_table(const FitResult& r) {
  std::string text;
  for (std::size_t i = 0; i < r.data.records.size(); ++i)
    for (const calibration::Flag& f : r.data.records[i].flags)
      text += fmt::format("{} {}: {}\n", f.excludes ? "excluded" : "warning ", r.data.records[i].id,
                          f.reason);
  for (const LeftOut& l : r.data.left_out) text += fmt::format("left out {}: {}\n", l.id, l.reason);
  if (!r.data.not_measured.empty())
    text += fmt::format("counted but not measured: {}\n", listed(r.data.not_measured, 8));
  return text;
}

std::string with_flagged(const FitResult& r) {
  if (!r.with_flagged) return "";
  const auto mape = [](const Analysis& a) {
    const Evaluation& e = a.evaluations.front();
    const auto& s = e.errors[rung(a, "MAP")];
    return fmt::format("{:.1f} % (n = {}, {})", s.mape_pct.value, s.n, e.name);
  };
  return title("Flagged records") + fmt::format("MAP without them: MAPE {}; with them: {}\n",
                                                mape(r.analysis), mape(*r.with_flagged));
}

std::string attribution_table(const FitResult& r, bool color) {
  if (r.attribution.empty()) return "";
  std::string text = title("Counts or prices: what the prior's error is made of [uJ]");
  Grid grid(color);
  grid.add({{"component", ""}, {"counts", ""}, {"prices", ""}, {"both", ""}});
  grid.rule();
  for (const auto& p : r.attribution)
    grid.add({{report::shortened(p.component, 30), ""},
              {report::number(p.counts), ""},
              {report::number(p.prices), ""},
              {report::number(p.interaction), ""}});
  return text + grid.text();
}

}  // namespace

std::string fit_tables(const FitResult& r, bool color) {
  const Analysis& a = r.analysis;
  std::string text = r.file.title + "\n" + data_line(r) + "\n" + split_line(r) + "\n";
  text += flags_table(r);
  text += title("Identifiability") + wrapped(identifiability_lines(r), "  ");
  for (const Evaluation& e : a.evaluations) {
    text += ladder_table(r, e, color);
    if (e.intervals) text += interval_line(e, r.file.nominal) + "\n";
  }
  text += unknowns_table(r, color);
  text += attribution_table(r, color) + with_flagged(r);
  if (const auto lines = cannot_lines(r); !lines.empty())
    text += title("What these data cannot say") + wrapped(lines, "  ");
  if (!a.map.converged || !a.map.starts_agree)
    text += title(a.map.converged ? "The starts do not agree: there is more than one minimum"
                                  : "The fit did not converge");
  return text + title(a.verdict.text);
}

}  // namespace assay::fit
