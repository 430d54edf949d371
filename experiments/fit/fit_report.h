// SPDX-License-Identifier: Apache-2.0
// What a fit leaves behind: a table for the terminal, and a folder with parameters.json, fit.json,
// fit.html and the figures with the numbers behind them (docs/formats/fit.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/fit/fit_run.h"
#include "experiments/report/figures.h"

namespace assay::fit {

std::string fit_tables(const FitResult& result, bool color);
std::string fit_to_json(const FitResult& result);
std::vector<report::Figure> fit_figures(const FitResult& result);
// figures and drawn have the same length.
std::string fit_html(const FitResult& result, const std::vector<report::Figure>& figures,
                     const std::vector<report::Drawn>& drawn);

struct FitFiles {
  std::filesystem::path parameters, json, html;
};
// Throws InputError for a folder that holds anything but an earlier fit.
FitFiles write_fit(const std::filesystem::path& folder, const FitResult& result,
                   const std::string& gnuplot = "gnuplot");

// Lines that terminal and page share.
std::string data_line(const FitResult& result);   // how many records, groups, level, time
std::string split_line(const FitResult& result);  // the split, its groups and openings
std::string index_text(double condition_index);
std::vector<std::string> identifiability_lines(const FitResult& result);
std::string bound_line(const FitResult& result);  // latencies: which branch; else empty
std::vector<std::string> cannot_lines(const FitResult& result);  // what these data cannot say
std::string interval_line(const Evaluation& e, double nominal);
std::string interval_text(const calibration::Statistic& s, int decimals);  // "1.2 to 3.4", "n/a"

}  // namespace assay::fit
