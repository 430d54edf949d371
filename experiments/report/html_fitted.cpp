// SPDX-License-Identifier: Apache-2.0
// "What was fitted" and "Coverage of intervals".
#include <fmt/format.h>

#include "experiments/report/coverage.h"
#include "experiments/report/format.h"
#include "experiments/report/html_data.h"

namespace assay::report {
namespace {

std::string bounds_text(double low, double high) {
  return "[" + number(low) + ", " + number(high) + "]";
}

std::string fit_sentence(const FittedUse& f) {
  std::string groups;
  for (const std::string& g : f.groups) groups += (groups.empty() ? "" : ", ") + plain(g);
  std::string text = fmt::format("{}: fit {} of {}, n = {} records of {} network{} ({})",
                                 plain(f.file), plain(f.name), plain(f.quantity), f.n,
                                 f.groups.size(), f.groups.size() == 1 ? "" : "s", groups);
  if (f.condition_index)
    text += fmt::format("; condition index of the posterior {:.1f}{}", *f.condition_index,
                        *f.condition_index > 30 ? ", above 30: some numbers move together" : "");
  return text + ".";
}

data numbers_of(const FittedUse& f) {
  data rows = list();
  for (const FittedNumber& n : f.numbers) {
    data row;
    row.set("name", plain(n.name));
    row.set("unit", plain(n.unit));
    row.set("prior", number(n.prior));
    row.set("prior_interval", bounds_text(n.prior_low, n.prior_high));
    row.set("value", number(n.value));
    row.set("interval", bounds_text(n.low, n.high));
    row.set("share", fmt::format("{:.2f}", n.learned_share));
    row.set("learned", plain(n.learned));
    rows << row;
  }
  return rows;
}

std::string coverage_sentence(const ReportInput& input, const Coverage& c) {
  std::string text = fmt::format(
      "{}, {}: {} of {} measured values lie in their {:.0f} % intervals ({:.0f} %, 95 % "
      "Clopper-Pearson {:.0f} to {:.0f} %).",
      quantity_label(input, c.quantity), plain(c.series), c.covered, c.n, c.nominal_pct,
      100.0 * c.covered / c.n, 100 * c.low, 100 * c.high);
  if (c.in_sample)
    text +=
        " In sample: the parameters were fitted to these values, so this is no test of the "
        "intervals.";
  return text + " " + plain(c.method) + ".";
}

}  // namespace

void add_fitted(const ReportInput& input, data* page) {
  data all = list();
  for (const FittedUse& f : input.fitted) {
    data d;
    d.set("name", "Variant " + or_missing(f.variant) + " on " + plain(f.chip));
    d.set("sentence", fit_sentence(f));
    d.set("numbers", numbers_of(f));
    data correlated = list();
    for (const std::string& text : f.correlated) correlated << data(plain(text));
    d.set("correlated", correlated);
    d.set("fit_verdict", or_missing(f.verdict));
    all << d;
  }
  page->set("fitted", all);
  data coverages = list();
  for (const Coverage& c : coverages_of(input)) coverages << data(coverage_sentence(input, c));
  page->set("coverages", coverages);
  page->set("no_coverage",
            input.fitted.empty()
                ? "No prediction has an interval: nothing was fitted, and constants from the "
                  "literature state none."
                : "Fitted parameters have intervals, but nothing that they predict was measured.");
}

}  // namespace assay::report
