// SPDX-License-Identifier: Apache-2.0
// The predictor's closed-form counts against a brute-force walk of the same nest, over random legal
// triples. ASSAY_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default
// 20,000 from seed 1).
#include "analytical/counts.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <sstream>

#include "core/mapping.h"
#include "tests/campaign.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/walk.h"

using namespace assay;
using oracle::Triple;

namespace {

std::map<CountKey, std::int64_t> predict(const Triple& t) {
  const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
  const analytical::Evaluation evaluation(t.layer, t.accelerator, nest);
  return analytical::named(analytical::count(evaluation), t.accelerator);
}

std::string differences(const std::map<CountKey, std::int64_t>& predicted,
                        const std::map<CountKey, std::int64_t>& walked) {
  std::ostringstream text;
  std::map<CountKey, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [key, n] : predicted) both[key].first = n;
  for (const auto& [key, n] : walked) both[key].second = n;
  for (const auto& [key, n] : both)
    if (n.first != n.second)
      text << key.component << ' ' << key.operand << ' ' << key.action << ": predictor " << n.first
           << ", walk " << n.second << '\n';
  return text.str();
}

std::string difference_of(const Triple& t) {
  return differences(predict(t), oracle::walk(t.layer, t.accelerator, t.mapping));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counts)

BOOST_AUTO_TEST_CASE(predictor_equals_brute_force_walk_on_random_triples) {
  for_random_triples(oracle::random_triple, setting("ASSAY_TRIPLES", 20000), difference_of);
}

BOOST_AUTO_TEST_SUITE_END()
