// SPDX-License-Identifier: Apache-2.0
// Which mappings of an accelerator are searched (docs/formats/mapspace.md): skeletons of a nest,
// outermost first, whose holds are fixed and whose blocks of temporal loops and lanes are free
// within stated limits.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/dims.h"

namespace assay::analytical {

enum class Factors : std::uint8_t {
  perfect,  // every bound divides what the loops inside leave of the dimension
  ceil,     // bounds may leave remainders: n = ceil(left / q) for every q
};

// What a block may take of a dimension.
struct BoundRule {
  enum class Kind : std::uint8_t {
    up_to,  // any factor, at most `value`
    fill,   // the smaller of `value` and what the loops inside leave: no choice
    rest,   // all that they leave: no choice
  } kind = Kind::up_to;
  std::int64_t value = std::int64_t{1} << 40;
};

struct Piece {
  enum class Kind : std::uint8_t { block, lanes, hold } kind = Kind::block;
  std::string name;       // of a block
  char axis = 'x';        // lanes
  int level = -1;         // lanes: the array; hold: the storage
  unsigned operands = 0;  // hold
  unsigned dims = 0;      // block, lanes: mask of the dimensions that may have a loop here
  PerDim<BoundRule> rule{};
  std::vector<Dim> order;  // block: outermost first; empty: free
};

struct Skeleton {
  std::string name;
  std::vector<Piece> pieces;  // outermost first
};

inline constexpr int kMaxSlots = 10;  // blocks and lanes of a skeleton
inline constexpr int kMaxSkeletons = 64;

struct MapSpace {
  std::string name;
  std::string accelerator;
  std::string source;
  std::filesystem::path file;  // empty: the default
  PerDim<Factors> factors{};
  std::vector<Skeleton> skeletons;
};

// Reads docs/formats/mapspace.md; throws InputError with every error of the file.
MapSpace read_map_space(const std::filesystem::path& file, const Accelerator& accelerator);

// Everything the accelerator's levels permit with all operands held wherever they are kept: a free
// block outside each level's holds and one inside the last; levels that keep different operands in
// every order that follows the levels of each operand. Throws InputError for accelerators with more
// than kMaxSlots blocks and lanes or kMaxSkeletons orders.
MapSpace default_map_space(const Accelerator& accelerator, Factors factors);

}  // namespace assay::analytical
