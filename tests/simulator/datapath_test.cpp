// SPDX-License-Identifier: Apache-2.0
// The lanes against the brute-force walk (how much, which accesses) and against a literal
// evaluation of every step (the values), over random legal triples. ASSAY_TRIPLES=n and
// ASSAY_SEED=s in the environment choose another campaign (default 3,000 from seed 1).
#include "simulator/datapath.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "simulator/datapath_kernel.h"
#include "tests/oracle/event_plan.h"
#include "tests/oracle/walk.h"
#include "tests/simulator/datapath_memory.h"
#include "tests/simulator/datapath_reference.h"

using namespace assay;
using oracle::Triple;
using reference::Reference;
using simulator::Datapath;
using simulator::StepWork;

namespace {

using Counts = std::map<CountKey, std::int64_t>;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

simulator::Nest nest_of(const Triple& t) {
  return simulator::read_nest(t.layer, t.accelerator, t.mapping);
}

// Those of the walk's counts that the multiply-accumulates cause.
Counts of_macs(const Triple& t) {
  const oracle::Nest nest = oracle::read_nest(t.layer, t.accelerator, t.mapping);
  Counts counts;
  for (const auto& [key, n] : oracle::walk(t.layer, t.accelerator, t.mapping)) {
    const int level = t.accelerator.find(key.component);
    bool ours = key.action == "mac";
    for (Operand o : kAllOperands) {
      const std::string operand(o == Operand::O ? "P" : name(o));
      if (key.operand != operand) continue;
      ours =
          ours || ((key.action == "read" || key.action == "write") && level == nest.innermost[o]);
      ours = ours || (o == Operand::O && level > nest.innermost[o] &&
                      (key.action == "add" || key.action == "hop"));
    }
    if (ours) counts[key] = n;
  }
  return counts;
}

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Empty, or the first difference.
std::string wrong_work(const Triple& t) {
  const Reference r(t);
  Datapath datapath(t.layer, t.accelerator, nest_of(t));
  const oracle::Plan plan = oracle::make_plan(t.layer, t.accelerator, t.mapping);
  const std::vector<reference::StepAt> steps = r.steps();
  if (plan.steps.size() != steps.size()) return "steps";
  Counts counts;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const StepWork& work = datapath.work(steps[s].start);
    std::int64_t macs = 0, active = 0;
    for (const oracle::Point& iteration : r.iterations(steps[s].start)) {
      oracle::Point p;
      for (const oracle::Point& offset : r.lanes.offset) {
        const bool exists = oracle::lane_start(t.layer, iteration, offset, p);
        macs += exists ? 1 : 0;
        active += exists && iteration == steps[s].start ? 1 : 0;
      }
    }
    if (work.lane0_macs != plan.steps[s].macs || work.lane0_psums != plan.steps[s].psums ||
        work.macs != macs || work.active_lanes != active)
      return text("step ", s, ": lane 0 ", work.lane0_macs, " MACs, ", work.lane0_psums,
                  " psums; all ", work.macs, " (", macs, ") on ", work.active_lanes, " lanes (",
                  active, ")");
    for (const auto& [key, n] : work.counts) {
      if (n == 0) return "a count of 0 is listed";
      counts[key] += n;
    }
  }
  const Counts expected = of_macs(t);
  if (counts == expected) return "";
  std::ostringstream out;
  for (const Counts* c : std::initializer_list<const Counts*>{&counts, &expected}) {
    out << (c == &counts ? "simulator:" : "walk:");
    for (const auto& [key, n] : *c)
      out << ' ' << key.component << '.' << key.operand << '.' << key.action << '=' << n;
    out << '\n';
  }
  return out.str();
}

// Can no sum of products leave the precision? Then only sums that the layer can have are tried.
bool never_overflows(const Triple& t, const Precision& bits) {
  double most = std::ldexp(1.0, bits.input_bits - 1);
  if (t.layer.has_weights()) most *= std::ldexp(1.0, bits.weight_bits - 1);
  for (Dim d : {Dim::C, Dim::R, Dim::S}) most *= static_cast<double>(t.layer.size[d]);
  return most < std::ldexp(1.0, bits.psum_bits - 1);
}

