// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/figure_series.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::size_t kLongestName = 34;  // of a legend

bool predict_the_same(const QuantityTable& t, std::size_t a, std::size_t b) {
  return t.series[a].baseline == t.series[b].baseline &&
         std::all_of(t.rows.begin(), t.rows.end(), [&](const LayerRow& row) {
           return row.cells[a].predicted == row.cells[b].predicted;
         });
}

std::string joined(const std::vector<std::string>& names, const char* between) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

}  // namespace

DistinctSeries distinct_series(const QuantityTable& table) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return predict_the_same(table, group.front(), i);
    });
    if (found == groups.end())
      groups.push_back({i});
    else
      found->push_back(i);
  }
  DistinctSeries out;
  out.table = table;
  out.table.series.clear();
  out.table.statistics.clear();
  for (LayerRow& row : out.table.rows) row.cells.clear();
  for (const auto& group : groups) {
    std::vector<std::string> names;
    for (const std::size_t i : group) names.push_back(table.series[i].name);
    Series series = table.series[group.front()];
    if (names.size() > 1) {
      series.name = joined(names, " = ");
      if (width(series.name) > kLongestName)
        series.name = fmt::format("{} = {} other{}", names.front(), names.size() - 1,
                                  names.size() == 2 ? "" : "s");
      out.said += (out.said.empty() ? " The same in every layer, and drawn as one: " : "; ") +
                  joined(names, ", ");
    }
    out.table.series.push_back(std::move(series));
    out.table.statistics.push_back(table.statistics[group.front()]);
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      out.table.rows[r].cells.push_back(table.rows[r].cells[group.front()]);
  }
  if (!out.said.empty()) out.said += ".";
  return out;
}

}  // namespace assay::report
