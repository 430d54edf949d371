// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/html_data.h"

namespace assay::report {

extern const char* const kPageCss;       // page.css, compiled in by embed.cmake
extern const char* const kFiguresBlock;  // figures.html
extern const char* const kPanelBlock;    // panel.html

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

// In the order of the page.
void add_contents(data* page) {
  data all = list();
  for (const auto& [id, text] : {std::pair("verdict", "1 Verdict"),
                                 {"compared", "2 What was compared"},
                                 {"waterfall", "3 Where the error comes from"},
                                 {"parity", "4 Predicted against measured"},
                                 {"residuals", "5 Size and kind of layer"},
                                 {"ranks", "6 Ranks and regret"},
                                 {"identifiability", "7 What was fitted"},
                                 {"coverage", "8 Coverage of intervals"},
                                 {"worst", "9 The worst ten"},
                                 {"reproduce", "10 How to reproduce"}}) {
    data entry;
    entry.set("id", id);
    entry.set("text", text);
    all << entry;
  }
  page->set("contents", all);
}

// Each section's figures, under "<section>_figures"; absent where it has none.
void add_figures(const std::vector<Figure>& figures, const std::vector<Drawn>& drawn, data* page) {
  for (const char* section : {"waterfall", "parts", "parity", "residuals", "fitted", "coverage"}) {
    data pictures = list();
    for (std::size_t i = 0; i < figures.size(); ++i)
      if (figures[i].section == section) pictures << figure_data(figures[i], drawn[i]);
    if (!pictures.is_non_empty_list()) continue;
    data all;
    all.set("figures", pictures);
    page->set(std::string(section) + "_figures", all);
  }
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

std::string page_style() { return std::string("<style>\n") + kPageCss + "</style>"; }

void add_blocks(data* page) {
  page->set("figures_block", data(kainjow::mustache::partial([] { return kFiguresBlock; })));
  page->set("panel_block", data(kainjow::mustache::partial([] { return kPanelBlock; })));
}

data figure_data(const Figure& figure, const Drawn& drawn, const std::string& id_prefix) {
  data f;
  f.set("id", id_prefix + figure.name);
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
  page.set("style", page_style());
  page.set("title", plain(input.title.empty() ? input.experiment : input.title));
  page.set("question", paragraph(input.question));
  add_verdict(input, &page);
  add_compared(input, &page);
  add_levels(input, &page);
  data tables = list();
  for (const QuantityTable& t : tables_of(input)) tables << table_data(t, input);
  page.set("tables", tables);
  add_contents(&page);
  add_figures(figures, drawn, &page);
  add_contributions(input, &page);
  add_pooled(input, &page);
  add_ranks(input, &page);
  add_fitted(input, &page);
  page.set("worst", worst_data(input));
  page.set("worst_note",
           "At most ten single layers with the largest |ln(predicted / measured)| over our levels, "
           "all variants and quantities; naive baselines and other tools are left out. Series that "
           "predict the same share a row.");
  add_reproduction(input, &page);
  add_blocks(&page);
  kainjow::mustache::mustache form(kTemplate);
  if (!form.is_valid()) throw std::logic_error("template.html: " + form.error_message());
  return form.render(page);
}

}  // namespace assay::report
