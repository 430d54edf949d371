// SPDX-License-Identifier: Apache-2.0
// Pieces of max-plus programs against the programs themselves, run op by op: conditions under which
// a piece does the same to another state, how often it can be repeated, repetitions inside a piece.
// Small numbers, so that ties are frequent.
#include "analytical/exact_pieces.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

using namespace assay::analytical::exact;
using Id = Moments::Id;

namespace {

constexpr int kLabels = 3;

// cells[to] = max(cells[from]) + duration. Cell 0 is always 0, as in the machine.
struct Op {
  std::size_t to = 0;
  std::vector<std::size_t> from;
  std::int64_t duration = 0;
  int label = 0;
};
using Program = std::vector<Op>;

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : bits_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>((bits_() >> 11U) % static_cast<std::uint64_t>(high - low + 1));
  }
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>(between(0, static_cast<std::int64_t>(n) - 1));
  }
  Program program(std::size_t cells, std::int64_t ops) {
    Program p(static_cast<std::size_t>(ops));
    for (Op& op : p) {
      op.to = 1 + below(cells - 1);
      for (std::int64_t i = between(1, 3); i > 0; --i) op.from.push_back(below(cells));
      op.duration = between(0, 4);
      op.label = static_cast<int>(between(0, kLabels - 1));
    }
    return p;
  }
  // All cells at one time or, here and there, a cycle later; which labels took it differs.
  Cells tied(Moments& m, std::size_t count, std::int64_t time) {
    Cells x(count, Moments::kZero);
    for (std::size_t c = 1; c < count; ++c) {
      std::int64_t left = time + (between(0, 5) == 0 ? 1 : 0);
      for (int label = 0; label + 1 < kLabels; ++label) {
        const std::int64_t part = between(0, left);
        x[c] = m.after(x[c], part, label, false);
        left -= part;
      }
      x[c] = m.after(x[c], left, kLabels - 1, false);
    }
    return x;
  }
  // Each cell later than `base` by up to `most`.
  Cells cells(Moments& m, const Cells& base, std::int64_t most) {
    Cells x = base;
    for (std::size_t c = 1; c < x.size(); ++c)
      if (between(0, 1) == 0)
        x[c] = m.after(x[c], between(0, most), static_cast<int>(between(0, kLabels - 1)), false);
    return x;
  }

 private:
  std::mt19937_64 bits_;
};

void run(Moments& m, const Program& program, Cells& x, Tracker* tracker) {
  for (const Op& op : program) {
    std::size_t best = op.from[0];
    for (const std::size_t c : op.from)
      if (m.less(x[best], x[c])) best = c;
    if (tracker != nullptr) {
      std::vector<std::int16_t>& source = tracker->piece.source;
      for (const std::size_t c : op.from)
        if (c != best) tracker->won(m, source[best], x[best], source[c], x[c]);
      source[op.to] = source[best];
    }
    x[op.to] = m.after(x[best], op.duration, op.label, false);
  }
}

bool equal(const Moments& m, const Cells& x, const Cells& y) {
  for (std::size_t c = 0; c < x.size(); ++c)
    if (!std::equal(m.values(x[c]), m.values(x[c]) + kLabels + 1, m.values(y[c]))) return false;
  return true;
}

// Several iterations of a program, each tracked.
struct Run {
  std::vector<Cells> cells;
  std::vector<Piece> pieces;  // one less
};

Run iterate(Moments& m, const Program& program, const Cells& start, int times) {
  Run r{{start}, {}};
  Tracker tracker;
  for (int i = 0; i < times; ++i) {
    Cells x = r.cells.back();
    tracker.reset(x);
    run(m, program, x, &tracker);
    r.cells.push_back(x);
    r.pieces.push_back(tracker.piece);
  }
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exact_pieces)

BOOST_AUTO_TEST_CASE(a_piece_does_the_same_wherever_its_conditions_hold) {
  int held = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Draws draw(seed);
    Moments m(kLabels);
    const Program program = draw.program(draw.below(5) + 2, draw.between(1, 12));
    const Cells zero(7, Moments::kZero);
    const Cells start = draw.cells(m, zero, 6);
    const Run r = iterate(m, program, start, 1);
    BOOST_TEST(holds(m, r.pieces[0], start, start), "seed " << seed);
    for (int i = 0; i < 20; ++i) {
      // Later, or from the beginning: cell 0 stays, so what is shared with it may come earlier too.
      const Cells other = i % 2 == 0 ? draw.cells(m, start, 3) : draw.cells(m, zero, 8);
      if (!holds(m, r.pieces[0], start, other)) {
        ++refused;
        continue;
      }
      ++held;
      Cells applied = other, ran = other;
      apply(m, {r.pieces[0], start, r.cells[1]}, applied);
      run(m, program, ran, nullptr);
      BOOST_TEST(equal(m, applied, ran), "seed " << seed);
    }
  }
  BOOST_TEST_MESSAGE(held << " held, " << refused << " refused");
  BOOST_TEST(held > 2000);
  BOOST_TEST(refused > 2000);
}

