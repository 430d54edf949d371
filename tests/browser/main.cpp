// SPDX-License-Identifier: Apache-2.0
// Skipped, and said to be, where there is no Chromium: exit code 77.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "experiments/report/print_pdf.h"

namespace {

bool nothing_to_do_first() { return true; }

}  // namespace

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  if (assay::report::find_browser().empty()) {
    std::puts("skipped: no chromium, chromium-browser or google-chrome on the PATH");
    return kSkipped;
  }
  return boost::unit_test::unit_test_main(nothing_to_do_first, argc, argv);
}
