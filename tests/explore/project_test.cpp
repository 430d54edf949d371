// SPDX-License-Identifier: Apache-2.0
// Mappings made by hand as designs of a space, and searches that begin with them.
#include "analytical/explore/project.h"

#include <boost/test/unit_test.hpp>

#include "analytical/explore/moves.h"
#include "core/parameters.h"
#include "experiments/explore/design_text.h"
#include "experiments/explore/layer_search.h"
#include "tests/explore/random_space.h"

namespace {

using namespace assay;
using namespace assay::analytical;
namespace fs = std::filesystem;

const fs::path kData = fs::path(ASSAY_SOURCE_DIR) / "experiments";

struct Chip {
  Accelerator accelerator;
  Parameters parameters;
  MapSpace space;
  Workload workload;
  MappingFile mappings;

  Chip(const std::string& chip, const std::string& map_space, const std::string& network,
       const std::string& mapping)
      : accelerator(read_accelerator(kData / "chips" / chip / "accelerator.yaml")),
        parameters(read_parameters(kData / "chips" / chip / "parameters.yaml")),
        space(read_map_space(kData / "spaces" / (map_space + ".yaml"), accelerator)),
        workload(read_workload(kData / "workloads" / (network + ".yaml"))),
        mappings(read_mappings(kData / "chips" / chip / mapping, accelerator)) {}
};

// The cheapest projection by EDP on any nest of the space, over the EDP of the mapping.
double worst_ratio(const Chip& c) {
  double worst = 0;
  int layers = 0;
  for (const Layer& whole : c.workload.layers) {
    const Layer layer = with_batch(whole, c.mappings.batch);
    if (!layer.has_weights()) continue;
    const auto mapping = resolve(c.mappings, layer);
    if (!mapping) continue;
    const Prices prices =
        price_list(c.parameters, c.accelerator, effective_precision(c.accelerator, layer));
    ScoreInput in;
    in.layer = &layer;
    in.accelerator = &c.accelerator;
    in.prices = &prices;
    Scorer scorer(in);
    const auto wanted = scorer.costs(*mapping);
    BOOST_REQUIRE(wanted.has_value());
    double best = std::numeric_limits<double>::infinity();
    for (int k = 0; k < static_cast<int>(c.space.skeletons.size()); ++k) {
      const LayerSpace space(layer, c.accelerator, c.space, k);
      const auto design = project(space, *mapping, scorer);
      if (!design) continue;
      Mapping found;
      space.write(*design, &found);
      const auto costs = scorer.costs(found);
      if (costs) best = std::min(best, scalar(Objective::edp, *costs));
    }
    BOOST_REQUIRE(scalar(Objective::edp, *wanted) > 0);
    worst = std::max(worst, best / scalar(Objective::edp, *wanted));
    ++layers;
  }
  BOOST_TEST(layers >= 5);
  return worst;
}

BOOST_AUTO_TEST_SUITE(projection)

BOOST_AUTO_TEST_CASE(a_design_becomes_itself) {
  int compared = 0, merged = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed)
    for (const Factors factors : {Factors::perfect, Factors::ceil}) {
      const test::RandomSpace s = test::random_space(seed, factors);
      Scorer scorer(s.input());
      for (int k = 0; k < static_cast<int>(s.space.skeletons.size()); ++k) {
        const LayerSpace space(s.layer, s.accelerator, s.space, k);
        if (space.size() == 0) continue;
        Moves moves(space, scorer);
        Random random(seed);
        Design design;
        Mapping mapping, again;
        if (!moves.random(&random, &design)) continue;
        space.write(design, &mapping);
        const auto costs = scorer.costs(mapping);
        if (!costs) continue;
        const auto found = project(space, mapping, scorer);
        BOOST_TEST_CONTEXT("seed " << seed << " " << design_text(design, space.slots().size())) {
          BOOST_REQUIRE(found.has_value());
          ++compared;
          // Loops of one dimension that nothing stands between are one loop; with remainders its
          // bound may not be in the space.
          if (factors == Factors::ceil && !(found->bound == design.bound)) {
            ++merged;
            continue;
          }
          space.write(*found, &again);
          const auto same = scorer.costs(again);
          BOOST_REQUIRE(same.has_value());
          BOOST_TEST((*same)[0] == (*costs)[0]);
          BOOST_TEST((*same)[1] == (*costs)[1]);
        }
      }
    }
  BOOST_TEST_MESSAGE("seeds 1 to 500: " << compared << " designs, " << merged << " merged");
  BOOST_TEST(merged < compared / 10);
  BOOST_TEST(compared > 500);
}

BOOST_AUTO_TEST_CASE(published_mappings_are_points_of_the_row_stationary_space) {
  BOOST_TEST(worst_ratio({"eyeriss", "eyeriss-row-stationary", "alexnet", "alexnet.yaml"}) == 1.0);
}

BOOST_AUTO_TEST_CASE(six_dataflows_are_points_of_one_space) {
  for (const char* file : {"ws.yaml", "os.yaml", "is.yaml", "rs.yaml", "nlr.yaml", "mixed.yaml"}) {
    const double ratio = worst_ratio({"dataflows", "dataflows-bypass", "vgg16", file});
    BOOST_TEST(ratio <= 1.0, file << ": " << ratio);
  }
}

BOOST_AUTO_TEST_CASE(a_search_is_never_worse_than_what_it_begins_with) {
  int used = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const test::RandomSpace s = test::random_space(seed, Factors::ceil);
    LayerSearchOptions options;
    options.exhaustive_limit = 0;
    options.budget = 20'000;
    options.seed = seed;
    const LayerFound good = search_layer(s.input(), s.space, "layer", options, {}, nullptr);
    if (good.found.front.empty()) continue;
    const auto* best = good.found.best();
    const LayerSpace space(s.layer, s.accelerator, s.space, best->key.skeleton);
    options.starts.emplace_back();
    space.write(best->key, &options.starts.back());
    options.budget = 6;  // a design per island
    const LayerFound found = search_layer(s.input(), s.space, "layer", options, {}, nullptr);
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE(!found.found.front.empty());
      BOOST_TEST(scalar(options.objective, found.found.best()->objectives) <=
                 scalar(options.objective, best->objectives));
    }
    ++used;
  }
  BOOST_TEST(used > 50);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
