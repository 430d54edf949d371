// SPDX-License-Identifier: Apache-2.0
// The tile geometry that legality needs: largest resident boxes and slides (docs/contract.md, sections 3 and 6). Counts and cycles are not
// computed here, nor from here.
#pragma once

#include <cstdint>
#include <optional>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay {

// Tile size of every dimension inside nest position `at` (entries at..end), per lane, capped by the layer.
PerDim<std::int64_t> tile_inside(const Layer& layer, const Mapping& mapping, std::size_t at);

// Largest box, in elements, of an operand whose hold stands at nest position `at`.
std::int64_t largest_box(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                         std::size_t at, Operand operand);

// Largest number of new elements of a slide that overlaps; nullopt when no change of this hold is such a slide.
std::optional<std::int64_t> largest_increment(const Layer& layer, const Accelerator& accelerator,
                                              const Mapping& mapping, std::size_t at, Operand operand);

// Bytes a hold needs in its level: box and slots, or box and increments.
std::int64_t resident_bytes(const Layer& layer, const Accelerator& accelerator,
                            const Mapping& mapping, std::size_t at, Operand operand);

}  // namespace assay
