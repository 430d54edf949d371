// SPDX-License-Identifier: Apache-2.0
// What all parts of the machine share while a layer runs.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <systemc>
#include <vector>

#include "core/checked.h"
#include "simulator/arithmetic.h"
#include "simulator/datapath.h"
#include "simulator/nest.h"
#include "simulator/simulator.h"
#include "simulator/transfers.h"

namespace assay::simulator {

enum class Moved { I, W, P, O };
enum class Action { fill, read, write, drain, hop, add, join };
inline constexpr int kMovedKinds = 4;
inline constexpr int kActionKinds = 7;

inline Moved moved(Operand operand, bool final_output = false) {
  switch (operand) {
    case Operand::I:
      return Moved::I;
    case Operand::W:
      return Moved::W;
    case Operand::O:
      break;
  }
  return final_output ? Moved::O : Moved::P;
}

// The event counters of one level.
struct Counters {
  std::array<std::array<std::int64_t, kActionKinds>, kMovedKinds> n{};
  void count(Moved what, Action action, std::int64_t words) {
    std::int64_t& total = n[static_cast<std::size_t>(what)][static_cast<std::size_t>(action)];
    total = add(total, words);
  }
};

struct RunContext {
  RunContext(const Layer& l, const Accelerator& a, const Mapping& mapping, const RunOptions& o)
      : layer(l),
        accelerator(a),
        nest(read_nest(l, a, mapping)),
        options(o),
        transfers(l, a, nest, o.data != nullptr),
        datapath(l, a, nest),
        precision(effective_precision(a, l)),
        overflow(a.overflow.value_or(Overflow::wrap)),
        on_drain(a.accumulate == Accumulate::on_drain),
        counters(a.levels.size()) {}

  const Layer& layer;
  const Accelerator& accelerator;
  Nest nest;
  const RunOptions& options;
  Transfers transfers;
  Datapath datapath;
  Precision precision;
  Overflow overflow;
  bool on_drain;
  std::vector<Counters> counters;  // by level
  // Causes of the attribution: compute, ports, latency, ramp-up, drain.
  std::size_t causes = 0;
  std::size_t latency_cause = 0, ramp_up_cause = 0, drain_cause = 0;
  // Tensors in the first level: padded input, weights, outputs.
  PerOperand<std::vector<std::int32_t>> tensor;
  std::int64_t transfers_done = 0;
  std::int64_t step = 0;  // steps done
  Moment finish;
  sc_core::sc_event finished_something;  // for the sequencer
  std::exception_ptr failure;            // the first that a process met
  sc_core::sc_time origin;

  // Runs a process' part of the layer. SystemC would turn its exception into a report; it is kept
  // for Machine::run instead, and the machine comes to rest.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const sc_core::sc_unwind_exception&) {
      throw;  // the kernel ends the process
    } catch (...) {
      if (!failure) failure = std::current_exception();
      sc_core::sc_pause();
    }
  }

  bool moves_data() const { return options.data != nullptr; }
  Counters& counter(int level) { return counters[static_cast<std::size_t>(level)]; }
  bool fault(FaultKind kind) const { return options.fault.kind == kind; }
  bool fault(FaultKind kind, Operand operand, std::int64_t tile) const {
    const Fault& f = options.fault;
    return f.kind == kind && f.operand == operand && f.tile == tile;
  }

  static sc_core::sc_time cycles(std::int64_t n) {
    static const sc_dt::uint64 cycle = sc_core::sc_time(1, sc_core::SC_NS).value();
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(n) * cycle);
  }
  static std::int64_t in_cycles(const sc_core::sc_time& time) {
    static const sc_dt::uint64 cycle = sc_core::sc_time(1, sc_core::SC_NS).value();
    return static_cast<std::int64_t>(time.value() / cycle);
  }
  // Cycles since the layer began.
  std::int64_t now() const { return in_cycles(sc_core::sc_time_stamp() - origin); }
};

}  // namespace assay::simulator
