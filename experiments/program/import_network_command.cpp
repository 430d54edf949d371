// SPDX-License-Identifier: Apache-2.0
// `assay import-network`: an ONNX model to a workload file.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "core/diagnostics.h"
#include "core/text.h"
#include "experiments/onnx/import_onnx.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct ImportNetworkOptions {
  std::string file, out;
  std::vector<std::string> dims;
  std::int64_t opset = 0;  // 0: the model's own
  network::OnnxOptions onnx;
};

// NAME=SIZE; the name may hold '='.
void read_dims(const std::vector<std::string>& texts, std::map<std::string, std::int64_t>* dims) {
  Diagnostics diagnostics;
  for (const std::string& text : texts) {
    const std::size_t at = text.rfind('=');
    const auto size = at == std::string::npos
                          ? std::nullopt
                          : parse_integer(std::string_view(text).substr(at + 1));
    if (!size || at == 0)
      diagnostics.push_back({"", 0, "--dim", text, "expected NAME=SIZE or INPUT.AXIS=SIZE"});
    else if (!dims->emplace(text.substr(0, at), *size).second)
      diagnostics.push_back({"", 0, "--dim", text, "expected each dimension once"});
  }
  throw_if_any(diagnostics);
}

// The strict reader has the last word on what was written.
void write_and_read(const std::string& out, const network::NetworkImport& network) {
  write_text(out, network::workload_text(network));
  try {
    const Workload read = read_workload(out);
    if (total_macs(read) == network.macs()) return;
    throw InputError({{out, 0, "layers", "",
                       "the file read back has other counts: a fault of "
                       "this program, please report it"}});
  } catch (const InputError&) {
    std::error_code ignored;
    fs::remove(out, ignored);
    throw;
  }
}

int import_network(ImportNetworkOptions o) {
  read_dims(o.dims, &o.onnx.dims);
  if (o.opset != 0) o.onnx.opset = o.opset;
  if (!o.out.empty()) check_new_output(o.out);
  const network::NetworkImport network = network::import_onnx(o.file, o.onnx);
  if (!o.out.empty()) write_and_read(o.out, network);
  print(network::import_text(network, colour()));
  if (!o.out.empty()) fmt::print("Workload written to {}\n", o.out);
  return kPass;
}

}  // namespace

void add_import_network(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ImportNetworkOptions>();
  CLI::App* c = app.add_subcommand(
      "import-network",
      "Import a network from an ONNX model as a workload; lists what it cannot map");
  c->add_option("model", o->file, "the ONNX file; weights are not needed")->required();
  c->add_option("--name", o->onnx.name, "name of the workload")->required();
  c->add_option("--out", o->out, "the workload file, a new one (default: only show the tables)");
  c->add_option("--batch", o->onnx.batch,
                "items in the model's batch: the first dimension of its inputs, where symbolic")
      ->capture_default_str();
  c->add_option(
      "--dim", o->dims,
      "another symbolic dimension of an input, NAME=SIZE or INPUT.AXIS=SIZE (repeatable)");
  c->add_option("--opset", o->opset, "read the model as of this operator set")
      ->check(CLI::PositiveNumber);
  c->add_flag("--merge-repeats", o->onnx.merge_repeats,
              "one layer with `repeat` for all layers of one shape");
  c->add_flag("--complete", o->onnx.complete,
              "refuse a model with multiply-accumulates that are not mapped");
  c->footer(
      "Example: assay import-network bert.onnx --name bert --dim sequence=128 --out bert.yaml");
  c->callback([o, guard] { guard([o] { return import_network(*o); }); });
}

}  // namespace assay
