// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/hardware_sweep.h"

#include <algorithm>
#include <limits>

#include "analytical/explore/hardware_tables.h"
#include "analytical/predictor.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

constexpr std::int64_t kPartsPerUnit = 256;

// Which designs are kept for plots: a fixed, even choice by number.
std::uint64_t scrambled(std::int64_t number) {
  auto x = static_cast<std::uint64_t>(number) + 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

SweepCounts& SweepCounts::operator+=(const SweepCounts& o) {
  evaluated += o.evaluated;
  over_limit += o.over_limit;
  pruned_same_mapping += o.pruned_same_mapping;
  pruned_larger_memories += o.pruned_larger_memories;
  illegal += o.illegal;
  does_not_fit += o.does_not_fit;
  return *this;
}

void merge(const SweepResult& from, SweepResult& to) {
  to.front.merge(from.front);
  to.counts += from.counts;
  to.seen.insert(to.seen.end(), from.seen.begin(), from.seen.end());
}

struct HardwareSweep::State {
  const DesignSpace& space;
  Pruning pruning;
  CostTables costs;
  std::int64_t hardware, parts, capacities;
  std::uint64_t keep_below = 0;
};

namespace {

// One thread's work on the parts of a unit.
class Unit {
 public:
  Unit(const DesignSpace& space, const CostTables& costs, Pruning pruning, std::uint64_t keep_below,
       SweepResult& result)
      : space_(space),
        costs_(costs),
        pruning_(pruning),
        keep_below_(keep_below),
        result_(result),
        hardware_(space.hardware()),
        arrays_(space, costs),
        layers_(space.layers.size()) {}

  // The figures of a single design; nullopt if it is invalid.
  std::optional<DesignFigures> one(std::int64_t number) {
    if (!enter(number / hardware_)) return std::nullopt;
    needs();
    std::int64_t capacity = number % costs_.capacities();
    offset_.assign(smallest_.size(), 0);
    for (std::size_t c = smallest_.size(); c-- > 0;) {
      const auto values = static_cast<std::int64_t>(costs_.axes()[c].axis->values.size());
      const auto at = static_cast<std::size_t>(capacity % values);
      capacity /= values;
      if (at < smallest_[c]) return std::nullopt;
      offset_[c] = at - smallest_[c];
    }
    energies();
    const Accelerator& a = arrays_.with_bandwidths(number % hardware_ / costs_.capacities());
    times(a);
    return figures(a);
  }

  void part(std::int64_t number) {
    SweepCounts& n = result_.counts;
    if (!enter(number)) {
      n.illegal += hardware_;
      return;
    }
    if (pruning_ == Pruning::proven && same_as_smaller()) {
      n.pruned_same_mapping += hardware_;
      return;
    }
    needs();
    const std::int64_t fitting = count_fitting();
    n.does_not_fit += (costs_.capacities() - fitting) * arrays_.bandwidths();
    if (fitting == 0) return;
    energies();
    for (std::int64_t b = 0; b < arrays_.bandwidths(); ++b) bandwidth(b, fitting);
  }

 private:
  // Whether the part is legal, but for capacities.
  bool enter(std::int64_t number) {
    first_ = number * hardware_;
    design_ = design_of(space_, first_);
    if (arrays_.enter(design_)) legal_arrays_ = resources_within(space_, arrays_.unbounded());
    return legal_arrays_ && read_layers();
  }

  struct LayerPart {
    Mapping mapping;
    Nest nest;
    Counts counts;
    Totals totals;
    std::vector<std::array<double, kMaxLevels>> level_pj;  // per value of the widest axis
    double cycles = 0;
  };

  bool read_layers() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      LayerPart& l = layers_[i];
      const Layer& layer = space_.layers[i];
      l.mapping = mapping_of(space_, design_, layer);
      if (!check(layer, arrays_.unbounded(), l.mapping).empty()) return false;
    }
    return true;
  }

  // Whether a design with one array or tile size taken down by a value runs the same nests.
  bool same_as_smaller() {
    for (std::size_t a = 0; a < space_.axes.size(); ++a) {
      const SpaceAxis& axis = space_.axes[a];
      const bool array = axis.kind == AxisKind::array;
      if ((!array && axis.kind != AxisKind::tile) || design_.at[a] == 0) continue;
      --design_.at[a];
      const bool same = same_nests() && (!array || lanes_used(axis) <= axis.values[design_.at[a]]);
      ++design_.at[a];
      if (same) return true;
    }
    return false;
  }

  bool same_nests() const {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const Mapping other = mapping_of(space_, design_, space_.layers[i]);
      const std::vector<Entry>& x = layers_[i].mapping.nest;
      const auto equal = [](const Entry& p, const Entry& q) {
        return p.kind == q.kind && p.dim == q.dim && p.axis == q.axis && p.level == q.level &&
               p.operands == q.operands && (p.kind == EntryKind::hold || p.bound == q.bound);
      };
      if (!std::equal(x.begin(), x.end(), other.nest.begin(), other.nest.end(), equal))
        return false;
    }
    return true;
  }

  std::int64_t lanes_used(const SpaceAxis& axis) const {
    const char name = space_.base.levels[static_cast<std::size_t>(axis.level)].axis;
    std::int64_t most = 1;
    for (const LayerPart& l : layers_) {
      std::int64_t lanes = 1;
      for (const Entry& e : l.mapping.nest)
        if (e.kind == EntryKind::spatial && e.axis == name) lanes = mul(lanes, e.bound);
      most = std::max(most, lanes);
    }
    return most;
  }

  // The smallest value of every capacity axis that holds every layer's tiles.
  void needs() {
    smallest_.assign(costs_.axes().size(), 0);
    for (std::size_t c = 0; c < smallest_.size(); ++c) {
      const SpaceAxis& axis = *costs_.axes()[c].axis;
      std::int64_t need = 0;
      for (std::size_t i = 0; i < layers_.size(); ++i)
        need = std::max(
            need, need_bytes(space_.layers[i], arrays_.unbounded(), layers_[i].mapping, axis));
      smallest_[c] = static_cast<std::size_t>(
          std::lower_bound(axis.values.begin(), axis.values.end(), need) - axis.values.begin());
    }
  }

  std::int64_t count_fitting() const {
    std::int64_t n = 1;
    for (std::size_t c = 0; c < smallest_.size(); ++c)
      n *= static_cast<std::int64_t>(costs_.axes()[c].axis->values.size() - smallest_[c]);
    return n;
  }

  // Counts, totals, and the energy of every level at every capacity that is asked for.
  void energies() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      LayerPart& l = layers_[i];
      const Layer& layer = space_.layers[i];
      const Accelerator& a = arrays_.unbounded();
      l.nest = compile(layer, a, l.mapping);
      const Evaluation evaluation(layer, a, l.nest);
      l.counts = count(evaluation);
      l.totals = totals(evaluation, effective_precision(a, layer));
      level_energies(i, l);
    }
  }

  void level_energies(std::size_t layer, LayerPart& l) {
    Prices& prices = arrays_.prices(layer);
    l.level_pj.resize(std::max<std::size_t>(1, costs_.widest()));
    const std::size_t last = pruning_ == Pruning::proven ? 1 : costs_.widest();
    for (std::size_t v = 0; v < std::max<std::size_t>(1, last); ++v) {
      for (std::size_t c = 0; c < smallest_.size(); ++c)
        costs_.set_prices(design_.precision, layer, c,
                          std::min(smallest_[c] + v, costs_.axes()[c].axis->values.size() - 1),
                          prices);
      l.level_pj[v] = energy_of(l.counts, arrays_.unbounded(), prices, 0, 0).level_pj;
    }
  }

  void times(const Accelerator& a) {
    for (LayerPart& l : layers_) l.cycles = LatencyBound(a, l.nest)(l.totals, OffChip::timed).cycles;
  }

  void bandwidth(std::int64_t b, std::int64_t fitting) {
    const Accelerator& a = arrays_.with_bandwidths(b);
    times(a);
    offset_.assign(smallest_.size(), 0);
    if (pruning_ == Pruning::proven) {
      design(a, b);
      result_.counts.pruned_larger_memories += fitting - 1;
      return;
    }
    for (std::int64_t k = 0; k < fitting; ++k) {
      design(a, b);
      for (std::size_t c = offset_.size(); c-- > 0;) {
        if (++offset_[c] + smallest_[c] < costs_.axes()[c].axis->values.size()) break;
        offset_[c] = 0;
      }
    }
  }

  void design(const Accelerator& a, std::int64_t b) {
    ++result_.counts.evaluated;
    std::int64_t capacity = 0;
    for (std::size_t c = 0; c < smallest_.size(); ++c)
      capacity = capacity * static_cast<std::int64_t>(costs_.axes()[c].axis->values.size()) +
                 static_cast<std::int64_t>(smallest_[c] + offset_[c]);
    take(figures(a), first_ + b * costs_.capacities() + capacity);
  }

  // All that depends on capacities.
  DesignFigures figures(const Accelerator& a) {
    cells_ = costs_.cells();
    for (std::size_t c = 0; c < smallest_.size(); ++c) {
      const CostTables::CapacityAxis& axis = costs_.axes()[c];
      cells_[axis.level] = axis.cells_mm2[smallest_[c] + offset_[c]];
    }
    DesignFigures f;
    f.area_mm2 = area_mm2(space_, a, cells_);
    const Milliwatts constant(constant_mw(space_, f.area_mm2));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const LayerPart& l = layers_[i];
      const auto repeat = static_cast<double>(space_.layers[i].repeat);
      f.latency_cycles += repeat * l.cycles;
      double pj = energy(constant, duration(Cycles(l.cycles), a.clock)).value;
      for (std::size_t k = 0; k < a.levels.size(); ++k) pj += l.level_pj[row(k)][k];
      f.energy_pj += repeat * pj;
    }
    f.power_mw = mean_power_mw(f.energy_pj, f.latency_cycles, a.clock);
    return f;
  }

  // Which entry of level_pj holds the energy of a level.
  std::size_t row(std::size_t level) const {
    const int axis = costs_.axis_of(level);
    return axis < 0 ? 0 : offset_[static_cast<std::size_t>(axis)];
  }

  void take(const DesignFigures& f, std::int64_t number) {
    if (!within(space_.limits, f)) {
      ++result_.counts.over_limit;
      return;
    }
    SweptDesign d;
    d.number = number;
    for (std::size_t i = 0; i < space_.objectives.size(); ++i)
      d.objectives[i] = f.value(space_.objectives[i]);
    result_.front.add(d.objectives, number);
    if (keep_below_ != 0 && scrambled(number) < keep_below_) result_.seen.push_back(d);
  }

  const DesignSpace& space_;
  const CostTables& costs_;
  Pruning pruning_;
  std::uint64_t keep_below_;
  SweepResult& result_;
  std::int64_t hardware_;
  ArrayVariants arrays_;
  std::vector<LayerPart> layers_;
  HardwareDesign design_;
  std::int64_t first_ = 0;
  bool legal_arrays_ = true;
  std::vector<std::size_t> smallest_, offset_;
  std::vector<double> cells_;
};

}  // namespace

