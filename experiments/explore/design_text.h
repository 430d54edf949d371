// SPDX-License-Identifier: Apache-2.0
// Designs as text: short and exact in the store, as nests in the files that people and `assay
// simulate` read.
#pragma once

#include <string>
#include <vector>

#include "analytical/explore/found.h"
#include "core/mapping.h"

namespace assay {

// "0/M2 C3//P14": skeleton, then the loops of each slot, outermost first.
std::string design_text(const analytical::Design& design, std::size_t slots);
// Throws std::invalid_argument for what design_text did not write.
analytical::Design parse_design(const std::string& text);

// "for M: 2", "hold glb: I, O", ...
std::vector<std::string> nest_lines(const Mapping& mapping, const Accelerator& accelerator);

struct NamedNest {
  std::string layer;
  const Mapping* mapping;
};
// A mapping file (docs/formats/mapping.md).
std::string mapping_yaml(const std::string& name, const Accelerator& accelerator,
                         const std::string& workload, std::int64_t batch, const std::string& source,
                         const std::vector<NamedNest>& nests);

}  // namespace assay
