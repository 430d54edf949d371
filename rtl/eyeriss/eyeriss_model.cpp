// SPDX-License-Identifier: Apache-2.0
#include "rtl/eyeriss/eyeriss_model.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "rtl/waves.h"

namespace assay::rtl {

namespace {

// Keys of the hardware's counters, in their order; the first one counts cycles.
struct Event {
  std::uint32_t counter;
  CountKey key;
};
const std::vector<Event>& events() {
  static const std::vector<Event> all{
      {1, {"dram", "I", "read"}},  {2, {"dram", "W", "read"}},   {3, {"dram", "O", "write"}},
      {4, {"glb", "I", "fill"}},   {5, {"wbuf", "W", "fill"}},   {6, {"glb", "I", "read"}},
      {7, {"wbuf", "W", "read"}},  {8, {"glb", "P", "read"}},    {9, {"glb", "P", "write"}},
      {10, {"glb", "O", "write"}}, {11, {"glb", "O", "drain"}},  {12, {"spad", "P", "join"}},
      {13, {"pe", "-", "mac"}},    {13, {"spad", "I", "read"}},  {13, {"spad", "W", "read"}},
      {13, {"spad", "P", "read"}}, {13, {"spad", "P", "write"}}, {15, {"spad", "I", "fill"}},
      {16, {"spad", "W", "fill"}}, {17, {"spad", "O", "drain"}}, {18, {"spad", "P", "drain"}},
      {19, {"y", "P", "add"}},     {19, {"y", "P", "hop"}}};
  return all;
}
constexpr std::uint32_t kCycles = 0, kGated = 14;

// The tensors as the memory keeps them (memory_of).
std::vector<std::uint16_t> memory_image(const Layer& layer, const LayerData& data) {
  const EyerissMemory memory = memory_of(layer);
  std::vector<std::uint16_t> words(static_cast<std::size_t>(memory.end));
  const std::int64_t planes = layer.size[Dim::N] * layer.size[Dim::G] * layer.size[Dim::C];
  std::size_t from = 0;
  for (std::int64_t plane = 0; plane < planes; ++plane)
    for (std::int64_t h = 0; h < layer.input_h; ++h) {
      std::int64_t at = (plane * memory.input_h + h + layer.pad_top) * memory.input_w;
      at += layer.pad_left;
      for (std::int64_t w = 0; w < layer.input_w; ++w)
        words[static_cast<std::size_t>(at + w)] = static_cast<std::uint16_t>(data.input.at(from++));
    }
  for (std::size_t k = 0; k < data.weights.size(); ++k)
    words.at(static_cast<std::size_t>(memory.weights_at) + k) =
        static_cast<std::uint16_t>(data.weights[k]);
  return words;
}

Level array_of(char axis, std::int64_t size, Network outputs) {
  Level l;
  l.kind = LevelKind::array;
  l.name = std::string(1, axis);
  l.axis = axis;
  l.size = size;
  l.network[Operand::I] = Network::multicast;
  l.network[Operand::W] = Network::multicast;
  l.network[Operand::O] = outputs;
  return l;
}

Port port_of(const char* name, std::int64_t words, std::int64_t latency,
             const std::vector<std::pair<Operand, Transfer>>& serves) {
  Port port{name, {16 * words, 1}, latency, {}};
  for (const auto& [operand, transfer] : serves)
    port.serves[operand][static_cast<std::size_t>(transfer)] = true;
  return port;
}

}  // namespace

EyerissModel::EyerissModel(std::string name, const EyerissShape& shape,
                           std::unique_ptr<EyerissPins> pins)
    : name_(std::move(name)), shape_(shape), pins_(std::move(pins)) {}

Accelerator EyerissModel::description() const {
  Accelerator a;
  a.name = name_;
  a.file = name_;
  a.clock = Megahertz{200};
  a.node_nm = 65;
  a.supply_v = 1;
  a.precision = {16, 16, 16, 16};
  a.padding = Padding::stored;
  a.halo = Halo::slide;
  a.first_visit = FirstVisit::zero;
  a.accumulate = Accumulate::on_drain;
  a.overflow = Overflow::wrap;
  a.zero_gating = {{"pe", std::nullopt}, {"spad", Operand::W}};

  Level dram;
  dram.name = "dram";
  dram.off_chip = true;
  for (Operand o : kAllOperands) dram.keeps[o].kept = true;
  // A register before the pins, the memory, a register behind the pins.
  dram.ports = {port_of(
      "link", 1, shape_.memory_latency + 2,
      {{Operand::I, Transfer::read}, {Operand::W, Transfer::read}, {Operand::O, Transfer::write}})};
  const auto unlimited = [](Level* level, Operand o, Transfer t) {
    level->unlimited[o][static_cast<std::size_t>(t)] = true;
  };
  Level wbuf;
  wbuf.name = "wbuf";
  wbuf.capacity_bytes = 8 * shape_.filter_rows;
  wbuf.keeps[Operand::W].kept = true;
  unlimited(&wbuf, Operand::W, Transfer::fill);
  wbuf.ports = {port_of("gin_filter", 4, 1, {{Operand::W, Transfer::read}})};
  Level glb;
  glb.name = "glb";
  glb.capacity_bytes = 8 * shape_.glb_banks * shape_.bank_rows;
  glb.keeps[Operand::I].kept = true;
  glb.keeps[Operand::O].kept = true;
  unlimited(&glb, Operand::I, Transfer::fill);
  unlimited(&glb, Operand::O, Transfer::drain);
  // Memory and bus register; outputs pass a register above the array and one per row.
  glb.ports = {port_of("gin_ifmap", 1, 1, {{Operand::I, Transfer::read}}),
               port_of("gin_psum", 4, 1, {{Operand::O, Transfer::read}}),
               port_of("gon_psum", 4, shape_.rows + 2, {{Operand::O, Transfer::write}})};
  Level spad;
  spad.name = "spad";
  spad.keeps[Operand::I] = {true, 2, 2 * kEyerissWindow, 2 * (kEyerissRing - kEyerissWindow)};
  spad.keeps[Operand::W] = {true, 1, 2 * kEyerissFilters, 0};
  spad.keeps[Operand::O] = {true, 2, 48, 4 * kEyerissPsums - 48};
  Level pe;
  pe.kind = LevelKind::compute;
  pe.name = "pe";
  pe.compute.step_overhead_cycles = 1;
  for (Operand o : kAllOperands) pe.compute.reads_per_mac[o] = 1;
  a.levels = {dram,
              wbuf,
              glb,
              array_of('y', shape_.rows, Network::chain),
              array_of('x', shape_.cols, Network::none),
              spad,
              pe};
  return a;
}

bool EyerissModel::has_waveforms() const { return kWaveforms; }

Diagnostics EyerissModel::check(const Layer& layer, const Mapping& mapping) const {
  const Accelerator hardware = description();
  Diagnostics reasons = assay::check(layer, hardware, mapping);
  const Precision p = effective_precision(hardware, layer);
  if (p.input_bits != 16 || p.weight_bits != 16 || p.psum_bits != 16 || p.output_bits != 16)
    reasons.push_back({mapping.file.string(), layer.line, "precision", "", "16 bits throughout"});
  const EyerissPlan plan = read_plan(mapping, &reasons);
  if (reasons.empty()) check_plan(shape_, layer, mapping, plan, &reasons);
  return reasons;
}

RunResult EyerissModel::run(const Layer& layer, const Mapping& mapping, const LayerData& data,
                            const RunOptions& options) {
  throw_if_any(check(layer, mapping));
  Diagnostics none;
  const EyerissPlan plan = read_plan(mapping, &none);
  const EyerissMemory memory = memory_of(layer);
  std::vector<std::uint16_t> words = memory_image(layer, data);

  pins_->trace(options.fst);
  pins_->reset();
  for (const auto& [addr, value] : configuration_of(shape_, layer, plan, options.seeded_bug))
    pins_->configure(addr, value);
  pins_->start();

  // Nothing moves on the link for a pass at most, unless the hardware hangs.
  const std::int64_t step = plan.c * plan.s * plan.m + plan.tile_rows(layer) +
                            plan.c_pass() * plan.s * plan.strip() * (layer.stride_h + plan.r);
  const std::int64_t patience = 10000 + 10 * plan.images * plan.q * step;
  RunResult result;
  std::vector<EyerissResponse> due(static_cast<std::size_t>(shape_.memory_latency) + 1);
  std::size_t now = 0;
  std::int64_t idle = 0, cycle = 0;
  for (;; ++cycle) {
    const EyerissPorts ports = pins_->ports();
    if (ports.done) break;
    if (options.progress && cycle % kProgressCycles == 0) options.progress(cycle);
    if (options.max_cycles > 0 && cycle >= options.max_cycles) {
      result.finished = false;
      break;
    }
    idle = ports.request ? 0 : idle + 1;
    if (idle > patience) throw std::logic_error("the hardware makes no progress");
    const std::size_t later = (now == 0 ? due.size() : now) - 1;
    due[later] = {};
    if (ports.request && ports.write) {
      words.at(ports.addr) = ports.data;
      due[later].written = true;
    } else if (ports.request) {
      due[later].valid = true;
      due[later].tag = ports.tag;
      due[later].data = words.at(ports.addr);
    }
    const EyerissResponse response = due[now];
    due[now] = {};
    now = (now + 1) % due.size();
    pins_->clock(response);
  }

  result.cycles = result.finished ? pins_->count(kCycles) : cycle;
  for (const Event& e : events())
    if (const std::int64_t n = pins_->count(e.counter); n != 0) result.counts[e.key] = n;
  gated_macs_ = pins_->count(kGated);
  pins_->trace({});  // the file is whole
  for (std::int64_t at = memory.outputs_at; at < memory.end; ++at)
    result.output.push_back(static_cast<std::int16_t>(words[static_cast<std::size_t>(at)]));
  return result;
}

}  // namespace assay::rtl
