// SPDX-License-Identifier: Apache-2.0
#include "rtl/tiled/tiled_model.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include "rtl/tiled/tiled_layout.h"
#include "rtl/waves.h"

namespace assay::rtl {

namespace {

constexpr std::int64_t kLargest = 65535;       // registers of loops and positions have 16 bits
constexpr int kBuf = 1;                        // index of level `buf`
constexpr std::int64_t kPatience = 100000000;  // cycles without traffic before the run is given up

// Order of the event counters (tiled.sv).
const std::vector<CountKey>& events() {
  static const std::vector<CountKey> keys{
      {"dram", "I", "read"}, {"dram", "W", "read"}, {"dram", "O", "write"}, {"buf", "I", "fill"},
      {"buf", "W", "fill"},  {"buf", "O", "drain"}, {"buf", "I", "read"},   {"buf", "W", "read"},
      {"buf", "P", "read"},  {"buf", "P", "write"}, {"y", "P", "add"},      {"mac", "-", "mac"}};
  return keys;
}

// Answers the read port: bursts one after another, each word after word.
class Memory {
 public:
  Memory(const TiledShape& shape, std::vector<std::int32_t> input,
         std::vector<std::int32_t> weights)
      : shape_(shape), input_(std::move(input)), weights_(std::move(weights)) {}

  void request(const TiledPorts& ports, std::int64_t cycle) {
    bursts_.push_back({ports.request_weights, ports.request_addr, ports.request_words,
                       cycle + shape_.memory_latency});
  }

  TiledRead beat(std::int64_t cycle) {
    TiledRead read;
    if (bursts_.empty() || bursts_.front().due > cycle) return read;
    Burst& b = bursts_.front();
    read.valid = true;
    read.weights = b.weights;
    const std::vector<std::int32_t>& from = b.weights ? weights_ : input_;
    const auto bits = static_cast<unsigned>(shape_.data_bits);
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    for (unsigned w = 0; w < static_cast<unsigned>(shape_.read_words) && b.words > 0; ++w) {
      read.data |= (static_cast<std::uint64_t>(from.at(b.addr)) & mask) << (w * bits);
      ++b.addr;
      --b.words;
    }
    if (b.words == 0) bursts_.pop_front();
    return read;
  }

