// SPDX-License-Identifier: Apache-2.0
// A mapping made by hand as a design of a space: every loop goes to the slot that has the same
// holds outside it, of the operands that depend on the loop. A mapping that differs from a design
// of the space only in where its holds stand past loops that their operands do not depend on
// becomes that design, with the same costs; any other one becomes a neighbour, for a search to
// begin with.
#pragma once

#include <optional>

#include "analytical/explore/score.h"

namespace assay::analytical {

// nullopt: the space has no design with such lanes and orders, or none that fits. The scorer is of
// the space's layer.
std::optional<Design> project(const LayerSpace& space, const Mapping& mapping,
                              const Scorer& scorer);

}  // namespace assay::analytical
