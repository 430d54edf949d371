// SPDX-License-Identifier: Apache-2.0
// Lower bounds on the costs of all designs of a template that share the bounds of some dimensions,
// and on the bytes they need. What they rest on, per design (docs/rationale/0007-exploration.md):
//   - latency >= multiply-accumulates of lane 0 >= product over dimensions of ceil(size / lanes
//   over it), times the interval;
//   - latency >= what a port of a level outside every array has to carry;
//   - a hold receives every touched element of its operand at least once per iteration of the
//   temporal loops outside the
//     innermost loop the operand depends on (without remainders; with them, at least once);
//   - energy >= those words at parent and child, the multiply-accumulates and their accesses, and
//   constant power over the latency;
//   - the first tile of a hold is resident, and grows with every bound inside.
// A margin of 10^-9 covers rounding.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analytical/explore/score.h"

namespace assay::analytical {

inline constexpr int kMaxBoundHolds = 16;  // (hold, operand) pairs

// Bounds of one dimension in every slot.
struct Factorisation {
  std::array<std::int64_t, kMaxSlots> bound;
};

// What one factorisation contributes.
struct Share {
  std::array<std::int64_t, kMaxBoundHolds> tile;  // inside each hold
  std::array<double, kMaxBoundHolds>
      repeats;  // of each hold, when its operand does not depend on the dimension
  std::array<std::int64_t, kMaxSlots> lanes;  // bound in each spatial slot, else 1
  std::int64_t iterations;                    // of lane 0, at least
};

// Where the holds of a skeleton stand, and what does not change from template to template.
class BoundModel {
 public:
  BoundModel(const LayerSpace& space, const ScoreInput& input);

  // The innermost loop that the operand of each hold depends on decides what repeats; orders as in
  // the template.
  struct Template {
    std::array<Order, kMaxSlots> order;
    // Per hold: mask of the dimensions whose loop repeats it, per slot.
    std::array<std::array<unsigned, kMaxSlots>, kMaxBoundHolds> repeating{};
  };
  Template make_template(const std::array<Order, kMaxSlots>& order) const;

  Share share(Dim dim, const Factorisation& f, const Template& t) const;
  static void minimum(
      Share* least,
      const Share& other);  // of every bound: tiles, repeats, iterations; lanes: least

  // Products over dimensions; multiply() takes one more.
  struct Partial {
    PerDim<std::array<std::int64_t, kMaxBoundHolds>> tile;
    std::array<double, kMaxBoundHolds> repeats;
    std::array<std::int64_t, kMaxSlots> lanes;
    double iterations;
  };
  Partial none() const;
  void multiply(Partial* p, Dim dim, const Share& share) const;

  bool may_fit(
      const Partial& p) const;  // false: no design with at least these tiles and lanes is legal
  Costs bound(const Partial& p) const;

 private:
  struct Hold {
    Operand operand;
    int level, parent;
    std::size_t piece;
    std::size_t slots_outside;  // slots [0, slots_outside) stand outside
    double words;               // touched elements of the operand
    double pj_first,
        pj_again;  // per word and repeat: the first time (outputs: final), every further time
    std::vector<std::pair<std::size_t, double>> ports_first,
        ports_again;  // port index, cycles per word
    bool may_slide;
  };
  void add_hold(std::size_t piece, Operand o, std::size_t slots_outside, PerOperand<int>* parent);
  void prices(Hold* h) const;
  void ports(Hold* h);
  void port(int level, Operand o, Transfer t, double bits,
            std::vector<std::pair<std::size_t, double>>* out);
  double touched(Operand o) const;
  double extent(const Hold& h, const Partial& p, std::size_t at, bool rows) const;

  const LayerSpace& space_;
  ScoreInput input_;
  Precision precision_;
  std::vector<Hold> holds_;
  std::vector<std::pair<int, std::size_t>> port_ids_;  // level and port of a port index
  std::size_t first_array_;                            // level index of the outermost array
  double fixed_pj_ = 0;
};

}  // namespace assay::analytical