 private:
  struct Burst {
    bool weights;
    std::uint32_t addr;
    std::uint32_t words;
    std::int64_t due;
  };
  const TiledShape& shape_;
  std::vector<std::int32_t> input_, weights_;
  std::deque<Burst> bursts_;
};

// DSP48E1 multiplies 25 x 18 signed bits; words of up to 25 bits take two, wider ones three:
// low by low, low by high, high by low; high by high lies beyond a partial sum of 32 bits.
std::int64_t dsp_per_mac(std::int64_t data_bits) {
  return data_bits <= 18 ? 1 : data_bits <= 25 ? 2 : 3;
}

void store(const TiledPorts& ports, const TiledShape& shape, std::vector<std::int32_t>* words) {
  const auto bits = static_cast<unsigned>(shape.acc_bits);
  for (unsigned w = 0; w < ports.write_words; ++w) {
    const auto raw = static_cast<std::uint32_t>(ports.write_data >> (w * bits));
    const unsigned spare = 32 - bits;  // sign extension
    words->at(ports.write_addr + w) =
        static_cast<std::int32_t>(raw << spare) >> static_cast<int>(spare);
  }
}

}  // namespace

std::int64_t TiledShape::step_overhead() const {
  std::int64_t tree = 0;
  while ((std::int64_t{1} << tree) < tn) ++tree;
  return 5 + tree;
}

TiledModel::TiledModel(std::string name, const TiledShape& shape, std::unique_ptr<TiledPins> pins)
    : name_(std::move(name)), shape_(shape), pins_(std::move(pins)) {}

Accelerator TiledModel::description() const {
  const TiledShape& s = shape_;
  Accelerator a;
  a.name = name_;
  a.file = name_;
  a.clock = Megahertz{100};
  a.node_nm = 28;
  a.supply_v = 1;
  const int data = static_cast<int>(s.data_bits);
  const int acc = static_cast<int>(s.acc_bits);
  a.precision = {data, data, acc, acc};
  a.padding = Padding::stored;
  a.halo = Halo::reload;
  a.overflow = Overflow::wrap;

  Level dram;
  dram.name = "dram";
  dram.off_chip = true;
  for (Operand o : kAllOperands) dram.keeps[o].kept = true;
  const auto serve = [](Port* port, Operand o, Transfer t) {
    port->serves[o][static_cast<std::size_t>(t)] = true;
  };
  // a request, the memory, a register before the banks
  Port read{"read", {s.read_words * s.data_bits, 1}, s.memory_latency + 1, {}};
  serve(&read, Operand::I, Transfer::read);
  serve(&read, Operand::W, Transfer::read);
  // bank, selection
  Port write{"write", {s.write_words * s.acc_bits, 1}, 2, {}};
  serve(&write, Operand::O, Transfer::write);
  dram.ports = {read, write};

  Level buf;
  buf.name = "buf";
  const auto keep = [&buf](Operand o, std::int64_t banks, std::int64_t depth, std::int64_t bits) {
    buf.keeps[o] = {true, 2, 2 * banks * depth * bits / 8, 0};
    buf.banks[o] = BankGeometry{banks, depth, bits};
  };
  keep(Operand::I, s.tn * s.read_words, s.i_depth / s.read_words, s.data_bits);
  keep(Operand::W, s.tm * s.tn, s.w_depth, s.data_bits);
  keep(Operand::O, s.tm, s.o_depth, s.acc_bits);

  const auto array = [](char axis, std::int64_t size, Network i, Network o) {
    Level l;
    l.kind = LevelKind::array;
    l.name = std::string(1, axis);
    l.axis = axis;
    l.size = size;
    l.network[Operand::I] = i;
    l.network[Operand::W] = Network::unicast;
    l.network[Operand::O] = o;
    return l;
  };
  Level mac;
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  mac.compute.step_overhead_cycles = s.step_overhead();
  for (Operand o : kAllOperands) mac.compute.reads_per_mac[o] = 1;
  mac.compute.psum_writes_per_mac = 1;
  mac.compute.dsp_per_mac = dsp_per_mac(s.data_bits);
  a.levels = {dram, buf, array('y', s.tn, Network::unicast, Network::tree),
              array('x', s.tm, Network::multicast, Network::none), mac};
  return a;
}

bool TiledModel::has_waveforms() const { return kWaveforms; }

Diagnostics TiledModel::check(const Layer& layer, const Mapping& mapping) const {
  const Accelerator self = description();
  Diagnostics reasons = assay::check(layer, self, mapping);
  const auto refuse = [&](const std::string& key, std::int64_t value, const std::string& expected) {
    reasons.push_back({mapping.name, mapping.line, key, std::to_string(value), expected});
  };
  if (!layer.has_weights()) refuse("kind", 0, "a layer with weights");
  const Precision p = effective_precision(self, layer);
  const Precision& own = self.precision;
  if (p.input_bits != own.input_bits || p.weight_bits != own.weight_bits ||
      p.psum_bits != own.psum_bits || p.output_bits != own.output_bits)
    refuse("precision", p.input_bits, "the widths of the hardware");
  if (!reasons.empty()) return reasons;
  const TiledPlan plan = tiled_plan(layer, mapping, kBuf, &reasons);
  if (!reasons.empty()) return reasons;

  const PerDim<TileSize>& t = plan.tile;
  const std::int64_t filter = layer.size[Dim::R] * layer.size[Dim::S];
  const std::int64_t plane = plan.input_rows(layer, false) * plan.input_columns(layer, false);
  if (plane + shape_.read_words - 1 > shape_.i_depth)
    refuse("I", plane, "a channel of a tile to fit its bank");
  if (filter > shape_.w_depth) refuse("W", filter, "filter positions to fit a bank");
  const std::int64_t area = t[Dim::P].full * t[Dim::Q].full;
  if (area > shape_.o_depth) refuse("O", area, "positions of a tile to fit a bank");
  const std::int64_t pairs = t[Dim::M].last * t[Dim::C].last;
  if (filter > 1 && pairs < shape_.read_words)
    refuse("W", pairs, "as many pairs of channels in a tile as words of a beat");
  if (area > 1 && t[Dim::M].last < shape_.write_words)
    refuse("O", t[Dim::M].last, "as many channels in a tile as words of a beat");
  std::int64_t largest = std::max(layer.stride_h, layer.dilation_h) * plane;
  for (const std::int64_t trips : plan.trips) largest = std::max(largest, trips);
  if (largest > kLargest) refuse("trips", largest, "at most 65535");
  return reasons;
}

RunResult TiledModel::run(const Layer& layer, const Mapping& mapping, const LayerData& data,
                          const RunOptions& options) {
  throw_if_any(check(layer, mapping));
  Diagnostics reasons;
  const TiledPlan plan = tiled_plan(layer, mapping, kBuf, &reasons);
  Memory memory(shape_, tiled_input(layer, plan, data.input),
                tiled_weights(layer, plan, data.weights));
  std::vector<std::int32_t> written(static_cast<std::size_t>(tiled_output_words(plan)));

  pins_->trace(options.fst);
  pins_->reset();
  for (const auto& [addr, value] : tiled_registers(layer, plan)) pins_->configure(addr, value);
  pins_->configure(54, static_cast<std::uint32_t>(options.seeded_bug));
  pins_->start();
  RunResult result;
  std::int64_t last_traffic = 0;
  for (std::int64_t cycle = 0;; ++cycle) {
    const TiledPorts ports = pins_->ports();
    if (ports.done) break;
    if (options.progress && cycle % kProgressCycles == 0) options.progress(cycle);
    if (options.max_cycles != 0 && cycle == options.max_cycles) {
      result.finished = false;
      break;
    }
    if (ports.request) memory.request(ports, cycle);
    if (ports.write) store(ports, shape_, &written);
    if (ports.request || ports.write) last_traffic = cycle;
    if (cycle - last_traffic > kPatience) throw std::runtime_error(name_ + ": no end in sight");
    pins_->clock(memory.beat(cycle));
  }
  result.cycles = pins_->count(0);
  for (std::size_t e = 0; e < events().size(); ++e)
    if (const std::int64_t n = pins_->count(static_cast<std::uint32_t>(e + 1)); n != 0)
      result.counts[events()[e]] = n;
  pins_->trace({});  // the file is whole
  result.output = from_tiled_output(layer, plan, written);
  return result;
}

}  // namespace assay::rtl
