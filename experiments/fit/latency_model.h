// SPDX-License-Identifier: Apache-2.0
// Latency as a model for calibration: machine values (core/machine.h) are the unknowns, the fast
// latency of the predictor gives the cycles, and every observation is one layer's time in
// milliseconds. What a mapping moves is summed once; an evaluation is some hundred additions.
//
// The contract takes a tile as usable when it has arrived as a whole. Hardware that lets the first
// pass over a tile begin with its first words is described by streams beside the nest:
//
//   cycles = max( predictor, arrival of a stream's last word + what must follow it )
//
// Assumes: a legal mapping; the words of a stream are used in the order in which they arrive.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analytical/latency.h"
#include "analytical/nest.h"
#include "analytical/totals.h"
#include "calibration/problem.h"
#include "core/accelerator.h"
#include "core/machine.h"
#include "core/mapping.h"

namespace assay::fit {

// Words that arrive through a port while the layer already runs.
struct Stream {
  std::string name;  // "weights"
  MachineSlot port;  // its bandwidth
  double bits = 0;
  double after = 0;       // share of the layer's busy cycles that must follow the last word
  double head_start = 0;  // cycles by which it begins before the nest's first step can
};

// One layer, compiled: what does not depend on machine values.
struct LatencyCase {
  LatencyCase(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
              std::vector<Stream> all_streams, std::size_t machine_number);

  std::size_t machine;  // of those that the model is made with
  analytical::Nest nest;
  analytical::Totals totals;
  std::vector<Stream> streams;
};

struct CaseLatency {
  double cycles = 0;                          // without the overhead of a layer
  double ms = 0;                              // with it
  int stream = -1;                            // that bounds; -1: none
  int binding_level = -1, binding_port = -1;  // of the predictor; -1: its chain
};
CaseLatency latency_of(const LatencyCase& layer, const Accelerator& accelerator,
                       analytical::OffChip off_chip = analytical::OffChip::timed);

// "compute", the port "psum.shift", or the stream "weights".
std::string bound_name(const LatencyCase& layer, const Accelerator& accelerator,
                       const CaseLatency& latency);

struct MachineUnknown {
  std::string key;     // of core/machine.h
  bool scale = false;  // the unknown is a factor on each machine's own value
};

// The machines with the unknowns' values. Throws InputError for a key that a machine does not have.
std::vector<Accelerator> with_values(const std::vector<Accelerator>& machines,
                                     const std::vector<MachineUnknown>& unknowns,
                                     const Eigen::VectorXd& theta);

// Predicts milliseconds, one per case: total latency, or processing latency, in which off-chip
// ports take no time. step_ln: of derivatives, in the logarithm of an unknown. Thread-safe.
std::shared_ptr<const calibration::Model> latency_model(
    std::vector<Accelerator> machines, std::vector<LatencyCase> cases,
    std::vector<MachineUnknown> unknowns, analytical::OffChip off_chip = analytical::OffChip::timed,
    double step_ln = 1e-4);

}  // namespace assay::fit
