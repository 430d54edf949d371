// SPDX-License-Identifier: Apache-2.0
// Pieces: what a part of the run did to a state of moments, with the conditions under which it does
// the same to another, or once more (docs/rationale/0006-exact-latency.md). Internal to exact.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "analytical/exact_moments.h"

namespace assay::analytical::exact {

// What a part of the run did: every cell became what one cell was at the start, later by a
// constant. That holds for every start at which the same cells have a moment and the same moments
// win: those where the differences of cells keep these bounds.
struct Piece {
  struct Bound {
    std::int16_t winner = 0, loser = 0;
    std::int64_t least = 0;  // difference of their times
  };
  struct Tie {
    std::int16_t winner = 0, loser = 0;
    Moments::Id least = 0;  // difference of moments
  };
  std::vector<std::int16_t> source;  // per cell; -1: no moment
  std::vector<Bound> bounds;
  std::vector<Tie> ties;
};

using Cells = std::vector<Moments::Id>;

// A piece that led from some cells to others, and may go on.
struct Block {
  const Piece& piece;
  const Cells& from;
  const Cells& to;
};

// Whether the piece, met at the cells `start`, does the same to these cells.
bool holds(const Moments& m, const Piece& piece, const Cells& start, const Cells& cells);
// Does to the cells what the block did to its own.
void apply(Moments& m, const Block& block, Cells& cells);
// How many times more, up to `most`, the block adds to every cell what it added: each went as far
// as its source, and the winners of all maxima stay ahead.
std::int64_t lasting(const Moments& m, const Block& block, std::int64_t most);
// The cells once they have gone so many times further.
Cells advanced(Moments& m, const Block& block, std::int64_t times);

// A piece in the making.
class Tracker {
 public:
  using Id = Moments::Id;
  void reset(const std::vector<Id>& cells);
  // A maximum of moments that come from two cells of the start.
  void won(Moments& m, int winner, Id winning, int loser, Id losing);
  // This, then `next`, whose start had these cells.
  void append(Moments& m, const Piece& next, const std::vector<Id>& cells);
  // This, then the block so many times, from where it led to on.
  void append_repeated(Moments& m, const Block& block, std::int64_t times);

  Piece piece;
  std::vector<Id> start;

 private:
  void bound(int winner, int loser, std::int64_t least);
  void tie(Moments& m, int winner, int loser, Id least);
  std::vector<std::uint32_t> place_;  // of a pair of cells in the bounds, from 1
  std::vector<std::int16_t> scratch_;
};

}  // namespace assay::analytical::exact
