// SPDX-License-Identifier: Apache-2.0
// The row-stationary accelerator against the simulator (counts, cycles) and the golden results
// (outputs), on random small layers. ASSAY_RTL_LAYERS=n and ASSAY_SEED=s in the environment choose
// another campaign (default 150 on each array from seed 1).
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <initializer_list>
#include <random>

#include "rtl/description.h"
#include "tests/rtl/eyeriss_compare.h"

using namespace assay;
using namespace assay::eyeriss_test;

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Any plan that fits the array, with a layer that leaves remainders everywhere.
Case random_case(const rtl::EyerissShape& shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&](std::int64_t from, std::int64_t to) {
    return to <= from ? from
                      : from + static_cast<std::int64_t>(random() %
                                                         static_cast<std::uint64_t>(to - from + 1));
  };
  const auto mostly_one = [&](std::int64_t most) { return pick(0, 2) == 0 ? pick(1, most) : 1; };
  rtl::EyerissPlan p;
  p.r = pick(1, pick(1, shape.rows));  // short chains leave room for several
  std::int64_t rows = shape.rows / p.r;
  p.y_c = pick(1, rows);
  rows /= p.y_c;
  (pick(0, 1) == 0 ? p.y_m : p.y_p) = pick(1, rows);
  p.x_p = pick(1, shape.cols);
  p.x_m = pick(1, shape.cols / p.x_p);
  p.s = pick(1, 6);
  p.c = pick(1, 12 / p.s);
  p.m = pick(1, std::min<std::int64_t>(16, 224 / (p.c * p.s)));
  p.q = pick(1, 7);
  p.images = p.q == 1 ? pick(2, 3) : mostly_one(3);
  p.n_outer = p.images > 1 ? pick(1, 2) : mostly_one(3);
  p.g = mostly_one(2);
  p.m_outer = mostly_one(3);
  p.m_passes = mostly_one(3);
  p.c_passes = pick(1, 4);
  p.strips = pick(1, 3);
  const std::int64_t stride = pick(1, 4);
  if (p.c_passes == 1 && p.r > stride) p.strips = 1;

  // As much less as the outermost loop of the dimension allows.
  const auto less = [&](std::initializer_list<std::int64_t> bounds) {
    std::int64_t outermost = 0, inside = 1;
    for (std::int64_t b : bounds)
      if (outermost > 1)
        inside *= b;
      else
        outermost = b;
    return pick(0, 1) == 0 || outermost <= 1 ? 0 : pick(0, inside - 1);
  };
  Remainders remainders;
  remainders.n = less({p.n_outer, p.images});
  if (p.q == 1) remainders.n = 0;
  remainders.m = less({p.m_outer, p.m_passes, p.y_m, p.x_m, p.m});
  remainders.c = less({p.c_passes, p.y_c, p.c});
  remainders.p = less({p.strips, p.y_p, p.x_p});
  const std::int64_t h = (p.strips * p.strip() - remainders.p - 1) * stride + p.r;
  const std::int64_t w = (p.q - 1) * stride + p.s;
  return case_of(p, remainders, stride, mostly_one(std::min((h - 1) / 2, (w - 1) / 2) + 1) - 1,
                 seed);
}

void campaign(const std::string& configuration) {
  const auto design = rtl::make_eyeriss(configuration);
  auto& model = dynamic_cast<rtl::EyerissModel&>(*design);
  const Accelerator accelerator = model.description();
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_RTL_LAYERS", 150);
  std::uint64_t legal = 0, wrong = 0;
  std::int64_t cycles = 0, macs = 0;
  double seconds = 0;
  for (std::uint64_t seed = first; legal < n && seed < first + 4 * n; ++seed) {
    const Case c = random_case(model.shape(), seed);
    if (!model.check(c.layer, c.mapping).empty()) continue;
    ++legal;
    const Outcome o = compare(model, accelerator, c);
    cycles += o.finish;
    macs += o.macs;
    seconds += o.seconds;
    if (!o.differences.empty() && ++wrong <= 5)
      BOOST_ERROR("seed " << seed << ": " << c.text << '\n' << o.differences);
  }
  BOOST_TEST_MESSAGE(configuration << ": " << legal << " layers, " << wrong << " wrong, " << macs
                                   << " MACs, " << cycles << " cycles, "
                                   << static_cast<double>(cycles) / seconds / 1000 << " kcycles/s");
  BOOST_TEST(legal >= n);
  BOOST_TEST(wrong == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_eyeriss)

BOOST_AUTO_TEST_CASE(equals_simulator_and_golden_on_random_layers_4x5) { campaign("eyeriss-4x5"); }
BOOST_AUTO_TEST_CASE(equals_simulator_and_golden_on_random_layers_6x6) { campaign("eyeriss-6x6"); }

BOOST_AUTO_TEST_SUITE_END()
