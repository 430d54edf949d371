// SPDX-License-Identifier: Apache-2.0
// Tiles of every hold by brute force, for tests of what their transfers move.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/mapping.h"
#include "simulator/transfers.h"
#include "tests/campaign.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/nest.h"
#include "tests/oracle/random_triple.h"

namespace assay::test {

// dram - x - mid - y - reg - mac; both arrays reduce, and write each lane's sums one by one.
inline oracle::Triple sums_of_two_arrays() {
  oracle::Triple t;
  t.layer.size.fill(1);
  t.layer.size[Dim::C] = 8;
  t.accelerator.precision = {8, 8, 32, 8};
  t.accelerator.levels.resize(6);
  const char* names[] = {"dram", "x", "mid", "y", "reg", "mac"};
  for (std::size_t l = 0; l < 6; ++l) {
    Level& level = t.accelerator.levels[l];
    level.name = names[l];
    for (Operand o : kAllOperands) level.keeps[o].kept = true;
    if (l != 1 && l != 3) continue;
    level.kind = LevelKind::array;
    level.axis = names[l][0];
    level.size = 2;
    level.network = {Network::multicast, Network::multicast, Network::none};
  }
  t.accelerator.levels[5].kind = LevelKind::compute;
  constexpr unsigned kOutputs = 4;
  t.mapping.nest = {lanes(Dim::C, 2, 'x'), hold(2, kOutputs), lanes(Dim::C, 2, 'y'),
                    loop(Dim::C, 2), hold(4, kOutputs)};
  return t;
}

// A triple, its nest, and the tiles of its holds, taken from the steps as the contract says.
// Holds stand in the same order in both nests.
class Walked {
 public:
  explicit Walked(const oracle::Triple& triple)
      : triple_(triple),
        nest(oracle::read_nest(triple_.layer, triple_.accelerator, triple_.mapping)),
        simulated(simulator::read_nest(triple_.layer, triple_.accelerator, triple_.mapping)) {
    for (const oracle::Hold& hold : nest.holds) step_loops = std::max(step_loops, hold.outside);
    for (const oracle::Hold& hold : nest.holds) {
      contexts.push_back(
          std::make_unique<oracle::HoldContext>(triple_.layer, triple_.accelerator, nest, hold));
      tiles.push_back(tiles_of(*contexts.back()));
    }
  }

  const Layer& layer() const { return triple_.layer; }
  const Accelerator& accelerator() const { return triple_.accelerator; }

 private:
  oracle::Triple triple_;

 public:
  oracle::Nest nest;
  simulator::Nest simulated;
  std::size_t step_loops = 0;
  std::vector<std::unique_ptr<oracle::HoldContext>> contexts;  // per hold
  std::vector<std::vector<simulator::Tile>> tiles;

 private:
  std::vector<simulator::Tile> tiles_of(const oracle::HoldContext& c) const {
    std::vector<simulator::Tile> found;
    std::vector<std::int64_t> tuple, previous;
    std::int64_t number = 0;
    oracle::for_each_step(c.layer, c.nest, step_loops, [&](const oracle::Step& step) {
      c.tuple(step, tuple);
      const oracle::ReductionState state = oracle::reduction_state(c, step);
      if (found.empty() || tuple != previous) {
        simulator::Tile tile;
        tile.number = static_cast<std::int64_t>(found.size());
        tile.first_step = number;
        // Loops inside the hold are at 0 at the first step of a visit.
        tile.start = simulator::Point(step.start);
        tile.slide = !found.empty() && c.hold.operand != Operand::O &&
                     c.accelerator.halo == Halo::slide &&
                     oracle::advances_innermost(previous, tuple);
        tile.first_visit = state.at_zero;
        found.push_back(tile);
        previous = tuple;
      }
      found.back().final_visit = state.at_last;
      found.back().last_step = number++;
    });
    return found;
  }
};

// Runs the property over legal random triples; reports the first failures, shrunk.
inline void for_random_triples(const std::function<std::string(const oracle::Triple&)>& fault) {
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_TRANSFER_TRIPLES", 2000);
  std::uint64_t legal = 0, wrong = 0;
  for (std::uint64_t seed = first; legal < n && seed < first + 4 * n; ++seed) {
    const oracle::Triple t = oracle::random_timed_triple(seed);
    if (!check(t.layer, t.accelerator, t.mapping).empty()) continue;
    ++legal;
    if (fault(t).empty() || ++wrong > 2) continue;
    const oracle::Triple small = oracle::shrink(t, [&](const oracle::Triple& s) {
      return check(s.layer, s.accelerator, s.mapping).empty() && !fault(s).empty();
    });
    BOOST_ERROR("seed " << seed << ", shrunk:\n" << oracle::describe(small) << fault(small));
  }
  BOOST_TEST_MESSAGE(legal << " legal triples from seed " << first << ", " << wrong << " wrong");
  BOOST_TEST(legal >= n);
  BOOST_TEST(wrong == 0U);
}

}  // namespace assay::test
