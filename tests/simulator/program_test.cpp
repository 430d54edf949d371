// SPDX-License-Identifier: Apache-2.0
// The simulator's program (simulator/program.h): its tiles and their order against the oracle's
// plan of events on random triples.
// ASSAY_PROGRAM_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default
// 2,500 from seed 1).
#include "simulator/program.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/campaign.h"
#include "tests/oracle/event_plan.h"
#include "tests/oracle/nest.h"
#include "tests/oracle/random_triple.h"

using namespace assay;
using oracle::Triple;
using simulator::FillOrder;
using simulator::Nest;
using simulator::Odometer;
using simulator::Tile;
using simulator::TileStream;

namespace {

// ---- Streams fed from the oracle's plan -------------------------------------------------------

// The streams of all holds of a triple; read-backs exist where the plan has them.
struct Program {
  explicit Program(const Triple& triple)
      : t(triple),
        on_drain(t.accelerator.accumulate == Accumulate::on_drain),
        nest(simulator::read_nest(t.layer, t.accelerator, t.mapping)),
        plan(oracle::make_plan(t.layer, t.accelerator, t.mapping)) {
    for (std::size_t h = 0; h < nest.holds.size(); ++h) {
      const int parent = nest.holds[h].parent;
      TileStream* outer = parent < 0 ? nullptr : streams[static_cast<std::size_t>(parent)].get();
      streams.push_back(std::make_unique<TileStream>(
          t.layer, t.accelerator, nest, static_cast<int>(h), outer, [this, h](const Tile& tile) {
            return plan.holds[h].tiles.at(static_cast<std::size_t>(tile.number)).fill.exists();
          }));
    }
  }
  Program(const Program&) = delete;

