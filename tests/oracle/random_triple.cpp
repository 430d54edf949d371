// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/random_triple.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::oracle {
namespace {

constexpr std::int64_t kMaxLanesPerArray = 12;
constexpr unsigned kAllOperandBits = 7;

unsigned bit_of(Operand o) { return 1U << static_cast<unsigned>(o); }

// Draws from the generator's bits alone: the standard's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  // Uniform in [low, high], but for a bias far below anything a test could see.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const std::uint64_t range = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>((bits_() >> 11U) % range);
  }
  bool chance(int percent) { return between(0, 99) < percent; }
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>(between(0, static_cast<std::int64_t>(n) - 1));
  }
  template <class T>
  T pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937_64 bits_;
};

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// ---- Layer ----------------------------------------------------------------------------------

std::vector<Dim> dims_of(LayerKind kind, bool depthwise) {
  switch (kind) {
    case LayerKind::fc:
      return {Dim::N, Dim::M, Dim::C};
    case LayerKind::matmul:
      return {Dim::N, Dim::G, Dim::M, Dim::C};
    case LayerKind::pool:
      return {Dim::N, Dim::G, Dim::P, Dim::Q, Dim::R, Dim::S};
    case LayerKind::elementwise:
      return {Dim::N, Dim::G, Dim::C, Dim::P, Dim::Q};
    case LayerKind::conv:
      break;
  }
  if (depthwise) return {Dim::N, Dim::G, Dim::P, Dim::Q, Dim::R, Dim::S};
  return {kAllDims.begin(), kAllDims.end()};
}

LayerKind random_kind(Random& random) {
  const std::int64_t x = random.between(0, 99);
  if (x < 70) return LayerKind::conv;
  if (x < 80) return LayerKind::pool;
  if (x < 87) return LayerKind::matmul;
  if (x < 93) return LayerKind::fc;
  return LayerKind::elementwise;
}

// Rows and columns behave alike; this is one of the two.
struct SpatialAxis {
  std::int64_t stride = 1, dilation = 1, before = 0, after = 0, input = 1;
};

// An input size and padding for which the layer has exactly `out` positions.
SpatialAxis random_axis(Random& random, std::int64_t out, std::int64_t filter) {
  SpatialAxis axis;
  axis.stride = random.chance(50) ? 1 : random.between(2, 4);
  axis.dilation = random.chance(65) ? 1 : random.between(2, 3);
  const std::int64_t span = (out - 1) * axis.stride + axis.dilation * (filter - 1) + 1;
  const std::int64_t unused = random.chance(60) ? 0 : random.between(0, axis.stride - 1);
  const std::int64_t padded = span + unused;
  const std::int64_t x = random.between(0, 99);
  std::int64_t padding = 0;
  if (x >= 35) padding = random.between(0, std::min<std::int64_t>(x < 75 ? 3 : padded, padded - 1));
  axis.before = random.between(0, padding);
  axis.after = padding - axis.before;
  axis.input = padded - padding;
  return axis;
}

void set_rows(Layer& layer, const SpatialAxis& axis) {
  layer.stride_h = axis.stride;
  layer.dilation_h = axis.dilation;
  layer.pad_top = axis.before;
  layer.pad_bottom = axis.after;
  layer.input_h = axis.input;
}

void set_columns(Layer& layer, const SpatialAxis& axis) {
  layer.stride_w = axis.stride;
  layer.dilation_w = axis.dilation;
  layer.pad_left = axis.before;
  layer.pad_right = axis.after;
  layer.input_w = axis.input;
}

// An output position and its filter dimension: rows or columns.
std::vector<Dim> random_window(Random& random) {
  if (random.chance(50)) return {Dim::R, Dim::P};
  return {Dim::S, Dim::Q};
}

// Multiplies in random dimensions until the number of points would exceed a random target. Where
// there are windows, they often come first.
PerDim<std::int64_t> random_size(Random& random, const std::vector<Dim>& dims) {
  static const std::vector<std::int64_t> kSizes{2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 13};
  static const std::vector<std::int64_t> kTargets{12,  30,  60,  100,  150,  250,
                                                  400, 600, 900, 1300, 2000, 3000};
  PerDim<std::int64_t> size;
  size.fill(1);
  const std::int64_t target = random.pick(kTargets);
  std::int64_t points = 1;
  std::vector<Dim> first;
  if (dims.size() >= 6 && random.chance(70)) first = random_window(random);
  for (std::size_t draws = 0; draws < 12; ++draws) {
    const Dim d = draws < first.size() ? first[draws] : random.pick(dims);
    const std::int64_t s = random.pick(kSizes);
    if (size[d] != 1 || points * s > target) continue;
    size[d] = s;
    points *= s;
  }
  return size;
}

