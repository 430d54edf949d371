// SPDX-License-Identifier: Apache-2.0
// A report's tables for a paper: booktabs, plain tabular, to be included by \input.
#pragma once

#include <string>
#include <vector>

#include "experiments/report.h"
#include "experiments/report/figures.h"

namespace assay::report {

// Text as LaTeX shows it, in any encoding of fonts. Letters up to U+017F stay; other characters
// beyond ASCII are written as commands or, where there is none, as their number: "[U+4E2D]".
std::string latex_escaped(const std::string& text);

// Rows of a table, every cell already LaTeX. Each row has as many cells as columns has letters.
struct LatexTable {
  std::string columns;  // "lrr"
  std::string above;    // lines between \toprule and the header
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t rule_before = static_cast<std::size_t>(-1);  // a row with a \midrule before it
};
std::string latex_tabular(const LatexTable& table);

struct PaperFile {
  std::string name;  // "layers_processing_ms.tex"
  std::string text;
  std::string caption;
};

// For each (quantity, chip, workload, batch) a table of the layers and one of the statistics.
std::vector<PaperFile> paper_tables(const ReportInput& input);

// A document that includes the tables and those figures that have a PDF.
std::string paper_document(const ReportInput& input, const std::vector<PaperFile>& tables,
                           const std::vector<Figure>& figures, const std::vector<Drawn>& drawn);

}  // namespace assay::report
