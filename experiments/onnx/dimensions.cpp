// SPDX-License-Identifier: Apache-2.0
// Numbers in place of symbolic dimensions.
#include "experiments/onnx/model.h"

namespace assay::network {
namespace {

using Dimension = onnx::TensorShapeProto::Dimension;

// Some exporters write 0 or -1 where they mean "any".
bool is_number(const Dimension& d) { return d.has_dim_value() && d.dim_value() > 0; }
std::string symbol(const Dimension& d) { return d.has_dim_param() ? d.dim_param() : ""; }
std::string place(const onnx::ValueInfoProto& input, int axis) {
  return input.name() + "." + std::to_string(axis);
}

class Resolver {
 public:
  Resolver(onnx::GraphProto* graph, const std::string& file, const OnnxOptions& options)
      : graph_(graph), file_(file), options_(options) {
    for (const onnx::TensorProto& t : graph->initializer()) constants_.insert(t.name());
  }

  void run(std::vector<std::string>* notes) {
    for (const onnx::ValueInfoProto& input : graph_->input()) name_batches(input);
    for (onnx::ValueInfoProto& input : *graph_->mutable_input()) resolve(&input);
    check_unused();
    throw_if_any(diagnostics_);
    for (onnx::ValueInfoProto& v : *graph_->mutable_value_info()) replace_symbols(&v);
    for (onnx::ValueInfoProto& v : *graph_->mutable_output()) replace_symbols(&v);
    for (const auto& [what, size] : chosen_)
      notes->push_back("dimension " + what + " = " + std::to_string(size));
  }

 private:
  bool applies(const onnx::ValueInfoProto& input) const {
    return constants_.count(input.name()) == 0 && input.type().has_tensor_type() &&
           input.type().tensor_type().has_shape();
  }

  // --dim by the symbol's name or by place.
  std::optional<std::int64_t> given(const onnx::ValueInfoProto& input, int axis,
                                    const Dimension& d) {
    for (const std::string& key : {place(input, axis), symbol(d)}) {
      const auto at = options_.dims.find(key);
      if (key.empty() || at == options_.dims.end()) continue;
      used_.insert(key);
      return at->second;
    }
    return std::nullopt;
  }

  // A symbol that begins an input of two or more dimensions means the batch wherever it stands.
  void name_batches(const onnx::ValueInfoProto& input) {
    if (!applies(input)) return;
    const onnx::TensorShapeProto& shape = input.type().tensor_type().shape();
    if (shape.dim_size() < 2 || is_number(shape.dim(0)) || given(input, 0, shape.dim(0))) return;
    if (!symbol(shape.dim(0)).empty()) symbols_[symbol(shape.dim(0))] = options_.batch;
  }

  void resolve(onnx::ValueInfoProto* input) {
    if (!applies(*input)) return;
    onnx::TensorShapeProto* shape = input->mutable_type()->mutable_tensor_type()->mutable_shape();
    for (int axis = 0; axis < shape->dim_size(); ++axis) {
      Dimension* d = shape->mutable_dim(axis);
      known_.push_back(place(*input, axis));
      if (is_number(*d)) continue;
      if (!symbol(*d).empty()) known_.push_back(symbol(*d));
      if (const auto size = size_of(*input, axis, *d, shape->dim_size()))
        set(*input, axis, *size, d);
      else
        complain(*input, axis, symbol(*d));
    }
  }

  std::optional<std::int64_t> size_of(const onnx::ValueInfoProto& input, int axis,
                                      const Dimension& d, int rank) {
    if (const auto size = given(input, axis, d)) return size;
    if (const auto at = symbols_.find(symbol(d)); at != symbols_.end()) return at->second;
    if (axis == 0 && rank >= 2) return options_.batch;
    return std::nullopt;
  }

  void set(const onnx::ValueInfoProto& input, int axis, std::int64_t size, Dimension* d) {
    const std::string s = symbol(*d);
    if (!s.empty()) symbols_.emplace(s, size);
    const std::string what =
        s.empty() ? std::to_string(axis) + " of '" + input.name() + "'"
                  : "'" + s + "' (" + std::to_string(axis) + " of '" + input.name() + "')";
    if (s.empty() || named_.insert(s).second) chosen_.emplace_back(what, size);
    d->set_dim_value(size);
  }

  void complain(const onnx::ValueInfoProto& input, int axis, const std::string& s) {
    const std::string key = s.empty() ? place(input, axis) : s;
    diagnostics_.push_back(
        {file_, 0, "input '" + input.name() + "'",
         "dimension " + std::to_string(axis) + (s.empty() ? std::string() : " ('" + s + "')"),
         "the model states no size; expected one by --dim " + key + "=SIZE"});
  }

  void check_unused() {
    for (const auto& [key, size] : options_.dims) {
      if (used_.count(key) != 0) continue;
      const std::string near = nearest(key, known_);
      diagnostics_.push_back({file_, 0, "--dim", key,
                              "expected a symbolic dimension of an input, or INPUT.AXIS" +
                                  (near.empty() ? std::string() : "; nearest: '" + near + "'")});
    }
  }

  void replace_symbols(onnx::ValueInfoProto* value) const {
    if (!value->type().has_tensor_type() || !value->type().tensor_type().has_shape()) return;
    for (Dimension& d :
         *value->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
      if (const auto at = symbols_.find(symbol(d)); !is_number(d) && at != symbols_.end())
        d.set_dim_value(at->second);
  }

  onnx::GraphProto* graph_;
  const std::string& file_;
  const OnnxOptions& options_;
  std::set<std::string> constants_, used_, named_;
  std::map<std::string, std::int64_t> symbols_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::int64_t>> chosen_;
  Diagnostics diagnostics_;
};

}  // namespace

void resolve_dimensions(onnx::ModelProto* model, const std::string& file,
                        const OnnxOptions& options, std::vector<std::string>* notes) {
  Resolver(model->mutable_graph(), file, options).run(notes);
}

}  // namespace assay::network