// Winners by labels alone: of several conditions on one pair of cells the strongest must remain,
// whichever came first.
BOOST_AUTO_TEST_CASE(where_times_tie_the_strongest_condition_on_labels_decides) {
  int held = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    Draws draw(seed);
    Moments m(kLabels);
    Program program = draw.program(6, draw.between(2, 10));
    for (Op& op : program) op.duration = 2 * (op.duration / 2);
    const Cells start = draw.tied(m, 6, 4);
    const Run r = iterate(m, program, start, 1);
    BOOST_TEST(holds(m, r.pieces[0], start, start), "seed " << seed);
    for (int i = 0; i < 30; ++i) {
      const Cells other = draw.tied(m, 6, 4);
      if (!holds(m, r.pieces[0], start, other)) {
        ++refused;
        continue;
      }
      ++held;
      Cells applied = other, ran = other;
      apply(m, {r.pieces[0], start, r.cells[1]}, applied);
      run(m, program, ran, nullptr);
      BOOST_TEST(equal(m, applied, ran), "seed " << seed);
    }
  }
  BOOST_TEST_MESSAGE(held << " held, " << refused << " refused");
  BOOST_TEST(held > 2000);
  BOOST_TEST(refused > 2000);
}

BOOST_AUTO_TEST_CASE(a_piece_needs_moments_where_it_had_some_and_none_where_it_had_none) {
  Moments m(kLabels);
  Cells start(3, Moments::kZero);
  start[2] = Moments::kNone;
  const Program program{{1, {0}, 2, 0}};
  const Run r = iterate(m, program, start, 1);
  BOOST_TEST(holds(m, r.pieces[0], start, start));
  Cells other = start;
  other[2] = Moments::kZero;
  BOOST_TEST(!holds(m, r.pieces[0], start, other));
  other = start;
  other[1] = Moments::kNone;
  BOOST_TEST(!holds(m, r.pieces[0], start, other));
}

BOOST_AUTO_TEST_CASE(the_stronger_of_two_ties_remains_in_either_order) {
  for (const bool stronger_first : {true, false}) {
    Moments m(kLabels);
    const auto moment = [&](std::int64_t first, std::int64_t second) {
      return m.after(m.after(Moments::kZero, first, 0, false), second, 1, false);
    };
    // Cells 3 and 4 are later than 1 and 2 by two cycles of another label each.
    const Op winner{3, {1}, 2, 1}, loser{4, {2}, 2, 0}, strong{5, {3, 4}, 0, 0},
        weak{6, {1, 2}, 0, 0};
    const Program program = stronger_first ? Program{winner, loser, strong, weak}
                                           : Program{winner, loser, weak, strong};
    const auto cells = [&](Id one, Id two) {
      Cells x(7, Moments::kZero);
      x[1] = one;
      x[2] = two;
      return x;
    };
    const Cells start = cells(moment(10, 0), moment(0, 10));
    const Run r = iterate(m, program, start, 1);
    BOOST_TEST(holds(m, r.pieces[0], start, cells(moment(8, 2), moment(6, 4))));
    BOOST_TEST(!holds(m, r.pieces[0], start, cells(moment(6, 4), moment(5, 5))));
  }
}

