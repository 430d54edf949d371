// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath_counts.h"

#include <algorithm>
#include <set>
#include <string>

#include "core/checked.h"
#include "simulator/datapath.h"

namespace assay::simulator {
namespace {

bool unites(Network network) {
  return network == Network::multicast || network == Network::forward || network == Network::tree ||
         network == Network::chain;
}

void add_count(const std::string& component, const char* operand, const char* action,
               std::int64_t value, StepWork& work) {
  if (value == 0) return;
  std::int64_t& count = work.counts[{component, operand, action}];
  count = add(count, value);
}

// The dimension that shares an axis of the input with the other one; each pair is counted at its
// first.
bool starts_window(Dim d) { return d == Dim::P || d == Dim::Q; }
bool ends_window(Dim d) { return d == Dim::R || d == Dim::S; }

}  // namespace

StepCounter::StepCounter(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                         const StepShape& shape)
    : layer_(layer), accelerator_(accelerator), nest_(nest) {
  std::set<int> arrays;
  for (const StepLoop& loop : shape.loops)
    if (loop.spatial()) arrays.insert(loop.array);
  arrays_.assign(arrays.begin(), arrays.end());
  for (Dim d : kAllDims) list_positions(d, shape);
  for (Operand o : kAllOperands)
    if (layer.has_operand(o)) ways_.push_back(make_way(nest, o));
}

void StepCounter::list_positions(Dim dim, const StepShape& shape) {
  std::vector<std::int64_t>& iterations = iterations_[dim];
  std::vector<Position>& positions = positions_[dim];
  iterations = {0};
  positions = {{0, std::vector<std::int64_t>(arrays_.size(), 0)}};
  for (const StepLoop& loop : shape.loops) {
    if (loop.dim != dim) continue;
    const auto array = static_cast<std::size_t>(
        std::find(arrays_.begin(), arrays_.end(), loop.array) - arrays_.begin());
    const std::vector<std::int64_t> outer_iterations = std::move(iterations);
    const std::vector<Position> outer_positions = std::move(positions);
    const std::int64_t in_time = loop.spatial() ? 1 : loop.bound;
    const std::int64_t in_space = loop.spatial() ? loop.bound : 1;
    iterations.clear();
    positions.clear();
    for (std::int64_t outer : outer_iterations)
      for (std::int64_t i = 0; i < in_time; ++i) iterations.push_back(outer + i * loop.tile);
    for (const Position& outer : outer_positions)
      for (std::int64_t i = 0; i < in_space; ++i) {
        positions.push_back(outer);
        positions.back().offset += i * loop.tile;
        if (i > 0) positions.back().in_array[array] += i * loop.lane_stride;
      }
  }
}

StepCounter::Way StepCounter::make_way(const Nest& nest, Operand operand) {
  Way way;
  way.operand = operand;
  std::vector<bool> united(arrays_.size(), false);
  way.stages.push_back(make_stage(operand, united));
  for (std::size_t a = arrays_.size(); a-- > 0;) {
    const Level& level = accelerator_.levels[static_cast<std::size_t>(arrays_[a])];
    const bool between = arrays_[a] > nest.level_of(nest.innermost[operand]);
    if (!between || !unites(level.network[operand])) continue;
    united[a] = true;
    way.stages.push_back(make_stage(operand, united));
    way.arrays.push_back(arrays_[a]);
  }
  return way;
}

// What still tells words of one element apart.
std::vector<std::int64_t> StepCounter::apart(const Stage& stage, const Position& position) const {
  std::vector<std::int64_t> key;
  for (std::size_t a = 0; a < arrays_.size(); ++a)
    key.push_back(stage.united[a] ? 0 : position.in_array[a]);
  return key;
}

StepCounter::Stage StepCounter::make_stage(Operand operand, const std::vector<bool>& united) const {
  Stage stage;
  stage.operand = operand;
  stage.united = united;
  for (Dim d : kAllDims) {
    const std::vector<Position>& positions = positions_[d];
    std::set<std::vector<std::int64_t>> seen;
    stage.different[d].push_back(0);
    for (const Position& position : positions) {
      // Positions of a dimension that indexes the operand are different elements anyway.
      std::vector<std::int64_t> key = apart(stage, position);
      if (is_relevant(operand, d)) key.push_back(position.offset);
      seen.insert(std::move(key));
      stage.different[d].push_back(static_cast<std::int64_t>(seen.size()));
    }
  }
  return stage;
}

// Also multiplies the work by what this dimension contributes.
StepCounter::Pattern StepCounter::pattern(Dim dim, std::int64_t left, StepWork& work) const {
  const std::vector<Position>& positions = positions_[dim];
  std::vector<std::int64_t> iterations_with(positions.size() + 1, 0);
  std::int64_t of_lane0 = 0;
  for (std::int64_t offset : iterations_[dim]) {
    if (offset >= left) continue;
    const auto existing = std::partition_point(
        positions.begin(), positions.end(),
        [&](const Position& position) { return position.offset + offset < left; });
    ++iterations_with[static_cast<std::size_t>(existing - positions.begin())];
    ++of_lane0;
    if (offset == 0) work.active_lanes = mul(work.active_lanes, existing - positions.begin());
  }
  Pattern pattern;
  std::int64_t points = 0;
  for (std::size_t n = 0; n < iterations_with.size(); ++n) {
    if (iterations_with[n] == 0) continue;
    pattern.emplace_back(n, iterations_with[n]);
    points = add(points, mul(static_cast<std::int64_t>(n), iterations_with[n]));
  }
  work.lane0_macs = mul(work.lane0_macs, of_lane0);
  if (is_relevant(Operand::O, dim)) work.lane0_psums = mul(work.lane0_psums, of_lane0);
  work.macs = mul(work.macs, points);
  return pattern;
}

// Different (row or column of the input, position in arrays that are not united).
std::int64_t StepCounter::window_words(Stage& stage, bool columns, std::size_t out,
                                       std::size_t filter) {
  const auto known = stage.windows[columns ? 1 : 0].find({out, filter});
  if (known != stage.windows[columns ? 1 : 0].end()) return known->second;
  const std::int64_t stride = columns ? layer_.stride_w : layer_.stride_h;
  const std::int64_t dilation = columns ? layer_.dilation_w : layer_.dilation_h;
  const std::vector<Position>& outs = positions_[columns ? Dim::Q : Dim::P];
  const std::vector<Position>& filters = positions_[columns ? Dim::S : Dim::R];
  std::vector<std::vector<std::int64_t>> words;
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t f = 0; f < filter; ++f) {
      std::vector<std::int64_t> key{outs[o].offset * stride + filters[f].offset * dilation};
      for (std::size_t a = 0; a < arrays_.size(); ++a)
        if (!stage.united[a]) key.push_back(outs[o].in_array[a] + filters[f].in_array[a]);
      words.push_back(std::move(key));
    }
  std::sort(words.begin(), words.end());
  const auto end = std::unique(words.begin(), words.end());
  return stage.windows[columns ? 1 : 0][{out, filter}] = end - words.begin();
}

