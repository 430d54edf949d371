// SPDX-License-Identifier: Apache-2.0
// A property over legal random triples. ASSAY_SEED=s and a variable of the test's own in the
// environment choose another campaign.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

#include "core/mapping.h"
#include "tests/oracle/random_triple.h"

namespace assay {

inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// `fault` says what is wrong with a triple; empty: nothing. The first failures are reported,
// shrunk.
inline void for_random_triples(const std::function<oracle::Triple(std::uint64_t seed)>& draw,
                               std::uint64_t n,
                               const std::function<std::string(const oracle::Triple&)>& fault) {
  using oracle::Triple;
  const auto legal = [](const Triple& t) {
    return check(t.layer, t.accelerator, t.mapping).empty();
  };
  const std::uint64_t first = setting("ASSAY_SEED", 1);
  std::uint64_t done = 0, refused = 0, wrong = 0;
  for (std::uint64_t seed = first; done < n && seed < first + 4 * n; ++seed) {
    const Triple t = draw(seed);
    if (!legal(t)) {
      ++refused;
      continue;
    }
    ++done;
    if (fault(t).empty() || ++wrong > 3) continue;
    const Triple small =
        oracle::shrink(t, [&](const Triple& s) { return legal(s) && !fault(s).empty(); });
    BOOST_ERROR("seed " << seed << ", shrunk:\n" << oracle::describe(small) << fault(small));
  }
  BOOST_TEST_MESSAGE(done << " legal triples from seed " << first << ", " << refused << " refused, "
                          << wrong << " wrong");
  BOOST_TEST(done >= n);
  BOOST_TEST(wrong == 0U);
}

}  // namespace assay
