// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"
#include "experiments/fit/fit_report.h"
#include "experiments/report/files.h"

namespace assay::fit {

FitFiles write_fit(const std::filesystem::path& folder, const FitResult& result,
                   const std::string& gnuplot) {
  report::FreshFolder fresh(folder);
  const std::filesystem::path& partial = fresh.partial();
  write_text(partial / "parameters.json",
             calibration::parameters_to_json(fitted_parameters(result)));
  write_text(partial / "fit.json", fit_to_json(result));
  std::filesystem::create_directory(partial / "plots");
  const std::vector<report::Figure> figures = fit_figures(result);
  const std::vector<report::Drawn> drawn = report::draw(figures, partial / "plots", gnuplot);
  write_text(partial / "fit.html", fit_html(result, figures, drawn));
  fresh.commit();
  return {fresh.folder() / "parameters.json", fresh.folder() / "fit.json",
          fresh.folder() / "fit.html"};
}

}  // namespace assay::fit
