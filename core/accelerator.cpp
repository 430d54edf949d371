// SPDX-License-Identifier: Apache-2.0
#include "core/accelerator.h"

#include <algorithm>
#include <set>

#include "core/checked.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

constexpr IntRange kBits{1, 64};
constexpr IntRange kPositive{1, kMaxBound};
constexpr IntRange kNonNegative{0, kMaxBound};
constexpr IntRange kCycles{0, 1'000'000'000};

Precision read_precision(YamlMap map) {
  Precision p;
  p.input_bits = static_cast<int>(map.integer("input_bits", kBits));
  p.weight_bits = static_cast<int>(map.integer("weight_bits", kBits));
  p.psum_bits = static_cast<int>(map.integer("psum_bits", kBits));
  p.output_bits = static_cast<int>(map.integer("output_bits", kBits));
  map.finish();
  return p;
}

using Served = PerOperand<std::array<bool, kTransfers>>;

// Names of components appear in "level.operand.action" and in "hold LEVEL".
std::string read_name(YamlMap& map, const std::string& key) {
  std::string text = map.text(key);
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
      std::string::npos)
    map.error(key, text, "expected letters, digits, '_' and '-' only");
  return text;
}

// "I.read": operand and transfer. Inputs and weights are never written nor drained.
void read_served(YamlMap& map, const std::string& key, const std::string& word, Served& serves) {
  const auto dot = word.find('.');
  const auto operand = parse_operand(word.substr(0, dot));
  if (operand && dot != std::string::npos)
    for (const Transfer t : {Transfer::fill, Transfer::read, Transfer::write, Transfer::drain}) {
      const bool exists = *operand == Operand::O || t == Transfer::fill || t == Transfer::read;
      if (!exists || word.substr(dot + 1) != name(t)) continue;
      serves[*operand][static_cast<std::size_t>(t)] = true;
      return;
    }
  map.error(key, word,
            "expected an operand and a transfer: I.fill, I.read, W.fill, W.read, O.fill, O.read, O.write or O.drain");
}

Port read_port(YamlMap& map) {
  Port port;
  port.name = read_name(map, "name");
  port.bandwidth_bits_per_cycle = map.rational("bandwidth_bits_per_cycle");
  port.latency_cycles = map.integer("latency_cycles", kCycles, 0);
  for (const std::string& word : map.texts("serves")) read_served(map, "serves", word, port.serves);
  map.finish();
  return port;
}

BankGeometry read_banks(YamlMap map) {
  BankGeometry b;
  b.banks = map.integer("banks", kPositive);
  b.depth_words = map.integer("depth_words", kPositive);
  b.width_bits = map.integer("width_bits", kPositive);
  map.finish();
  return b;
}

Keep read_keep(YamlMap map, std::optional<BankGeometry>& banks) {
  Keep keep;
  keep.kept = true;
  keep.slots = static_cast<int>(map.integer("slots", {1, 1'000'000}, 1));
  if (map.has("capacity_bytes")) keep.capacity_bytes = map.integer("capacity_bytes", kPositive);
  keep.fifo_bytes = map.integer("fifo_bytes", kNonNegative, 0);
  if (map.has("bram")) banks = read_banks(map.map("bram"));
  map.finish();
  return keep;
}

// Every transfer of an operand that the level keeps is limited by one port, by none, or not stated.
void check_served(YamlMap& map, const Level& level) {
  for (const Operand o : kAllOperands)
    for (std::size_t t = 0; t < kTransfers; ++t) {
      const auto serving = std::count_if(level.ports.begin(), level.ports.end(),
                                         [&](const Port& p) { return p.serves[o][t]; });
      const bool unlimited = level.unlimited[o][t];
      const std::string word = std::string(name(o)) + "." + std::string(name(static_cast<Transfer>(t)));
      if (serving > 1) map.error("ports", word, "served by several ports; expected one");
      if (serving > 0 && unlimited)
        map.error("unlimited", word, "a port serves it; expected one or the other");
      if ((serving > 0 || unlimited) && !level.keeps[o].kept)
        map.error(serving > 0 ? "ports" : "unlimited", word,
                  "level '" + level.name + "' does not keep " + std::string(name(o)));
    }
}

