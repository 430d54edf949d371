// SPDX-License-Identifier: Apache-2.0
#include "experiments/report.h"

#include "core/text.h"
#include "experiments/provenance/provenance.h"
#include "experiments/report/figures.h"
#include "experiments/report/files.h"
#include "experiments/report/html.h"
#include "experiments/report/latex.h"
#include "experiments/report/print_pdf.h"

namespace assay {

namespace {

void write_paper(const ReportInput& input, const std::vector<report::Figure>& figures,
                 const std::vector<report::Drawn>& drawn, const std::filesystem::path& folder) {
  const std::vector<report::PaperFile> tables = report::paper_tables(input);
  for (const report::PaperFile& f : tables) write_text(folder / f.name, f.text);
  write_text(folder / "report.tex", report::paper_document(input, tables, figures, drawn));
}

// Why there is no report.pdf; empty where there is one.
std::string print_page(const std::filesystem::path& folder) {
  const std::string browser = report::find_browser();
  if (browser.empty()) return "no chromium was found";
  return report::print_pdf(browser, folder / "report.html", folder / "report.pdf");
}

}  // namespace

ReportFiles write_report(const std::filesystem::path& folder, const ReportInput& input) {
  report::FreshFolder fresh(folder);
  const std::filesystem::path& partial = fresh.partial();

  std::vector<Record> records = input.predicted;
  records.insert(records.end(), input.measured.begin(), input.measured.end());
  write_records_csv(partial / "records.csv", records);
  write_records_json(partial / "records.json", records);
  write_text(partial / "metrics.json", metrics_to_json(input));
  if (!input.resolved.empty()) write_text(partial / "resolved.yaml", input.resolved);

  std::filesystem::create_directory(partial / "plots");
  const std::vector<report::Figure> figures = report::figures_of(input);
  std::filesystem::create_directory(partial / "paper");
  const std::vector<report::Drawn> drawn =
      report::draw(figures, partial / "plots", input.gnuplot, partial / "paper");
  write_paper(input, figures, drawn, partial / "paper");
  write_text(partial / "report.html", report::html(input, figures, drawn));
  std::string no_pdf;
  if (input.pdf) no_pdf = print_page(partial);
  // Last, as it has the hashes of all others.
  write_text(partial / provenance::kFile,
             provenance::to_json(provenance::chain_of(input, partial)));
  fresh.commit();

  ReportFiles files{fresh.folder() / "report.html",
                    fresh.folder() / "records.csv",
                    fresh.folder() / "records.json",
                    fresh.folder() / "metrics.json",
                    fresh.folder() / provenance::kFile,
                    {},
                    no_pdf};
  for (const report::Drawn& d : drawn) {
    for (const std::string& path : {d.svg, d.png, d.csv}) {
      if (!path.empty()) files.plots.push_back(fresh.folder() / path);
    }
  }
  return files;
}

}  // namespace assay
