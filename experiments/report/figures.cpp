// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/figures.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "experiments/report/coverage.h"
#include "experiments/report/format.h"
#include "experiments/report/waterfall.h"

namespace assay::report {
namespace {

bool harmless(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string file_stem(const std::string& text) {
  std::string stem;
  for (const char c : text.substr(0, 80)) stem += harmless(c) ? c : '_';
  return stem;
}

// Unique names: "parity_processing_ms", with chip and workload where there are several.
class Names {
 public:
  std::string make(const std::string& text) {
    const std::string stem = file_stem(text);
    std::string name = stem;
    for (int i = 2; !used_.insert(name).second; ++i) name = stem + "_" + std::to_string(i);
    return name;
  }

 private:
  std::set<std::string> used_;
};

using Place = std::tuple<std::string, std::string, std::int64_t>;  // chip, workload, batch

std::string suffix_of(const Place& p) {
  return "_" + std::get<0>(p) + "_" + std::get<1>(p) + "_batch" + std::to_string(std::get<2>(p));
}

std::vector<std::pair<Place, std::vector<const Record*>>> by_place(
    const std::vector<const Record*>& records) {
  std::vector<std::pair<Place, std::vector<const Record*>>> groups;
  for (const Record* r : records) {
    const Place place{r->chip, r->workload, r->batch};
    std::size_t i = 0;
    while (i < groups.size() && groups[i].first != place) ++i;
    if (i == groups.size()) groups.emplace_back(place, std::vector<const Record*>());
    groups[i].second.push_back(r);
  }
  return groups;
}

// "parity_processing_ms" is of the kind "parity".
bool is_of_kind(const std::string& name, const std::string& kind) {
  return name == kind || name.compare(0, kind.size() + 1, kind + "_") == 0;
}

// Collects figures under unique names, each with its section of the page; those of the kinds that
// were chosen.
class Page {
 public:
  explicit Page(const std::vector<std::string>& kinds) : kinds_(kinds) {}

  void add(const char* section, Figure figure) {
    const auto is_it = [&](const std::string& kind) { return is_of_kind(figure.name, kind); };
    if (!kinds_.empty() && std::none_of(kinds_.begin(), kinds_.end(), is_it)) return;
    figure.section = section;
    figures_.push_back(std::move(figure));
  }
  std::string name(const std::string& text) { return names_.make(text); }
  std::vector<Figure> figures() { return std::move(figures_); }

 private:
  const std::vector<std::string>& kinds_;
  Names names_;
  std::vector<Figure> figures_;
};

void add_waterfalls(const ReportInput& input, const std::vector<QuantityTable>& tables,
                    bool several, Page* page) {
  for (const QuantityTable& t : tables) {
    if (t.quantity != input.headline_quantity || t.series.empty()) continue;
    const std::string suffix = several ? suffix_of({t.chip, t.workload, t.batch}) : "";
    page->add("waterfall", waterfall_figure(layer_waterfall(input, t, 0),
                                            page->name("waterfall_layers" + suffix)));
  }
  for (const Waterfall& w : latency_waterfalls(input))
    page->add("waterfall", waterfall_figure(w, page->name("waterfall_levels")));
  for (const QuantityTable& t : tables) {
    if (t.quantity != "energy_chip_uj" && t.quantity != "energy_uj") continue;
    const std::string suffix = several ? suffix_of({t.chip, t.workload, t.batch}) : "";
    page->add("waterfall", waterfall_figure(energy_waterfall(input, t),
                                            page->name("waterfall_" + t.quantity + suffix)));
  }
}

void add_comparison(const std::vector<QuantityTable>& tables, bool headline,
                    const ReportInput& input, bool several, Page* page) {
  for (const QuantityTable& t : tables) {
    if ((t.quantity == input.headline_quantity) != headline) continue;
    const std::string suffix =
        "_" + t.quantity + (several ? suffix_of({t.chip, t.workload, t.batch}) : "");
    page->add("parity", parity_figure(input, t, page->name("parity" + suffix)));
    page->add("parity", error_figure(t, page->name("error" + suffix)));
  }
}

void add_breakdowns(const ReportInput& input, bool several, Page* page) {
  auto groups = by_place(headline_records(input));
  if (groups.empty()) groups.emplace_back();
  for (const auto& [place, records] : groups) {
    const std::string suffix = several ? suffix_of(place) : "";
    page->add("parts", latency_figure(input, records, page->name("latency" + suffix)));
    page->add("parts", energy_figure(input, records, page->name("energy" + suffix)));
  }
}

void add_levels(const ReportInput& input, bool several, Page* page) {
  const std::vector<LevelTable> tables = level_tables(input);
  const Causes causes = causes_of(tables);
  for (const LevelTable& t : tables) {
    const std::string suffix = (t.headline ? "" : "_" + t.variant) +
                               (several ? suffix_of({t.chip, t.workload, t.batch}) : "");
    page->add("parts", stall_figure(t, causes, page->name("stalls" + suffix)));
    page->add("parts", utilisation_figure(t, page->name("utilisation" + suffix)));
  }
}

void add_fitted(const ReportInput& input, Page* page) {
  for (const FittedUse& f : input.fitted) {
    const std::string suffix = f.variant.empty() ? "" : "_" + f.variant;
    page->add("fitted", prior_posterior_figure(f, page->name("prior_posterior" + suffix)));
  }
  for (const Coverage& c : coverages_of(input))
    page->add("coverage", coverage_figure(c, quantity_label(input, c.quantity),
                                          page->name("coverage_" + c.quantity)));
}

}  // namespace

std::vector<std::string> colors_of(const std::vector<Series>& series) {
  std::vector<std::string> colors;
  std::size_t variants = 0;
  std::size_t baselines = 0;
  for (const Series& s : series) {
    // The first colour is the headline's, also where a table lacks it.
    if (variants == 0 && !s.headline) variants = 1;
    colors.push_back(s.baseline ? baseline_color(baselines++) : series_color(variants++));
  }
  return colors;
}

std::vector<Figure> figures_of(const ReportInput& input) {
  const std::vector<QuantityTable> tables = tables_of(input);
  std::set<Place> places;
  for (const QuantityTable& t : tables) places.insert({t.chip, t.workload, t.batch});
  for (const Record* r : headline_records(input)) places.insert({r->chip, r->workload, r->batch});
  const bool several = places.size() > 1;
  Page page(input.plots);
  add_waterfalls(input, tables, several, &page);
  add_breakdowns(input, several, &page);
  add_levels(input, several, &page);
  page.add("parts", roofline_figure(input, page.name("roofline")));
  if (several)
    page.add("parity", network_parity_figure(input, tables, page.name("parity_networks")));
  add_comparison(tables, true, input, several, &page);
  add_comparison(tables, false, input, several, &page);
  page.add("residuals", residual_figure(input, page.name("residuals_macs")));
  page.add("residuals", kind_figure(input, page.name("residuals_kind")));
  add_fitted(input, &page);
  return page.figures();
}

}  // namespace assay::report