void read_ports(YamlMap& map, Level& level) {
  std::set<std::string> names;
  for (YamlMap& port : map.maps("ports")) {
    if (level.ports.size() == kMaxPorts) {
      port.error("", "", "expected at most " + std::to_string(kMaxPorts) + " ports in a level");
      return;
    }
    level.ports.push_back(read_port(port));
    if (!names.insert(level.ports.back().name).second)
      port.error("name", level.ports.back().name, "two ports of one level have this name; expected different names");
  }
}

void read_keeps(YamlMap& map, Level& level) {
  YamlMap keeps = map.map("keeps");
  const auto entries = keeps.entries();
  for (const auto& [key, node] : entries) {
    const auto operand = parse_operand(key);
    if (operand)
      level.keeps[*operand] = read_keep(keeps.child(key, node), level.banks[*operand]);
    else
      keeps.error(key, "", "expected an operand: 'I', 'W' or 'O'");
  }
  if (entries.empty() && map.has("keeps") && map.raw("keeps").IsMap())
    map.error("keeps", "", "expected at least one operand: 'I', 'W' or 'O'");
}

void read_storage(YamlMap& map, Level& level) {
  level.kind = LevelKind::storage;
  level.name = read_name(map, "storage");
  level.off_chip = map.boolean("off_chip", false);
  if (map.has("capacity_bytes")) level.capacity_bytes = map.integer("capacity_bytes", kPositive);
  read_keeps(map, level);
  if (map.has("unlimited"))
    for (const std::string& word : map.texts("unlimited")) read_served(map, "unlimited", word, level.unlimited);
  if (map.has("ports")) read_ports(map, level);
  check_served(map, level);
  map.finish();
}

Network read_network(YamlMap& map, Operand operand) {
  const std::string key(name(operand));
  if (operand == Operand::O) {
    const std::string word = map.choice(key, {"tree", "chain", "none"});
    return word == "tree" ? Network::tree : word == "chain" ? Network::chain : Network::none;
  }
  const std::string word = map.choice(key, {"multicast", "unicast", "forward"});
  return word == "multicast" ? Network::multicast
                             : word == "unicast" ? Network::unicast : Network::forward;
}