std::string wrong_step(const Reference& r, Datapath& datapath, const reference::StepAt& step,
                       std::mt19937_64& random) {
  PerOperand<reference::BuiltMemory> memories;
  PerOperand<Datapath::Place> places;
  for (Operand o : kAllOperands) {
    if (!r.triple.layer.has_operand(o)) continue;
    memories[o] = build(r, o, step, random);
    places[o] = memories[o].place;
  }
  reference::BuiltMemory& out = memories[Operand::O];
  const bool zero = never_overflows(r.triple, r.bits);
  Reference::Psums psums;
  for (const auto& [key, address] : out.address) {
    out.words[address] = zero ? 0
                              : static_cast<std::int32_t>(reference::bring(
                                    out.words[address], r.bits.psum_bits, Overflow::wrap));
    psums[key] = out.words[address];
  }
  std::vector<std::int32_t> expected = out.words;
  r.evaluate(step.start, psums);
  for (const auto& [key, address] : out.address)
    expected[address] = static_cast<std::int32_t>(psums.at(key));
  Datapath::Memory memory;
  memory.input = memories[Operand::I].words.data();
  if (r.triple.layer.has_weights()) memory.weights = memories[Operand::W].words.data();
  memory.psums = out.words.data();
  datapath.run(step.start, places, memory);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (out.words[i] != expected[i])
      return text("word ", i, " is ", out.words[i], ", not ", expected[i]);
  return "";
}

// Tries the first steps, the last one, and some between.
std::string wrong_values(const Triple& t, std::size_t most_steps = 24) {
  const Reference r(t);
  Datapath datapath(t.layer, t.accelerator, nest_of(t));
  const std::vector<reference::StepAt> steps = r.steps();
  std::mt19937_64 random(steps.size());
  for (std::size_t k = 0; k < std::min(most_steps, steps.size()); ++k) {
    const std::size_t s = steps.size() <= most_steps || k < 2 ? k
                          : k == 2                            ? steps.size() - 1
                                                              : random() % steps.size();
    const std::string wrong = wrong_step(r, datapath, steps[s], random);
    if (!wrong.empty()) return text("step ", s, " of ", steps.size(), ": ", wrong);
  }
  return "";
}

Triple triple_of(std::uint64_t seed) {
  return seed % 2 == 0 ? oracle::random_triple(seed) : oracle::random_timed_triple(seed);
}

// Few bits and many, so that sums overflow never, at times, or always.
void choose_values(std::uint64_t seed, Triple& t) {
  std::mt19937_64 random(seed);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  const int data = between(0, 3) == 0 ? 32 : 8;
  t.layer.precision = {};
  t.accelerator.precision.input_bits = between(1, data);
  t.accelerator.precision.weight_bits = between(1, data);
  t.accelerator.precision.psum_bits = between(0, 3) == 0 ? 32 : between(1, data == 8 ? 18 : 32);
  t.accelerator.overflow = between(0, 1) == 0 ? Overflow::wrap : Overflow::saturate;
}

template <class Make, class Check>
void campaign(Make make, Check wrong) {
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_TRIPLES", 3000);
  std::uint64_t legal = 0, failures = 0;
  for (std::uint64_t seed = first; legal < n && seed < first + 4 * n; ++seed) {
    const Triple t = make(seed);
    if (!check(t.layer, t.accelerator, t.mapping).empty()) continue;
    ++legal;
    if (wrong(t).empty() || ++failures > 2) continue;
    const Triple small = oracle::shrink(t, [&](const Triple& s) { return !wrong(s).empty(); });
    BOOST_ERROR("seed " << seed << ", shrunk:\n" << oracle::describe(small) << wrong(small));
  }
  BOOST_TEST_MESSAGE(legal << " legal triples from seed " << first << ", " << failures << " wrong");
  BOOST_TEST(legal >= n);
  BOOST_TEST(failures == 0U);
}

void strip_holds(Triple& t) {
  auto& nest = t.mapping.nest;
  nest.erase(std::remove_if(nest.begin(), nest.end(),
                            [](const Entry& e) { return e.kind == EntryKind::hold; }),
             nest.end());
}

// ---- Whole layers in one step, large enough for every kernel ---------------------------------

