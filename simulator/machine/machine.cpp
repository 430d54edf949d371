// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/machine.h"

#include <array>
#include <stdexcept>

#include "core/diagnostics.h"
#include "simulator/machine/tensors.h"

namespace assay::simulator {
namespace {

constexpr std::array<const char*, kMovedKinds> kMovedNames{"I", "W", "P", "O"};
constexpr std::array<const char*, kActionKinds> kActionNames{"fill", "read", "write", "drain",
                                                             "hop",  "add",  "join"};

}  // namespace

Machine::Impl::Impl(const Accelerator& a) : accelerator(a) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_INSTANCE_EXISTS_, sc_core::SC_DO_NOTHING);
  const std::size_t levels = accelerator.levels.size();
  storages.resize(levels);
  arrays.resize(levels);
  for (std::size_t l = 0; l < levels; ++l) {
    const Level& level = accelerator.levels[l];
    const int number = static_cast<int>(l);
    if (level.kind == LevelKind::storage)
      storages[l] = std::make_unique<StorageLevel>(level.name.c_str(), accelerator, number);
    else if (level.kind == LevelKind::array)
      arrays[l] = std::make_unique<ArrayNetwork>(level.name.c_str(), level, number);
    else
      processor = std::make_unique<Processor>(level.name.c_str(), level.compute);
  }
  sequencer = std::make_unique<Sequencer>("sequencer");
  bind();
  sc_core::sc_start(sc_core::SC_ZERO_TIME);  // every engine waits for its program
}

// The lanes reach their innermost levels directly: what they access there is part of a step.
void Machine::Impl::bind() {
  for (std::size_t l = 1; l < accelerator.levels.size(); ++l) {
    const auto to_outer = [&](auto& socket) {
      if (storages[l - 1])
        socket.bind(storages[l - 1]->inside);
      else
        socket.bind(arrays[l - 1]->inside);
    };
    if (storages[l]) to_outer(storages[l]->outside);
    if (arrays[l]) to_outer(arrays[l]->outside);
  }
}

void Machine::Impl::name_causes(RunContext& run) {
  cause_names.assign(1, "compute");
  for (const auto& storage : storages) {
    if (!storage) continue;
    const bool timed = !storage->level().off_chip || run.options.off_chip_timed;
    for (TimedPort& port : storage->ports()) {
      port.reset(timed, cause_names.size());
      if (!timed) continue;
      for (Operand o : kAllOperands)
        cause_names.push_back(port.name() + " " + std::string(name(o)));
    }
  }
  run.latency_cause = cause_names.size();
  run.ramp_up_cause = run.latency_cause + 1;
  run.drain_cause = run.latency_cause + 2;
  cause_names.insert(cause_names.end(), {"latency", "ramp-up", "drain"});
  run.causes = cause_names.size();
}

void Machine::Impl::load_tensors(RunContext& run) {
  if (!run.moves_data()) return;
  const LayerData& data = *run.options.data;
  run.tensor[Operand::I] = padded_input(run.layer, run.transfers.tensor(Operand::I), data.input);
  run.tensor[Operand::W] = data.weights;
  run.tensor[Operand::O].assign(static_cast<std::size_t>(run.transfers.tensor(Operand::O).words),
                                0);
}

void Machine::Impl::begin(RunContext& run) {
  name_causes(run);
  load_tensors(run);
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) {
    if (storages[l]) storages[l]->begin(&run);
    if (arrays[l]) arrays[l]->begin(&run);
  }
  const auto unit_of = [&](int hold) -> HoldUnit* {
    return hold == kFirstLevel ? nullptr : units[static_cast<std::size_t>(hold)];
  };
  units.clear();
  for (std::size_t h = 0; h < run.nest.holds.size(); ++h) {
    const Hold& hold = run.nest.holds[h];
    HoldUnit* unit = storages[static_cast<std::size_t>(hold.level)]->unit(hold.operand);
    unit->load(&run, static_cast<int>(h), unit_of(hold.parent));
    units.push_back(unit);
  }
  for (std::size_t h = 0; h < units.size(); ++h)
    units[h]->enroll(*storages[static_cast<std::size_t>(run.nest.holds[h].parent_level)]);
  PerOperand<HoldUnit*> innermost;
  for (Operand o : kAllOperands) innermost[o] = unit_of(run.nest.innermost[o]);
  processor->load(&run, innermost);
}

