// SPDX-License-Identifier: Apache-2.0
// Map space files: what is read, and what is refused, all errors at once.
#include <boost/test/unit_test.hpp>

#include "analytical/explore/layer_space.h"
#include "core/mapping.h"
#include "tests/malformed.h"

namespace {

using namespace assay;
using namespace assay::analytical;
using assay::test::check_malformed;
using assay::test::Malformed;

const std::filesystem::path kExperiments = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";

const Accelerator& eyeriss() {
  static const Accelerator a = read_accelerator(kExperiments / "chips/eyeriss/accelerator.yaml");
  return a;
}

const std::string kValid = R"(schema: assay.mapspace/1
name: test
accelerator: eyeriss
source: made up
factors: {default: perfect, P: ceil}
nests:
  first:
    - block tiles: {dims: [N, M, C, P]}
    - hold glb: I?, O
    - hold wbuf: W
    - block pass: {order: [N, Q], Q: rest}
    - par y: {R: rest, C: up to 4}
    - par x: {P: 14}
    - hold spad: I, W, O
    - block window: {}
)";

const char* const kDim = "expected a dimension: N, G, M, C, P, Q, R or S";
const std::vector<Malformed> kCases{
    {"another schema",
     {{"assay.mapspace/1", "assay.mapping/1"}},
     {{"schema:", "schema", "expected 'assay.mapspace/1'"}}},
    {"another accelerator",
     {{"accelerator: eyeriss", "accelerator: tpu_v1"}},
     {{"accelerator:", "accelerator", "expected 'eyeriss', the accelerator it is used with"}}},
    {"no source, unknown key",
     {{"source: made up", "sources: made up"}},
     {{"schema:", "source", "the key is missing"},
      {"sources:", "sources", "unknown key; did you mean 'source'?"}}},
    {"unknown factors",
     {{"default: perfect, P: ceil", "default: exact, X: ceil"}},
     {{"factors:", "factors.default", "= 'exact': expected 'perfect' or 'ceil'"},
      {"factors:", "factors.X", kDim}}},
    {"several errors in one nest",
     {{"hold glb: I?, O", "hold gbl: I?, O"},
      {"Q: rest}", "Q: all}"},
      {"par x: {P: 14}", "par z: {P: 14}"},
      {"block window: {}", "loop window: {}"}},
     {{"hold gbl", "nests.first.hold gbl", "did you mean 'glb'?"},
      {"Q: all", "nests.first.block pass.Q",
       "= 'all': expected a whole number, 'up to K' or 'rest'"},
      {"par z", "nests.first.par z", "expected the axis of an array of 'eyeriss'"},
      {"loop window", "nests.first", "expected one of 'block NAME: {...}'"}}},
    {"a dimension twice and an unknown one",
     {{"dims: [N, M, C, P]", "dims: [N, N, X]"}},
     {{"dims: [N, N, X]", "nests.first.block tiles.dims", "the dimension appears twice"},
      {"dims: [N, N, X]", "nests.first.block tiles.dims", kDim}}},
    {"an order without one of the block's dimensions",
     {{"order: [N, Q], Q: rest", "order: [Q], N: up to 2"}},
     {{"order: [Q]", "nests.first.block pass.order", "N is missing"}}},
    {"a bound of a dimension that dims leaves out",
     {{"dims: [N, M, C, P]", "dims: [N], M: up to 4"}},
     {{"dims: [N]", "nests.first.block tiles", "a dimension that 'dims' leaves out"}}},
    {"an operand that the level does not keep, one twice, an unknown one",
     {{"hold wbuf: W", "hold wbuf: W, W, I, X"}},
     {{"hold wbuf", "nests.first.hold wbuf", "the operand appears twice"},
      {"hold wbuf", "nests.first.hold wbuf", "does not keep it"},
      {"hold wbuf", "nests.first.hold wbuf", "'I?' is optional"}}},
    {"a bound of zero",
     {{"up to 4", "up to 0"}},
     {{"up to 0", "nests.first.par y.C", "expected a whole number, 'up to K' or 'rest'"}}},
    {"no list",
     {{"  first:\n", "  second: 3\n  first:\n"}},
     {{"second: 3", "nests.second", "expected a list of pieces"}}},
};

BOOST_AUTO_TEST_SUITE(map_space)

BOOST_AUTO_TEST_CASE(refuses_every_malformed_file_with_all_of_its_errors) {
  for (const Malformed& c : kCases)
    check_malformed(kValid, c,
                    [](const std::filesystem::path& file) { read_map_space(file, eyeriss()); });
}

BOOST_AUTO_TEST_CASE(reads_limits_orders_and_optional_operands) {
  const test::TemporaryFile file(kValid);
  const MapSpace s = read_map_space(file.path(), eyeriss());
  BOOST_REQUIRE(s.skeletons.size() == 2U);
  BOOST_TEST(s.skeletons[1].name == "first without I in glb");
  BOOST_TEST((s.factors[Dim::P] == Factors::ceil && s.factors[Dim::C] == Factors::perfect));
  const auto& pieces = s.skeletons[0].pieces;
  BOOST_REQUIRE(pieces.size() == 8U);
  BOOST_TEST(pieces[0].dims == (bit(Dim::N) | bit(Dim::M) | bit(Dim::C) | bit(Dim::P)));
  BOOST_TEST(pieces[3].order.size() == 2U);
  BOOST_TEST((pieces[4].rule[Dim::R].kind == BoundRule::Kind::rest));
  BOOST_TEST((pieces[5].rule[Dim::P].kind == BoundRule::Kind::fill));
  BOOST_TEST(pieces[7].dims == 0xffU);
}

BOOST_AUTO_TEST_CASE(shipped_spaces_are_read_and_not_empty) {
  for (const auto& [file, chip] : {std::pair{"eyeriss-row-stationary.yaml", "eyeriss"},
                                   std::pair{"tpu_v1-weight-stationary.yaml", "tpu_v1"}}) {
    const Accelerator a = read_accelerator(kExperiments / "chips" / chip / "accelerator.yaml");
    const MapSpace s = read_map_space(kExperiments / "spaces" / file, a);
    const Workload w = read_workload(kExperiments / "workloads/alexnet.yaml");
    for (const char* layer : {"conv1", "conv3"})
      BOOST_TEST(LayerSpace(*w.find(layer), a, s, 0).size() > 1000);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
