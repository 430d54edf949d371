// SPDX-License-Identifier: Apache-2.0
// The chips in experiments/chips: every file is read, every mapping is legal where it claims to be, and the
// orders do what their names say. Expected counts are derived by hand in the comments.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "analytical/counts.h"
#include "core/accelerator.h"
#include "core/checked.h"
#include "core/mapping.h"
#include "core/parameters.h"

namespace fs = std::filesystem;
using namespace assay;

namespace {

const fs::path kExperiments = fs::path(ASSAY_SOURCE_DIR) / "experiments";
const fs::path kChips = kExperiments / "chips";

Workload workload(const std::string& name) {
  return read_workload(kExperiments / "workloads" / (name + ".yaml"));
}

std::vector<fs::path> folders() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(kChips))
    if (fs::is_regular_file(entry.path() / "accelerator.yaml")) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// Files of a folder whose schema line names this format.
std::vector<fs::path> files(const fs::path& folder, const std::string& schema) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (line == "schema: " + schema) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// accelerator-X.yaml belongs to the mappings *-X.yaml, accelerator.yaml to all others.
Accelerator accelerator_for(const fs::path& mapping) {
  const std::string stem = mapping.stem().string();
  for (std::size_t dash = stem.find('-'); dash != std::string::npos; dash = stem.find('-', dash + 1)) {
    const fs::path own = mapping.parent_path() / ("accelerator" + stem.substr(dash) + ".yaml");
    if (fs::is_regular_file(own)) return read_accelerator(own);
  }
  return read_accelerator(mapping.parent_path() / "accelerator.yaml");
}

Diagnostics why_illegal(const Layer& base, const Accelerator& accelerator, const MappingFile& mappings) {
  const Layer layer = with_batch(base, mappings.batch);
  const auto mapping = resolve(mappings, layer);
  BOOST_REQUIRE(mapping.has_value());
  return check(layer, accelerator, *mapping);
}

void require_legal(const Layer& layer, const Accelerator& accelerator, const MappingFile& mappings) {
  for (const Diagnostic& d : why_illegal(layer, accelerator, mappings)) BOOST_ERROR(to_string(d));
}

// Counts of one layer; absent means zero.
class Counted {
 public:
  Counted(const std::string& chip, const std::string& mapping_file, const std::string& workload_name,
          const std::string& layer_name) {
    const Accelerator accelerator = read_accelerator(kChips / chip / "accelerator.yaml");
    const MappingFile mappings = read_mappings(kChips / chip / mapping_file, accelerator);
    const Workload network = workload(workload_name);
    BOOST_REQUIRE(network.find(layer_name) != nullptr);
    const Layer layer = with_batch(*network.find(layer_name), mappings.batch);
    const auto mapping = resolve(mappings, layer);
    BOOST_REQUIRE(mapping.has_value());
    BOOST_REQUIRE(check(layer, accelerator, *mapping).empty());
    const analytical::Nest nest = analytical::compile(layer, accelerator, *mapping);
    counts_ = analytical::named(analytical::count(analytical::Evaluation(layer, accelerator, nest)), accelerator);
  }

  std::int64_t operator()(const std::string& component, const std::string& operand, const std::string& action) const {
    const auto found = counts_.find({component, operand, action});
    return found == counts_.end() ? 0 : found->second;
  }
  // Whether anything at all happens to the operand in the component.
  bool touches(const std::string& component, const std::string& operand) const {
    return std::any_of(counts_.begin(), counts_.end(), [&](const auto& count) {
      return count.first.component == component && count.first.operand == operand;
    });
  }

 private:
  std::map<CountKey, std::int64_t> counts_;
};

const std::vector<std::string> kNetworks{
    "alexnet",        "bert_base_128", "bert_base_384", "bert_large_128", "bert_large_384", "gpt2_small",
    "lenet5",         "mobilenet_v1",  "mobilenet_v2",  "resnet18",       "resnet50",       "skynet",
    "tpu_lstm0",      "tpu_lstm1",     "tpu_mlp0",      "tpu_mlp1",       "vgg16"};

