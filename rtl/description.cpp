// SPDX-License-Identifier: Apache-2.0
#include "rtl/description.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace assay::rtl {
namespace {

using Served = PerOperand<std::array<bool, kTransfers>>;

std::string text(std::int64_t n) { return std::to_string(n); }
std::string text(bool b) { return b ? "true" : "false"; }
std::string text(const Rational& r) { return to_string(r); }

std::string text(const std::optional<std::int64_t>& n, const char* absent) {
  return n ? text(*n) : absent;
}

std::string text(const std::optional<Overflow>& o) {
  return !o ? "not stated" : *o == Overflow::wrap ? "wrap" : "saturate";
}

std::string text(const std::optional<BankGeometry>& b) {
  if (!b) return "none";
  return "{banks: " + text(b->banks) + ", depth_words: " + text(b->depth_words) +
         ", width_bits: " + text(b->width_bits) + "}";
}

// "I.read, O.write", as in the file.
std::string text(const Served& serves) {
  std::string all;
  for (const Operand o : kAllOperands)
    for (std::size_t t = 0; t < kTransfers; ++t)
      if (serves[o][t])
        all += (all.empty() ? "" : ", ") + std::string(name(o)) + "." +
               std::string(name(static_cast<Transfer>(t)));
  return all.empty() ? "nothing" : all;
}

std::string kind_of(const Level& level) {
  return level.kind == LevelKind::storage ? "storage"
         : level.kind == LevelKind::array ? "array"
                                          : "compute";
}

// "dram, buf, y, x, mac"
std::string names_of(const std::vector<Level>& levels) {
  std::string all;
  for (const Level& l : levels) all += (all.empty() ? "" : ", ") + l.name;
  return all;
}

const Level* find(const Accelerator& a, const std::string& level_name) {
  const int at = a.find(level_name);
  return at < 0 ? nullptr : &a.levels[static_cast<std::size_t>(at)];
}

const Port* find(const Level& level, const std::string& port_name) {
  const auto at = std::find_if(level.ports.begin(), level.ports.end(),
                               [&](const Port& p) { return p.name == port_name; });
  return at == level.ports.end() ? nullptr : &*at;
}

class Comparison {
 public:
  Comparison(const Accelerator& file, const Accelerator& hardware, const std::string& configuration)
      : file_(file), hardware_(hardware), configuration_(configuration) {}

  Diagnostics run() {
    precision();
    policies();
    same("levels", names_of(file_.levels), names_of(hardware_.levels));
    for (const Level& mine : hardware_.levels)
      if (const Level* stated = find(file_, mine.name)) level(*stated, mine);
    return std::move(differences_);
  }

 private:
  void same(const std::string& key, const std::string& stated, const std::string& mine) {
    if (stated != mine)
      differences_.push_back({file_.file.string(), line_, prefix_ + key, stated,
                              "hardware '" + configuration_ + "' has " + mine});
  }
  template <class T>
  void same_value(const std::string& key, const T& stated, const T& mine) {
    same(key, text(stated), text(mine));
  }

  void precision() {
    const Precision &f = file_.precision, &h = hardware_.precision;
    same_value<std::int64_t>("precision.input_bits", f.input_bits, h.input_bits);
    same_value<std::int64_t>("precision.weight_bits", f.weight_bits, h.weight_bits);
    same_value<std::int64_t>("precision.psum_bits", f.psum_bits, h.psum_bits);
    same_value<std::int64_t>("precision.output_bits", f.output_bits, h.output_bits);
  }

  void policies() {
    const auto word = [&](const char* key, bool stated, bool mine, const char* yes,
                          const char* no) { same(key, stated ? yes : no, mine ? yes : no); };
    const Accelerator &f = file_, &h = hardware_;
    word("padding", f.padding == Padding::stored, h.padding == Padding::stored, "stored",
         "clipped");
    word("halo", f.halo == Halo::reload, h.halo == Halo::reload, "reload", "slide");
    word("outputs.first_visit", f.first_visit == FirstVisit::read,
         h.first_visit == FirstVisit::read, "read", "zero");
    word("outputs.accumulate", f.accumulate == Accumulate::on_drain,
         h.accumulate == Accumulate::on_drain, "on_drain", "preload");
    same_value("overflow", f.overflow, h.overflow);
  }

