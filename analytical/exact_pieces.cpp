// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_pieces.h"

#include <algorithm>

namespace assay::analytical::exact {
namespace {

using Id = Moments::Id;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

bool holds(const Moments& m, const Piece& piece, const Cells& start, const Cells& x) {
  for (const Piece::Bound& b : piece.bounds)
    if (m.time(x[at(b.winner)]) - m.time(x[at(b.loser)]) < b.least) return false;
  for (std::size_t c = 0; c < x.size(); ++c)
    if ((x[c] == Moments::kNone) != (start[c] == Moments::kNone)) return false;
  for (const Piece::Tie& t : piece.ties)
    if (m.compare(x[at(t.winner)], x[at(t.loser)], t.least, Moments::kZero) < 0) return false;
  return true;
}

void apply(Moments& m, const Block& block, Cells& cells) {
  const std::vector<std::int16_t>& source = block.piece.source;
  const Cells before = cells;
  for (std::size_t c = 0; c < before.size(); ++c) {
    if (source[c] < 0) {
      cells[c] = Moments::kNone;
      continue;
    }
    const std::size_t s = at(source[c]);
    const Id from = block.from[s], to = block.to[c], now = before[s];
    const bool inexact = m.inexact(now) || m.inexact(to);
    if (from == to && inexact == m.inexact(now)) {
      cells[c] = now;
      continue;
    }
    Id moved = Moments::kNone;
    for (std::size_t other = 0; other < c && moved == Moments::kNone; ++other)
      if (block.to[other] == to && source[other] == source[c] && from != to) moved = cells[other];
    cells[c] = moved != Moments::kNone ? moved : m.shifted(now, from, to, 1, inexact);
  }
}

std::int64_t lasting(const Moments& m, const Block& block, std::int64_t most) {
  const Cells &a = block.from, &b = block.to;
  for (std::size_t c = 0; c < b.size(); ++c) {
    if ((b[c] == Moments::kNone) != (a[c] == Moments::kNone)) return 0;
    if (b[c] == Moments::kNone) continue;
    const std::size_t s = at(block.piece.source[c]);
    if (m.inexact(b[c]) != m.inexact(a[c])) return 0;
    if (s != c && (b[s] == Moments::kNone || m.compare(b[c], a[c], b[s], a[s]) != 0)) return 0;
  }
  for (const Piece::Bound& bound : block.piece.bounds) {
    const std::size_t w = at(bound.winner), l = at(bound.loser);
    const std::int64_t gap = m.time(b[w]) - m.time(b[l]) - bound.least;
    if (gap < 0) return 0;
    const std::int64_t rate = (m.time(b[w]) - m.time(a[w])) - (m.time(b[l]) - m.time(a[l]));
    if (rate < 0) most = std::min(most, gap / -rate + 1);
  }
  for (const Piece::Tie& t : block.piece.ties) {
    const std::size_t w = at(t.winner), l = at(t.loser);
    most = std::min(most, m.lasting(b[w], b[l], a[w], a[l], t.least));
  }
  return most;
}

Cells advanced(Moments& m, const Block& block, std::int64_t times) {
  const Cells &a = block.from, &b = block.to;
  Cells cells = b;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const Id x = b[c];
    if (x == a[c] || times == 0) continue;
    std::size_t other = 0;  // cells that shared both moments go on sharing
    while (b[other] != x || a[other] != a[c]) ++other;
    cells[c] = other < c ? cells[other] : m.shifted(x, a[c], x, times, m.inexact(x));
  }
  return cells;
}

// ---- Tracker --------------------------------------------------------------------------------

void Tracker::reset(const std::vector<Id>& cells) {
  const std::size_t n = cells.size();
  start = cells;
  piece.source.resize(n);
  for (std::size_t c = 0; c < n; ++c) piece.source[c] = static_cast<std::int16_t>(c);
  place_.resize(n * n);
  for (const Piece::Bound& b : piece.bounds) place_[at(b.winner) * n + at(b.loser)] = 0;
  piece.bounds.clear();
  piece.ties.clear();
}

void Tracker::bound(int winner, int loser, std::int64_t least) {
  std::uint32_t& place = place_[at(winner) * start.size() + at(loser)];
  if (place == 0) {
    piece.bounds.push_back(
        {static_cast<std::int16_t>(winner), static_cast<std::int16_t>(loser), least});
    place = static_cast<std::uint32_t>(piece.bounds.size());
  } else {
    std::int64_t& known = piece.bounds[static_cast<std::size_t>(place) - 1].least;
    known = std::max(known, least);
  }
}

void Tracker::tie(Moments& m, int winner, int loser, Id least) {
  for (Piece::Tie& t : piece.ties) {
    if (t.winner != winner || t.loser != loser) continue;
    if (m.less(t.least, least)) t.least = least;
    return;
  }
  piece.ties.push_back(
      {static_cast<std::int16_t>(winner), static_cast<std::int16_t>(loser), least});
}

void Tracker::won(Moments& m, int winner, Id winning, int loser, Id losing) {
  if (winner == loser || winner < 0 || loser < 0) return;
  if (losing == Moments::kZero && loser == 0) return;  // nothing is before 0
  const Id w = start[at(winner)], l = start[at(loser)];
  const std::int64_t least = (m.time(losing) - m.time(l)) - (m.time(winning) - m.time(w));
  if (m.time(winning) > m.time(losing))
    bound(winner, loser, least + 1);
  else
    tie(m, winner, loser, m.difference(losing, l, winning, w));
}

void Tracker::append(Moments& m, const Piece& next, const std::vector<Id>& cells) {
  const auto ahead = [&](int cell) {
    return m.time(cells[at(cell)]) - m.time(start[at(piece.source[at(cell)])]);
  };
  for (const Piece::Bound& b : next.bounds) {
    const int winner = piece.source[at(b.winner)], loser = piece.source[at(b.loser)];
    if (winner != loser) bound(winner, loser, b.least - ahead(b.winner) + ahead(b.loser));
  }
  for (const Piece::Tie& t : next.ties) {
    const int winner = piece.source[at(t.winner)], loser = piece.source[at(t.loser)];
    if (winner == loser) continue;
    const Id offset =
        m.difference(cells[at(t.winner)], start[at(winner)], cells[at(t.loser)], start[at(loser)]);
    tie(m, winner, loser, m.difference(t.least, offset, Moments::kZero, Moments::kZero));
  }
  scratch_ = piece.source;
  for (std::size_t c = 0; c < scratch_.size(); ++c)
    piece.source[c] = next.source[c] < 0 ? std::int16_t{-1} : scratch_[at(next.source[c])];
}

// Where a cell comes from repeats sooner or later, and how far it went since grows evenly, so that
// bounds are tightest in the first and the last repetitions.
void Tracker::append_repeated(Moments& m, const Block& block, std::int64_t times) {
  std::vector<std::vector<std::int16_t>> sources;
  bool skipped = false;
  for (std::int64_t n = 0; n < times; ++n) {
    append(m, block.piece, advanced(m, block, n));
    if (skipped) continue;
    for (std::size_t back = 1; back <= sources.size() && !skipped; ++back) {
      if (sources[sources.size() - back] != piece.source) continue;
      const auto cycle = static_cast<std::int64_t>(back);
      const std::int64_t rest = times - 1 - n;
      if (rest > 2 * cycle) n += (rest / cycle - 1) * cycle;
      skipped = true;
    }
    sources.push_back(piece.source);
  }
}

}  // namespace assay::analytical::exact