// Templates for any network, legal on all of kNetworks at batch 1.
struct Template {
  const char* chip;
  const char* file;
};
const std::vector<Template> kTemplates{
    {"dataflows", "ws.yaml"},  {"dataflows", "os.yaml"},    {"dataflows", "is.yaml"},
    {"dataflows", "rs.yaml"},  {"dataflows", "nlr.yaml"},   {"dataflows", "mixed.yaml"},
    {"shidiannao", "any.yaml"}, {"shidiannao", "fc.yaml"}, {"tpu_v1", "any.yaml"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(chips)

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(every_folder_is_read_and_names_its_sources) {
  const std::vector<fs::path> all = folders();
  BOOST_TEST(all.size() >= 5U);
  for (const fs::path& folder : all)
    BOOST_TEST_CONTEXT(folder.filename().string()) {
      for (const fs::path& file : files(folder, "assay.accelerator/1")) {
        const Accelerator a = read_accelerator(file);
        BOOST_TEST(a.name == folder.filename().string());
        BOOST_TEST(!a.sources.empty());
      }
      for (const fs::path& file : files(folder, "assay.parameters/1"))
        BOOST_TEST(read_parameters(file).chip == folder.filename().string());
      for (const fs::path& file : files(folder, "assay.mapping/1"))
        BOOST_TEST(!read_mappings(file, accelerator_for(file)).source.empty());
    }
}

// Published: NFU 0.66, NBin 1.12, NBout 1.12, SB 1.65, IB 0.31, together 4.86 mm2.
BOOST_AUTO_TEST_CASE(areas_of_shidiannao_sum_to_the_published_total_and_nothing_has_a_price) {
  const Parameters p = read_parameters(kChips / "shidiannao/parameters.yaml");
  double hundredths = 0;
  for (const UnitArea& area : p.areas) hundredths += area.area.value * 100;
  BOOST_TEST(static_cast<int>(hundredths + 0.5) == 486);
  BOOST_TEST(p.energies.empty());
  BOOST_TEST(p.powers.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(legality)

BOOST_AUTO_TEST_CASE(every_mapping_is_legal_for_every_layer_it_lists) {
  int layers = 0;
  for (const fs::path& folder : folders())
    for (const fs::path& file : files(folder, "assay.mapping/1"))
      BOOST_TEST_CONTEXT(file.string()) {
        const Accelerator accelerator = accelerator_for(file);
        const MappingFile mappings = read_mappings(file, accelerator);
        if (mappings.workload.empty()) {
          BOOST_TEST(mappings.layers.empty());  // names of layers mean nothing without a network
          continue;
        }
        const Workload network = workload(mappings.workload);
        for (const auto& listed : mappings.layers) BOOST_TEST(network.find(listed.first) != nullptr, listed.first);
        for (const Layer& layer : network.layers) {
          if (mappings.layers.count(layer.name) == 0 && !mappings.any_layer) continue;
          require_legal(layer, accelerator, mappings);
          ++layers;
        }
      }
  BOOST_TEST(layers >= 30);
}

BOOST_AUTO_TEST_CASE(templates_are_legal_on_the_listed_networks) {
  std::vector<Workload> networks;
  for (const std::string& name : kNetworks) networks.push_back(workload(name));
  for (const Template& t : kTemplates) {
    const Accelerator accelerator = read_accelerator(kChips / t.chip / "accelerator.yaml");
    const MappingFile mappings = read_mappings(kChips / t.chip / t.file, accelerator);
    BOOST_TEST(mappings.workload.empty());
    for (const Workload& network : networks)
      BOOST_TEST_CONTEXT(t.chip << " " << t.file << " " << network.name)
        for (const Layer& layer : network.layers)
          if (resolve(mappings, layer)) require_legal(layer, accelerator, mappings);
  }
}

BOOST_AUTO_TEST_CASE(a_template_maps_only_the_kinds_it_names) {
  const Accelerator accelerator = read_accelerator(kChips / "tpu_v1/accelerator.yaml");
  const MappingFile mappings = read_mappings(kChips / "tpu_v1/any.yaml", accelerator);
  int mapped = 0, left_out = 0;
  for (const Layer& layer : workload("resnet50").layers) {
    const bool matrix = layer.kind != LayerKind::pool && layer.kind != LayerKind::elementwise;
    BOOST_TEST(resolve(mappings, layer).has_value() == matrix, layer.name);
    ++(matrix ? mapped : left_out);
  }
  BOOST_TEST(mapped == 54);     // 53 convolutions and the classifier
  BOOST_TEST(left_out == 18);   // 2 pools and 16 additions
}

// A whole layer on the chip, as LeNet-5 has it: AlexNet's conv3 needs 256 x 15 x 15 words of 2 bytes = 115
// 200 of 65 536 in NBin, 384 x 13 x 13 words = 129 792 of 65 536 in NBout and 884 736 weights = 1 769 472 of
// 131 072 in SB.
BOOST_AUTO_TEST_CASE(whole_layers_of_alexnet_do_not_fit_shidiannao) {
  const Accelerator accelerator = read_accelerator(kChips / "shidiannao/accelerator.yaml");
  MappingFile mappings = read_mappings(kChips / "shidiannao/lenet5.yaml", accelerator);
  mappings.any_layer = mappings.layers.at("c1");
  const Diagnostics why = why_illegal(*workload("alexnet").find("conv3"), accelerator, mappings);
  for (const char* expected : {"nbin I 115200", "nbout O 129792", "sb W 1769472"}) {
    const std::string text(expected);
    const std::string level = text.substr(0, text.find(' ')), need = text.substr(text.rfind(' ') + 1);
    BOOST_TEST(std::any_of(why.begin(), why.end(), [&](const Diagnostic& d) {
      const std::string all = d.value + " " + d.expected;
      return all.find(level) != std::string::npos && all.find(need) != std::string::npos;
    }), expected);
  }
  BOOST_TEST(why.size() == 3U);
}

// Four images at once: 4 x 56 x 36 positions of 256 sums of 4 bytes in two halves need 16 515 072 of the 4
// 194 304 bytes of accumulators.
BOOST_AUTO_TEST_CASE(batches_of_convolutions_do_not_fit_the_accumulators_of_tpu_v1) {
  const Accelerator accelerator = read_accelerator(kChips / "tpu_v1/accelerator.yaml");
  MappingFile mappings = read_mappings(kChips / "tpu_v1/any.yaml", accelerator);
  mappings.batch = 4;
  const Diagnostics why = why_illegal(*workload("resnet50").find("conv2_1c"), accelerator, mappings);
  BOOST_REQUIRE(why.size() == 1U);
  BOOST_TEST(to_string(why.front()).find("16515072") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

// ResNet-50 conv2_1b: C = M = 64, P = Q = 56, R = S = 3, stride 1, padding 1; the stored input has 58 x 58.
// 36 864 weights, 200 704 outputs, 115 605 504 multiply-accumulates.
BOOST_AUTO_TEST_SUITE(six_dataflows)

constexpr std::int64_t kWeights = 64 * 64 * 3 * 3;
constexpr std::int64_t kOutputs = 64 * 56 * 56;
constexpr std::int64_t kMacs = kOutputs * 64 * 9;

Counted conv(const std::string& dataflow) { return Counted("dataflows", dataflow + ".yaml", "resnet50", "conv2_1b"); }

BOOST_AUTO_TEST_CASE(all_do_the_same_work_and_write_each_output_once) {
  BOOST_TEST(kMacs == 115605504);
  for (const char* dataflow : {"ws", "os", "is", "rs", "nlr", "mixed"})
    BOOST_TEST_CONTEXT(dataflow) {
      const Counted n = conv(dataflow);
      BOOST_TEST(n("pe", "-", "mac") == kMacs);
      BOOST_TEST(n("dram", "O", "write") == kOutputs);
      BOOST_TEST(n("dram", "P", "write") == 0);
      BOOST_TEST(n("dram", "P", "read") == 0);
    }
}

// 56 x 56 outputs are 4 x 2 strips of 14 x 28. In a strip each of 16 x 16 PEs has one weight at a time until
// all 36 864 have passed: one fill per weight and strip, none shared. A step of all PEs needs 16 inputs (each
// for the 16 PEs of a row) and touches 16 sums (those of a column meet in the tree); there are 115 605 504 /
// 256 such steps. All of C, R, S is inside a strip, so sums are final when they leave the buffer.
BOOST_AUTO_TEST_CASE(weight_stationary_fills_each_weight_once_per_strip) {
  const Counted n = conv("ws");
  constexpr std::int64_t kStrips = 4 * 2, kSteps = kMacs / 256;
  BOOST_TEST(n("rf", "W", "fill") == kStrips * kWeights);
  BOOST_TEST(n("buffer", "W", "read") == kStrips * kWeights);
  BOOST_TEST(n("dram", "W", "read") == kStrips * kWeights);
  BOOST_TEST(n("rf", "W", "read") == kMacs);
  BOOST_TEST(n("buffer", "I", "read") == 16 * kSteps);
  BOOST_TEST(n("buffer", "P", "read") == 16 * kSteps);
  BOOST_TEST(n("buffer", "P", "write") == 16 * kSteps);
  BOOST_TEST(n("y", "P", "add") == (256 - 16) * kSteps);
  BOOST_TEST(n("buffer", "P", "drain") == 0);
  BOOST_TEST(!n.touches("rf", "I"));
  BOOST_TEST(!n.touches("rf", "P"));
  // Inputs of a strip: 16 channels x 16 x 30 per set of channels; 4 sets of outputs x 8 strips x 4 sets of channels.
  BOOST_TEST(n("dram", "I", "read") == 4 * kStrips * 4 * 16 * 16 * 30);
}

// Sums stay in the PEs from the first to the last of 64 x 9 products; they are read and written there at each of them.
BOOST_AUTO_TEST_CASE(output_stationary_sums_leave_the_array_only_when_final) {
  const Counted n = conv("os");
  BOOST_TEST(n("rf", "O", "drain") == kOutputs);
  BOOST_TEST(n("rf", "P", "drain") == 0);
  BOOST_TEST(n("rf", "P", "fill") == 0);
  BOOST_TEST(n("rf", "P", "read") == kMacs);
  BOOST_TEST(n("rf", "P", "write") == kMacs);
  BOOST_TEST(n("buffer", "O", "write") == kOutputs);
  BOOST_TEST(!n.touches("buffer", "P"));
  // One weight for all PEs at each step: 8 x 8 output channels x 4 x 4 tiles of positions x 64 x 9.
  BOOST_TEST(n("buffer", "W", "read") == 64 * 16 * 64 * 9);
  BOOST_TEST(!n.touches("rf", "W"));
  // Each of 56 x 56 PEs gets the 3 x 3 window of each channel for each of 8 sets of 8 outputs. Read once for all: tiles of 16, 16, 16 and 8
  // positions have 18 + 18 + 18 + 10 = 64 rows and as many columns of inputs.
  BOOST_TEST(n("rf", "I", "fill") == 8 * 64 * 56 * 56 * 9);
  BOOST_TEST(n("buffer", "I", "read") == 8 * 64 * 64 * 64);
}

// A PE sees one input column of 3 for its output column, and slides down: a strip of 7 output rows has 3 + 6
// = 9 input rows, 8 strips have 72. PEs of 56 output columns get 56 x 3 columns; read once for all they are
// 18 + 18 + 18 + 10 = 64.
BOOST_AUTO_TEST_CASE(input_stationary_fills_a_window_once_for_all_outputs) {
  const Counted n = conv("is");
  BOOST_TEST(n("rf", "I", "fill") == 64 * 72 * 168);
  BOOST_TEST(n("buffer", "I", "read") == 64 * 72 * 64);
  BOOST_TEST(n("rf", "I", "read") == kMacs);
  // 16 weights (one per channel, for all columns) at each step: 4 sets of channels x 4 sets of columns x 56 rows x 64 outputs x 9.
  BOOST_TEST(n("buffer", "W", "read") == 16 * 4 * 4 * 56 * 64 * 9);
  // The price: a sum leaves after the 9 products of a channel. 16 channels meet in the tree; of the 4 sets of channels the last one is final.
  BOOST_TEST(n("rf", "O", "drain") == 16 * kOutputs);
  BOOST_TEST(n("rf", "P", "drain") == 3 * 16 * kOutputs);
  BOOST_TEST(n("buffer", "O", "write") == kOutputs);
  BOOST_TEST(n("buffer", "P", "write") == 3 * kOutputs);
  BOOST_TEST(n("rf", "P", "fill") == 3 * kOutputs);
}

// conv2_1a has a 1x1 kernel and 64 output channels: nothing is shared, so every input is read and filled exactly once.
BOOST_AUTO_TEST_CASE(input_stationary_fills_each_input_once_with_a_1x1_kernel) {
  const Counted n("dataflows", "is.yaml", "resnet50", "conv2_1a");
  constexpr std::int64_t kInputs = 64 * 56 * 56;
  BOOST_TEST(n("dram", "I", "read") == kInputs);
  BOOST_TEST(n("buffer", "I", "read") == kInputs);
  BOOST_TEST(n("rf", "I", "fill") == kInputs);
}

// 12 x 14 PEs: 4 channels x 3 filter rows, 14 output rows. Passes: 4 sets of 16 outputs x 4 sets of rows x 2
// sets of 28 columns x 16 sets of channels = 512. Per pass each PE gets 3 weights for 16 outputs and slides
// over 3 + 27 = 30 inputs of its row.
BOOST_AUTO_TEST_CASE(row_stationary_slides_inputs_past_rows_of_weights) {
  const Counted n = conv("rs");
  constexpr std::int64_t kPasses = 512, kPes = 12 * 14;
  BOOST_TEST(n("rf", "W", "fill") == kPasses * kPes * 48);
  BOOST_TEST(n("buffer", "W", "read") == kPasses * 12 * 48);  // for the 14 PEs of a row at once: once per weight and strip
  BOOST_TEST(n("buffer", "W", "read") == 8 * kWeights);
  BOOST_TEST(n("rf", "I", "fill") == kPasses * kPes * 30);
  BOOST_TEST(n("buffer", "I", "read") == kPasses * 4 * 16 * 30);  // 14 output rows see 16 input rows, along the diagonals
  // 16 sums per PE and position; the 12 of a column meet; the last of 16 sets of channels is final.
  constexpr std::int64_t kSums = kPasses * 28 * 14 * 16;
  BOOST_TEST(n("rf", "O", "drain") == 12 * kSums / 16);
  BOOST_TEST(n("rf", "P", "drain") == 12 * kSums / 16 * 15);
  BOOST_TEST(n("y", "P", "add") == 11 * kSums);
  BOOST_TEST(n("buffer", "O", "write") == kOutputs);
  BOOST_TEST(n("buffer", "P", "write") == 15 * kOutputs);
}

// Every PE takes its weight from the buffer at every multiply-accumulate; 16 PEs share an input, 16 add up one sum.
BOOST_AUTO_TEST_CASE(no_local_reuse_reads_the_buffer_at_every_multiply_accumulate) {
  const Counted n = conv("nlr");
  BOOST_TEST(n("buffer", "W", "read") == kMacs);
  BOOST_TEST(n("buffer", "I", "read") == kMacs / 16);
  BOOST_TEST(n("buffer", "P", "read") == kMacs / 16);
  BOOST_TEST(n("buffer", "P", "write") == kMacs / 16);
  for (const char* operand : {"I", "W", "P", "O"}) BOOST_TEST(!n.touches("rf", operand));
}

// 8 x 4 strips of 7 x 14 outputs, each of which needs every weight once, from DRAM. A row of strips has 9
// input rows and slides along 16 + 3 x 14 = 58 columns of all 64 channels, which stay for all outputs.
BOOST_AUTO_TEST_CASE(mixed_weights_bypass_the_buffer_and_inputs_stay_in_it) {
  const Counted n = conv("mixed");
  BOOST_TEST(n("rf", "W", "fill") == 32 * kWeights);
  BOOST_TEST(n("dram", "W", "read") == 32 * kWeights);
  BOOST_TEST(!n.touches("buffer", "W"));
  BOOST_TEST(n("dram", "I", "read") == 64 * 8 * 9 * 58);
  BOOST_TEST(n("buffer", "I", "fill") == 64 * 8 * 9 * 58);
  BOOST_TEST(n("buffer", "O", "drain") == kOutputs);
  BOOST_TEST(n("buffer", "P", "drain") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(single_chips)

// LeNet-5 c1: 6 maps of 28 x 28, 5x5 kernel, one input map of 32 x 32. Tiles of 8, 8, 8, 4 rows see 12 + 12 +
// 12 + 8 = 44 input rows, columns alike; the windows of all PEs are 28 x 28 x 25 words per map, of which 44 x
// 44 come from NBin and the others from neighbours.
BOOST_AUTO_TEST_CASE(shidiannao_forwards_inputs_between_pes_and_moves_everything_once) {
  const Counted n("shidiannao", "lenet5.yaml", "lenet5", "c1");
  BOOST_TEST(n("dram", "I", "read") == 32 * 32);
  BOOST_TEST(n("dram", "W", "read") == 6 * 25);
  BOOST_TEST(n("dram", "O", "write") == 6 * 28 * 28);
  BOOST_TEST(n("nbin", "I", "read") == 6 * 44 * 44);
  BOOST_TEST(n("pe", "I", "fill") == 6 * 28 * 28 * 25);
  BOOST_TEST(n("x", "I", "hop") + n("y", "I", "hop") == 6 * (28 * 28 * 25 - 44 * 44));
  BOOST_TEST(n("sb", "W", "read") == 6 * 16 * 25);  // one weight per cycle for all PEs, 16 tiles
  BOOST_TEST(n("pe", "O", "drain") == 6 * 28 * 28);
  BOOST_TEST(n("pe", "P", "drain") == 0);
  BOOST_TEST(!n.touches("nbout", "P"));
}

// AlexNet conv3 has all 256 channels of a window in NBin, so no partial sum leaves a PE; in the general
// template three of four sets of 64 channels do.
BOOST_AUTO_TEST_CASE(shidiannao_spills_partial_sums_only_beyond_the_channels_of_a_window) {
  constexpr std::int64_t kConv3 = 384 * 13 * 13;
  const Counted own("shidiannao", "alexnet.yaml", "alexnet", "conv3");
  BOOST_TEST(own("pe", "O", "drain") == kConv3);
  BOOST_TEST(own("pe", "P", "drain") == 0);
  const Counted any("shidiannao", "any.yaml", "alexnet", "conv3");
  BOOST_TEST(any("pe", "O", "drain") == kConv3);
  BOOST_TEST(any("pe", "P", "drain") == 3 * kConv3);
  BOOST_TEST(any("nbout", "P", "read") == 3 * kConv3);
  const Counted fc("shidiannao", "alexnet.yaml", "alexnet", "fc7");
  BOOST_TEST(fc("pe", "P", "drain") == 0);
  BOOST_TEST(fc("sb", "W", "read") == 4096 * 4096);      // each PE its own weight
  BOOST_TEST(fc("nbin", "I", "read") == 64 * 4096);      // one input for 64 PEs, for each of 64 sets of outputs
}

// 2000 x 2000 weights in 8 x 8 tiles (the last ones 208 wide), batch 200. Each weight is fetched, queued and
// shifted in once; a row of inputs enters once for each of 8 tile columns; the sums of a column of cells
// leave once for each of 8 tile rows.
BOOST_AUTO_TEST_CASE(tpu_v1_moves_each_weight_once_per_batch) {
  const Counted n("tpu_v1", "tpu_mlp0.yaml", "tpu_mlp0", "fc");
  constexpr std::int64_t kLayerWeights = 2000 * 2000, kLayerMacs = 200 * kLayerWeights;
  BOOST_TEST(n("mac", "-", "mac") == kLayerMacs);
  BOOST_TEST(n("dram", "W", "read") == kLayerWeights);
  BOOST_TEST(n("wfifo", "W", "fill") == kLayerWeights);
  BOOST_TEST(n("cell", "W", "fill") == kLayerWeights);
  BOOST_TEST(n("ub", "I", "read") == 8 * 200 * 2000);
  BOOST_TEST(n("acc", "P", "read") == 8 * 200 * 2000);
  BOOST_TEST(n("acc", "P", "write") == 8 * 200 * 2000);
  BOOST_TEST(n("y", "P", "add") == kLayerMacs - 8 * 200 * 2000);
  BOOST_TEST(n("y", "P", "hop") == kLayerMacs - 8 * 200 * 2000);
  BOOST_TEST(n("acc", "O", "drain") == 200 * 2000);
  BOOST_TEST(n("dram", "P", "write") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
