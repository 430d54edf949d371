// SPDX-License-Identifier: Apache-2.0
// Mapping files that the reader must refuse, each with its place and what was expected.
#include <boost/test/unit_test.hpp>

#include "core/mapping.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::Malformed;

const std::string kValid = R"(schema: assay.mapping/1
name: eyeriss-test
accelerator: eyeriss
workload: alexnet
batch: 4
source: made up
layers:
  conv1:
    - for N: 4
    - for P: 8
    - hold glb: O
    - hold wbuf: W
    - par y R: max 11
    - par x M: 2
    - hold spad: I, O
    - for S: rest
any_layer:
  - for M: rest
  - hold glb: I, O
  - for C: rest
)";

const char* const kShape =
    "expected one of 'for DIM: n', 'par x DIM: n', 'par y DIM: n' or 'hold LEVEL: operands'";
const char* const kBound =
    "expected a whole number of at least 1 and at most 2^40, 'max K' or 'rest'";

const std::vector<Malformed> kCases{
    {"another schema",
     {{"assay.mapping/1", "assay.mapping/2"}},
     {{"schema:", "schema", "= 'assay.mapping/2': expected 'assay.mapping/1'"}}},
    {"another accelerator",
     {{"accelerator: eyeriss", "accelerator: fpga15"}},
     {{"accelerator:", "accelerator",
       "= 'fpga15': expected 'eyeriss', the accelerator it is used with"}}},
    {"no accelerator",
     {{"accelerator: eyeriss\n", ""}},
     {{"schema:", "accelerator", "the key is missing"}}},
    {"no source", {{"source: made up\n", ""}}, {{"schema:", "source", "the key is missing"}}},
    {"a batch of zero",
     {{"batch: 4", "batch: 0"}},
     {{"batch:", "batch", "= '0': expected a whole number of at least 1 and at most 2^40"}}},
    {"neither layers nor a template",
     {{"layers:", "layer:"}, {"any_layer:", "any_layers:"}},
     {{"schema:", "", "expected 'layers' (a nest per layer), 'any_layer' (a template) or both"},
      {"layer:\n", "layer", "unknown key; did you mean 'layers'?"},
      {"any_layers:", "any_layers", "unknown key; did you mean 'any_layer'?"}}},
    {"a layer twice",
     {{"any_layer:", "  conv1:\n    - for M: 2\nany_layer:"}},
     {{"  conv1:\n    - for M", "layers.conv1", "the key appears twice"}}},
    {"a layer without a nest",
     {{"any_layer:", "  conv2:\nany_layer:"}},
     {{"  conv2:", "layers.conv2", "expected a list of entries such as '- for M: 4'"}}},
    {"a nest that is a mapping",
     {{"any_layer:\n  - for M: rest\n  - hold glb: I, O\n  - for C: rest",
       "any_layer: {for M: rest}"}},
     {{"any_layer:", "any_layer", "expected a list of entries"}}},
    {"an entry that is a word",
     {{"- for N: 4", "- for N 4"}},
     {{"- for N 4", "layers.conv1", kShape}}},
    {"an entry of two lines",
     {{"- for N: 4", "- for N: 4\n      for M: 2"}},
     {{"- for N: 4", "layers.conv1", kShape}}},
    {"an entry of another kind",
     {{"for N: 4", "forall N: 4"}},
     {{"forall", "layers.conv1", "= 'forall N': expected one of 'for DIM: n'"}}},
    {"a loop without a dimension", {{"for N: 4", "for: 4"}}, {{"for: 4", "layers.conv1", kShape}}},
    {"a dimension that does not exist",
     {{"for N: 4", "for K: 4"}},
     {{"for K", "layers.conv1", "= 'for K': expected a dimension: N, G, M, C, P, Q, R or S"}}},
    {"a dimension in lower case",
     {{"for N: 4", "for n: 4"}},
     {{"for n", "layers.conv1", "= 'for n': expected a dimension"}}},
    {"an axis that does not exist",
     {{"par y R", "par z R"}},
     {{"par z R", "layers.conv1", "= 'par z R': expected axis 'x' or 'y' after par"}}},
    {"a spatial loop without an axis", {{"par y R", "par R"}}, {{"par R", "layers.conv1", kShape}}},
    {"a bound of zero", {{"for N: 4", "for N: 0"}}, {{"for N: 0", "layers.conv1.for N", kBound}}},
    {"a negative bound",
     {{"for N: 4", "for N: -4"}},
     {{"for N: -4", "layers.conv1.for N", kBound}}},
    {"a bound of a fraction",
     {{"for N: 4", "for N: 4.0"}},
     {{"for N: 4.0", "layers.conv1.for N", kBound}}},
    {"a bound beyond 2^40",
     {{"for N: 4", "for N: 1099511627777"}},
     {{"for N: ", "layers.conv1.for N", "= '1099511627777': expected a whole number"}}},
    {"a bound beyond 64 bits",
     {{"for N: 4", "for N: 18446744073709551617"}},
     {{"for N: ", "layers.conv1.for N", kBound}}},
    {"a bound left out", {{"for N: 4", "for N:"}}, {{"for N:", "layers.conv1.for N", kBound}}},
    {"a bound that is a list",
     {{"for N: 4", "for N: [4]"}},
     {{"for N:", "layers.conv1.for N", kBound}}},
    {"a largest bound without its number",
     {{"max 11", "max"}},
     {{"par y R", "layers.conv1.par y R", kBound}}},
    {"a largest bound of zero",
     {{"max 11", "max 0"}},
     {{"par y R", "layers.conv1.par y R", kBound}}},
    {"two errors in one entry",
     {{"for N: 4", "for K: none"}},
     {{"for K", "layers.conv1", "expected a dimension"}, {"for K", "layers.conv1.for K", kBound}}},
    {"a hold of a level that does not exist",
     {{"hold wbuf: W", "hold wbuff: W"}},
     {{"hold wbuff", "layers.conv1",
       "expected a storage level of accelerator 'eyeriss': 'dram', 'wbuf', 'glb' or 'spad'; did "
       "you mean 'wbuf'?"}}},
    {"a hold of an array",
     {{"hold wbuf: W", "hold x: W"}},
     {{"hold x", "layers.conv1", "expected a storage level of accelerator 'eyeriss'"}}},
    {"a hold of the compute level",
     {{"hold wbuf: W", "hold pe: W"}},
     {{"hold pe", "layers.conv1", "expected a storage level of accelerator 'eyeriss'"}}},
    {"a hold of partial sums",
     {{"hold glb: O", "hold glb: P"}},
     {{"hold glb: P", "layers.conv1.hold glb",
       "= 'P': expected operands: I, W, O, or several separated by commas"}}},
    {"a hold of nothing",
     {{"hold glb: O", "hold glb:"}},
     {{"hold glb:", "layers.conv1.hold glb", "expected operands"}}},
    {"a hold of an operand twice",
     {{"hold spad: I, O", "hold spad: [I, I]"}},
     {{"hold spad", "layers.conv1.hold spad", "= 'I': the operand appears twice"}}},
    {"errors in both nests and at the top",
     {{"batch: 4", "batch: four"},
      {"for P: 8", "for P: eight"},
      {"hold glb: I, O", "hold gbl: I, Q"}},
     {{"batch:", "batch", "= 'four': expected a whole number"},
      {"for P: eight", "layers.conv1.for P", kBound},
      {"hold gbl", "any_layer", "did you mean 'glb'?"},
      {"hold gbl", "any_layer.hold gbl", "= 'Q': expected operands"}}},
};

