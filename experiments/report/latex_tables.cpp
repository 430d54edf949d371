// SPDX-License-Identifier: Apache-2.0
// What the tables and the document of a paper hold.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/report/format.h"
#include "experiments/report/latex.h"
#include "experiments/report/view.h"

namespace assay::report {
namespace {

constexpr std::size_t kSeriesBeside = 3;  // fits two columns of a page
constexpr std::size_t kRowsBelow = 40;    // fits a page
constexpr const char* kBlank = "--";      // nothing was predicted or is defined

// A minus sign is longer than a hyphen.
std::string figure(const std::string& text) {
  if (text == kUndefined) return kBlank;
  const std::string shown = latex_escaped(text);
  return shown.rfind('-', 0) == 0 ? "$-$" + shown.substr(1) : shown;
}

std::string signed_figure(const std::optional<double>& pct) {
  const std::string text = figure(signed_pct(pct));
  return text.rfind('+', 0) == 0 ? "$+$" + text.substr(1) : text;
}

std::string name_of(const Series& s) { return latex_escaped(s.name) + (s.headline ? "$^*$" : ""); }

LatexTable layer_block(const QuantityTable& t, std::size_t first_row, std::size_t end_row,
                       std::size_t first, std::size_t end) {
  LatexTable table;
  table.columns = "lr";
  table.header = {"layer", "measured"};
  std::string names = " & ", rules;
  for (std::size_t i = first; i < end; ++i) {
    table.columns += "rr";
    table.header.insert(table.header.end(), {"predicted", "error [\\%]"});
    names += fmt::format(" & \\multicolumn{{2}}{{c}}{{{}}}", name_of(t.series[i]));
    const std::size_t column = 3 + 2 * (i - first);
    rules += fmt::format("\\cmidrule(lr){{{}-{}}}", column, column + 1);
  }
  table.above = names + " \\\\\n" + rules + "\n";
  for (std::size_t r = first_row; r < end_row; ++r) {
    const LayerRow& row = t.rows[r];
    if (row.network && r > first_row) table.rule_before = table.rows.size();
    std::vector<std::string> cells{latex_escaped(row.layer),
                                   figure(number(row.measured, t.measured_decimals))};
    for (std::size_t i = first; i < end; ++i) {
      cells.push_back(figure(number(row.cells[i].predicted, t.predicted_decimals)));
      cells.push_back(signed_figure(row.cells[i].error_pct));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// Blocks of a table that is too wide or too long for a page, one below the other.
std::string layer_text(const QuantityTable& t) {
  std::string text;
  for (std::size_t row = 0; row < t.rows.size(); row += kRowsBelow)
    for (std::size_t i = 0; i < t.series.size(); i += kSeriesBeside)
      text += (text.empty() ? "" : "\n\\par\\medskip\n") +
              latex_tabular(layer_block(t, row, std::min(row + kRowsBelow, t.rows.size()), i,
                                        std::min(i + kSeriesBeside, t.series.size())));
  return text;
}

std::string decimal(const std::optional<double>& v, int digits) {
  return v ? figure(fmt::format("{:.{}f}", *v, digits)) : kBlank;
}

std::string statistics_text(const QuantityTable& t) {
  LatexTable table;
  table.columns = "lrrrrrrlrrr";
  table.above =
      " &  & mean & mean & geometric & RMS & largest & of layer & within & Kendall & network "
      "\\\\\n";
  table.header = {"series", "$n$", "signed [\\%]",   "absolute [\\%]", "mean $p/m$", "$\\ln(p/m)$",
                  "[\\%]",  "",    "10\\,\\% [\\%]", "$\\tau_b$",      "error [\\%]"};
  for (std::size_t i = 0; i < t.series.size(); ++i) {
    const auto& s = t.statistics[i];
    if (!s) {
      std::vector<std::string> blank(table.columns.size(), kBlank);
      blank.front() = name_of(t.series[i]);
      table.rows.push_back(std::move(blank));
      continue;
    }
    table.rows.push_back({name_of(t.series[i]), std::to_string(s->n),
                          signed_figure(s->mean_signed_pct), decimal(s->mape_pct, 1),
                          decimal(s->geometric_mean_ratio, 3), decimal(s->rms_ln, 3),
                          decimal(s->max_abs_pct, 1), latex_escaped(s->worst_layer),
                          decimal(s->share_within_10_pct, 0), decimal(s->kendall_tau_b, 2),
                          signed_figure(s->network_pct)});
  }
  return latex_tabular(table);
}

std::string stem(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                   c == '_'
               ? c
               : '_';
  return out.substr(0, 80);
}

// Nothing that could end the comment's line.
std::string comment(const std::string& text) { return "% " + plain(text) + "\n"; }

std::string head(const ReportInput& input, const QuantityTable& t, const char* what) {
  return comment("Written by assay " + std::string(ASSAY_VERSION) + ", experiment " +
                 input.experiment + ": " + what + ". Needs booktabs.") +
         comment(t.label + ", " + t.place() + ". Error: " + kSignConvention + ".");
}

std::string stated(const QuantityTable& t, const ReportInput& input) {
  const bool any =
      std::any_of(t.series.begin(), t.series.end(), [](const Series& s) { return s.headline; });
  return any && input.headline_stated ? " $^*$~Stated before comparing." : "";
}

}  // namespace

std::vector<PaperFile> paper_tables(const ReportInput& input) {
  const std::vector<QuantityTable> tables = tables_of(input);
  std::set<std::string> places, used;
  for (const QuantityTable& t : tables) places.insert(t.place());
  std::vector<PaperFile> files;
  for (const QuantityTable& t : tables) {
    std::string own = stem(t.quantity);
    if (places.size() > 1)
      own += stem("_" + t.chip + "_" + t.workload + "_batch" + std::to_string(t.batch));
    std::string name = own;
    for (int i = 2; !used.insert(name).second; ++i) name = own + "_" + std::to_string(i);
    const std::string what = latex_escaped(t.label + ", " + t.place());
    files.push_back({"layers_" + name + ".tex",
                     head(input, t, "layers, predicted and measured") + layer_text(t),
                     what + ". Error: " + kSignConvention + "; -- is undefined or not predicted." +
                         stated(t, input)});
    files.push_back({"statistics_" + name + ".tex",
                     head(input, t, "statistics over the layers") + statistics_text(t),
                     what +
                         ": statistics over the $n$ compared layers, $p$ predicted, $m$ "
                         "measured. Signed errors: " +
                         kSignConvention + "." + stated(t, input)});
  }
  return files;
}

std::string paper_document(const ReportInput& input, const std::vector<PaperFile>& tables,
                           const std::vector<Figure>& figures, const std::vector<Drawn>& drawn) {
  std::string text =
      comment("Written by assay " + std::string(ASSAY_VERSION) +
              ". Every table and figure of this folder; pdflatex report.tex shows them.") +
      "\\documentclass[10pt]{article}\n\\usepackage{textcomp}\n"
      "\\usepackage{booktabs}\n\\usepackage{graphicx}\n"
      "\\usepackage[a4paper,left=15mm,right=15mm,top=20mm,bottom=20mm]{geometry}\n"
      "\\setlength{\\tabcolsep}{4pt}\n\\begin{document}\n\\section*{" +
      latex_escaped(input.title.empty() ? input.experiment : input.title) + "}\n" +
      latex_escaped(verdict(input)) + "\n";
  for (const PaperFile& f : tables)
    text += "\n\\begin{table}[!htbp]\n\\centering\\footnotesize\n\\caption{" + f.caption +
            "}\n\\input{" + f.name.substr(0, f.name.rfind('.')) + "}\n\\end{table}\n";
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (drawn[i].pdf.empty()) continue;
    const std::string file = drawn[i].pdf.substr(drawn[i].pdf.rfind('/') + 1);
    text += "\n\\begin{figure}[!htbp]\n\\centering\n\\includegraphics{" + file + "}\n\\caption{" +
            latex_escaped(figures[i].title + ". " + figures[i].caption) + "}\n\\end{figure}\n";
  }
  return text + "\n\\clearpage\n\\end{document}\n";
}

}  // namespace assay::report
