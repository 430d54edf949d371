// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/fit_priors.h"

#include <algorithm>
#include <cmath>

#include "calibration/parameters_json.h"
#include "core/hash.h"
#include "core/text.h"

namespace assay::fit {
namespace {

void transfer(const FitFile& fit, const Catalog& catalog, calibration::Problem* problem) {
  const PriorsFrom& from = *fit.priors;
  const std::filesystem::path file =
      resolve(fit, catalog.chip_folder(fit.chip, fit.file.parent_path()), from.file);
  const calibration::FittedParameters other = calibration::read_fitted(file, "");
  double factor = 1;
  if (from.scale_from)
    factor = calibration::energy_factor(
        calibration::read_technology(catalog.data / "technology" / "energy_scaling.csv"),
        *from.scale_from, *from.scale_to);
  int met = 0;
  for (calibration::Unknown& u : problem->unknowns)
    for (const calibration::FittedUnknown& f : other.fit.unknowns) {
      if (f.name != u.name || f.unit != u.unit) continue;
      ++met;
      // A factor on a parameter file's prices carries no technology.
      calibration::transfer(std::exp(f.value_ln), f.sd_ln, u.unit == "x prior" ? 1 : factor,
                            from.transfer, &u);
      u.source = "posterior of fit '" + other.fit.name + "' (" + other.parameters.chip + ", " +
                 name_and_hash(file) + ")" +
                 (from.scale_from ? ", energies x " + number_text(factor) : "");
    }
  if (met == 0)
    throw InputError({{fit.file.string(), 0, "priors.from", from.file,
                       "none of its unknowns has the name and unit of one here"}});
}

void add_ratios(const FitFile& fit, calibration::Problem* problem) {
  const auto index = [&](const std::string& name) {
    const auto& all = problem->unknowns;
    return static_cast<std::size_t>(
        std::find_if(all.begin(), all.end(),
                     [&](const calibration::Unknown& u) { return u.name == name; }) -
        all.begin());
  };
  for (const Ratio& r : fit.ratios)
    problem->ratios.push_back({index(r.a), index(r.b), std::log(r.ratio), r.sd_ln});
}

}  // namespace

void put_priors(const FitFile& fit, const Catalog& catalog, calibration::Problem* problem) {
  if (fit.priors) transfer(fit, catalog, problem);
  add_ratios(fit, problem);
  problem->common_sd_ln = fit.common_sd_ln;
}

}  // namespace assay::fit
