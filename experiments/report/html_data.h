// SPDX-License-Identifier: Apache-2.0
// The sections of the page as data for its template; the names are those of template.html.
#pragma once

#include <kainjow/mustache.hpp>
#include <optional>
#include <string>

#include "experiments/report/figures.h"
#include "experiments/report/view.h"

namespace assay::report {

using kainjow::mustache::data;

inline data list() { return data(data::type::list); }
std::string or_missing(const std::string& text);

// The box at the top.
void add_verdict(const ReportInput& input, data* page);
// Levels and variants, agreements, measured sources, exclusions.
void add_compared(const ReportInput& input, data* page);
// Levels beside each other, and where they part; nothing without two levels.
void add_levels(const ReportInput& input, data* page);
// Ranks, choices of designs; what each layer adds to the network's error.
void add_ranks(const ReportInput& input, data* page);
void add_contributions(const ReportInput& input, data* page);
// Prior to posterior, coverage of intervals.
void add_fitted(const ReportInput& input, data* page);
// Statistics over several networks.
void add_pooled(const ReportInput& input, data* page);
// More series than a printed page has room for at the usual size.
bool is_wide(const QuantityTable& table);
// One layer table with its statistics.
data table_data(const QuantityTable& table, const ReportInput& input);
// A figure with its links, or why it was not drawn.
data figure_data(const Figure& figure, const Drawn& drawn, const std::string& id_prefix = "");
// figures.html and panel.html, which templates take as {{>figures_block}} and {{>panel_block}}.
void add_blocks(data* page);
// The ten worst records.
data worst_data(const ReportInput& input);

}  // namespace assay::report
