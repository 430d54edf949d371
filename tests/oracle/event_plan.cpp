// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/event_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/checked.h"
#include "tests/oracle/nest.h"

namespace assay::oracle {
namespace {

// ---- Tiles: the visits of a hold and what each moves ----------------------------------------

// The lane at position 0 of every array of the path: it stands for the parent's instance.
std::int64_t parent_instance(const Path& path, std::int64_t lane) {
  for (const ArrayPositions& array : path.between)
    lane -= lane / array.stride % array.positions * array.stride;
  return lane;
}

// Words of every child instance, by lane.
std::vector<std::int64_t> per_child(const HoldContext& c, const Words& words) {
  std::vector<std::int64_t> count(c.lanes.offset.size(), 0);
  for (const Word& word : words) ++count[static_cast<std::size_t>(word.lane)];
  return count;
}

// The same after networks have united lanes: the first lane keeps the word.
std::vector<std::int64_t> per_first(const HoldContext& c, const Words& words) {
  std::vector<std::int64_t> count(c.lanes.offset.size(), 0);
  for (const Word& word : words) ++count[static_cast<std::size_t>(word.first)];
  return count;
}

// Words of every parent instance, by the lane that stands for it.
std::vector<std::int64_t> per_parent(const HoldContext& c, const Words& words) {
  const std::vector<std::int64_t> by_child = per_child(c, words);
  std::vector<std::int64_t> count(by_child.size(), 0);
  for (std::size_t lane = 0; lane < count.size(); ++lane)
    count[static_cast<std::size_t>(parent_instance(c.path, static_cast<std::int64_t>(lane)))] +=
        by_child[lane];
  return count;
}

std::int64_t most(const std::vector<std::int64_t>& counts) {
  return *std::max_element(counts.begin(), counts.end());
}

void cross(HoldContext& c, Words& words) {
  cross(c.path, c.combiner, words, [](const std::string&, Network, std::int64_t) {});
}

Words all_words(const HoldContext& c, const std::vector<Box>& boxes, const std::vector<Box>& old) {
  Words words;
  for (std::size_t lane = 0; lane < boxes.size(); ++lane)
    c.tensor.append(boxes[lane], old[lane], static_cast<std::int64_t>(lane), words);
  return words;
}

void set_fill(HoldContext& c, Words words, std::int64_t bits, Tile& tile) {
  for (const Word& word : words) tile.new_inputs += word.lane == 0 ? 1 : 0;
  tile.fill.child_bits = mul(most(per_child(c, words)), bits);
  cross(c, words);
  tile.fill.parent_bits = mul(most(per_parent(c, words)), bits);
}

std::vector<Tile> input_tiles(HoldContext& c, std::size_t step_loops, std::int64_t bits) {
  std::vector<Tile> tiles;
  std::vector<std::int64_t> tuple;
  std::vector<std::int64_t> previous_tuple;
  std::vector<Box> previous;
  std::int64_t number = 0;
  for_each_step(c.layer, c.nest, step_loops, [&](const Step& step) {
    c.tuple(step, tuple);
    if (tiles.empty() || tuple != previous_tuple) {
      Tile tile;
      tile.first = number;
      tile.slide = !tiles.empty() && c.accelerator.halo == Halo::slide &&
                   advances_innermost(previous_tuple, tuple);
      const std::vector<Box> boxes = c.boxes(step);
      if (!tile.slide) previous.assign(boxes.size(), Box{});
      set_fill(c, all_words(c, boxes, previous), bits, tile);
      tiles.push_back(tile);
      previous_tuple = tuple;
      previous = boxes;
    }
    tiles.back().last = number++;
  });
  return tiles;
}

// Without the first word of every element at each instance of the parent.
Words without_first(const HoldContext& c, const Words& words) {
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  Words rest;
  for (const Word& word : words)
    if (!seen.emplace(parent_instance(c.path, word.lane), word.element).second)
      rest.push_back(word);
  return rest;
}

// The words of an output tile, and whether its visit is a first or a final one.
struct Visit {
  Words words;
  bool first = false;
  bool final = false;
};

// A final visit writes one word of every element as output; all others are partial sums.
Load drain_load(HoldContext& c, const Visit& visit, const Words& crossed, const Precision& bits) {
  const int one = visit.final ? bits.output_bits : bits.psum_bits;
  Words once = crossed;
  unite_all(c.path, c.combiner, once);
  const std::vector<std::int64_t> outputs = per_parent(c, once);
  const std::vector<std::int64_t> written = per_parent(c, crossed);
  Load load;
  load.child_bits = mul(most(per_child(c, visit.words)), one);
  for (std::size_t i = 0; i < written.size(); ++i)
    load.parent_bits = std::max(
        load.parent_bits, mul(outputs[i], one) + mul(written[i] - outputs[i], bits.psum_bits));
  return load;
}

Load read_back_load(const HoldContext& c, const Visit& visit, Words words, int bits) {
  if (visit.first && c.accelerator.first_visit == FirstVisit::zero) words = without_first(c, words);
  Load load;
  load.parent_bits = mul(most(per_parent(c, words)), bits);
  if (c.accelerator.accumulate == Accumulate::preload)
    load.child_bits = mul(most(per_first(c, words)), bits);
  return load;
}

void set_output_loads(HoldContext& c, const Visit& visit, const Precision& bits, Tile& tile) {
  Words crossed = visit.words;
  cross(c, crossed);
  tile.drain = drain_load(c, visit, crossed, bits);
  tile.fill = read_back_load(c, visit, std::move(crossed), bits.psum_bits);
}

std::vector<Tile> output_tiles(HoldContext& c, std::size_t step_loops, const Precision& bits) {
  std::vector<Tile> tiles;
  std::vector<std::int64_t> tuple;
  std::vector<std::int64_t> previous_tuple;
  std::map<std::vector<std::int64_t>, int> latest;
  Visit visit;
  std::int64_t number = 0;
  for_each_step(c.layer, c.nest, step_loops, [&](const Step& step) {
    c.tuple(step, tuple);
    const ReductionState state = reduction_state(c, step);
    if (tiles.empty() || tuple != previous_tuple) {
      if (!tiles.empty()) set_output_loads(c, visit, bits, tiles.back());
      const std::vector<Box> boxes = c.boxes(step);
      visit.words = all_words(c, boxes, std::vector<Box>(boxes.size()));
      visit.first = state.at_zero;
      Tile tile;
      tile.first = number;
      if (latest.count(tuple) != 0) tile.written_by = latest[tuple];
      latest[tuple] = static_cast<int>(tiles.size());
      tiles.push_back(tile);
      previous_tuple = tuple;
    }
    visit.final = state.at_last;
    tiles.back().last = number++;
  });
  set_output_loads(c, visit, bits, tiles.back());
  std::size_t read_backs = 0;
  for (Tile& tile : tiles) {
    tile.read_backs = read_backs;
    read_backs += tile.fill.exists() ? 1 : 0;
  }
  return tiles;
}

// ---- Steps ----------------------------------------------------------------------------------

// A step is one iteration of the temporal loops outside the innermost hold.
std::size_t step_loops(const Nest& nest) {
  std::size_t loops = 0;
  for (const Hold& hold : nest.holds) loops = std::max(loops, hold.outside);
  return loops;
}

std::vector<Work> work_of_steps(const Layer& layer, const Nest& nest) {
  const std::size_t outside = step_loops(nest);
  std::vector<Work> work;
  for_each_step(layer, nest, nest.loops.size(), [&](const Step& iteration) {
    bool new_step = true;
    bool new_psum = true;
    for (std::size_t j = outside; j < nest.loops.size(); ++j) {
      if (iteration.index[j] == 0) continue;
      new_step = false;
      if (!is_relevant(Operand::O, nest.loops[j].dim)) new_psum = false;
    }
    if (new_step) work.emplace_back();
    ++work.back().macs;
    work.back().psums += new_psum ? 1 : 0;
  });
  return work;
}

// ---- The plan: everything that does not depend on time ---------------------------------------

std::int64_t hops(const HoldContext& c, Network network) {
  std::int64_t cycles = 0;
  for (const ArrayPositions& array : c.path.between)
    if (c.path.network(array) == network)
      cycles += (array.positions - 1) * c.path.level(array).hop_latency_cycles[c.hold.operand];
  return cycles;
}

HoldTiles make_hold(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                    const Hold& hold) {
  HoldContext context(layer, accelerator, nest, hold);
  const Precision bits = effective_precision(accelerator, layer);
  const auto& keeps = accelerator.levels[static_cast<std::size_t>(hold.level)].keeps;
  HoldTiles result;
  result.operand = hold.operand;
  result.level = hold.level;
  result.parent_level = hold.parent;
  result.innermost = nest.innermost[hold.operand] == hold.level;
  result.slots = static_cast<std::size_t>(keeps[hold.operand].slots);
  if (hold.operand == Operand::O) {
    result.drain_hops = hops(context, Network::chain);
    result.tiles = output_tiles(context, step_loops(nest), bits);
  } else {
    result.fill_hops = hops(context, Network::forward);
    result.tiles = input_tiles(context, step_loops(nest),
                               hold.operand == Operand::I ? bits.input_bits : bits.weight_bits);
  }
  return result;
}

// Before which step the fill of tile j stands.
std::int64_t fill_before(const Plan& plan, const HoldTiles& hold, std::size_t j, bool on_drain) {
  const Tile& tile = hold.tiles[j];
  const std::size_t slots = on_drain && hold.operand == Operand::O ? 2 : hold.slots;
  std::int64_t step = hold.tiles[j + 1 > slots ? j + 1 - slots : 0].first;
  if (hold.parent != kNoHold) {
    const Tile& parent = plan.holds[hold.parent].tiles[tile.parent];
    const bool filled = hold.operand != Operand::O || (parent.fill.exists() && !on_drain);
    step = std::max(step, filled ? parent.fill_before : parent.first);
  }
  if (tile.written_by >= 0)
    step = std::max(step, hold.tiles[static_cast<std::size_t>(tile.written_by)].last + 1);
  return step;
}

// Parents precede their children in the nest.
void link(Plan& plan, bool on_drain) {
  for (std::size_t h = 0; h < plan.holds.size(); ++h) {
    HoldTiles& hold = plan.holds[h];
    for (std::size_t outer = 0; outer < h; ++outer)
      if (plan.holds[outer].operand == hold.operand) hold.parent = outer;
    std::size_t parent = 0;
    for (std::size_t j = 0; j < hold.tiles.size(); ++j) {
      Tile& tile = hold.tiles[j];
      if (hold.parent != kNoHold)
        while (plan.holds[hold.parent].tiles[parent].last < tile.first) ++parent;
      tile.parent = parent;
      tile.fill_before = fill_before(plan, hold, j, on_drain);
    }
  }
}

}  // namespace

Plan make_plan(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  const Nest nest = read_nest(layer, accelerator, mapping);
  Plan plan;
  plan.steps = work_of_steps(layer, nest);
  for (const Hold& hold : nest.holds)
    plan.holds.push_back(make_hold(layer, accelerator, nest, hold));
  for (const HoldTiles& hold : plan.holds)
    if (hold.operand == Operand::I && hold.innermost)
      for (const Tile& tile : hold.tiles)
        plan.steps[static_cast<std::size_t>(tile.first)].new_inputs = tile.new_inputs;
  link(plan, accelerator.accumulate == Accumulate::on_drain);
  return plan;
}

std::vector<Event> order(const Plan& plan, bool on_drain) {
  std::vector<Event> events;
  for (std::size_t s = 0; s < plan.steps.size(); ++s)
    events.push_back({static_cast<std::int64_t>(s), EventKind::step, 0, 0, Operand::I, 0, s});
  for (std::size_t h = 0; h < plan.holds.size(); ++h) {
    const HoldTiles& hold = plan.holds[h];
    const bool output = hold.operand == Operand::O;
    for (std::size_t j = 0; j < hold.tiles.size(); ++j) {
      const Tile& tile = hold.tiles[j];
      if (output)
        events.push_back({tile.last + 1, EventKind::drain, 0, -hold.level, hold.operand, h, j});
      if (output && !tile.fill.exists()) continue;
      const std::int64_t needed = output && on_drain ? tile.last + 1 : tile.first;
      events.push_back({tile.fill_before, EventKind::fill, needed, hold.level, hold.operand, h, j});
    }
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.key() < b.key(); });
  return events;
}

}  // namespace assay::oracle