void Machine::Impl::end() {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) (*unit)->unload();
  processor->load(nullptr, {});
}

std::unique_ptr<Waves> Machine::Impl::waves(const std::string& file) const {
  if (file.empty()) return nullptr;
  auto waves = std::make_unique<Waves>(file);
  for (const auto& storage : storages) {
    if (!storage) continue;
    for (const TimedPort& port : storage->ports())
      if (port.timed()) waves->add(port.busy(), port.name() + ".busy");
  }
  for (const HoldUnit* unit : units) {
    const std::string name = unit->name();
    waves->add(unit->filled_tile(), name + ".filled_tile");
    if (unit->operand() == Operand::O) waves->add(unit->drained_tile(), name + ".drained_tile");
  }
  waves->add(processor->current_step(), std::string(processor->name()) + ".step");
  waves->add(processor->current_lanes(), std::string(processor->name()) + ".active_lanes");
  return waves;
}

RunResult Machine::Impl::run(const Layer& layer, const Mapping& mapping,
                             const RunOptions& options) {
  RunContext context(layer, accelerator, mapping, options);
  begin(context);
  const std::unique_ptr<Waves> trace = waves(options.vcd);
  sequencer->program(&context, units, processor.get());
  sc_core::sc_start();
  if (context.failure) std::rethrow_exception(context.failure);
  if (!sequencer->done()) throw std::logic_error("simulator: the machine stopped: " + stuck());
  if (trace) trace->finish();
  RunResult out = result(context);
  end();
  return out;
}

std::string Machine::Impl::stuck() const {
  std::string text = processor->done() ? "steps done" : "steps not done";
  for (HoldUnit* unit : units)
    if (!unit->done()) text += "; " + unit->status();
  return text;
}

void Machine::Impl::add_counts(const RunContext& run, RunResult& result) const {
  result.counts = processor->counts();
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l)
    for (std::size_t m = 0; m < kMovedKinds; ++m)
      for (std::size_t x = 0; x < kActionKinds; ++x) {
        const std::int64_t n = run.counters[l].n[m][x];
        if (n == 0) continue;
        std::int64_t& sum =
            result.counts[{accelerator.levels[l].name, kMovedNames[m], kActionNames[x]}];
        sum = add(sum, n);
      }
}

RunResult Machine::Impl::result(RunContext& run) const {
  RunResult result;
  result.finish = run.finish.at();
  const std::vector<std::int64_t>& causes = run.finish.causes();
  for (std::size_t i = 0; i < causes.size(); ++i)
    if (causes[i] != 0) result.by_cause[cause_names[i]] = causes[i];
  add_counts(run, result);
  result.steps = run.step;
  result.transfers = run.transfers_done;
  result.step_cycles = processor->step_cycles();
  result.lane_cycles = processor->lane_cycles();
  result.macs = processor->macs();
  for (const auto& storage : storages) {
    if (!storage) continue;
    for (const TimedPort& port : storage->ports())
      if (port.timed()) result.ports[port.name()] = {port.busy_cycles(), port.transfers()};
  }
  result.output = std::move(run.tensor[Operand::O]);
  if (run.nest.innermost[Operand::O] == kFirstLevel)  // still partial sums
    for (std::int32_t& word : result.output)
      word = fit(word, run.precision.output_bits, run.overflow);
  return result;
}

Machine::Machine(const Accelerator& accelerator) : impl_(std::make_unique<Impl>(accelerator)) {}
Machine::~Machine() = default;

RunResult Machine::run(const Layer& layer, const Mapping& mapping, const RunOptions& options) {
  return impl_->run(layer, mapping, options);
}

}  // namespace assay::simulator

// The SystemC library refers to it from its own main(); programs here have theirs.
int sc_main(int, char**) { return 0; }
