// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/price_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace assay::fit {

Parameters doubled(Parameters p, const std::vector<std::string>& terms) {
  const auto named = [&](const std::string& text) {
    return std::find(terms.begin(), terms.end(), text) != terms.end();
  };
  for (UnitEnergy& e : p.energies) {
    const std::string text = e.component + "." + e.operand + "." + e.action;
    if (named(text)) e.energy.value *= 2;
    if (e.gated_energy && (named(text) || named(text + ".gated"))) e.gated_energy->value *= 2;
  }
  for (ConstantPower& c : p.powers)
    if (named("power " + c.name)) c.power.value *= 2;
  return p;
}

double sd_ln(const calibration::FitBlock& fit, const Eigen::VectorXd& shares) {
  const auto groups = static_cast<double>(std::max<std::size_t>(fit.groups.size(), 1));
  return std::sqrt(shares.dot(fit.covariance * shares) +
                   fit.discrepancy_ln * fit.discrepancy_ln * (1 + 1 / groups));
}

double quantile_of(double nominal) {
  return boost::math::quantile(boost::math::normal(), (1 + nominal) / 2);
}

std::string interval_method(const calibration::FitBlock& fit, double nominal) {
  return fmt::format(
      "{:.0f} %, Laplace, discrepancy of {} group{} and n = {}: assumed, not validated",
      100 * nominal, fit.groups.size(), fit.groups.size() == 1 ? "" : "s", fit.n);
}

}  // namespace assay::fit
