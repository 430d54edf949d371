// SPDX-License-Identifier: Apache-2.0
// The sweep over spaces of designs against one-at-a-time evaluation of every design.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>

#include "core/text.h"
#include "experiments/explore/design_files.h"
#include "experiments/explore/design_text.h"
#include "experiments/explore/hardware_report.h"
#include "experiments/explore/hardware_run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using analytical::AxisKind;
using analytical::DesignFront;
using analytical::DesignSpace;
using analytical::Pruning;

const fs::path kData = fs::path(ASSAY_SOURCE_DIR) / "experiments";

SpaceFile small() { return read_design_space(kData / "design_spaces/small.yaml", Catalog{kData}); }

struct Folder {
  fs::path path = fs::temp_directory_path() / ("assay-sweep-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

// Front and validity of every design by check() and predict(), nothing shared with the sweep.
struct Exhausted {
  DesignFront front;
  std::int64_t valid = 0, within = 0;
};

Exhausted exhaust(const DesignSpace& space) {
  Exhausted out;
  for (std::int64_t n = 0; n < space.size(); ++n) {
    const auto f = analytical::evaluate(space, n);
    if (!f) continue;
    ++out.valid;
    if (!analytical::within(space.limits, *f)) continue;
    ++out.within;
    DesignFront::Objectives o{};
    for (std::size_t i = 0; i < space.objectives.size(); ++i) o[i] = f->value(space.objectives[i]);
    out.front.add(o, n);
  }
  return out;
}

void check_same_front(const DesignFront& a, const DesignFront& b) {
  BOOST_REQUIRE_EQUAL(a.members().size(), b.members().size());
  for (std::size_t i = 0; i < a.members().size(); ++i) {
    BOOST_TEST(a.members()[i].key == b.members()[i].key);
    BOOST_TEST((a.members()[i].objectives == b.members()[i].objectives));
  }
}

// Some values of every axis, some objectives, and limits that some designs pass.
SpaceFile random_part(const SpaceFile& from, std::mt19937_64& random) {
  SpaceFile file = from;
  DesignSpace& s = file.space;
  const auto pick = [&](std::size_t n) { return random() % n; };
  for (auto& axis : s.axes) {
    while (axis.values.size() > 1 && pick(3) != 0)
      axis.values.erase(axis.values.begin() +
                        static_cast<std::ptrdiff_t>(pick(axis.values.size())));
    if (axis.kind == AxisKind::tile && pick(2) == 0)
      axis.values[0] =
          std::max<std::int64_t>(1, axis.values[0] - static_cast<std::int64_t>(pick(3)));
  }
  if (pick(2) == 0) s.precisions.erase(s.precisions.begin());
  if (pick(2) == 0) s.layers.erase(s.layers.begin());
  s.objectives.clear();
  for (std::size_t i = 0; i <= pick(3); ++i)
    s.objectives.push_back(static_cast<analytical::DesignObjective>(pick(5)));
  s.limits = {};
  if (pick(2) == 0) s.limits.area_mm2 = 1 + static_cast<double>(pick(80)) / 10;
  if (pick(2) == 0) s.limits.power_mw = 100 + static_cast<double>(pick(900));
  if (pick(3) == 0) s.costs.memory[1]->energy_pj.exponent = 0;  // ties
  if (pick(3) == 0) s.costs.memory[1]->area_mm2.exponent = 0;
  if (pick(3) == 0) s.costs.lane_area_mm2 = 0;
  return file;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hardware_sweep)

BOOST_AUTO_TEST_CASE(pruned_and_not_pruned_fronts_are_that_of_every_design_one_at_a_time) {
  const SpaceFile file = small();
  const Exhausted all = exhaust(file.space);
  BOOST_TEST(all.front.members().size() > 10U);
  for (const Pruning pruning : {Pruning::proven, Pruning::none}) {
    SweepOptions o;
    o.pruning = pruning;
    const SweepOutcome found = sweep(file, o);
    check_same_front(found.result.front, all.front);
    const auto& c = found.result.counts;
    BOOST_TEST(c.total() == file.space.size());
    if (pruning == Pruning::none) {
      BOOST_TEST(c.pruned() == 0);
      BOOST_TEST(c.evaluated == all.valid);
      BOOST_TEST(c.evaluated - c.over_limit == all.within);
    } else {
      BOOST_TEST(c.pruned_same_mapping > 0);
      BOOST_TEST(c.pruned_larger_memories > 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_parts_of_the_space_agree_too) {
  const char* text = std::getenv("ASSAY_SEED");
  const std::uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
  BOOST_TEST_MESSAGE("seed " << seed);
  const SpaceFile whole = small();
  for (std::uint64_t i = 0; i < 60; ++i) {
    std::mt19937_64 random(seed * 1000 + i);
    const SpaceFile file = random_part(whole, random);
    if (file.space.size() > 4000) continue;
    BOOST_TEST_CONTEXT("space " << i << ", " << file.space.size() << " designs") {
      const Exhausted all = exhaust(file.space);
      check_same_front(sweep(file, {}).result.front, all.front);
    }
  }
}

BOOST_AUTO_TEST_CASE(figures_of_single_designs_are_those_of_predict) {
  const SpaceFile file = small();
  SweepOptions o;
  const SweepOutcome found = sweep(file, o);
  const SampleCheck checked = check_sample(file, found.result.front, 7, o);
  BOOST_TEST(checked.designs == (file.space.size() + 6) / 7);
  BOOST_TEST(checked.valid > 100);
  BOOST_TEST(checked.different == 0);
  BOOST_TEST(checked.beyond_front == 0);
}

BOOST_AUTO_TEST_CASE(a_sample_notices_a_front_that_lacks_a_design) {
  const SpaceFile file = small();
  const SweepOutcome found = sweep(file, {});
  DesignFront less;
  for (std::size_t i = 1; i < found.result.front.members().size(); ++i)
    less.add(found.result.front.members()[i].objectives, found.result.front.members()[i].key);
  BOOST_TEST(check_sample(file, less, 1, {}).beyond_front > 0);
}

BOOST_AUTO_TEST_CASE(the_front_does_not_depend_on_the_number_of_threads) {
  const SpaceFile file = small();
  SweepOptions one, two;
  one.threads = 1;
  two.threads = 2;
  const SweepOutcome a = sweep(file, one), b = sweep(file, two);
  check_same_front(a.result.front, b.result.front);
  BOOST_TEST(front_csv(file, a) == front_csv(file, b));
  BOOST_REQUIRE_EQUAL(a.result.seen.size(), b.result.seen.size());
  for (std::size_t i = 0; i < a.result.seen.size(); ++i)
    BOOST_TEST(a.result.seen[i].number == b.result.seen[i].number);
}

BOOST_AUTO_TEST_CASE(an_interrupted_sweep_goes_on_to_the_same_bytes) {
  const Folder folder;
  SpaceFile file = small();
  SweepOptions o;
  const std::string whole = front_csv(file, sweep(file, o));
  o.store = folder.path / "a.sqlite";
  o.open = Store::Open::resume;
  o.stop = [] { return true; };
  o.units_at_once = 1;
  int runs = 0;
  SweepOutcome found;
  do {
    found = sweep(file, o);
    BOOST_REQUIRE(++runs < 1000);
  } while (found.stopped);
  BOOST_TEST(runs > 1);
  BOOST_TEST(front_csv(file, found) == whole);
  BOOST_TEST(found.result.counts.total() == file.space.size());
  file.inputs["space"] = "another";
  BOOST_CHECK_THROW(sweep(file, o), InputError);
}

BOOST_AUTO_TEST_CASE(numbers_and_designs_are_one_to_one) {
  const DesignSpace space = small().space;
  for (std::int64_t n = 0; n < space.size(); n += 11)
    BOOST_TEST(number_of(space, design_of(space, n)) == n);
}

BOOST_AUTO_TEST_CASE(files_of_a_design_are_read_back_and_give_its_figures) {
  const Folder folder;
  const SpaceFile file = small();
  const SweepOutcome found = sweep(file, {});
  write_sweep(file, found, {}, folder.path);
  for (const auto& m : found.result.front.members()) {
    const fs::path at = folder.path / "designs" / std::to_string(m.key);
    const Accelerator a = read_accelerator(at / "accelerator.yaml");
    const MappingFile mappings = read_mappings(at / "mapping.yaml", a);
    const Parameters p = read_parameters(at / "parameters.yaml");
    double cycles = 0, pj = 0;
    for (const Layer& layer : file.space.layers) {
      const Mapping mapping = *resolve(mappings, layer);
      BOOST_TEST(check(layer, a, mapping).empty());
      const auto prices = analytical::price_list(p, a, effective_precision(a, layer));
      const auto predicted =
          analytical::predict(layer, a, analytical::compile(layer, a, mapping), &prices, 0);
      cycles += predicted.total.cycles;
      pj += predicted.energy.total_pj;
    }
    BOOST_TEST(cycles == m.objectives[0]);
    BOOST_TEST(pj == m.objectives[1]);
  }
  BOOST_TEST(fs::exists(folder.path / "plots/space.svg"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
