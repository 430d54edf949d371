// SPDX-License-Identifier: Apache-2.0
// "What was compared".
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "experiments/report/format.h"
#include "experiments/report/html_data.h"
#include "experiments/report/level_cards.h"

namespace assay::report {
namespace {

data series_list(const ReportInput& input) {
  std::map<std::pair<std::string, std::string>, int> n;
  for (const ErrorStatistics& s : input.comparison.statistics) {
    if (s.quantity == input.headline_quantity) n[{s.level, s.variant}] += s.n;
  }
  data all = list();
  for (const Series& s : series_of(input)) {
    data row;
    int records = 0;
    std::string tool;
    for (const Record& r : input.predicted) {
      if (r.level != s.level || r.variant != s.variant) continue;
      ++records;
      if (tool.empty()) tool = r.provenance.tool;
    }
    auto description = input.variant_descriptions.find(s.name);  // of another tool
    if (description == input.variant_descriptions.end())
      description = input.variant_descriptions.find(s.variant);
    row.set("level", plain(s.level));
    row.set("variant", plain(s.variant));
    row.set("headline", s.headline && input.headline_stated);
    row.set("description",
            description == input.variant_descriptions.end() ? "" : plain(description->second));
    row.set("records", std::to_string(records));
    row.set("n", std::to_string(n[{s.level, s.variant}]));
    row.set("tool", or_missing(tool));
    all << row;
  }
  return all;
}

data sources(const ReportInput& input) {
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, std::map<std::string, int>> values;
  for (const ComparedRow& r : input.comparison.rows) {
    if (is_sum(input, r)) continue;
    const std::pair<std::string, std::string> key{r.measured_source, r.measured_confidence};
    if (values.count(key) == 0) order.push_back(key);
    ++values[key][r.chip + '\n' + r.workload + '\n' + std::to_string(r.batch) + '\n' + r.layer +
                  '\n' + r.quantity];
  }
  data all = list();
  for (const auto& key : order) {
    data row;
    row.set("source", or_missing(key.first));
    row.set("confidence", or_missing(key.second));
    row.set("values", std::to_string(values[key].size()));
    all << row;
  }
  return all;
}

data agreements(const ReportInput& input) {
  data all = list();
  for (const Agreement& a : input.agreements) {
    data row;
    row.set("quantity", plain(a.quantity));
    row.set("variant", a.variant.empty() ? "all" : plain(a.variant));
    row.set("kind", plain(a.kind));
    row.set("why", plain(a.why));
    all << row;
  }
  return all;
}

data excluded(const ReportInput& input) {
  data all = list();
  for (const Excluded& e : input.comparison.excluded) {
    data row;
    row.set("key", plain(e.key) + of_whom(e));
    row.set("reason", plain(e.reason));
    all << row;
  }
  return all;
}

// Bounds that leave out layers, with and without them.
data with_and_without(const ReportInput& input) {
  data all = list();
  for (const BoundCheck& b : input.bounds) {
    if (b.except_layers.empty()) continue;
    data row;
    std::string layers;
    for (const std::string& layer : b.except_layers)
      layers += (layers.empty() ? "" : ", ") + plain(layer);
    row.set("name", plain(b.statistic + " of " + b.quantity + ", variant " + b.variant));
    row.set("layers", layers);
    row.set("without", b.found ? fmt::format("{:.2f}", *b.found) : std::string(kUndefined));
    row.set("with", b.with_all ? fmt::format("{:.2f}", *b.with_all) : std::string(kUndefined));
    row.set("limit", number(b.limit));
    all << row;
  }
  return all;
}

// "Headline: 5 layers compared, 1 excluded, 0 failed."
std::string coverage_sentence(const ReportInput& input) {
  int compared = 0;
  for (const ErrorStatistics* s : headline_statistics(input)) compared += s->n;
  std::size_t excluded = 0;
  for (const Excluded& e : input.comparison.excluded) {
    const std::size_t space = e.key.rfind(' ');
    const bool quantity =
        space != std::string::npos && e.key.substr(space + 1) == input.headline_quantity;
    const bool series = e.level.empty() || e.variant == input.headline_variant;
    excluded += quantity && series ? 1 : 0;
  }
  return fmt::format(
      "Of the headline: {} layer{} compared, {} excluded, 0 failed (a prediction that fails ends "
      "the run). Of everything: {} exclusion{}{}. An excluded layer has no value on one side, or "
      "none that a ratio could be taken of, so no statistic with it exists.",
      compared, compared == 1 ? "" : "s", excluded, input.comparison.excluded.size(),
      input.comparison.excluded.size() == 1 ? "" : "s",
      input.skipped.empty() ? "" : fmt::format(", {} level not run", input.skipped.size()));
}

void add_cards(const ReportInput& input, data* page) {
  data cards = list();
  std::vector<std::string> seen;
  for (const Series& s : series_of(input)) {
    if (std::find(seen.begin(), seen.end(), s.level) != seen.end()) continue;
    seen.push_back(s.level);
    const auto card = card_of(s.level);
    data row;
    row.set("level", plain(s.level));
    row.set("models", card ? card->models : std::string("another tool: see its description above"));
    row.set("ignores", card ? card->ignores : kUndefined);
    cards << row;
  }
  page->set("cards", cards);
  data box = list();
  if (const std::string text = validity_box(input); !text.empty()) box << data(plain(text));
  page->set("validity", box);
}

}  // namespace

void add_compared(const ReportInput& input, data* page) {
  page->set("headline_label", quantity_label(input, input.headline_quantity));
  page->set("series", series_list(input));
  add_cards(input, page);
  page->set("sources", sources(input));
  page->set("has_agreements", !input.agreements.empty());
  page->set("agreements", agreements(input));
  page->set("has_excluded", !input.comparison.excluded.empty());
  page->set("excluded", excluded(input));
  const data bounds = with_and_without(input);
  page->set("has_with_without", bounds.is_non_empty_list());
  page->set("with_without", bounds);
  page->set("coverage_sentence", coverage_sentence(input));
}

}  // namespace assay::report
