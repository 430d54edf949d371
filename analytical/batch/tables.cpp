// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/tables.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "core/checked.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

// Whether the loops cover the dimension exactly once (docs/contract.md, section 3).
bool covers(const DimLoops& loops) {
  if (loops.count == 0) return loops.size == 1;
  const Digit& outermost = loops.digit[0];
  std::int64_t covered = 0;
  return !__builtin_mul_overflow(outermost.bound, outermost.stride, &covered) &&
         outermost.bound == ceil_div(loops.size, outermost.stride);
}

}  // namespace

template <class Value>
void Table::append(RowState as, const Value& value) {
  double largest = 1;
  for (std::size_t k = 0; k < width; ++k) {
    double number = 0;
    if (as == RowState::good) try {
        number = static_cast<double>(value(k));
      } catch (const OverflowError&) {
        as = RowState::overflow;
      }
    largest = std::max(largest, number);
    rows.push_back(number);
  }
  bound.push_back(largest);
  state.push_back(as);
}

Tables::Tables(const Layer& layer, const Accelerator& accelerator, const Nest& pattern,
               const std::vector<bool>& optional, Factors factors)
    : layer_(layer),
      accelerator_(accelerator),
      nest_(pattern),
      optional_(optional),
      factors_(std::move(factors)),
      ordinal_(at(pattern.length), -1) {
  for (std::size_t d = 0; d < kDims; ++d) tables_[d].width = factors_.dims[d].size();
  tables_[kRows].width = factors_.axes[0].size();
  tables_[kColumns].width = factors_.axes[1].size();
  for (Dim d : kAllDims)
    for (int i = 0; i < nest_.dims[d].count; ++i) ordinal_[at(nest_.dims[d].digit[at(i)].pos)] = 0;
  int loops = 0;
  for (int& o : ordinal_)
    if (o == 0) o = loops++;
}

void Tables::refuse_wrong(Dim dim, const std::vector<std::int64_t>& bounds) const {
  const DimLoops& loops = nest_.dims[dim];
  const std::string name(assay::name(dim));
  if (bounds.size() != at(loops.count))
    throw std::invalid_argument("expected " + std::to_string(loops.count) + " bounds of " + name +
                                ", not " + std::to_string(bounds.size()));
  for (int i = 0; i < loops.count; ++i) {
    const std::int64_t least = optional_[at(loops.digit[at(i)].pos)] ? 1 : 2;
    if (bounds[at(i)] < least)
      throw std::invalid_argument("bound " + std::to_string(bounds[at(i)]) + " of " + name +
                                  ": expected at least " + std::to_string(least));
  }
}

std::int32_t Tables::add(Dim dim, const std::vector<std::int64_t>& bounds) {
  Choices& c = choices_[dim];
  if (const auto found = c.known.find(bounds); found != c.known.end()) return found->second;
  refuse_wrong(dim, bounds);
  const auto number = static_cast<std::int32_t>(c.bounds.size());
  RowState state = RowState::uncovered;
  ChosenLoops chosen;
  try {
    chosen = choose(nest_.dims[dim], bounds);
    if (covers(chosen.loops)) state = RowState::good;
  } catch (const OverflowError&) {  // the product of the bounds: covers nothing in a sensible way
  }
  LoopMask present;
  for (int i = 0; i < nest_.dims[dim].count; ++i)
    if (bounds[at(i)] > 1) present.set(at(ordinal_[at(nest_.dims[dim].digit[at(i)].pos)]));
  const auto& factors = factors_.dims[at(index(dim))];
  tables_[at(index(dim))].append(state, [&](std::size_t k) { return factors[k].value(chosen); });
  c.bounds.push_back(bounds);
  c.loops.push_back(chosen);
  c.present.push_back(present);
  c.known.emplace(bounds, number);
  return number;
}

void Tables::prepare_pair(bool rows, std::int32_t out, std::int32_t filter) {
  auto& pairs = pairs_[rows ? 0 : 1];
  const Dim o = rows ? Dim::P : Dim::Q, f = rows ? Dim::R : Dim::S;
  if (pairs.size() <= at(out)) pairs.resize(at(out) + 1);
  if (pairs[at(out)].size() <= at(filter)) pairs[at(out)].resize(at(filter) + 1, -1);
  std::int32_t& row = pairs[at(out)][at(filter)];
  if (row >= 0) return;
  Table& table = tables_[at(rows ? kRows : kColumns)];
  row = static_cast<std::int32_t>(table.state.size());
  const bool good = tables_[at(index(o))].state[at(out)] == RowState::good &&
                    tables_[at(index(f))].state[at(filter)] == RowState::good;
  const AxisContext context{layer_, accelerator_, input_axis(layer_, accelerator_, rows), rows};
  const auto& factors = factors_.axes[rows ? 0 : 1];
  table.append(good ? RowState::good : RowState::uncovered, [&](std::size_t k) {
    return value(factors[k], context, choices_[o].loops[at(out)], choices_[f].loops[at(filter)]);
  });
}

std::int32_t Tables::pair(bool rows, std::int32_t out, std::int32_t filter) const {
  const auto& pairs = pairs_[rows ? 0 : 1];
  if (at(out) < pairs.size() && at(filter) < pairs[at(out)].size() &&
      pairs[at(out)][at(filter)] >= 0)
    return pairs[at(out)][at(filter)];
  throw std::logic_error("candidates were not prepared");
}

}  // namespace assay::analytical::batch