  void level(const Level& stated, const Level& mine) {
    line_ = stated.line;
    prefix_ = mine.name + ".";
    if (stated.kind != mine.kind)
      same("kind", kind_of(stated), kind_of(mine));
    else if (mine.kind == LevelKind::storage)
      storage(stated, mine);
    else if (mine.kind == LevelKind::array)
      array(stated, mine);
    else
      compute(stated.compute, mine.compute);
  }

  void storage(const Level& f, const Level& h) {
    same_value("off_chip", f.off_chip, h.off_chip);
    same("capacity_bytes", text(f.capacity_bytes, "unbounded"),
         text(h.capacity_bytes, "unbounded"));
    for (const Operand o : kAllOperands) keep(f, h, o);
    same_value("unlimited", f.unlimited, h.unlimited);
    for (const Port& p : h.ports) port(find(f, p.name), p);
    for (const Port& p : f.ports)
      if (find(h, p.name) == nullptr) same("ports." + p.name, "a port", "none");
  }

  void keep(const Level& f, const Level& h, Operand o) {
    const Keep &stated = f.keeps[o], &mine = h.keeps[o];
    const std::string key = "keeps." + std::string(name(o));
    same(key, stated.kept ? "kept" : "not kept", mine.kept ? "kept" : "not kept");
    if (!stated.kept || !mine.kept) return;
    same_value<std::int64_t>(key + ".slots", stated.slots, mine.slots);
    same(key + ".capacity_bytes", text(stated.capacity_bytes, "shared"),
         text(mine.capacity_bytes, "shared"));
    same_value(key + ".fifo_bytes", stated.fifo_bytes, mine.fifo_bytes);
    same_value(key + ".bram", f.banks[o], h.banks[o]);
  }

  void port(const Port* f, const Port& h) {
    const std::string key = "ports." + h.name;
    if (f == nullptr) {
      same(key, "none", "a port");
      return;
    }
    same_value(key + ".bandwidth_bits_per_cycle", f->bandwidth_bits_per_cycle,
               h.bandwidth_bits_per_cycle);
    same_value(key + ".latency_cycles", f->latency_cycles, h.latency_cycles);
    same_value(key + ".serves", f->serves, h.serves);
  }

  void array(const Level& f, const Level& h) {
    same_value("size", f.size, h.size);
    for (const Operand o : kAllOperands) {
      same("networks." + std::string(name(o)), std::string(name(f.network[o])),
           std::string(name(h.network[o])));
      same_value("hop_latency_cycles." + std::string(name(o)), f.hop_latency_cycles[o],
                 h.hop_latency_cycles[o]);
    }
  }

  void compute(const Compute& f, const Compute& h) {
    same_value("initiation_interval_cycles", f.initiation_interval_cycles,
               h.initiation_interval_cycles);
    same_value("step_overhead_cycles", f.step_overhead_cycles, h.step_overhead_cycles);
    same_value("per_psum_cycles", f.per_psum_cycles, h.per_psum_cycles);
    same_value("per_new_input_cycles", f.per_new_input_cycles, h.per_new_input_cycles);
    for (const Operand o : kAllOperands)
      same_value("reads_per_mac." + std::string(name(o)), f.reads_per_mac[o], h.reads_per_mac[o]);
    same_value("psum_writes_per_mac", f.psum_writes_per_mac, h.psum_writes_per_mac);
    same("dsp_per_mac", text(f.dsp_per_mac, "none"), text(h.dsp_per_mac, "none"));
  }

  const Accelerator& file_;
  const Accelerator& hardware_;
  const std::string& configuration_;
  int line_ = 0;
  std::string prefix_;
  Diagnostics differences_;
};

}  // namespace

Diagnostics compare_description(const Accelerator& file, const Accelerator& hardware,
                                const std::string& configuration) {
  return Comparison(file, hardware, configuration).run();
}

}  // namespace assay::rtl