Layer random_layer(Random& random) {
  Layer layer;
  layer.name = "random";
  layer.kind = random_kind(random);
  layer.size = random_size(random, dims_of(layer.kind, random.chance(15)));
  const bool flat = layer.kind == LayerKind::fc || layer.kind == LayerKind::matmul;
  if (flat) return layer;
  if (layer.kind == LayerKind::elementwise) {
    layer.input_h = layer.size[Dim::P];
    layer.input_w = layer.size[Dim::Q];
    return layer;
  }
  set_rows(layer, random_axis(random, layer.size[Dim::P], layer.size[Dim::R]));
  set_columns(layer, random_axis(random, layer.size[Dim::Q], layer.size[Dim::S]));
  return layer;
}

// ---- Accelerator ----------------------------------------------------------------------------

Level storage_level(Random& random, int number) {
  Level level;
  level.kind = LevelKind::storage;
  level.name = number == 0 ? "DRAM" : "L" + std::to_string(number);
  level.off_chip = number == 0;
  for (Operand o : kAllOperands) {
    level.keeps[o].kept = number == 0 || random.chance(85);
    level.keeps[o].slots = static_cast<int>(random.between(1, 2));
  }
  return level;
}

Level array_level(Random& random, char axis) {
  static const std::vector<Network> kIn{Network::multicast, Network::unicast, Network::forward};
  static const std::vector<Network> kOut{Network::tree, Network::chain, Network::none};
  Level level;
  level.kind = LevelKind::array;
  level.name = axis == 'x' ? "X" : "Y";
  level.axis = axis;
  level.network[Operand::I] = random.pick(kIn);
  level.network[Operand::W] = random.pick(kIn);
  level.network[Operand::O] = random.pick(kOut);
  return level;
}

Level compute_level(Random& random) {
  Level level;
  level.kind = LevelKind::compute;
  level.name = "MAC";
  for (Operand o : kAllOperands) level.compute.reads_per_mac[o] = random.between(0, 2);
  level.compute.psum_writes_per_mac = random.between(0, 2);
  return level;
}

// One to four storage levels with up to two arrays anywhere below the first, then compute.
void add_levels(Random& random, std::vector<Level>& levels) {
  static const std::vector<int> kStorages{1, 2, 2, 2, 3, 3, 3, 3, 4, 4};
  static const std::vector<std::size_t> kArrays{0, 1, 1, 2, 2};
  std::vector<char> axes{'x', 'y'};
  random.shuffle(axes);
  axes.resize(random.pick(kArrays));
  const int storages = random.pick(kStorages);
  for (int i = 0; i < storages; ++i) levels.push_back(storage_level(random, i));
  for (char axis : axes) {
    // Above a storage level more often than right above compute.
    std::size_t place = 1 + random.below(levels.size());
    if (random.chance(60)) place = std::min(place, 1 + random.below(levels.size()));
    levels.insert(levels.begin() + static_cast<std::ptrdiff_t>(place), array_level(random, axis));
  }
  levels.push_back(compute_level(random));
}

Accelerator random_accelerator(Random& random) {
  Accelerator accelerator;
  accelerator.name = "random";
  accelerator.precision = {8, 8, 24, 8};
  accelerator.padding = random.chance(60) ? Padding::clipped : Padding::stored;
  accelerator.halo = random.chance(70) ? Halo::slide : Halo::reload;
  accelerator.first_visit = random.chance(50) ? FirstVisit::zero : FirstVisit::read;
  accelerator.accumulate = random.chance(50) ? Accumulate::preload : Accumulate::on_drain;
  add_levels(random, accelerator.levels);
  return accelerator;
}

// ---- Mapping --------------------------------------------------------------------------------