HardwareSweep::HardwareSweep(const DesignSpace& space, Pruning pruning, std::int64_t keep)
    : state_(new State{space, pruning, CostTables(space), space.hardware(),
                       space.size() / space.hardware(), 1, 0}) {
  // Those that would be evaluated: with pruning, about one per part and bandwidths.
  double designs = static_cast<double>(space.size());
  if (pruning == Pruning::proven) designs /= static_cast<double>(state_->costs.capacities());
  if (keep > 0)
    state_->keep_below =
        static_cast<double>(keep) >= designs
            ? std::numeric_limits<std::uint64_t>::max()
            : static_cast<std::uint64_t>(static_cast<double>(keep) / designs * 0x1p64);
}

HardwareSweep::~HardwareSweep() = default;

std::int64_t HardwareSweep::units() const { return ceil_div(state_->parts, kPartsPerUnit); }

std::optional<DesignFigures> HardwareSweep::figures(std::int64_t number) const {
  SweepResult unused;
  return Unit(state_->space, state_->costs, Pruning::none, 0, unused).one(number);
}

void HardwareSweep::run(std::int64_t unit, SweepResult& result) const {
  const State& s = *state_;
  Unit work(s.space, s.costs, s.pruning, s.keep_below, result);
  const std::int64_t end = std::min(s.parts, (unit + 1) * kPartsPerUnit);
  for (std::int64_t p = unit * kPartsPerUnit; p < end; ++p) work.part(p);
}

}  // namespace assay::analytical
