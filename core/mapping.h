// SPDX-License-Identifier: Apache-2.0
// A mapping: one loop nest with refresh locations (docs/contract.md, section 3; file format in
// docs/formats/mapping.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "core/layer.h"

namespace assay {

class YamlMap;

enum class EntryKind : std::uint8_t { loop, spatial, hold };

// One line of a nest, outermost first.
struct Entry {
  EntryKind kind = EntryKind::loop;
  Dim dim = Dim::N;        // loop, spatial
  char axis = 'x';         // spatial
  std::int64_t bound = 1;  // loop, spatial
  int level = -1;          // hold: index into Accelerator::levels
  unsigned operands = 0;   // hold: bit mask over Operand
  int line = 0;
};

inline bool holds(const Entry& e, Operand o) {
  return e.kind == EntryKind::hold && ((e.operands >> static_cast<unsigned>(index(o))) & 1U) != 0;
}

struct Mapping {
  std::string name;  // "file#layer", for messages and records
  std::filesystem::path file;
  int line = 0;
  std::vector<Entry> nest;
};

// A bound as a mapping file may write it. Templates resolve against a layer, innermost entry first:
// `max k` takes the smaller of k and what the inner loops leave of the dimension, `rest` takes all
// of it.
struct BoundSpec {
  enum class Kind : std::uint8_t { exact, at_most, rest } kind = Kind::exact;
  std::int64_t value = 1;
  int variable = -1;  // at_most: the number of a named value instead; -1: none
};

struct EntrySpec {
  Entry entry;  // bound not meaningful for loops
  BoundSpec bound;
};

struct MappingFile {
  std::filesystem::path file;
  std::string name;
  std::string accelerator;
  std::string workload;  // empty: any
  std::int64_t batch = 1;
  std::string source;
  std::map<std::string, std::vector<EntrySpec>> layers;
  std::map<std::string, int> layer_lines;
  std::optional<std::vector<EntrySpec>> any_layer;  // the template for layers not listed
  int any_layer_line = 0;
  std::vector<LayerKind> any_layer_kinds;  // the kinds the template maps; empty: all
};

// Reads docs/formats/mapping.md; throws InputError with every error of the file. Levels are looked
// up in the accelerator.
MappingFile read_mappings(const std::filesystem::path& file, const Accelerator& accelerator);

// The nest for one layer, bounds resolved and loops of bound 1 dropped; nullopt if the file has
// neither the layer nor a template.
std::optional<Mapping> resolve(const MappingFile& file, const Layer& layer);

// A nest whose bounds may also be `max NAME`, NAME one of `variables`; errors go to the map's
// diagnostics. For files that leave bounds open (docs/formats/design_space.md).
std::vector<EntrySpec> read_nest(YamlMap& map, const std::string& key,
                                 const Accelerator& accelerator,
                                 const std::vector<std::string>& variables);
// The same for one layer; values: of the variables. The name of the mapping is left empty.
Mapping resolve(const std::vector<EntrySpec>& nest, const Layer& layer,
                const std::vector<std::int64_t>& values);

// Every reason why the mapping is illegal for this layer and accelerator (docs/contract.md,
// sections 3 and 6); empty when legal.
Diagnostics check(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace assay