// The bounds of a dimension of size b, outermost first: legal by construction (section 3).
std::vector<std::int64_t> random_bounds(Random& random, std::int64_t b) {
  if (b == 1) return {};
  std::vector<std::int64_t> bounds;
  std::int64_t inside = 1;
  for (std::int64_t more = random.between(0, 3); more > 0; --more) {
    const std::int64_t most = ceil_div(b, inside) - 1;  // leaves 2 or more for the outermost
    if (most < 2) break;
    bounds.push_back(random.between(2, random.chance(75) ? std::min<std::int64_t>(most, 3) : most));
    inside *= bounds.back();
  }
  bounds.push_back(ceil_div(b, inside));
  std::reverse(bounds.begin(), bounds.end());
  return bounds;
}

// Any order; half the time one that favours sliding windows: filters inside output positions.
std::vector<Dim> random_order(Random& random, const std::vector<Dim>& dims) {
  const std::int64_t pull = random.chance(50) ? 0 : random.between(30, 100);
  std::vector<std::pair<std::int64_t, Dim>> keyed;
  for (Dim d : dims) {
    std::int64_t key = random.between(0, 99);
    if (d == Dim::P || d == Dim::Q) key += pull;
    if (d == Dim::R || d == Dim::S) key += 2 * pull;
    keyed.emplace_back(key, d);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Dim> order;
  for (const auto& [key, d] : keyed) order.push_back(d);
  return order;
}

// All loops, temporal as yet, the dimensions interleaved at random.
std::vector<Entry> random_loops(Random& random, const Layer& layer) {
  PerDim<std::vector<std::int64_t>> bounds;
  std::vector<Dim> order;
  for (Dim d : kAllDims) {
    bounds[d] = random_bounds(random, layer.size[d]);
    order.insert(order.end(), bounds[d].size(), d);
  }
  order = random_order(random, order);
  std::vector<Entry> loops;
  PerDim<std::size_t> next{};
  for (Dim d : order) {
    Entry entry;
    entry.dim = d;
    entry.bound = bounds[d][next[d]++];
    loops.push_back(entry);
  }
  return loops;
}

// Moves loops of [first, last) onto the array while they fit.
void place_on_array(Random& random, Level& array, std::vector<Entry>& loops, std::size_t first,
                    std::size_t last, int percent) {
  std::int64_t lanes = 1;
  for (std::size_t j = first; j < last; ++j) {
    Entry& entry = loops[j];
    if (entry.kind == EntryKind::spatial || !random.chance(percent)) continue;
    if (lanes * entry.bound > kMaxLanesPerArray) continue;
    entry.kind = EntryKind::spatial;
    entry.axis = array.axis;
    lanes *= entry.bound;
  }
  array.size = lanes + (random.chance(30) ? random.between(1, 3) : 0);
}

std::vector<int> array_levels(const Accelerator& accelerator) {
  std::vector<int> arrays;
  for (std::size_t i = 0; i < accelerator.levels.size(); ++i)
    if (accelerator.levels[i].kind == LevelKind::array) arrays.push_back(static_cast<int>(i));
  return arrays;
}

// Two arrays with a storage level between them share the nest out at a random place; adjacent ones
// may also mix.
void place_spatial_loops(Random& random, Accelerator& accelerator, std::vector<Entry>& loops) {
  const std::vector<int> arrays = array_levels(accelerator);
  if (arrays.empty()) return;
  const auto level = [&](std::size_t i) -> Level& {
    return accelerator.levels[static_cast<std::size_t>(arrays[i])];
  };
  const int percent = random.chance(80) ? 40 : 75;
  if (arrays.size() == 1) {
    place_on_array(random, level(0), loops, 0, loops.size(), percent);
    return;
  }
  const bool mix = arrays[0] + 1 == arrays[1] && random.chance(50);
  const std::size_t cut = random.below(loops.size() + 1);
  place_on_array(random, level(0), loops, 0, mix ? loops.size() : cut, percent);
  place_on_array(random, level(1), loops, mix ? 0 : cut, loops.size(), percent);
}

// Positions (numbers of loops outside) that a hold of the level may take between the arrays' loops.
struct Room {
  std::size_t low = 0;
  std::size_t high = 0;
};

int level_of_axis(const Accelerator& accelerator, char axis) {
  for (int level : array_levels(accelerator))
    if (accelerator.levels[static_cast<std::size_t>(level)].axis == axis) return level;
  return -1;
}

Room room_for(const Accelerator& accelerator, const std::vector<Entry>& loops, int level) {
  Room room{0, loops.size()};
  for (std::size_t j = 0; j < loops.size(); ++j) {
    if (loops[j].kind != EntryKind::spatial) continue;
    const bool array_outside = level_of_axis(accelerator, loops[j].axis) < level;
    if (array_outside) room.low = std::max(room.low, j + 1);
    if (!array_outside) room.high = std::min(room.high, j);
  }
  return room;
}

struct PlacedHold {
  std::size_t position = 0;
  Entry entry;
};

Entry hold_entry(int level, unsigned operands) {
  Entry entry;
  entry.kind = EntryKind::hold;
  entry.level = level;
  entry.operands = operands;
  return entry;
}

bool slides(const Entry& loop) {
  return loop.kind == EntryKind::loop &&
         (loop.dim == Dim::P || loop.dim == Dim::Q || loop.dim == Dim::R || loop.dim == Dim::S);
}

// A place in the room; for inputs often one right inside a loop whose tiles may overlap.
std::size_t random_place(Random& random, const std::vector<Entry>& loops, Operand o,
                         const Room& room) {
  std::vector<std::size_t> sliding;
  for (std::size_t place = std::max<std::size_t>(room.low, 1); place <= room.high; ++place)
    if (slides(loops[place - 1])) sliding.push_back(place);
  if (o == Operand::I && !sliding.empty() && random.chance(60)) return random.pick(sliding);
  const std::size_t place = room.low + random.below(room.high - room.low + 1);
  // Half stay near the outermost place, so that inner levels have room.
  return random.chance(50) ? place : room.low + random.below(place - room.low + 1);
}

// Holds of one level, each operand at its own place or all at one, none outside `outer[operand]`.
std::vector<PlacedHold> holds_of_level(Random& random, const Layer& layer,
                                       const std::vector<Entry>& loops, const Level& level,
                                       int number, const Room& room,
                                       const PerOperand<std::size_t>& outer) {
  std::vector<PlacedHold> holds;
  const bool even = random.chance(25);
  std::vector<Operand> operands{kAllOperands.begin(), kAllOperands.end()};
  random.shuffle(operands);
  std::size_t shared = room.low;
  for (Operand o : kAllOperands) shared = std::max(shared, outer[o]);
  shared += random.below(room.high - shared + 1);
  for (Operand o : operands) {
    if (!layer.has_operand(o) || !level.keeps[o].kept || random.chance(15)) continue;
    const Room own{std::max(room.low, outer[o]), room.high};
    const std::size_t position = random_place(random, loops, o, own);
    holds.push_back({even ? shared : position, hold_entry(number, bit_of(o))});
  }
  return holds;
}

// Holds follow the order of levels: each operand's own, or (`strict`) those of all together.
std::vector<PlacedHold> random_holds(Random& random, const Layer& layer,
                                     const Accelerator& accelerator,
                                     const std::vector<Entry>& loops) {
  std::vector<PlacedHold> all;
  PerOperand<std::size_t> outer{};
  const bool strict = random.chance(50);
  for (int number = 1; number < static_cast<int>(accelerator.levels.size()); ++number) {
    const Level& level = accelerator.levels[static_cast<std::size_t>(number)];
    if (level.kind != LevelKind::storage) continue;
    const Room room = room_for(accelerator, loops, number);
    std::size_t innermost = 0;
    for (const PlacedHold& hold :
         holds_of_level(random, layer, loops, level, number, room, outer)) {
      for (Operand o : kAllOperands)
        if (hold.entry.operands == bit_of(o)) outer[o] = hold.position;
      all.push_back(hold);
    }
    for (Operand o : kAllOperands) innermost = std::max(innermost, outer[o]);
    if (strict) outer.fill(innermost);
  }
  return all;
}

// Loops and holds in one nest; holds of one level at one place may share an entry.
std::vector<Entry> assemble(Random& random, const std::vector<Entry>& loops,
                            const std::vector<PlacedHold>& holds) {
  std::vector<Entry> nest;
  for (std::size_t position = 0; position <= loops.size(); ++position) {
    for (const PlacedHold& hold : holds) {
      if (hold.position != position) continue;
      const bool same = !nest.empty() && nest.back().kind == EntryKind::hold &&
                        nest.back().level == hold.entry.level;
      if (same && random.chance(70))
        nest.back().operands |= hold.entry.operands;
      else
        nest.push_back(hold.entry);
    }
    if (position < loops.size()) nest.push_back(loops[position]);
  }
  return nest;
}

// ---- Description ----------------------------------------------------------------------------

std::string_view network_name(Network n) {
  constexpr std::array<std::string_view, 7> kNames{"absent", "multicast", "unicast", "forward",
                                                   "tree",   "chain",     "none"};
  return kNames[static_cast<std::size_t>(n)];
}

std::string_view kind_name(LayerKind kind) {
  constexpr std::array<std::string_view, 5> kNames{"conv", "fc", "matmul", "pool", "elementwise"};
  return kNames[static_cast<std::size_t>(kind)];
}

void describe_layer(const Layer& layer, std::ostream& out) {
  out << "layer: " << kind_name(layer.kind);
  for (Dim d : kAllDims)
    if (layer.size[d] != 1) out << ' ' << name(d) << '=' << layer.size[d];
  out << "; input " << layer.input_h << 'x' << layer.input_w << ", stride " << layer.stride_h << ','
      << layer.stride_w << ", dilation " << layer.dilation_h << ',' << layer.dilation_w
      << ", padding " << layer.pad_top << ',' << layer.pad_bottom << ',' << layer.pad_left << ','
      << layer.pad_right << '\n';
}

void describe_options(const Accelerator& a, std::ostream& out) {
  out << "padding: " << (a.padding == Padding::clipped ? "clipped" : "stored")
      << ", halo: " << (a.halo == Halo::slide ? "slide" : "reload")
      << ", first_visit: " << (a.first_visit == FirstVisit::zero ? "zero" : "read")
      << ", accumulate: " << (a.accumulate == Accumulate::preload ? "preload" : "on_drain")
      << ", overflow: " << (a.overflow == Overflow::saturate ? "saturate" : "wrap") << ", bits: I "
      << a.precision.input_bits << " W " << a.precision.weight_bits << " P "
      << a.precision.psum_bits << " O " << a.precision.output_bits << '\n';
}

void describe_level(const Level& level, std::ostream& out) {
  out << "level: " << level.name;
  if (level.kind == LevelKind::array) {
    out << " array " << level.axis << ' ' << level.size;
    for (Operand o : kAllOperands) out << ' ' << name(o) << ' ' << network_name(level.network[o]);
  } else if (level.kind == LevelKind::storage) {
    out << " keeps";
    for (Operand o : kAllOperands)
      if (level.keeps[o].kept) out << ' ' << name(o) << '(' << level.keeps[o].slots << ')';
  } else {
    for (Operand o : kAllOperands)
      out << ' ' << name(o) << " reads " << level.compute.reads_per_mac[o];
    out << " psum writes " << level.compute.psum_writes_per_mac;
  }
  out << '\n';
}

void describe_entry(const Entry& entry, const Accelerator& accelerator, std::ostream& out) {
  if (entry.kind == EntryKind::hold) {
    out << "hold " << accelerator.levels[static_cast<std::size_t>(entry.level)].name << ':';
    for (Operand o : kAllOperands)
      if ((entry.operands & bit_of(o)) != 0) out << ' ' << name(o);
  } else if (entry.kind == EntryKind::spatial) {
    out << "par " << entry.axis << ' ' << name(entry.dim) << ": " << entry.bound;
  } else {
    out << "for " << name(entry.dim) << ": " << entry.bound;
  }
  out << '\n';
}

// ---- Times ----------------------------------------------------------------------------------

// Every transfer of the level either on one of its ports or unlimited.
void add_ports(Random& random, Level& level) {
  const std::int64_t ports = random.between(0, 3);
  for (std::int64_t i = 0; i < ports; ++i) {
    Port port;
    port.name = "p" + std::to_string(i);
    port.bandwidth_bits_per_cycle = {random.between(1, 200), random.between(1, 5)};
    port.latency_cycles = random.chance(50) ? 0 : random.between(1, 20);
    level.ports.push_back(port);
  }
  if (ports == 0) return;
  for (Operand o : kAllOperands)
    for (std::size_t t = 0; t < kTransfers; ++t) {
      const std::size_t port = random.below(static_cast<std::size_t>(ports) + 1);
      if (port < level.ports.size())
        level.ports[port].serves[o][t] = true;
      else
        level.unlimited[o][t] = true;
    }
}

void add_times(Random& random, Level& level) {
  if (level.kind == LevelKind::storage) {
    add_ports(random, level);
    for (Operand o : kAllOperands) level.keeps[o].slots = static_cast<int>(random.between(1, 4));
  } else if (level.kind == LevelKind::array) {
    for (Operand o : kAllOperands)
      level.hop_latency_cycles[o] = random.chance(50) ? 0 : random.between(1, 3);
  } else {
    level.compute.initiation_interval_cycles = {random.between(1, 5), random.between(1, 3)};
    level.compute.step_overhead_cycles = random.between(0, 10);
    level.compute.per_psum_cycles = random.between(0, 2);
    level.compute.per_new_input_cycles = random.between(0, 2);
  }
}

void describe_times(const Level& level, std::ostream& out) {
  for (const Port& port : level.ports) {
    out << "  port " << port.name << ' ' << to_string(port.bandwidth_bits_per_cycle) << " latency "
        << port.latency_cycles;
    constexpr std::array<std::string_view, kTransfers> kNames{"fill", "read", "write", "drain"};
    for (Operand o : kAllOperands)
      for (std::size_t t = 0; t < kTransfers; ++t)
        if (port.serves[o][t]) out << ' ' << name(o) << '.' << kNames[t];
    out << '\n';
  }
  for (Operand o : kAllOperands)
    if (level.hop_latency_cycles[o] != 0)
      out << "  hop latency " << name(o) << ' ' << level.hop_latency_cycles[o] << '\n';
  const Compute& c = level.compute;
  if (level.kind == LevelKind::compute)
    out << "  interval " << to_string(c.initiation_interval_cycles) << ", overhead "
        << c.step_overhead_cycles << ", per psum " << c.per_psum_cycles << ", per new input "
        << c.per_new_input_cycles << '\n';
}

// ---- Shrinking ------------------------------------------------------------------------------

// Makes every array at least as large as its loops.
void grow_arrays(Triple& triple) {
  for (Level& level : triple.accelerator.levels) {
    std::int64_t lanes = 1;
    for (const Entry& e : triple.mapping.nest)
      if (e.kind == EntryKind::spatial && e.axis == level.axis) lanes *= e.bound;
    if (level.kind == LevelKind::array) level.size = std::max(level.size, lanes);
  }
}

// Sets the outermost bound of the dimension to what the inner ones ask for; a loop of bound 1 goes.
void refit(Triple& triple, Dim d) {
  std::vector<Entry>& nest = triple.mapping.nest;
  const auto is_loop = [d](const Entry& e) { return e.kind != EntryKind::hold && e.dim == d; };
  while (true) {
    const auto outermost = std::find_if(nest.begin(), nest.end(), is_loop);
    if (outermost == nest.end()) return;
    std::int64_t inside = 1;
    for (auto e = outermost + 1; e != nest.end(); ++e)
      if (is_loop(*e)) inside *= e->bound;
    outermost->bound = ceil_div(triple.layer.size[d], inside);
    if (outermost->bound > 1) return grow_arrays(triple);
    nest.erase(outermost);
  }
}

// Keeps the padding before the first element where it fits, and drops the rest.
void refit_input(Layer& layer) {
  const bool windowed = layer.kind == LayerKind::conv || layer.kind == LayerKind::pool;
  if (!windowed && layer.kind != LayerKind::elementwise) return;
  const std::int64_t h =
      (layer.size[Dim::P] - 1) * layer.stride_h + layer.dilation_h * (layer.size[Dim::R] - 1) + 1;
  const std::int64_t w =
      (layer.size[Dim::Q] - 1) * layer.stride_w + layer.dilation_w * (layer.size[Dim::S] - 1) + 1;
  layer.pad_top = std::min(layer.pad_top, h - 1);
  layer.pad_left = std::min(layer.pad_left, w - 1);
  layer.pad_bottom = std::min(layer.pad_bottom, h - 1 - layer.pad_top);
  layer.pad_right = std::min(layer.pad_right, w - 1 - layer.pad_left);
  layer.input_h = h - layer.pad_top - layer.pad_bottom;
  layer.input_w = w - layer.pad_left - layer.pad_right;
}

void add_entry_changes(const Triple& triple, std::vector<Triple>& changes) {
  for (std::size_t i = 0; i < triple.mapping.nest.size(); ++i) {
    const Entry& entry = triple.mapping.nest[i];
    Triple change = triple;
    std::vector<Entry>& nest = change.mapping.nest;
    nest.erase(nest.begin() + static_cast<std::ptrdiff_t>(i));
    if (entry.kind != EntryKind::hold) refit(change, entry.dim);
    const auto dim_has_loop = [&](const Entry& e) {
      return e.kind != EntryKind::hold && e.dim == entry.dim;
    };
    // Without its last loop a dimension of more than one element is not covered.
    if (entry.kind == EntryKind::hold || std::any_of(nest.begin(), nest.end(), dim_has_loop))
      changes.push_back(change);
    if (entry.kind != EntryKind::spatial) continue;
    change = triple;
    change.mapping.nest[i].kind = EntryKind::loop;
    changes.push_back(change);
  }
}

void add_operand_changes(const Triple& triple, std::vector<Triple>& changes) {
  for (std::size_t i = 0; i < triple.mapping.nest.size(); ++i)
    for (Operand o : kAllOperands) {
      const unsigned operands = triple.mapping.nest[i].operands;
      if ((operands & bit_of(o)) == 0 || operands == bit_of(o)) continue;
      changes.push_back(triple);
      changes.back().mapping.nest[i].operands = operands & (kAllOperandBits ^ bit_of(o));
    }
}

void add_size_changes(const Triple& triple, std::vector<Triple>& changes) {
  for (Dim d : kAllDims)
    for (std::int64_t size : {std::int64_t{1}, triple.layer.size[d] - 1}) {
      if (size < 1 || size >= triple.layer.size[d]) continue;
      changes.push_back(triple);
      changes.back().layer.size[d] = size;
      refit(changes.back(), d);
      refit_input(changes.back().layer);
    }
}

void add_layer_changes(const Triple& triple, std::vector<Triple>& changes) {
  constexpr std::array kSteps{&Layer::stride_h, &Layer::stride_w, &Layer::dilation_h,
                              &Layer::dilation_w};
  constexpr std::array kPaddings{&Layer::pad_top, &Layer::pad_bottom, &Layer::pad_left,
                                 &Layer::pad_right};
  const auto lower = [&](std::int64_t Layer::*field, std::int64_t least) {
    if (triple.layer.*field == least) return;
    changes.push_back(triple);
    changes.back().layer.*field = least;
    refit_input(changes.back().layer);
  };
  for (auto field : kSteps) lower(field, 1);
  for (auto field : kPaddings) lower(field, 0);
}

}  // namespace

