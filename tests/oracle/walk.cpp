// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/walk.h"

#include <cstddef>
#include <string>
#include <vector>

#include "tests/oracle/nest.h"

namespace assay::oracle {
namespace {

using Counts = std::map<CountKey, std::int64_t>;

// Inputs and weights: a fill at the first step of every visit.
void walk_fills(HoldContext& context, Counts& counts) {
  const std::string operand(name(context.hold.operand));
  bool any = false;
  std::vector<std::int64_t> tuple;
  std::vector<std::int64_t> previous_tuple;
  std::vector<Box> previous;
  for_each_step(context.layer, context.nest, context.hold.outside, [&](const Step& step) {
    context.tuple(step, tuple);
    if (any && tuple == previous_tuple) return;
    const bool slide =
        any && context.accelerator.halo == Halo::slide && advances_innermost(previous_tuple, tuple);
    const std::vector<Box> boxes = context.boxes(step);
    Words words;
    for (std::size_t lane = 0; lane < boxes.size(); ++lane)
      context.tensor.append(boxes[lane], slide ? previous[lane] : Box{},
                            static_cast<std::int64_t>(lane), words);
    counts[{context.level_name, operand, "fill"}] += size(words);
    cross(context.path, context.combiner, words,
          [&](const std::string& array, Network network, std::int64_t removed) {
            if (network == Network::forward) counts[{array, operand, "hop"}] += removed;
          });
    counts[{context.parent_name, operand, "read"}] += size(words);
    any = true;
    previous_tuple = tuple;
    previous = boxes;
  });
}

// Counts the additions that remove words in tree and chain arrays, and a chain's hops.
void count_adds(const std::string& array, Network network, std::int64_t removed, Counts& counts) {
  counts[{array, "P", "add"}] += removed;
  if (network == Network::chain) counts[{array, "P", "hop"}] += removed;
}

// The sums all, first and final of the contract. S: every lane; U: arrays by their networks; 1:
// every array between parent and hold counted once.
struct DrainSums {
  std::int64_t all_s = 0, all_u = 0, first_1 = 0, final_s = 0, final_1 = 0;
};

void drain(HoldContext& context, Words words, bool first, bool final, DrainSums& sums,
           Counts& counts) {
  const std::int64_t s = size(words);
  Words once = words;
  unite_all(context.path, context.combiner, once);
  cross(context.path, context.combiner, words,
        [&](const std::string& array, Network network, std::int64_t removed) {
          count_adds(array, network, removed, counts);
        });
  sums.all_s += s;
  sums.all_u += size(words);
  if (first) sums.first_1 += size(once);
  if (final) sums.final_s += s;
  if (final) sums.final_1 += size(once);
}

void count_outputs(const HoldContext& context, const DrainSums& sums, Counts& counts) {
  const Accelerator& accelerator = context.accelerator;
  const std::int64_t read_back =
      sums.all_u - (accelerator.first_visit == FirstVisit::zero ? sums.first_1 : 0);
  const bool preload = accelerator.accumulate == Accumulate::preload;
  counts[{context.parent_name, "O", "write"}] += sums.final_1;
  counts[{context.parent_name, "P", "write"}] += sums.all_u - sums.final_1;
  counts[{context.parent_name, "P", "read"}] += read_back;
  counts[{context.level_name, "P", preload ? "fill" : "join"}] += read_back;
  counts[{context.level_name, "O", "drain"}] += sums.final_s;
  counts[{context.level_name, "P", "drain"}] += sums.all_s - sums.final_s;
}

// Outputs: a drain at the end of every visit, by the lanes that were active at its first step.
void walk_drains(HoldContext& context, Counts& counts) {
  bool any = false;
  bool first = false;
  bool at_last = false;
  std::vector<std::int64_t> tuple;
  std::vector<std::int64_t> previous_tuple;
  Words words;
  DrainSums sums;
  for_each_step(context.layer, context.nest, context.hold.outside, [&](const Step& step) {
    context.tuple(step, tuple);
    const ReductionState state = reduction_state(context, step);
    if (!any || tuple != previous_tuple) {
      if (any) drain(context, words, first, at_last, sums, counts);
      words.clear();
      const std::vector<Box> boxes = context.boxes(step);
      for (std::size_t lane = 0; lane < boxes.size(); ++lane)
        context.tensor.append(boxes[lane], Box{}, static_cast<std::int64_t>(lane), words);
      first = state.at_zero;
    }
    at_last = state.at_last;
    any = true;
    previous_tuple = tuple;
  });
  drain(context, words, first, at_last, sums, counts);
  count_outputs(context, sums, counts);
}

// ---- Compute --------------------------------------------------------------------------------

// Words that the points of one temporal iteration access, combined over the arrays between the
// innermost level that holds the operand and compute; summed over all iterations.
std::int64_t walk_accesses(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           Operand operand, Counts& counts) {
  const Tensor tensor(layer, operand);
  const Lanes lanes = make_lanes(accelerator, nest, nest.loops.size());
  const Path path = make_path(accelerator, operand, lanes, nest.innermost[operand],
                              static_cast<int>(accelerator.levels.size()) - 1);
  Combiner combiner(lanes.offset.size(), tensor.elements());
  const Point one = tile_length(nest, nest.loops.size());
  std::int64_t accesses = 0;
  Words words;
  for_each_step(layer, nest, nest.loops.size(), [&](const Step& step) {
    words.clear();
    for (std::size_t lane = 0; lane < lanes.offset.size(); ++lane) {
      Point start;
      if (!lane_start(layer, step.start, lanes.offset[lane], start)) continue;
      tensor.append(tensor.box(start, one), Box{}, static_cast<std::int64_t>(lane), words);
    }
    cross(path, combiner, words,
          [&](const std::string& array, Network network, std::int64_t removed) {
            if (operand == Operand::O) count_adds(array, network, removed, counts);
          });
    accesses += size(words);
  });
  return accesses;
}

void walk_compute(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                  Counts& counts) {
  const Compute& compute = accelerator.compute();
  for (Operand o : kAllOperands) {
    if (!layer.has_operand(o)) continue;
    const std::string& level = accelerator.levels[static_cast<std::size_t>(nest.innermost[o])].name;
    const std::string operand(o == Operand::O ? "P" : name(o));
    const std::int64_t accesses = walk_accesses(layer, accelerator, nest, o, counts);
    counts[{level, operand, "read"}] += accesses * compute.reads_per_mac[o];
    if (o == Operand::O)
      counts[{level, operand, "write"}] += accesses * compute.psum_writes_per_mac;
  }
}

// One operation for every lane that is active in a temporal iteration of the whole nest.
void walk_macs(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
               Counts& counts) {
  const Lanes lanes = make_lanes(accelerator, nest, nest.loops.size());
  std::int64_t macs = 0;
  for_each_step(layer, nest, nest.loops.size(), [&](const Step& step) {
    Point start;
    for (const Point& offset : lanes.offset)
      if (lane_start(layer, step.start, offset, start)) ++macs;
  });
  counts[{accelerator.levels.back().name, "-", "mac"}] += macs;
}

Counts without_zeros(const Counts& counts) {
  Counts result;
  for (const auto& [key, value] : counts)
    if (value != 0) result[key] = value;
  return result;
}

}  // namespace

std::map<CountKey, std::int64_t> walk(const Layer& layer, const Accelerator& accelerator,
                                      const Mapping& mapping) {
  const Nest nest = read_nest(layer, accelerator, mapping);
  Counts counts;
  for (const Hold& hold : nest.holds) {
    HoldContext context(layer, accelerator, nest, hold);
    if (hold.operand == Operand::O)
      walk_drains(context, counts);
    else
      walk_fills(context, counts);
  }
  walk_compute(layer, accelerator, nest, counts);
  walk_macs(layer, accelerator, nest, counts);
  return without_zeros(counts);
}

}  // namespace assay::oracle
