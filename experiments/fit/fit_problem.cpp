// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/fit_problem.h"

#include <algorithm>

namespace assay::fit {
namespace {

void put_machine(const std::string& key, double value, const calibration::Unknown& prior,
                 const std::string& source, const std::string& confidence, Parameters* p) {
  auto at = std::find_if(p->machine.begin(), p->machine.end(),
                         [&](const MachineValue& m) { return m.key == key; });
  if (at == p->machine.end()) at = p->machine.insert(at, MachineValue{});
  *at = {key, value, std::nullopt, source + "; prior: " + prior.source, confidence, 0};
}

}  // namespace

Parameters parameters_at(const FitProblem& fit, const Eigen::VectorXd& theta,
                         const std::vector<std::string>& sources,
                         const std::vector<std::string>& confidences) {
  Parameters p = fit.parameters;
  for (std::size_t j = 0; j < fit.priced.size(); ++j) {
    const double value = theta[static_cast<Eigen::Index>(j)];
    for (const Priced::Part& part : fit.priced[j].parts) {
      UnitEnergy& e = p.energies[part.energy];
      const Picojoules pj(value * part.proportion);
      (part.gated ? *e.gated_energy : e.energy) = pj;
      e.source = sources[j] + "; prior: " + fit.parameters.energies[part.energy].source;
      e.confidence = confidences[j];
    }
    for (const Priced::Power& power : fit.priced[j].powers) {
      ConstantPower& c = p.powers[power.power];
      c.power = Milliwatts(value * power.proportion);
      c.source = sources[j] + "; prior: " + fit.parameters.powers[power.power].source;
      c.confidence = confidences[j];
    }
    if (!fit.priced[j].machine.empty())
      put_machine(fit.priced[j].machine, value, fit.problem.unknowns[j], sources[j], confidences[j],
                  &p);
  }
  return p;
}

}  // namespace assay::fit