  Triple t;
  bool on_drain;
  Nest nest;
  oracle::Plan plan;
  std::vector<std::unique_ptr<TileStream>> streams;
};

// The oracle's steps, with the indices of all loops outside the innermost hold.
std::vector<oracle::Step> oracle_steps(const Triple& t, std::size_t outside) {
  std::vector<oracle::Step> steps;
  const oracle::Nest nest = oracle::read_nest(t.layer, t.accelerator, t.mapping);
  oracle::for_each_step(t.layer, nest, outside,
                        [&](const oracle::Step& step) { steps.push_back(step); });
  return steps;
}

// What makes a campaign worth its time.
struct Seen {
  std::int64_t tiles = 0, slides = 0, revisits = 0, first = 0, final = 0, inner = 0, merged = 0,
               disordered = 0;
};

class Fault {
 public:
  template <class A, class B>
  void expect(const std::string& what, std::size_t h, std::size_t j, A got, B expected) {
    if (got == static_cast<A>(expected) || !text_.empty()) return;
    std::ostringstream out;
    out << "hold " << h << ", tile " << j << ": " << what << " is " << got << ", expected "
        << expected;
    text_ = out.str();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// What the steps of a visit say of it: the oracle's plan does not keep it.
void compare_state(const Program& p, std::size_t h, const Tile& tile,
                   const std::vector<oracle::Step>& steps, Fault& fault) {
  const oracle::Step& first = steps.at(static_cast<std::size_t>(tile.first_step));
  const oracle::Step& last = steps.at(static_cast<std::size_t>(tile.last_step));
  const auto j = static_cast<std::size_t>(tile.number);
  const int outside = p.nest.holds[h].outside;
  simulator::Point start{};
  bool is_first = true, is_final = true;
  for (int i = 0; i < outside; ++i) {
    const simulator::Loop& loop = p.nest.loops[static_cast<std::size_t>(i)];
    start[loop.dim] += first.index[static_cast<std::size_t>(i)] * loop.tile;
    if (loop.spatial() || is_relevant(Operand::O, loop.dim)) continue;
    if (first.index[static_cast<std::size_t>(i)] != 0) is_first = false;
    if (last.last[static_cast<std::size_t>(i)] == 0) is_final = false;
  }
  for (Dim d : kAllDims)
    fault.expect("start " + std::string(name(d)), h, j, tile.start[d], start[d]);
  const bool output = p.nest.holds[h].operand == Operand::O;
  fault.expect("first_visit", h, j, tile.first_visit, output && is_first);
  fault.expect("final_visit", h, j, tile.final_visit, output && is_final);
}

// Whether a loop outside one that indexes the operand went up within the visit.
bool is_merged(const simulator::Hold& hold, const Nest& nest, const oracle::Step& first,
               const oracle::Step& last) {
  bool relevant_inside = false;
  for (int i = hold.outside - 1; i >= 0; --i) {
    const simulator::Loop& loop = nest.loops[static_cast<std::size_t>(i)];
    if (loop.spatial()) continue;
    const auto j = static_cast<std::size_t>(i);
    if (relevant_inside && first.index[j] != last.index[j]) return true;
    relevant_inside = relevant_inside || is_relevant(hold.operand, loop.dim);
  }
  return false;
}

void compare_tile(const Program& p, std::size_t h, const Tile& tile, Fault& fault) {
  const auto j = static_cast<std::size_t>(tile.number);
  const oracle::HoldTiles& hold = p.plan.holds[h];
  const oracle::Tile& expected = hold.tiles[j];
  const bool output = hold.operand == Operand::O;
  fault.expect("first_step", h, j, tile.first_step, expected.first);
  fault.expect("last_step", h, j, tile.last_step, expected.last);
  fault.expect("parent", h, j, tile.parent, expected.parent);
  fault.expect("slide", h, j, tile.slide, expected.slide);
  fault.expect("written_by", h, j, tile.written_by, expected.written_by);
  fault.expect("read_back", h, j, tile.read_back, output && expected.fill.exists());
  fault.expect("read_backs", h, j, tile.read_backs, expected.read_backs);
  fault.expect("fill_before", h, j, tile.fill_before, expected.fill_before);
}

void count(const Tile& tile, Operand operand, Seen& seen) {
  ++seen.tiles;
  seen.slides += tile.slide ? 1 : 0;
  seen.revisits += tile.written_by >= 0 ? 1 : 0;
  seen.inner += tile.parent > 0 ? 1 : 0;
  if (operand != Operand::O) return;
  seen.first += tile.first_visit ? 1 : 0;
  seen.final += tile.final_visit ? 1 : 0;
}

std::string fault_of_tiles(const Triple& t, Seen& seen) {
  Program p(t);
  Fault fault;
  const auto steps = oracle_steps(t, static_cast<std::size_t>(p.nest.step_outside));
  fault.expect("steps", 0, 0, count_steps(t.layer, p.nest), p.plan.steps.size());
  for (std::size_t h = 0; h < p.streams.size(); ++h) {
    const auto tiles = p.plan.holds[h].tiles.size();
    for (std::size_t j = 0; j < tiles && fault.text().empty(); ++j) {
      const Tile* tile = p.streams[h]->find(static_cast<std::int64_t>(j));
      if (tile == nullptr) return "too few tiles of hold " + std::to_string(h);
      fault.expect("number", h, j, tile->number, j);
      compare_tile(p, h, *tile, fault);
      if (fault.text().empty()) compare_state(p, h, *tile, steps, fault);
      count(*tile, p.nest.holds[h].operand, seen);
      const bool merged =
          is_merged(p.nest.holds[h], p.nest, steps.at(static_cast<std::size_t>(tile->first_step)),
                    steps.at(static_cast<std::size_t>(tile->last_step)));
      seen.merged += merged ? 1 : 0;
    }
    fault.expect("tiles", h, tiles, count_tiles(t.layer, p.nest, static_cast<int>(h)), tiles);
    if (p.streams[h]->find(static_cast<std::int64_t>(tiles)) != nullptr)
      return "too many tiles of hold " + std::to_string(h);
  }
  return fault.text();
}

// ---- Order ------------------------------------------------------------------------------------

void compare_key(const oracle::Event& event, const simulator::OrderKey& key, Fault& fault) {
  fault.expect("key: before", event.hold, event.tile, key.before, event.before);
  fault.expect("key: kind", event.hold, event.tile, key.kind,
               event.kind == oracle::EventKind::drain ? 0 : 1);
  fault.expect("key: needed", event.hold, event.tile, key.needed, event.needed);
  fault.expect("key: level", event.hold, event.tile, key.level, event.level);
  fault.expect("key: operand", event.hold, event.tile, key.operand, index(event.operand));
}

std::vector<oracle::Event> events_of(const Program& p, oracle::EventKind kind, std::size_t h) {
  std::vector<oracle::Event> events;
  for (const oracle::Event& event : oracle::order(p.plan, p.on_drain))
    if (event.kind == kind && event.hold == h) events.push_back(event);
  return events;
}

// Step by step when `bounded`, as a machine that executes steps asks; else all at once.
std::string fault_of_order(const Triple& t, bool bounded, Seen& seen) {
  Program p(t);
  Fault fault;
  const auto steps = static_cast<std::int64_t>(p.plan.steps.size());
  for (std::size_t h = 0; h < p.streams.size(); ++h) {
    TileStream& stream = *p.streams[h];
    FillOrder fills(stream);
    const auto events = events_of(p, oracle::EventKind::fill, h);
    std::size_t next = 0;
    std::int64_t latest = -1;
    for (std::int64_t step = bounded ? 0 : steps; step <= steps; ++step)
      while (const Tile* tile = fills.front(step)) {
        if (next == events.size()) return "too many fills of hold " + std::to_string(h);
        fault.expect("fill", h, next, tile->number, events[next].tile);
        fault.expect("too early", h, next, bounded && tile->fill_before != step, false);
        compare_key(events[next++], stream.fill_key(*tile), fault);
        if (fills.front(step) != tile) return "front() changed";
        seen.disordered += tile->number < latest ? 1 : 0;
        latest = tile->number;
        fills.pop();
      }
    if (fills.front() != nullptr) return "a fill after the end of hold " + std::to_string(h);
    fault.expect("fills", h, next, next, events.size());
    for (const oracle::Event& event : events_of(p, oracle::EventKind::drain, h))
      compare_key(event, stream.drain_key(*stream.find(static_cast<std::int64_t>(event.tile))),
                  fault);
  }
  return fault.text();
}

// ---- Forgetting -------------------------------------------------------------------------------

// All tiles are forgotten as soon as possible, outer ones even before inner ones are asked for.
std::string fault_of_forgetting(const Triple& t) {
  Program p(t);
  Fault fault;
  std::size_t most = 0;
  for (const oracle::HoldTiles& hold : p.plan.holds) most = std::max(most, hold.tiles.size());
  for (std::size_t j = 0; j < most; ++j)
    for (std::size_t h = 0; h < p.streams.size(); ++h) {
      if (j >= p.plan.holds[h].tiles.size()) continue;
      const Tile* tile = p.streams[h]->find(static_cast<std::int64_t>(j));
      if (tile == nullptr) return "too few tiles";
      compare_tile(p, h, *tile, fault);
      p.streams[h]->forget_before(static_cast<std::int64_t>(j) + 1);
      if (!fault.text().empty()) return fault.text();
    }
  return "";
}

// ---- Odometer ---------------------------------------------------------------------------------

std::string fault_of_odometer(const Triple& t) {
  const Nest nest = simulator::read_nest(t.layer, t.accelerator, t.mapping);
  const auto loops = static_cast<int>(nest.loops.size());
  Fault fault;
  for (int outside = 0; outside <= loops; ++outside) {
    Odometer odometer(t.layer, nest, outside);
    const auto steps = oracle_steps(t, static_cast<std::size_t>(outside));
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const auto same = std::mismatch(steps[s].index.begin(), steps[s].index.end(),
                                      steps[s - (s > 0 ? 1 : 0)].index.begin());
      const auto up = same.first - steps[s].index.begin();
      if (s > 0) fault.expect("changed_from", 0, s, odometer.changed_from(), up);
      for (Dim d : kAllDims) fault.expect("start", 0, s, odometer.start()[d], steps[s].start[d]);
      for (int j = 0; j < outside; ++j) {
        fault.expect("index", 0, s, odometer.index(j), steps[s].index[static_cast<std::size_t>(j)]);
        fault.expect("at_last", 0, s, odometer.at_last(j),
                     steps[s].last[static_cast<std::size_t>(j)]);
      }
      fault.expect("advance", 0, s, odometer.advance(), s + 1 < steps.size());
      if (!fault.text().empty()) return fault.text();
    }
  }
  return fault.text();
}

// ---- Campaigns --------------------------------------------------------------------------------

void for_random_triples(const std::function<std::string(const Triple&)>& fault) {
  assay::for_random_triples(oracle::random_timed_triple, setting("ASSAY_PROGRAM_TRIPLES", 2500),
                            fault);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(tiles_equal_the_plan_of_events) {
  Seen seen;
  for_random_triples([&](const Triple& t) { return fault_of_tiles(t, seen); });
  BOOST_TEST_MESSAGE(seen.tiles << " tiles: " << seen.slides << " slides, " << seen.revisits
                                << " written before, " << seen.inner << " in later outer tiles, "
                                << seen.first << " first and " << seen.final << " final visits, "
                                << seen.merged << " merged");
  BOOST_TEST(seen.merged > 0);
  for (const std::int64_t n : {seen.slides, seen.revisits, seen.inner, seen.first, seen.final})
    BOOST_TEST(n > seen.tiles / 100);
}

BOOST_AUTO_TEST_CASE(fills_come_in_the_order_of_events) {
  Seen seen;
  for_random_triples([&](const Triple& t) {
    const std::string fault = fault_of_order(t, false, seen);
    return fault.empty() ? fault_of_order(t, true, seen) : fault;
  });
  BOOST_TEST_MESSAGE(seen.disordered << " read-backs after that of a later tile");
  BOOST_TEST(seen.disordered > 0);
}

BOOST_AUTO_TEST_CASE(forgotten_tiles_change_nothing) { for_random_triples(fault_of_forgetting); }

BOOST_AUTO_TEST_CASE(the_odometer_walks_like_the_oracle) { for_random_triples(fault_of_odometer); }

BOOST_AUTO_TEST_SUITE_END()
