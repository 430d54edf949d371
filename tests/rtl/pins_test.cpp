// SPDX-License-Identifier: Apache-2.0
// Pins of two models of one hardware in one thread: each has its own assertions.
#include <Veyeriss_4x5.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <stdexcept>

#include "rtl/eyeriss/eyeriss_pins.h"

using namespace assay;

namespace {

using Pins = rtl::VerilatedEyeriss<Veyeriss_4x5>;

// Words that nobody asked for, wherever their tags say.
void overrun(Pins* pins) {
  pins->reset();
  pins->start();
  for (std::uint32_t tag = 0; tag < 1U << 16U; ++tag) {
    rtl::EyerissResponse word;
    word.valid = true;
    word.tag = tag * 0x9E3779B9U;  // all bits vary
    pins->clock(word);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_pins)

BOOST_AUTO_TEST_CASE(a_failed_assertion_stops_its_model_beside_a_later_one) {
  Pins first, later;
  BOOST_CHECK_THROW(overrun(&first), std::logic_error);
  BOOST_CHECK_THROW(overrun(&later), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
