// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "core/checked.h"
#include "simulator/datapath_counts.h"
#include "simulator/datapath_plan.h"
#include "simulator/datapath_saturate.h"
#include "simulator/datapath_shape.h"

namespace assay::simulator {
namespace {

// Sums of products that cannot leave the precision whatever the data are: then saturating is the
// same as wrapping, and the order does not matter. Holds for every partial sum of the layer, since
// none is the sum of more than all its products.
bool never_overflows(const Layer& layer, const Precision& bits) {
  const int product_bits = bits.input_bits - 1 + (layer.has_weights() ? bits.weight_bits - 1 : 0);
  if (product_bits < 0 || product_bits > 62) return false;
  std::int64_t most = std::int64_t{1} << product_bits;
  for (Dim d : {Dim::C, Dim::R, Dim::S})
    if (__builtin_mul_overflow(most, layer.size[d], &most)) return false;
  return most <= highest(bits.psum_bits);
}

struct Hash {
  std::size_t operator()(const Point& key) const {
    std::uint64_t hash = 0;
    for (std::int64_t part : key)
      hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(hash ^ hash >> 32);
  }
};

const std::int32_t kOne = 1;  // the weight of a layer without weights

}  // namespace

struct Datapath::Impl {
  // Steps with equally much left of every dimension.
  struct Class {
    StepWork work;
    bool planned = false;  // plans are made when data move
    std::vector<Plan> plans;
    SaturatedPlan saturated;
  };

  Impl(const Layer& l, const Accelerator& a, const Nest& n)
      : layer(l),
        accelerator(a),
        nest(n),
        shape(make_shape(layer, nest)),
        counter(layer, accelerator, nest, shape) {
    const Precision bits = effective_precision(accelerator, layer);
    const bool can_move = bits.psum_bits >= 1 && bits.psum_bits <= 32;
    if (can_move) unused_bits = 32 - bits.psum_bits;
    if (can_move && accelerator.overflow == Overflow::saturate && !never_overflows(layer, bits))
      saturation.emplace(accelerator, nest, shape, bits.psum_bits);
  }

  Class& find(const Point& start) {
    Point left;
    for (Dim d : kAllDims) left[d] = std::min(layer.size[d] - start[d], shape.span[d]);
    if (latest != nullptr && left == latest_left) return *latest;
    const auto [found, is_new] = classes.try_emplace(left);
    if (is_new) counter.count(left, found->second.work);
    latest = &found->second;  // elements of an unordered_map stay where they are
    latest_left = left;
    return *latest;
  }

  void plan(Class& kind, const Point& left) {
    kind.planned = true;
    if (saturation) {
      kind.saturated = saturation->make_plan(left);
    } else {
      for (const StepBox& box : step_boxes(shape.loops, left)) kind.plans.push_back(make_plan(box));
    }
  }

  std::int64_t origin(Operand operand, const Point& start, const Place& place) const {
    std::int64_t address = place.slot_base;
    for (Dim d : kAllDims)
      address += (start[d] - place.tile_start[d]) * shape.dim_stride[operand][d];
    return address;
  }

  void run_plan(const Plan& p, std::int32_t* psums, const PerOperand<const std::int32_t*>& from) {
    const Operand x = p.x, a = p.x == Operand::I ? Operand::W : Operand::I;
    const auto one = [&](const PerOperand<std::int64_t>& at) {
      run_kernel(p.kernel, psums + at[Operand::O], from[x] + at[x], from[a] + at[a], unused_bits,
                 scratch);
    };
    for_each_offset(p.outer, p.base, one);
  }

  // Own copies: the machine may run another layer while this one is still asked.
  const Layer layer;
  const Accelerator accelerator;
  const Nest nest;
  const StepShape shape;
  StepCounter counter;
  int unused_bits = 0;
  std::optional<Saturation> saturation;
  std::unordered_map<Point, Class, Hash> classes;
  Point latest_left{};
  Class* latest = nullptr;
  std::vector<std::uint32_t> scratch;
};

Datapath::Datapath(const Layer& layer, const Accelerator& accelerator, const Nest& nest)
    : impl_(std::make_unique<Impl>(layer, accelerator, nest)) {}

Datapath::~Datapath() = default;

const StepWork& Datapath::work(const Point& start) { return impl_->find(start).work; }

void Datapath::run(const Point& start, const PerOperand<Place>& places, const Memory& memory) {
  Impl::Class& kind = impl_->find(start);
  if (!kind.planned) impl_->plan(kind, impl_->latest_left);
  PerOperand<const std::int32_t*> from{};
  from[Operand::I] = memory.input + impl_->origin(Operand::I, start, places[Operand::I]);
  from[Operand::W] = impl_->layer.has_weights()
                         ? memory.weights + impl_->origin(Operand::W, start, places[Operand::W])
                         : &kOne;
  std::int32_t* psums = memory.psums + impl_->origin(Operand::O, start, places[Operand::O]);
  if (impl_->saturation)
    return impl_->saturation->run(kind.saturated, psums, from[Operand::I], from[Operand::W]);
  for (const Plan& plan : kind.plans) impl_->run_plan(plan, psums, from);
}

}  // namespace assay::simulator