struct Large {
  std::mt19937_64 random;
  explicit Large(std::uint64_t seed) : random(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  }

  Triple triple() {
    Triple t;
    Layer& l = t.layer;
    const bool weights = between(0, 4) != 0;
    l.kind = weights ? LayerKind::conv : LayerKind::pool;
    l.size = {{between(1, 2), between(1, 3), weights ? between(1, 24) : 1,
               weights ? between(1, 20) : 1, between(1, 6), between(1, 50), between(1, 4),
               between(1, 13)}};
    l.stride_h = between(1, 2), l.stride_w = between(0, 1) == 0 ? 1 : between(1, 4);
    l.dilation_h = between(1, 2), l.dilation_w = between(1, 2);
    l.pad_top = between(0, 2), l.pad_left = between(0, 2);
    l.input_h = (l.size[Dim::P] - 1) * l.stride_h + (l.size[Dim::R] - 1) * l.dilation_h + 1;
    l.input_w = (l.size[Dim::Q] - 1) * l.stride_w + (l.size[Dim::S] - 1) * l.dilation_w + 1;
    l.input_h = std::max<std::int64_t>(1, l.input_h - l.pad_top);
    l.input_w = std::max<std::int64_t>(1, l.input_w - l.pad_left);
    t.accelerator.levels.resize(4);
    const char* names[] = {"dram", "y", "x", "pe"};
    for (std::size_t i = 0; i < 4; ++i) t.accelerator.levels[i].name = names[i];
    for (std::size_t i : {std::size_t{1}, std::size_t{2}}) {
      t.accelerator.levels[i].kind = LevelKind::array;
      t.accelerator.levels[i].axis = i == 1 ? 'y' : 'x';
      t.accelerator.levels[i].size = 1000;
      t.accelerator.levels[i].network = {{Network::multicast, Network::multicast, Network::tree}};
    }
    t.accelerator.levels[3].kind = LevelKind::compute;
    for (Dim d : kAllDims) add_loops(d, t);
    return t;
  }

  // One or two loops per dimension, temporal or spatial, anywhere in the nest.
  void add_loops(Dim d, Triple& t) {
    auto& nest = t.mapping.nest;
    const std::int64_t size = t.layer.size[d];
    const std::int64_t inner = between(0, 2) == 0 ? between(1, size) : 1;
    std::size_t at = random() % (nest.size() + 1);
    for (std::int64_t bound : {(size + inner - 1) / inner, inner}) {
      Entry entry;
      entry.kind = between(0, 3) == 0 ? EntryKind::spatial : EntryKind::loop;
      entry.dim = d;
      entry.axis = between(0, 1) == 0 ? 'x' : 'y';
      entry.bound = bound;
      nest.insert(nest.begin() + static_cast<std::ptrdiff_t>(at), entry);
      at += 1 + random() % (nest.size() - at);
    }
  }
};

// Outputs of the convolution in its own order, modulo the bits.
std::vector<std::int32_t> convolve(const Layer& l, const Precision& bits) {
  std::vector<std::int32_t> outputs;
  oracle::Point p{};
  const auto each = [&](Dim d, auto body) {
    for (p[d] = 0; p[d] < l.size[d]; ++p[d]) body();
  };
  const auto add = [&](std::int64_t& sum) {
    const auto value = [&](Operand o) {
      return std::int64_t{reference::tensor_value(l, bits, o, reference::element_of(l, o, p))};
    };
    sum = reference::bring(sum + value(Operand::I) * value(Operand::W), bits.psum_bits,
                           Overflow::wrap);
  };
  const auto output = [&] {
    std::int64_t sum = 0;
    each(Dim::C, [&] { each(Dim::R, [&] { each(Dim::S, [&] { add(sum); }); }); });
    outputs.push_back(static_cast<std::int32_t>(sum));
  };
  each(Dim::N, [&] {
    each(Dim::G, [&] { each(Dim::M, [&] { each(Dim::P, [&] { each(Dim::Q, output); }); }); });
  });
  return outputs;
}