const assay::Accelerator& eyeriss() {
  static const assay::Accelerator a = assay::read_accelerator(
      std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/chips/eyeriss/accelerator.yaml");
  return a;
}

void read_file(const std::filesystem::path& file) { assay::read_mappings(file, eyeriss()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(malformed_mapping)

BOOST_AUTO_TEST_CASE(the_unedited_file_is_accepted) {
  BOOST_TEST(assay::test::errors_of(kValid, read_file).empty());
}

BOOST_AUTO_TEST_CASE(every_error_is_reported_with_its_place_and_expectation) {
  for (const Malformed& c : kCases) check_malformed(kValid, c, read_file);
}

BOOST_AUTO_TEST_CASE(a_nest_of_more_entries_than_any_layer_needs_is_refused_at_once) {
  std::string loops;
  for (int i = 0; i < 100'000; ++i) loops += "    - for N: 1\n";
  check_malformed(kValid,
                  {"100 000 loops",
                   {{"    - for N: 4\n", loops}},
                   {{"  conv1:", "layers.conv1", "expected at most 1000 entries in a nest"}}},
                  read_file);
}

BOOST_AUTO_TEST_CASE(bounds_whose_product_leaves_64_bits_are_refused_with_their_line) {
  std::string loops;
  for (int i = 0; i < 2; ++i) loops += "    - for N: 1099511627776\n";
  const assay::test::TemporaryFile file(assay::test::edited(kValid, {{"    - for N: 4\n", loops}}));
  const assay::MappingFile mappings = assay::read_mappings(file.path(), eyeriss());
  assay::Layer layer;
  layer.name = "conv1";
  layer.size.fill(1);
  try {
    assay::resolve(mappings, layer);
    BOOST_FAIL("the mapping was resolved");
  } catch (const assay::InputError& e) {
    BOOST_TEST(e.diagnostics().front().line == 9);
    BOOST_TEST(e.diagnostics().front().expected ==
               "the bounds of a dimension multiply to more than 64 bits");
  }
}

BOOST_AUTO_TEST_SUITE_END()
