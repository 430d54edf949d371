// SPDX-License-Identifier: Apache-2.0
#include "core/machine.h"

#include <cmath>
#include <stdexcept>

#include "core/text.h"

namespace assay {
namespace {

using Kind = MachineSlot::Kind;

constexpr double kDigits = 1e7;
constexpr double kSmallest = 1e-5;
constexpr double kLargest = 1e12;

Level& level_at(const MachineSlot& slot, Accelerator* a) {
  return a->levels[static_cast<std::size_t>(slot.level)];
}
const Level& level_at(const MachineSlot& slot, const Accelerator& a) {
  return a.levels[static_cast<std::size_t>(slot.level)];
}
Port& port_at(const MachineSlot& slot, Accelerator* a) {
  return level_at(slot, a).ports[static_cast<std::size_t>(slot.port)];
}
const Port& port_at(const MachineSlot& slot, const Accelerator& a) {
  return level_at(slot, a).ports[static_cast<std::size_t>(slot.port)];
}

bool may_be_zero(Kind kind) {
  return kind == Kind::latency || kind == Kind::step_overhead || kind == Kind::layer_overhead;
}

class Application {
 public:
  Application(const Parameters& parameters, Accelerator* accelerator, Diagnostics* diagnostics)
      : file_(parameters.file.string()), accelerator_(accelerator), diagnostics_(diagnostics) {
    for (auto& [name, slot] : machine_slots(*accelerator)) {
      names_.push_back(name);
      slots_.push_back(slot);
    }
  }

  void apply(const MachineValue& m) {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == m.key) return apply(m, slots_[i]);
    const std::string hint = nearest(m.key, names_);
    error(m,
          "accelerator '" + accelerator_->name + "' has no such value" +
              (hint.empty() ? "; it has " + listed(names_, 30) : "; did you mean '" + hint + "'?"));
  }

 private:
  void apply(const MachineValue& m, const MachineSlot& slot) {
    if (m.scale && slot.kind == Kind::layer_overhead)
      return error(m, "the accelerator has no overhead to scale; expected 'value'");
    const double value = m.value ? *m.value : value_of(*accelerator_, slot) * *m.scale;
    if (value > kLargest || (value < kSmallest && !(value == 0 && may_be_zero(slot.kind))))
      return error(m, "expected a value from 1e-5 to 1e12");
    if (m.scale && *m.scale == 1) return;  // as it stands, not rounded
    set_value(slot, value, accelerator_);
  }

  void error(const MachineValue& m, const std::string& expected) {
    diagnostics_->push_back({file_, m.line, "machine.key", m.key, expected});
  }

  std::string file_;
  Accelerator* accelerator_;
  Diagnostics* diagnostics_;
  std::vector<std::string> names_;
  std::vector<MachineSlot> slots_;
};

}  // namespace

Rational rounded(double value) {
  if (!(value >= kSmallest && value <= kLargest))
    throw std::domain_error("a machine value of " + number_text(value) + " is out of range");
  std::int64_t den = 1;
  while (value * static_cast<double>(den) < kDigits / 10 && den < 1'000'000'000'000) den *= 10;
  const auto num = static_cast<std::int64_t>(std::llround(value * static_cast<double>(den)));
  return *parse_rational(std::to_string(num) + "/" + std::to_string(den));  // lowest terms
}

std::vector<std::pair<std::string, MachineSlot>> machine_slots(const Accelerator& accelerator) {
  std::vector<std::pair<std::string, MachineSlot>> out{
      {"clock_mhz", {Kind::clock, -1, -1}}, {"layer_overhead_us", {Kind::layer_overhead, -1, -1}}};
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) {
    const Level& level = accelerator.levels[l];
    const int at = static_cast<int>(l);
    for (std::size_t p = 0; p < level.ports.size(); ++p) {
      const std::string port = level.name + "." + level.ports[p].name;
      const int number = static_cast<int>(p);
      out.push_back({port + ".bandwidth_bits_per_cycle", {Kind::bandwidth, at, number}});
      out.push_back({port + ".latency_cycles", {Kind::latency, at, number}});
    }
    if (level.kind != LevelKind::compute) continue;
    out.push_back({level.name + ".initiation_interval_cycles", {Kind::interval, at, -1}});
    out.push_back({level.name + ".step_overhead_cycles", {Kind::step_overhead, at, -1}});
  }
  return out;
}

double value_of(const Accelerator& a, const MachineSlot& slot) {
  switch (slot.kind) {
    case Kind::clock:
      return a.clock.value;
    case Kind::layer_overhead:
      return a.layer_overhead_us.value_or(0);
    case Kind::interval:
      return level_at(slot, a).compute.initiation_interval_cycles.value();
    case Kind::step_overhead:
      return static_cast<double>(level_at(slot, a).compute.step_overhead_cycles);
    case Kind::bandwidth:
      return port_at(slot, a).bandwidth_bits_per_cycle.value();
    case Kind::latency:
      return static_cast<double>(port_at(slot, a).latency_cycles);
  }
  return 0;
}

void set_value(const MachineSlot& slot, double value, Accelerator* a) {
  switch (slot.kind) {
    case Kind::clock:
      a->clock = Megahertz(value);
      return;
    case Kind::layer_overhead:
      a->layer_overhead_us = value;
      return;
    case Kind::interval:
      level_at(slot, a).compute.initiation_interval_cycles = rounded(value);
      return;
    case Kind::step_overhead:
      level_at(slot, a).compute.step_overhead_cycles = std::llround(value);
      return;
    case Kind::bandwidth:
      port_at(slot, a).bandwidth_bits_per_cycle = rounded(value);
      return;
    case Kind::latency:
      port_at(slot, a).latency_cycles = std::llround(value);
      return;
  }
}

void apply_machine_values(const Parameters& parameters, Accelerator* accelerator,
                          Diagnostics* diagnostics) {
  if (parameters.machine.empty()) return;
  Application application(parameters, accelerator, diagnostics);
  for (const MachineValue& m : parameters.machine) application.apply(m);
}

void put_execution(const Accelerator& accelerator, Record* record) {
  if (!accelerator.layer_overhead_us) return;
  const auto total = record->values.find("total_cycles");
  if (total == record->values.end()) return;
  const double overhead = *accelerator.layer_overhead_us * accelerator.clock.value;
  const Cycles cycles(total->second + overhead);
  record->values["execution_cycles"] = cycles.value;
  record->values["execution_ms"] = duration(cycles, accelerator.clock).value;
}

}  // namespace assay
