// SPDX-License-Identifier: Apache-2.0
// The figures of a report, each with the CSV behind it. Scripts only: gnuplot.h draws them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/report/canvas.h"
#include "experiments/report/levels.h"
#include "experiments/report/view.h"

namespace assay::report {

// In the order of the page: waterfalls; latency, energy, stalls and utilisation of the simulator if
// it ran, roofline; parity and error, the headline quantity first; residuals; what was fitted.
std::vector<Figure> figures_of(const ReportInput& input);

Figure parity_figure(const ReportInput& input, const QuantityTable& table, const std::string& name);
// The headline on all networks, coloured by network.
Figure network_parity_figure(const ReportInput& input, const std::vector<QuantityTable>& tables,
                             const std::string& name);
Figure error_figure(const QuantityTable& table, const std::string& name);
// Headline quantity against the size and the kind of a layer.
Figure residual_figure(const ReportInput& input, const std::string& name);
Figure kind_figure(const ReportInput& input, const std::string& name);
// The CSV behind parity and error.
std::string comparison_csv(const QuantityTable& table);
// One of each per (chip, workload) of the headline series; the records given are those of one.
Figure latency_figure(const ReportInput& input, const std::vector<const Record*>& records,
                      const std::string& name);
Figure energy_figure(const ReportInput& input, const std::vector<const Record*>& records,
                     const std::string& name);
Figure roofline_figure(const ReportInput& input, const std::string& name);

// Of the simulator's records of one variant; the causes are those of the whole report.
Figure stall_figure(const LevelTable& table, const Causes& causes, const std::string& name);
Figure utilisation_figure(const LevelTable& table, const std::string& name);

// Colour of each series of a table.
std::vector<std::string> colors_of(const std::vector<Series>& series);

// How the drawing went. Paths are relative to the report's folder; empty where a file was not made.
struct Drawn {
  std::string svg;  // "plots/parity.svg"
  std::string png;
  std::string csv;
  std::string pdf;      // "paper/parity.pdf": for a paper, as wide as one or two of its columns
  std::string inlined;  // <svg> element for the HTML: theme's colours, own ids, no scripts
  std::string problem;  // why there is no picture
};

// Writes plots/<name>.csv for every figure and, where gnuplot runs, .svg and .png. `gnuplot` is the
// command (a test passes one that does not exist). paper: a folder for PDFs; empty: none.
std::vector<Drawn> draw(const std::vector<Figure>& figures, const std::filesystem::path& folder,
                        const std::string& gnuplot, const std::filesystem::path& paper = {});

// The <svg> element of a gnuplot SVG file, ready to stand in an HTML page.
std::string inline_svg(const std::string& svg, const Figure& figure);

}  // namespace assay::report
