// SPDX-License-Identifier: Apache-2.0
// A network from an ONNX file to a workload (docs/formats/onnx.md). Shapes come from ONNX's own
// shape inference; weights are not needed, only their dimensions. A node is a layer of the workload
// or it is listed with the reason; none is dropped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layer.h"

namespace assay::network {

// Newest operator set that the library knows.
inline constexpr std::int64_t kNewestOpset = 17;

struct OnnxOptions {
  std::string name;                          // of the workload
  std::int64_t batch = 1;                    // items in the model's batch; layers are those of one
  std::map<std::string, std::int64_t> dims;  // other symbolic dimensions, or "input.axis"
  std::optional<std::int64_t> opset;         // read as if the model stated it
  bool merge_repeats = false;                // layers of one shape become one with `repeat`
  bool complete = false;  // refuse what has multiply-accumulates, or may have, and is not mapped
};

struct ImportedLayer {
  Layer layer;        // padding as the model states it
  bool ceil = false;  // the last window of a pool may overhang; not yet in the padding
  std::string node;   // what the model calls it
  std::string op;
};

// Why a node is no layer.
enum class Group : std::uint8_t {
  product,      // multiply-accumulates that the format has no kind for
  unknown,      // an operator that is not ONNX's, a function of the model, control flow
  elementwise,  // on tensors of different shapes
  folded,       // bias, scale, activation, batch normalization: in the layer before
  reduction,    // normalizations, softmax, sums over an axis
  movement,     // reordering, conversion, choice of elements
  constant,     // computed from constants and shapes alone
};
std::string_view name(Group group);

struct NotMapped {
  std::string node, op;
  Group group = Group::unknown;
  std::string why;
  std::optional<std::int64_t> outputs;  // elements of all outputs, the whole batch; absent: unknown
  std::optional<std::int64_t> macs;     // of one item; absent: unknown. 0 outside product, unknown
};

struct NetworkImport {
  Workload workload;  // all but its layers
  std::vector<ImportedLayer> layers;
  std::vector<NotMapped> not_mapped;
  std::vector<std::string> notes;  // what was assumed or could not be inferred

  std::int64_t macs() const;  // of one item, in layers
  std::int64_t not_mapped_macs() const;
  std::size_t nodes_of_unknown_macs() const;
};

// Throws InputError with every error of the model.
NetworkImport import_onnx(const std::filesystem::path& file, const OnnxOptions& options);
// The same with a file's bytes; `file` names them in messages.
NetworkImport import_onnx_bytes(const std::string& bytes, const std::filesystem::path& file,
                                const OnnxOptions& options);

// The workload file (docs/formats/workload.md).
std::string workload_text(const NetworkImport& network);

// Tables for the terminal: layers, what is not mapped by operator, totals.
std::string import_text(const NetworkImport& network, bool colour);

}  // namespace assay::network
