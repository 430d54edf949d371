// SPDX-License-Identifier: Apache-2.0
// "What was compared".
#include <map>
#include <utility>
#include <vector>

#include "experiments/report/format.h"
#include "experiments/report/html_data.h"

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

}  // namespace

void add_compared(const ReportInput& input, data* page) {
  page->set("headline_label", quantity_label(input, input.headline_quantity));
  page->set("series", series_list(input));
  page->set("sources", sources(input));
  page->set("has_agreements", !input.agreements.empty());
  page->set("agreements", agreements(input));
  page->set("has_excluded", !input.comparison.excluded.empty());
  page->set("excluded", excluded(input));
}

}  // namespace assay::report