bool convolves(const Triple& t) {
  const Reference r(t);
  std::mt19937_64 random(1);
  PerOperand<reference::BuiltMemory> memories;
  for (Operand o : kAllOperands)
    if (t.layer.has_operand(o)) memories[o] = build(r, o, {}, random);
  std::vector<std::int32_t>& psums = memories[Operand::O].words;
  std::fill(psums.begin(), psums.end(), 0);
  Datapath datapath(t.layer, t.accelerator, nest_of(t));
  datapath.run(
      {}, {}, {memories[Operand::I].words.data(), memories[Operand::W].words.data(), psums.data()});
  return psums == convolve(t.layer, r.bits);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(datapath)

BOOST_AUTO_TEST_CASE(work_of_all_steps_equals_the_walk) { campaign(triple_of, wrong_work); }

BOOST_AUTO_TEST_CASE(values_of_steps_equal_a_literal_evaluation) {
  campaign(
      [](std::uint64_t seed) {
        Triple t = triple_of(seed);
        choose_values(seed, t);
        return t;
      },
      [](const Triple& t) { return wrong_values(t); });
}

BOOST_AUTO_TEST_CASE(values_without_holds_equal_a_literal_evaluation) {
  campaign(
      [](std::uint64_t seed) {
        Triple t = triple_of(seed);
        strip_holds(t);
        choose_values(seed, t);
        return t;
      },
      [](const Triple& t) { return wrong_values(t); });
}

BOOST_AUTO_TEST_CASE(large_layers_in_one_step_equal_the_convolution) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Triple t = Large(seed).triple();
    choose_values(seed, t);
    t.accelerator.overflow = Overflow::wrap;
    if (points(t.layer) > 300000) continue;
    BOOST_TEST(convolves(t), "seed " << seed << '\n' << oracle::describe(t));
  }
}

BOOST_AUTO_TEST_CASE(large_layers_saturate_in_the_order_of_the_nest) {
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Triple t = Large(seed).triple();
    if (points(t.layer) > 40000) continue;
    choose_values(seed, t);
    t.accelerator.overflow = Overflow::saturate;
    for (std::size_t level : {std::size_t{1}, std::size_t{2}})
      if (seed % 3 == level) t.accelerator.levels[level].network[Operand::O] = Network::none;
    BOOST_TEST(wrong_values(t).empty(), "seed " << seed << '\n' << oracle::describe(t));
    ++tried;
  }
  BOOST_TEST(tried > 50);
}

// Steps of the shipped mappings: all lanes of real arrays, whole and at the ends of dimensions.
BOOST_AUTO_TEST_CASE(steps_of_the_chips_equal_a_literal_evaluation) {
  const struct {
    const char *chip, *mapping, *workload, *layer;
    std::int64_t batch;
  } cases[] = {
      {"eyeriss", "alexnet", "alexnet", "conv2", 4}, {"eyeriss", "alexnet", "alexnet", "conv4", 4},
      {"dataflows", "ws", "alexnet", "conv1", 1},    {"dataflows", "nlr", "lenet5", "c3", 1},
      {"dataflows", "mixed", "alexnet", "conv3", 1}, {"dataflows", "os", "alexnet", "conv3", 1},
      {"dataflows", "is", "alexnet", "conv3", 1},    {"dataflows", "rs", "alexnet", "conv2", 1},
      {"dataflows", "ws", "alexnet", "fc8", 3},      {"shidiannao", "lenet5", "lenet5", "c3", 1},
      {"tpu_v1", "any", "lenet5", "f6", 1}};
  const auto root = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";
  for (const auto& c : cases) {
    Triple t;
    const auto folder = root / "chips" / c.chip;
    t.accelerator = read_accelerator(folder / "accelerator.yaml");
    const auto file = std::string(c.workload) + ".yaml";
    t.layer = with_batch(*read_workload(root / "workloads" / file).find(c.layer), c.batch);
    const auto mappings = folder / (std::string(c.mapping) + ".yaml");
    t.mapping = *resolve(read_mappings(mappings, t.accelerator), t.layer);
    for (Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
      t.accelerator.overflow = overflow;
      if (overflow == Overflow::saturate) t.accelerator.precision.psum_bits = 14;
      BOOST_TEST(wrong_values(t, 3) == "", c.chip << ' ' << c.mapping << ' ' << c.layer);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