void read_array(YamlMap& map, Level& level) {
  level.kind = LevelKind::array;
  level.name = map.choice("array", {"x", "y"});
  level.axis = level.name.front();
  level.size = map.integer("size", {1, 1'000'000'000});
  YamlMap networks = map.map("networks");
  for (Operand o : kAllOperands)
    if (networks.has(std::string(name(o)))) level.network[o] = read_network(networks, o);
  networks.finish();
  if (map.has("hop_latency_cycles")) {
    YamlMap hops = map.map("hop_latency_cycles");
    for (Operand o : kAllOperands) {
      const std::string key(name(o));
      level.hop_latency_cycles[o] = hops.integer(key, kCycles, 0);
      if (hops.has(key) && level.network[o] == Network::absent)
        hops.error(key, "", "the array names no network for it");
    }
    hops.finish();
  }
  map.finish();
}

void read_compute(YamlMap& map, Level& level) {
  level.kind = LevelKind::compute;
  level.name = read_name(map, "compute");
  Compute& c = level.compute;
  if (map.has("initiation_interval_cycles"))
    c.initiation_interval_cycles = map.rational("initiation_interval_cycles");
  c.step_overhead_cycles = map.integer("step_overhead_cycles", kCycles, 0);
  c.per_psum_cycles = map.integer("per_psum_cycles", kCycles, 0);
  c.per_new_input_cycles = map.integer("per_new_input_cycles", kCycles, 0);
  YamlMap reads = map.map("reads_per_mac");
  for (Operand o : kAllOperands)
    c.reads_per_mac[o] = reads.integer(std::string(name(o)), {0, 1000});
  reads.finish();
  c.psum_writes_per_mac = map.integer("psum_writes_per_mac", {0, 1000});
  if (map.has("dsp_per_mac")) c.dsp_per_mac = map.integer("dsp_per_mac", {0, 1'000'000});
  map.finish();
}

Level read_level(YamlMap map) {
  Level level;
  level.line = map.line();
  const int kinds = static_cast<int>(map.has("storage")) + static_cast<int>(map.has("array")) +
                    static_cast<int>(map.has("compute"));
  if (kinds != 1) {
    std::string hint;
    for (const auto& [key, node] : map.entries())
      if (const std::string n = nearest(key, {"storage", "array", "compute"}); kinds == 0 && !n.empty())
        hint = "; did you mean '" + n + "' instead of '" + key + "'?";
    if (map.line() != 0)
      map.error("", "", "expected exactly one of the keys 'storage', 'array' or 'compute' in a level" + hint);
    return level;
  }
  if (map.has("storage")) read_storage(map, level);
  if (map.has("array")) read_array(map, level);
  if (map.has("compute")) read_compute(map, level);
  return level;
}

// Relations between levels that no single level can see.
void check_levels(YamlMap& top, const Accelerator& a) {
  const auto fail = [&](const Level& level, const std::string& expected) {
    if (level.name.empty()) return;  // could not be read, which has been said
    top.diagnostics()->push_back({top.file(), level.line, "levels", level.name, expected});
  };
  if (a.levels.size() < 2) {
    if (top.raw("levels").IsDefined() && top.raw("levels").IsSequence())
      top.error("levels", std::to_string(a.levels.size()), "expected at least a storage and a compute level");
    return;
  }
  const Level& first = a.levels.front();
  if (first.kind != LevelKind::storage)
    fail(first, "the first level must be a storage that keeps every operand");
  for (Operand o : kAllOperands)
    if (first.kind == LevelKind::storage && !first.keeps[o].kept)
      fail(first, "the first level must keep every operand; " + std::string(name(o)) + " is missing");
  if (a.levels.back().kind != LevelKind::compute)
    fail(a.levels.back(), "the last level must be the compute level");
  std::set<std::string> names;
  for (std::size_t i = 0; i < a.levels.size(); ++i) {
    const Level& level = a.levels[i];
    if (!names.insert(level.name).second)
      fail(level, "two levels have this name; expected different names");
    if (level.kind == LevelKind::compute && i + 1 != a.levels.size())
      fail(level, "a compute level must be the last one");
  }
}

void read_levels(YamlMap& top, Accelerator& a) {
  for (YamlMap& level : top.maps("levels")) {
    if (a.levels.size() == kMaxLevels) {
      level.error("", "", "expected at most " + std::to_string(kMaxLevels) + " levels");
      a.levels.clear();
      return;
    }
    a.levels.push_back(read_level(level));
  }
  check_levels(top, a);
}

std::string did_you_mean(const std::string& component, const Accelerator& a) {
  std::vector<std::string> names;
  for (const Level& l : a.levels)
    if (l.kind != LevelKind::array) names.push_back(l.name);
  const std::string hint = a.find(component) >= 0 ? "" : nearest(component, names);
  return hint.empty() ? "" : "; did you mean '" + hint + "'?";
}

void read_zero_gating(YamlMap& top, Accelerator& a) {
  if (!top.has("zero_gating") || a.levels.empty()) return;
  for (const std::string& word : top.texts("zero_gating")) {
    const auto dot = word.find('.');
    ZeroGate gate;
    gate.component = word.substr(0, dot);
    if (dot != std::string::npos) gate.operand = parse_operand(word.substr(dot + 1));
    const int level = a.find(gate.component);
    const bool compute = level >= 0 && a.levels[static_cast<std::size_t>(level)].kind == LevelKind::compute;
    const bool storage = level >= 0 && a.levels[static_cast<std::size_t>(level)].kind == LevelKind::storage;
    const bool kept = storage && gate.operand && a.levels[static_cast<std::size_t>(level)].keeps[*gate.operand].kept;
    if (dot == std::string::npos ? compute : kept)
      a.zero_gating.push_back(gate);
    else
      top.error("zero_gating", word,
                "expected the compute level's name, or a storage level and an operand it keeps such as spad.W" +
                    did_you_mean(gate.component, a));
  }
}

void read_sources(YamlMap& top, Accelerator& a) {
  if (!top.has("sources")) return;
  for (YamlMap& map : top.maps("sources")) {
    SourceNote note;
    note.key = map.text("key");
    note.source = map.text("source");
    note.confidence = map.text("confidence");
    map.finish();
    a.sources.push_back(note);
  }
}

void read_policies(YamlMap& top, Accelerator& a) {
  a.padding = top.choice("padding", {"clipped", "stored"}) == "stored" ? Padding::stored : Padding::clipped;
  a.halo = top.choice("halo", {"slide", "reload"}) == "reload" ? Halo::reload : Halo::slide;
  YamlMap outputs = top.map("outputs");
  a.first_visit = outputs.choice("first_visit", {"zero", "read"}) == "read" ? FirstVisit::read : FirstVisit::zero;
  a.accumulate =
      outputs.choice("accumulate", {"preload", "on_drain"}) == "on_drain" ? Accumulate::on_drain : Accumulate::preload;
  outputs.finish();
  if (!top.has("overflow")) return;
  a.overflow =
      top.choice("overflow", {"wrap", "saturate"}) == "saturate" ? Overflow::saturate : Overflow::wrap;
}

void read_device(YamlMap& top, Accelerator& a) {
  YamlMap technology = top.map("technology");
  a.node_nm = static_cast<int>(technology.integer("node_nm", {1, 1000}));
  a.supply_v = technology.real("supply_v", {0.01, 10});
  technology.finish();
  if (!top.has("fpga")) return;
  YamlMap fpga = top.map("fpga");
  FpgaDevice device;
  device.part = fpga.text("part");
  device.dsp = fpga.integer("dsp", kNonNegative);
  device.bram18 = fpga.integer("bram18", kNonNegative);
  fpga.finish();
  a.fpga = device;
}

}  // namespace

std::string_view name(Transfer t) {
  constexpr std::array<std::string_view, kTransfers> kNames{"fill", "read", "write", "drain"};
  return kNames[static_cast<std::size_t>(t)];
}

std::string_view name(Network n) {
  constexpr std::array<std::string_view, 7> kNames{"absent", "multicast", "unicast", "forward",
                                                   "tree",   "chain",     "none"};
  return kNames[static_cast<std::size_t>(n)];
}

int Accelerator::find(std::string_view level_name) const {
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (levels[i].name == level_name) return static_cast<int>(i);
  return -1;
}

std::int64_t Accelerator::lanes() const {
  std::int64_t n = 1;
  for (const Level& level : levels)
    if (level.kind == LevelKind::array) n = mul(n, level.size);
  return n;
}

Precision effective_precision(const Accelerator& accelerator, const Layer& layer) {
  Precision p = accelerator.precision;
  if (layer.precision.input_bits != 0) p.input_bits = layer.precision.input_bits;
  if (layer.precision.weight_bits != 0) p.weight_bits = layer.precision.weight_bits;
  if (layer.precision.psum_bits != 0) p.psum_bits = layer.precision.psum_bits;
  if (layer.precision.output_bits != 0) p.output_bits = layer.precision.output_bits;
  return p;
}

Accelerator read_accelerator(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Accelerator a;
  a.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.accelerator/1");
  a.name = top.text("name");
  a.description = top.text("description");
  a.source = top.text("source");
  a.clock = Megahertz(top.real("clock_mhz", {1e-3, 1e6}));
  read_device(top, a);
  a.precision = read_precision(top.map("precision"));
  read_policies(top, a);
  if (top.has("rtl")) a.rtl = read_name(top, "rtl");
  read_levels(top, a);
  read_zero_gating(top, a);
  read_sources(top, a);
  top.finish();
  throw_if_any(diagnostics);
  return a;
}

}  // namespace assay
