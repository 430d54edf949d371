// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/figures.h"

#include <set>
#include <tuple>
#include <utility>

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

void add_comparison(const std::vector<QuantityTable>& tables, bool headline,
                    const ReportInput& input, bool several, Names* names,
                    std::vector<Figure>* figures) {
  for (const QuantityTable& t : tables) {
    if ((t.quantity == input.headline_quantity) != headline) continue;
    const std::string suffix =
        "_" + t.quantity + (several ? suffix_of({t.chip, t.workload, t.batch}) : "");
    figures->push_back(parity_figure(t, names->make("parity" + suffix)));
    figures->push_back(error_figure(t, names->make("error" + suffix)));
  }
}

void add_breakdowns(const ReportInput& input, bool several, Names* names,
                    std::vector<Figure>* figures) {
  auto groups = by_place(headline_records(input));
  if (groups.empty()) groups.emplace_back();
  for (const auto& [place, records] : groups) {
    const std::string suffix = several ? suffix_of(place) : "";
    figures->push_back(latency_figure(input, records, names->make("latency" + suffix)));
    figures->push_back(energy_figure(input, records, names->make("energy" + suffix)));
  }
  figures->push_back(roofline_figure(input, names->make("roofline")));
}

void add_levels(const ReportInput& input, bool several, Names* names,
                std::vector<Figure>* figures) {
  const std::vector<LevelTable> tables = level_tables(input);
  const Causes causes = causes_of(tables);
  for (const LevelTable& t : tables) {
    const std::string suffix = (t.headline ? "" : "_" + t.variant) +
                               (several ? suffix_of({t.chip, t.workload, t.batch}) : "");
    figures->push_back(stall_figure(t, causes, names->make("stalls" + suffix)));
    figures->push_back(utilisation_figure(t, names->make("utilisation" + suffix)));
  }
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
  Names names;
  std::vector<Figure> figures;
  add_comparison(tables, true, input, several, &names, &figures);
  add_levels(input, several, &names, &figures);
  add_breakdowns(input, several, &names, &figures);
  add_comparison(tables, false, input, several, &names, &figures);
  return figures;
}

}  // namespace assay::report