// Component by component, as the definition says: a - b + k ((a - a0) - (b - b0)) >= least.
BOOST_AUTO_TEST_CASE(a_tie_lasts_until_a_component_falls_behind) {
  constexpr std::int64_t kMost = 60;
  int few = 0, ever = 0, early = 0;
  for (std::uint64_t seed = 1; seed <= 30'000; ++seed) {
    Draws draw(seed);
    Moments m(kLabels);
    const auto moment = [&] {
      Id id = Moments::kZero;
      for (int label = 0; label < kLabels; ++label)
        id = m.after(id, draw.between(0, 4), label, false);
      return id;
    };
    const Id a = moment(), b = moment(), a0 = moment(), b0 = moment(),
             least = m.difference(moment(), moment(), Moments::kZero, Moments::kZero);
    std::vector<std::int64_t> gap, rate;
    for (int i = 0; i <= kLabels; ++i) {
      gap.push_back(m.values(a)[i] - m.values(b)[i] - m.values(least)[i]);
      rate.push_back((m.values(a)[i] - m.values(a0)[i]) - (m.values(b)[i] - m.values(b0)[i]));
    }
    const auto holds_at = [&](std::int64_t k) {
      std::vector<std::int64_t> v;
      for (std::size_t i = 0; i < gap.size(); ++i) v.push_back(gap[i] + k * rate[i]);
      return v >= std::vector<std::int64_t>(gap.size(), 0);
    };
    std::int64_t true_times = 0;
    while (true_times < kMost && holds_at(true_times)) ++true_times;
    const std::int64_t times = std::min(kMost, m.lasting(a, b, a0, b0, least));
    if (times != true_times) {
      // One early, where a component comes to 0 and those after it would decide.
      std::size_t i = 0;
      while (gap[i] == 0 && rate[i] == 0) ++i;
      ++early;
      BOOST_TEST(times < true_times, "seed " << seed);
      BOOST_TEST((gap[i] > 0 && rate[i] < 0 && gap[i] == times * -rate[i]), "seed " << seed);
    }
    few += times > 0 && times < kMost ? 1 : 0;
    ever += times == kMost ? 1 : 0;
  }
  BOOST_TEST_MESSAGE(few << " ended, " << ever << " did not, " << early << " ended early");
  BOOST_TEST(few > 2000);
  BOOST_TEST(ever > 2000);
  BOOST_TEST(early < few);
}

BOOST_AUTO_TEST_CASE(a_block_lasts_as_long_as_its_winners) {
  int jumps = 0, ended = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Draws draw(seed);
    Moments m(kLabels);
    const Program program = draw.program(draw.below(5) + 2, draw.between(1, 12));
    const Cells start = draw.cells(m, Cells(7, Moments::kZero), 40);
    const Run r = iterate(m, program, start, 60);
    for (std::size_t i = 1; i < 20; ++i) {
      const Block block{r.pieces[i - 1], r.cells[i - 1], r.cells[i]};
      const std::int64_t times = lasting(m, block, 40);
      for (std::int64_t n = 1; n <= times; ++n) {
        const bool same = equal(m, advanced(m, block, n), r.cells[i + static_cast<std::size_t>(n)]);
        BOOST_TEST(same, "seed " << seed << ", iteration " << i << ", " << n << " times more");
      }
      jumps += times > 0 ? 1 : 0;
      ended += times > 0 && times < 40 ? 1 : 0;
    }
  }
  BOOST_TEST_MESSAGE(jumps << " jumps, " << ended << " ended by a new winner");
  BOOST_TEST(jumps > 2000);
  BOOST_TEST(ended > 200);
}

BOOST_AUTO_TEST_CASE(a_repeated_block_is_a_part_of_a_piece) {
  int held = 0, long_ones = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Draws draw(seed);
    Moments m(kLabels);
    const std::size_t cells = draw.below(5) + 2;
    const Program before = draw.program(cells, 4),
                  program = draw.program(cells, draw.between(1, 8));
    const Cells start = draw.cells(m, Cells(7, Moments::kZero), 30);
    Tracker whole;
    whole.reset(start);
    Cells x = start;
    run(m, before, x, &whole);
    const Run r = iterate(m, program, x, 5);
    for (std::size_t i = 0; i < 5; ++i) whole.append(m, r.pieces[i], r.cells[i]);
    const Block block{r.pieces[4], r.cells[4], r.cells[5]};
    const std::int64_t times = lasting(m, block, draw.between(1, 60));
    whole.append_repeated(m, block, times);
    const Cells end = advanced(m, block, times);
    long_ones += times > 20 ? 1 : 0;
    for (int i = 0; i < 20; ++i) {
      const Cells other = draw.cells(m, start, 8);
      if (!holds(m, whole.piece, start, other)) continue;
      ++held;
      Cells applied = other, ran = other;
      apply(m, {whole.piece, start, end}, applied);
      run(m, before, ran, nullptr);
      for (std::int64_t n = 0; n < 5 + times; ++n) run(m, program, ran, nullptr);
      BOOST_TEST(equal(m, applied, ran), "seed " << seed << ", " << times << " times");
    }
  }
  BOOST_TEST_MESSAGE(held << " held, " << long_ones << " repeated more than 20 times");
  BOOST_TEST(held > 2000);
  BOOST_TEST(long_ones > 500);
}

BOOST_AUTO_TEST_SUITE_END()