// Over all iterations of the step.
std::int64_t StepCounter::words(Stage& stage, const PerDim<Pattern>& patterns) {
  std::int64_t all = 1;
  for (Dim d : kAllDims) {
    std::int64_t sum = 0;
    if (stage.operand == Operand::I && ends_window(d)) continue;
    if (stage.operand == Operand::I && starts_window(d)) {
      const bool columns = d == Dim::Q;
      for (const auto& [outs, out_times] : patterns[d])
        for (const auto& [filters, filter_times] : patterns[columns ? Dim::S : Dim::R])
          sum = add(sum,
                    mul(mul(out_times, filter_times), window_words(stage, columns, outs, filters)));
    } else {
      for (const auto& [n, times] : patterns[d]) sum = add(sum, mul(times, stage.different[d][n]));
    }
    all = mul(all, sum);
  }
  return all;
}

void StepCounter::count_operand(Way& way, const PerDim<Pattern>& patterns, StepWork& work) {
  std::int64_t accesses = words(way.stages.front(), patterns);
  for (std::size_t k = 0; k < way.arrays.size(); ++k) {
    const std::int64_t inside = accesses;
    accesses = words(way.stages[k + 1], patterns);
    if (way.operand != Operand::O) continue;
    const Level& array = accelerator_.levels[static_cast<std::size_t>(way.arrays[k])];
    add_count(array.name, "P", "add", inside - accesses, work);
    if (array.network[Operand::O] == Network::chain)
      add_count(array.name, "P", "hop", inside - accesses, work);
  }
  const Compute& compute = accelerator_.compute();
  const int held = nest_.level_of(nest_.innermost[way.operand]);
  const std::string& level = accelerator_.levels[static_cast<std::size_t>(held)].name;
  const char* operand = way.operand == Operand::I ? "I" : way.operand == Operand::W ? "W" : "P";
  add_count(level, operand, "read", mul(accesses, compute.reads_per_mac[way.operand]), work);
  if (way.operand == Operand::O)
    add_count(level, operand, "write", mul(accesses, compute.psum_writes_per_mac), work);
}

void StepCounter::count(const Point& left, StepWork& work) {
  work.lane0_macs = work.lane0_psums = work.macs = work.active_lanes = 1;
  PerDim<Pattern> patterns;
  for (Dim d : kAllDims) patterns[d] = pattern(d, left[d], work);
  add_count(accelerator_.levels.back().name, "-", "mac", work.macs, work);
  for (Way& way : ways_) count_operand(way, patterns, work);
}

}  // namespace assay::simulator
