// SPDX-License-Identifier: Apache-2.0
#include "simulator/transfers.h"

#include <unordered_map>
#include <utility>

#include "core/checked.h"
#include "simulator/transfers_build.h"
#include "simulator/transfers_geometry.h"

namespace assay::simulator {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

struct ClassHash {
  std::size_t operator()(const ClassKey& key) const {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : key) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash);
  }
};

// The flags of a key: read-back or not, and whether the tile slides, is first or final.
constexpr unsigned kSpecial = 1, kReadBack = 2;

struct HoldTransfers {
  HoldGeometry geometry;
  std::unordered_map<ClassKey, Transfer, ClassHash> built{};
  // The latest answer: neighbouring tiles are mostly alike.
  ClassKey latest_key{};
  const Transfer* latest = nullptr;
};

std::int64_t hops(const HoldGeometry& geometry, Network network) {
  std::int64_t cycles = 0;
  for (const Between& array : geometry.between)
    if (array.network == network) cycles = add(cycles, mul(array.positions - 1, array.hop_latency));
  return cycles;
}

}  // namespace

struct Transfers::Impl {
  Impl(const Layer& layer, const Accelerator& accelerator, const Nest& nest, bool with_tables)
      : bits(effective_precision(accelerator, layer)),
        zero_first(accelerator.first_visit == FirstVisit::zero),
        preload(accelerator.accumulate == Accumulate::preload),
        tables(with_tables) {
    for (int hold = 0; hold < static_cast<int>(nest.holds.size()); ++hold)
      holds.push_back({HoldGeometry(layer, accelerator, nest, hold)});
    for (Operand o : kAllOperands) tensors[o] = layout_of(layer, nest, kFirstLevel, o);
  }

  // The transfer of the tile's class; build(builder) makes it the first time.
  template <class Build>
  const Transfer& find(int hold, const Tile& tile, unsigned flags, Build build) {
    HoldTransfers& mine = holds[at(hold)];
    const ClassKey key = mine.geometry.key(tile.start, flags);
    if (mine.latest != nullptr && mine.latest_key == key) return *mine.latest;
    auto found = mine.built.find(key);
    if (found == mine.built.end()) {
      const TileClass shape = mine.geometry.classify(tile.start, tile.slide);
      TransferBuilder builder(mine.geometry, shape, tables);
      found = mine.built.emplace(key, build(builder)).first;
    }
    mine.latest_key = key;
    mine.latest = &found->second;
    return found->second;
  }

  const HoldGeometry& geometry(int hold) const { return holds[at(hold)].geometry; }

  Precision bits;
  bool zero_first;
  bool preload;
  bool tables;
  std::vector<HoldTransfers> holds;
  PerOperand<Layout> tensors;
};

Transfers::Transfers(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                     bool tables)
    : impl_(std::make_unique<Impl>(layer, accelerator, nest, tables)) {}

Transfers::~Transfers() = default;

const Transfer& Transfers::fill(int hold, const Tile& tile) {
  const bool input = impl_->geometry(hold).hold.operand == Operand::I;
  const int bits = input ? impl_->bits.input_bits : impl_->bits.weight_bits;
  return impl_->find(hold, tile, tile.slide ? kSpecial : 0,
                     [&](TransferBuilder& builder) { return builder.fill(bits); });
}

const Transfer& Transfers::read_back(int hold, const Tile& tile) {
  const bool without_first = tile.first_visit && impl_->zero_first;
  return impl_->find(
      hold, tile, kReadBack | (without_first ? kSpecial : 0), [&](TransferBuilder& builder) {
        return builder.read_back(without_first, impl_->preload, impl_->bits.psum_bits);
      });
}

const Transfer& Transfers::drain(int hold, const Tile& tile) {
  const int one = tile.final_visit ? impl_->bits.output_bits : impl_->bits.psum_bits;
  return impl_->find(hold, tile, tile.final_visit ? kSpecial : 0, [&](TransferBuilder& builder) {
    return builder.drain(one, impl_->bits.psum_bits);
  });
}

std::int64_t Transfers::parent_base(int hold, const Point& start, const Point& parent_start) const {
  const HoldGeometry& geometry = impl_->geometry(hold);
  const std::int64_t base = geometry.parent_layout.address(start);
  if (geometry.hold.parent == kFirstLevel) return base;
  return base - geometry.parent_layout.address(parent_start);
}

const Layout& Transfers::layout(int hold) const { return impl_->geometry(hold).layout; }
const Layout& Transfers::tensor(Operand operand) const { return impl_->tensors[operand]; }
std::int64_t Transfers::instances(int hold) const { return impl_->geometry(hold).instances; }
std::int64_t Transfers::fill_hops(int hold) const {
  return hops(impl_->geometry(hold), Network::forward);
}
std::int64_t Transfers::drain_hops(int hold) const {
  return hops(impl_->geometry(hold), Network::chain);
}

std::int64_t Transfers::built() const {
  std::size_t count = 0;
  for (const HoldTransfers& hold : impl_->holds) count += hold.built.size();
  return static_cast<std::int64_t>(count);
}

}  // namespace assay::simulator
