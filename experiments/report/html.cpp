// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/html_data.h"
#include "experiments/report/levels.h"

namespace assay::report {
namespace {

// Text with its line ends.
std::string paragraph(const std::string& text) {
  std::string out;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out += (start == 0 ? "" : "\n") + plain(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

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
  int n = 0;
  for (const ErrorStatistics* s : headline_statistics(input)) n += s->n;
  page->set("n", fmt::format("n = {} layer{}", n, n == 1 ? "" : "s"));
  page->set("headline_variant", or_missing(input.headline_variant));
  page->set("stated", input.headline_stated);
  page->set("n_excluded", std::to_string(input.comparison.excluded.size()));
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
  page->set("has_bounds", judged);
  page->set("bounds", bounds);
}

void add_reproduction(const ReportInput& input, data* page) {
  data notes = list();
  for (const std::string& n : input.notes) notes << data(paragraph(n));
  page->set("notes", notes);
  page->set("command", or_missing(input.command));
  data inputs = list();
  for (const auto& [role, name] : input.inputs) {
    data row;
    row.set("role", plain(role));
    row.set("name", plain(name));
    inputs << row;
  }
  page->set("inputs", inputs);
  page->set("tool", std::string("assay ") + ASSAY_VERSION);
}

}  // namespace

data figure_data(const Figure& figure, const Drawn& drawn) {
  data f;
  f.set("name", figure.name);
  f.set("title", figure.title);
  f.set("caption", figure.caption);
  f.set("kind", figure.width > kFigureWidth ? "wide" : "");
  f.set("drawn", !drawn.inlined.empty());
  f.set("svg", drawn.inlined);
  f.set("problem", plain(drawn.problem));
  data links = list();
  for (const auto& [kind, path] : {std::pair<const char*, std::string>{"SVG", drawn.svg},
                                   {"PNG", drawn.png},
                                   {"CSV", drawn.csv}}) {
    if (path.empty()) continue;
    data link;
    link.set("kind", kind);
    link.set("path", path);
    links << link;
  }
  f.set("links", links);
  return f;
}

std::string html(const ReportInput& input, const std::vector<Figure>& figures,
                 const std::vector<Drawn>& drawn) {
  data page;
  page.set("title", plain(input.title.empty() ? input.experiment : input.title));
  page.set("question", paragraph(input.question));
  add_verdict(input, &page);
  add_compared(input, &page);
  add_levels(input, &page);
  data tables = list();
  for (const QuantityTable& t : tables_of(input)) tables << table_data(t, input);
  page.set("tables", tables);
  data pictures = list();
  for (std::size_t i = 0; i < figures.size(); ++i) pictures << figure_data(figures[i], drawn[i]);
  page.set("figures", pictures);
  page.set("worst", worst_data(input));
  add_reproduction(input, &page);
  kainjow::mustache::mustache form(kTemplate);
  if (!form.is_valid()) throw std::logic_error("template.html: " + form.error_message());
  return form.render(page);
}

}  // namespace assay::report
