// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/alone.h"

#include <limits>

#include "core/checked.h"
#include "core/legality.h"

namespace assay::analytical::batch {
namespace {

bool fits_arrays(const Accelerator& accelerator, const Mapping& mapping) {
  for (const Level& level : accelerator.levels) {
    if (level.kind != LevelKind::array) continue;
    std::int64_t lanes = 1;
    for (const Entry& e : mapping.nest)
      if (e.kind == EntryKind::spatial && e.axis == level.axis &&
          (__builtin_mul_overflow(lanes, e.bound, &lanes) || lanes > level.size))
        return false;
  }
  return true;
}

Fault first_fault(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  if (!fits_arrays(accelerator, mapping)) return Fault::array;
  const Diagnostics why = check(layer, accelerator, mapping);
  if (why.empty()) return Fault::none;
  return why.front().expected == OverflowError().what() ? Fault::overflow : Fault::capacity;
}

}  // namespace

Figures evaluate_alone(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                       const Prices* prices, double zero_fraction, Fault& fault) {
  if (fault == Fault::none) fault = first_fault(layer, accelerator, mapping);
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  try {
    const Prediction p =
        predict(layer, accelerator, compile(layer, accelerator, mapping), prices, zero_fraction);
    return {p.processing.cycles, p.total.cycles,
            prices == nullptr ? kUndefined : p.energy.total_pj};
  } catch (const OverflowError&) {
    if (fault == Fault::none) fault = Fault::overflow;
    return {kUndefined, kUndefined, kUndefined};
  }
}

void part_alone(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                MappingPart& out) {
  const Nest nest = compile(layer, accelerator, mapping);
  const Evaluation evaluation(layer, accelerator, nest);
  out.counts = count(evaluation);
  out.totals = totals(evaluation, effective_precision(accelerator, layer));
  std::size_t hold = 0;
  for (std::size_t i = 0; i < mapping.nest.size(); ++i)
    for (Operand o : kAllOperands)
      if (holds(mapping.nest[i], o))
        out.need_bytes[hold++] = resident_bytes(layer, accelerator, mapping, i, o);
}

}  // namespace assay::analytical::batch
