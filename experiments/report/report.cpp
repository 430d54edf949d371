// SPDX-License-Identifier: Apache-2.0
#include "experiments/report.h"

#include "core/text.h"
#include "experiments/provenance/provenance.h"
#include "experiments/report/figures.h"
#include "experiments/report/files.h"
#include "experiments/report/html.h"

namespace assay {

ReportFiles write_report(const std::filesystem::path& folder, const ReportInput& input) {
  report::FreshFolder fresh(folder);
  const std::filesystem::path& partial = fresh.partial();

  std::vector<Record> records = input.predicted;
  records.insert(records.end(), input.measured.begin(), input.measured.end());
  write_records_csv(partial / "records.csv", records);
  write_records_json(partial / "records.json", records);
  write_text(partial / "metrics.json", metrics_to_json(input));

  std::filesystem::create_directory(partial / "plots");
  const std::vector<report::Figure> figures = report::figures_of(input);
  const std::vector<report::Drawn> drawn = report::draw(figures, partial / "plots", input.gnuplot);
  write_text(partial / "report.html", report::html(input, figures, drawn));
  // Last, as it has the hashes of all others.
  write_text(partial / provenance::kFile,
             provenance::to_json(provenance::chain_of(input, partial)));
  fresh.commit();

  ReportFiles files{fresh.folder() / "report.html",     fresh.folder() / "records.csv",
                    fresh.folder() / "records.json",    fresh.folder() / "metrics.json",
                    fresh.folder() / provenance::kFile, {}};
  for (const report::Drawn& d : drawn) {
    for (const std::string& path : {d.svg, d.png, d.csv}) {
      if (!path.empty()) files.plots.push_back(fresh.folder() / path);
    }
  }
  return files;
}

}  // namespace assay
