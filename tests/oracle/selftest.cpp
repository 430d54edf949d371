// SPDX-License-Identifier: Apache-2.0
// Checks the oracle itself against examples counted by hand and the generator against check(). A
// program of its own, not part of the test suite; link with walk.cpp, random_triple.cpp and core.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/entries.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/walk.h"

namespace assay::oracle {
namespace {

int failures = 0;

void expect(const std::string& what, std::int64_t actual, std::int64_t expected) {
  if (actual == expected) return;
  ++failures;
  std::printf("%s: %lld, by hand %lld\n", what.c_str(), static_cast<long long>(actual),
              static_cast<long long>(expected));
}

struct Expected {
  const char* component;
  const char* operand;
  const char* action;
  std::int64_t value;
};

void expect_counts(const std::string& what, const Triple& t, const std::vector<Expected>& list) {
  auto counts = walk(t.layer, t.accelerator, t.mapping);
  for (const Expected& e : list)
    expect(what + " " + e.component + " " + e.operand + " " + e.action,
           counts[{e.component, e.operand, e.action}], e.value);
}

Entry par(char axis, Dim d, std::int64_t bound) { return lanes(d, bound, axis); }
Level level(LevelKind kind, const std::string& name, char axis = 'x') {
  Level l;
  l.kind = kind;
  l.name = name;
  l.axis = axis;
  l.size = 64;
  l.network = {{Network::multicast, Network::multicast, Network::tree}};
  l.compute.reads_per_mac = {{1, 1, 1}};
  for (Operand o : kAllOperands) l.keeps[o].kept = true;
  return l;
}

// Levels D, then those of `arrays` (x or y), L and the compute level M.
Triple triple(const std::string& arrays, std::vector<Entry> nest) {
  Triple t;
  t.layer.size.fill(1);
  t.accelerator.levels.push_back(level(LevelKind::storage, "D"));
  for (char axis : arrays)
    t.accelerator.levels.push_back(level(LevelKind::array, std::string(1, axis), axis));
  t.accelerator.levels.push_back(level(LevelKind::storage, "L"));
  t.accelerator.levels.push_back(level(LevelKind::compute, "M"));
  t.mapping.nest = std::move(nest);
  return t;
}

void sliding_window() {
  Triple t = triple("", {loop(Dim::Q, 6), hold(1, kI), loop(Dim::S, 3)});
  t.layer.size[Dim::Q] = 6;
  t.layer.size[Dim::S] = 3;
  t.layer.input_w = 8;
  expect_counts("slide", t,
                {{"L", "I", "fill", 8},
                 {"D", "I", "read", 8},
                 {"L", "I", "read", 18},
                 {"D", "W", "read", 18},
                 {"D", "P", "read", 18},
                 {"D", "P", "write", 18},
                 {"M", "-", "mac", 18}});
  t.accelerator.halo = Halo::reload;
  expect_counts("reload", t, {{"L", "I", "fill", 18}});
  t.accelerator.halo = Halo::slide;
  t.layer.input_w = 6;
  t.layer.pad_left = t.layer.pad_right = 1;
  expect_counts("slide, clipped", t, {{"L", "I", "fill", 6}, {"L", "I", "read", 18}});
  t.accelerator.padding = Padding::stored;
  expect_counts("slide, stored", t, {{"L", "I", "fill", 8}});
  t.accelerator.padding = Padding::clipped;
  t.layer.stride_w = 4;  // windows of 3 start at -1, 3, 7, 11, 15, 19
  t.layer.input_w = 20;
  t.layer.pad_right = 2;
  expect_counts("gaps", t, {{"L", "I", "fill", 2 + 3 + 3 + 3 + 3 + 1}});
}

// The windows of two passes over Q: the second pass starts with a whole window.
void second_pass() {
  Triple t = triple("", {loop(Dim::M, 2), loop(Dim::Q, 6), hold(1, kI | kW), loop(Dim::S, 3)});
  t.layer.size[Dim::M] = 2;
  t.layer.size[Dim::Q] = 6;
  t.layer.size[Dim::S] = 3;
  t.layer.input_w = 8;
  expect_counts("two passes", t, {{"L", "I", "fill", 16}, {"L", "W", "fill", 6}});
}

Triple diagonal(const std::string& arrays) {
  Triple t = triple(arrays, {par('x', Dim::P, 3), par('y', Dim::R, 3), hold(3, kI | kW | kO)});
  t.layer.size[Dim::P] = 3;
  t.layer.size[Dim::R] = 3;
  t.layer.input_h = 5;
  return t;
}

// Nine lanes; lane (p, r) needs row p + r.
void diagonal_sharing() {
  Triple t = diagonal("xy");
  expect_counts("diagonal", t,
                {{"L", "I", "fill", 9},
                 {"D", "I", "read", 5},
                 {"L", "W", "fill", 9},
                 {"D", "W", "read", 3},
                 {"L", "O", "drain", 9},
                 {"D", "O", "write", 3},
                 {"D", "P", "write", 0},
                 {"y", "P", "add", 6},
                 {"x", "P", "add", 0},
                 {"L", "P", "write", 9}});
  t.accelerator.levels[1].network[Operand::I] = Network::unicast;
  expect_counts("unicast x", t, {{"L", "I", "fill", 9}, {"D", "I", "read", 9}});
  t.accelerator.levels[1].network[Operand::I] = Network::forward;
  t.accelerator.levels[2].network[Operand::I] = Network::forward;
  expect_counts("forward", t, {{"D", "I", "read", 5}, {"x", "I", "hop", 4}, {"y", "I", "hop", 0}});
  t.accelerator.levels[2].network[Operand::W] = Network::unicast;
  t.accelerator.levels[1].network[Operand::W] = Network::forward;
  expect_counts("W", t, {{"D", "W", "read", 3}, {"x", "W", "hop", 6}, {"y", "W", "hop", 0}});
}

void output_networks() {
  Triple t = diagonal("xy");
  t.accelerator.levels[2].network[Operand::O] = Network::none;
  expect_counts("none", t,
                {{"L", "O", "drain", 9},
                 {"D", "O", "write", 3},
                 {"D", "P", "write", 6},
                 {"D", "P", "read", 6},
                 {"L", "P", "fill", 6},
                 {"L", "P", "join", 0},
                 {"y", "P", "add", 0},
                 {"x", "P", "add", 0}});
  t.accelerator.first_visit = FirstVisit::read;
  t.accelerator.accumulate = Accumulate::on_drain;
  t.accelerator.levels[1].network[Operand::O] = Network::chain;
  expect_counts(
      "none, on drain", t,
      {{"D", "P", "read", 9}, {"L", "P", "fill", 0}, {"L", "P", "join", 9}, {"x", "P", "hop", 0}});
  t.accelerator.levels[2].network[Operand::O] = Network::chain;
  expect_counts("chain", t, {{"y", "P", "add", 6}, {"y", "P", "hop", 6}, {"D", "P", "write", 0}});
}

// C = 5 on three lanes: the second iteration has two.
void remainder() {
  Triple t = triple("x", {loop(Dim::C, 2), loop(Dim::M, 2), par('x', Dim::C, 3), hold(2, kO)});
  t.layer.size[Dim::C] = 5;
  t.layer.size[Dim::M] = 2;
  expect_counts("remainder", t,
                {{"L", "O", "drain", 4},
                 {"L", "P", "drain", 6},
                 {"D", "O", "write", 2},
                 {"D", "P", "write", 2},
                 {"D", "P", "read", 2},
                 {"L", "P", "fill", 2},
                 {"x", "P", "add", 6},
                 {"M", "-", "mac", 10}});
  t.mapping.nest[1] = hold(2, 0);  // without the M loop all is one visit
  t.layer.size[Dim::M] = 1;
  expect_counts("one visit", t,
                {{"L", "O", "drain", 3},
                 {"L", "P", "drain", 0},
                 {"D", "O", "write", 1},
                 {"x", "P", "add", 2},
                 {"M", "-", "mac", 5}});
  // Lanes of 3 and 2 elements in lockstep: two iterations of C (2 + 1 and 2 + 0 elements) per lane.
  t.mapping.nest = {par('x', Dim::C, 2), loop(Dim::C, 2), hold(2, kI), loop(Dim::C, 2)};
  expect_counts("lockstep", t, {{"L", "I", "fill", 5}, {"M", "-", "mac", 5}});
}

void accesses() {
  Triple t = triple("x", {loop(Dim::C, 2), loop(Dim::M, 2), par('x', Dim::C, 2)});
  t.layer.size[Dim::C] = 4;
  t.layer.size[Dim::M] = 2;
  t.accelerator.levels[1].network[Operand::I] = Network::unicast;
  expect_counts("accesses", t,
                {{"D", "I", "read", 8},
                 {"D", "W", "read", 8},
                 {"D", "P", "read", 4},
                 {"D", "P", "write", 4},
                 {"x", "P", "add", 4},
                 {"M", "-", "mac", 8}});
}

std::int64_t point_count(const Layer& layer) {
  std::int64_t n = 1;
  for (Dim d : kAllDims) n *= layer.size[d];
  return n;
}

void check_triple(const Triple& t) {
  for (const Diagnostic& d : check(t.layer, t.accelerator, t.mapping)) {
    ++failures;
    std::printf("illegal: %s; %s\n%s", d.value.c_str(), d.expected.c_str(), describe(t).c_str());
  }
  const Layer& l = t.layer;
  const std::int64_t h = l.input_h + l.pad_top + l.pad_bottom;
  const std::int64_t w = l.input_w + l.pad_left + l.pad_right;
  const std::int64_t p = (h - l.dilation_h * (l.size[Dim::R] - 1) - 1) / l.stride_h + 1;
  const std::int64_t q = (w - l.dilation_w * (l.size[Dim::S] - 1) - 1) / l.stride_w + 1;
  expect(t.mapping.name + " P", p, l.size[Dim::P]);
  expect(t.mapping.name + " Q", q, l.size[Dim::Q]);
}

// Walks n random triples; returns the seconds the walks alone took.
double walk_random(std::uint64_t n) {
  std::chrono::duration<double> spent{0};
  for (std::uint64_t seed = 0; seed < n; ++seed) {
    const Triple t = random_triple(seed);
    check_triple(t);
    const auto start = std::chrono::steady_clock::now();
    auto counts = walk(t.layer, t.accelerator, t.mapping);
    spent += std::chrono::steady_clock::now() - start;
    expect(t.mapping.name + " mac", counts[{"MAC", "-", "mac"}], point_count(t.layer));
    for (const auto& [key, value] : counts)
      if (value < 0) expect(t.mapping.name + " " + key.component + " " + key.action, value, 0);
  }
  return spent.count();
}

}  // namespace
}  // namespace assay::oracle

int main(int argc, char** argv) {
  using namespace assay::oracle;
  sliding_window();
  second_pass();
  diagonal_sharing();
  output_networks();
  remainder();
  accesses();
  const std::uint64_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  const double seconds = walk_random(n);
  std::printf("%d failures; %.3f ms per walk\n", failures, 1e3 * seconds / static_cast<double>(n));
  return failures == 0 ? 0 : 1;
}
