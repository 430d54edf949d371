// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/latency_model.h"

#include <algorithm>

#include "analytical/counts.h"
#include "core/units.h"

namespace assay::fit {
namespace {

using analytical::FastLatency;
using analytical::LatencyBound;
using analytical::OffChip;

analytical::Totals totals_of(const Layer& layer, const Accelerator& accelerator,
                             const analytical::Nest& nest) {
  const analytical::Evaluation evaluation(layer, accelerator, nest);
  return analytical::totals(evaluation, effective_precision(accelerator, layer));
}

// Looks keys up once, so that an evaluation compares no text.
class Values {
 public:
  Values(const std::vector<Accelerator>& machines, const std::vector<MachineUnknown>& unknowns)
      : unknowns_(unknowns) {
    Diagnostics diagnostics;
    for (const Accelerator& a : machines)
      for (const MachineUnknown& u : unknowns) slots_.push_back(slot(a, u, &diagnostics));
    throw_if_any(diagnostics);
  }

  void put(std::size_t machine, const Eigen::VectorXd& theta, Accelerator* accelerator) const {
    for (std::size_t j = 0; j < unknowns_.size(); ++j) {
      const MachineSlot& at = slots_[machine * unknowns_.size() + j];
      const double value = theta[static_cast<Eigen::Index>(j)];
      set_value(at, unknowns_[j].scale ? value * value_of(*accelerator, at) : value, accelerator);
    }
  }

 private:
  static MachineSlot slot(const Accelerator& a, const MachineUnknown& unknown,
                          Diagnostics* diagnostics) {
    std::vector<std::string> names;
    for (const auto& [name, found] : machine_slots(a)) {
      if (name == unknown.key) return found;
      names.push_back(name);
    }
    const std::string hint = nearest(unknown.key, names);
    diagnostics->push_back({a.file.string(), 0, "unknown", unknown.key,
                            "the accelerator has no such value" +
                                (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    return {};
  }

  std::vector<MachineUnknown> unknowns_;
  std::vector<MachineSlot> slots_;  // [machine][unknown]
};

struct Inputs {
  Inputs(std::vector<Accelerator> m, std::vector<LatencyCase> c,
         const std::vector<MachineUnknown>& u)
      : machines(std::move(m)), cases(std::move(c)), values(machines, u) {}

  std::vector<Accelerator> at(const Eigen::VectorXd& theta) const {
    std::vector<Accelerator> out = machines;
    for (std::size_t i = 0; i < out.size(); ++i) values.put(i, theta, &out[i]);
    return out;
  }

  std::vector<Accelerator> machines;
  std::vector<LatencyCase> cases;
  Values values;
};

}  // namespace

LatencyCase::LatencyCase(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                         std::vector<Stream> all_streams, std::size_t machine_number)
    : machine(machine_number),
      nest(analytical::compile(layer, accelerator, mapping)),
      totals(totals_of(layer, accelerator, nest)),
      streams(std::move(all_streams)) {}

CaseLatency latency_of(const LatencyCase& layer, const Accelerator& accelerator, OffChip off_chip) {
  const FastLatency fast = LatencyBound(accelerator, layer.nest)(layer.totals, off_chip);
  CaseLatency out{fast.cycles, 0, -1, fast.binding_level, fast.binding_port};
  const double busy = fast.cycles - fast.drain;
  for (std::size_t i = 0; i < layer.streams.size(); ++i) {
    const Stream& s = layer.streams[i];
    const double arrival = std::max(0.0, s.bits / value_of(accelerator, s.port) - s.head_start);
    const double end = arrival + s.after * busy + fast.drain;
    if (end <= out.cycles) continue;
    out.cycles = end;
    out.stream = static_cast<int>(i);
  }
  out.ms = duration(Cycles(out.cycles), accelerator.clock).value +
           accelerator.layer_overhead_us.value_or(0) * 1e-3;
  return out;
}

std::string bound_name(const LatencyCase& layer, const Accelerator& accelerator,
                       const CaseLatency& latency) {
  if (latency.stream >= 0) return layer.streams[static_cast<std::size_t>(latency.stream)].name;
  if (latency.binding_level < 0) return "compute";
  const Level& level = accelerator.levels[static_cast<std::size_t>(latency.binding_level)];
  return level.name + "." + level.ports[static_cast<std::size_t>(latency.binding_port)].name;
}

std::vector<Accelerator> with_values(const std::vector<Accelerator>& machines,
                                     const std::vector<MachineUnknown>& unknowns,
                                     const Eigen::VectorXd& theta) {
  return Inputs(machines, {}, unknowns).at(theta);
}

std::shared_ptr<const calibration::Model> latency_model(std::vector<Accelerator> machines,
                                                        std::vector<LatencyCase> cases,
                                                        std::vector<MachineUnknown> unknowns,
                                                        OffChip off_chip, double step_ln) {
  const auto in = std::make_shared<const Inputs>(std::move(machines), std::move(cases), unknowns);
  const auto predict = [in, off_chip](const Eigen::VectorXd& theta) {
    const std::vector<Accelerator> machines_at = in->at(theta);
    Eigen::VectorXd ms(static_cast<Eigen::Index>(in->cases.size()));
    for (std::size_t i = 0; i < in->cases.size(); ++i)
      ms[static_cast<Eigen::Index>(i)] =
          latency_of(in->cases[i], machines_at[in->cases[i].machine], off_chip).ms;
    return ms;
  };
  const auto binding = [in, off_chip](const Eigen::VectorXd& theta) {
    const std::vector<Accelerator> machines_at = in->at(theta);
    std::vector<std::string> names;
    for (const LatencyCase& c : in->cases) {
      const Accelerator& a = machines_at[c.machine];
      names.push_back(bound_name(c, a, latency_of(c, a, off_chip)));
    }
    return names;
  };
  return std::make_shared<calibration::NumericModel>(in->cases.size(), unknowns.size(), predict,
                                                     binding, step_ln);
}

}  // namespace assay::fit