Triple random_triple(std::uint64_t seed) {
  Random random(seed);
  Triple triple;
  triple.layer = random_layer(random);
  triple.accelerator = random_accelerator(random);
  std::vector<Entry> loops = random_loops(random, triple.layer);
  place_spatial_loops(random, triple.accelerator, loops);
  const auto holds = random_holds(random, triple.layer, triple.accelerator, loops);
  triple.mapping.name = "random#" + std::to_string(seed);
  triple.mapping.nest = assemble(random, loops, holds);
  // Drawn last, so that a seed keeps its nest.
  triple.accelerator.overflow = random.chance(50) ? Overflow::wrap : Overflow::saturate;
  return triple;
}

Triple random_timed_triple(std::uint64_t seed) {
  Triple triple = random_triple(seed);
  Random random(seed + 0x9e3779b97f4a7c15U);
  for (Level& level : triple.accelerator.levels) add_times(random, level);
  if (random.chance(50)) {  // last, so that a seed keeps its ports
    const auto bits = [&] { return static_cast<int>(random.between(1, 32)); };
    triple.accelerator.precision = {bits(), bits(), bits(), bits()};  // in order: braces
  }
  return triple;
}

std::string describe(const Triple& triple) {
  std::ostringstream out;
  out << triple.mapping.name << '\n';
  describe_layer(triple.layer, out);
  describe_options(triple.accelerator, out);
  for (const Level& level : triple.accelerator.levels) {
    describe_level(level, out);
    describe_times(level, out);
  }
  for (const Entry& entry : triple.mapping.nest) describe_entry(entry, triple.accelerator, out);
  return out.str();
}

Triple shrink(Triple triple, const std::function<bool(const Triple&)>& fails) {
  while (true) {
    std::vector<Triple> changes;
    add_size_changes(triple, changes);
    add_entry_changes(triple, changes);
    add_operand_changes(triple, changes);
    add_layer_changes(triple, changes);
    const auto smaller = std::find_if(changes.begin(), changes.end(), fails);
    if (smaller == changes.end()) return triple;
    triple = *smaller;
  }
}

}  // namespace assay::oracle
