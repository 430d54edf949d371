// SPDX-License-Identifier: Apache-2.0
// The predictor's closed-form counts against a brute-force walk of the same nest, over random legal
// triples. ASSAY_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default
// 20,000 from seed 1).
#include "analytical/counts.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <sstream>

#include "core/mapping.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/walk.h"

using namespace assay;
using oracle::Triple;

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

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
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_TRIPLES", 20000);
  std::uint64_t legal = 0, refused = 0, wrong = 0;
  for (std::uint64_t seed = first; legal < n && seed < first + 4 * n; ++seed) {
    const Triple t = oracle::random_triple(seed);
    if (const Diagnostics why = check(t.layer, t.accelerator, t.mapping); !why.empty()) {
      ++refused;
      if (refused < 4)
        BOOST_TEST_MESSAGE("refused seed " << seed << ": " << to_string(why.front()));
      continue;
    }
    ++legal;
    if (difference_of(t).empty()) continue;
    if (++wrong > 3) continue;
    const Triple small =
        oracle::shrink(t, [](const Triple& s) { return !difference_of(s).empty(); });
    BOOST_ERROR("seed " << seed << ", shrunk:\n"
                        << oracle::describe(small) << difference_of(small));
  }
  BOOST_TEST_MESSAGE(legal << " legal triples from seed " << first << ", " << refused
                           << " refused, " << wrong << " wrong");
  BOOST_TEST(legal >= n);
  BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
