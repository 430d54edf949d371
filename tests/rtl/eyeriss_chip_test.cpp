// SPDX-License-Identifier: Apache-2.0
// The 12x14 array: its accelerator file, the published mappings of AlexNet, and its speed. conv3
// runs whole; of the other layers, so many passes that every loop of the mapping turns.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <optional>

#include "rtl/description.h"
#include "tests/rtl/eyeriss_compare.h"

using namespace assay;
using namespace assay::eyeriss_test;

namespace {

const std::filesystem::path kExperiments = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";
const std::filesystem::path kChip = kExperiments / "chips" / "eyeriss";

Accelerator accelerator() { return read_accelerator(kChip / "accelerator-rtl.yaml"); }

// A layer of AlexNet with its published mapping, whose outermost loops of some dimensions are cut.
struct Cut {
  Dim dim;
  std::int64_t bound;          // of the outermost loop
  std::int64_t remainder = 0;  // so much less than its product
};
Case published(const std::string& name, const std::vector<Cut>& cuts) {
  const Accelerator a = accelerator();
  const MappingFile file = read_mappings(kChip / "alexnet.yaml", a);
  const Workload net = read_workload(kExperiments / "workloads" / "alexnet.yaml");
  Case c{with_batch(*net.find(name), file.batch), {}, {}, name};
  c.mapping = *resolve(file, c.layer);
  for (const Cut& cut : cuts) {
    std::vector<Entry>& nest = c.mapping.nest;
    const auto of_dim = [&](const Entry& e) {
      return e.kind != EntryKind::hold && e.dim == cut.dim;
    };
    const auto outermost = std::find_if(nest.begin(), nest.end(), of_dim);
    outermost->bound = cut.bound;
    std::int64_t product = 1;
    for (const Entry& e : nest) product *= of_dim(e) ? e.bound : 1;
    c.layer.size[cut.dim] = std::min(c.layer.size[cut.dim], product - cut.remainder);
    if (cut.bound == 1) nest.erase(outermost);
  }
  Layer& l = c.layer;
  l.input_h = (l.size[Dim::P] - 1) * l.stride_h + l.size[Dim::R] - l.pad_top - l.pad_bottom;
  c.data = data_of(l, a.precision, 7);
  return c;
}

void equals(const Case& c) {
  const auto design = rtl::make_eyeriss("eyeriss-12x14");
  auto& model = dynamic_cast<rtl::EyerissModel&>(*design);
  for (const Diagnostic& d : model.check(c.layer, c.mapping)) BOOST_ERROR(to_string(d));
  const Outcome o = compare(model, accelerator(), c);
  BOOST_TEST(o.differences == "");
  BOOST_TEST(o.gated > 0);
  BOOST_TEST_MESSAGE(c.text << ": " << o.finish << " cycles, " << o.macs << " MACs, " << o.gated
                            << " gated, " << static_cast<double>(o.finish) / o.seconds / 1000
                            << " kcycles/s");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_eyeriss)

BOOST_AUTO_TEST_CASE(accelerator_file_describes_the_hardware) {
  const auto design = rtl::make_eyeriss("eyeriss-12x14");
  const Diagnostics differences =
      rtl::compare_description(accelerator(), design->description(), "eyeriss-12x14");
  for (const Diagnostic& d : differences) BOOST_ERROR(to_string(d));
  BOOST_TEST(differences.empty());
  BOOST_TEST(accelerator().rtl == "eyeriss-12x14");
}

BOOST_AUTO_TEST_CASE(accepts_the_published_mappings) {
  const auto design = rtl::make_eyeriss("eyeriss-12x14");
  for (const char* name : {"conv1", "conv2", "conv3", "conv4", "conv5"}) {
    const Case c = published(name, {});
    const Diagnostics reasons = design->check(c.layer, c.mapping);
    for (const Diagnostic& d : reasons) BOOST_ERROR(to_string(d));
    BOOST_TEST(reasons.empty());
  }
}

BOOST_AUTO_TEST_CASE(alexnet_conv1_two_strips_the_last_one_smaller) {
  equals(published("conv1", {{Dim::N, 2}, {Dim::P, 2, 1}, {Dim::C, 2}}));
}
BOOST_AUTO_TEST_CASE(alexnet_conv2_two_groups_of_two_passes) {
  equals(published("conv2", {{Dim::N, 1}, {Dim::M, 1}, {Dim::C, 2}}));
}
BOOST_AUTO_TEST_CASE(alexnet_conv3_whole) { equals(published("conv3", {})); }
BOOST_AUTO_TEST_CASE(alexnet_conv4_three_passes_of_four_images) {
  equals(published("conv4", {{Dim::G, 1}, {Dim::M, 2}, {Dim::C, 3}}));
}
BOOST_AUTO_TEST_CASE(alexnet_conv5_two_groups) {
  equals(published("conv5", {{Dim::M, 1}, {Dim::C, 2}}));
}

BOOST_AUTO_TEST_SUITE_END()
