// SPDX-License-Identifier: Apache-2.0
// The predictor's FPGA resources against netlists of the tiled accelerator
// (experiments/chips/fpga15/synthesis/tiled.csv, written by tools/synthesis/tiled.sh).
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "analytical/predictor.h"
#include "rtl/tiled/tiled_model.h"

using namespace assay;

namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) found.push_back(cell);
  return found;
}

std::vector<Row> rows() {
  std::ifstream in(ASSAY_SOURCE_DIR "/experiments/chips/fpga15/synthesis/tiled.csv");
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  std::vector<Row> found;
  while (std::getline(in, line)) {
    const auto values = cells(line);
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = values.at(i);
    found.push_back(row);
  }
  return found;
}

double error_percent(double predicted, double measured) {
  return 100 * std::abs(predicted - measured) / measured;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_tiled_synthesis)

BOOST_AUTO_TEST_CASE(predicted_dsps_and_block_rams_are_within_5_percent_of_every_netlist) {
  const auto netlists = rows();
  BOOST_TEST(netlists.size() >= 12);
  for (const Row& row : netlists) {
    const auto number = [&row](const char* name) { return std::stoll(row.at(name)); };
    const rtl::TiledModel model(
        row.at("config"),
        {number("tm"), number("tn"), number("data_bits"), number("acc_bits"), number("read_words"),
         number("write_words"), number("i_depth"), number("w_depth"), number("o_depth"), 1},
        nullptr);
    Accelerator accelerator = model.description();
    accelerator.fpga = FpgaDevice{};
    const auto predicted = analytical::fpga_resources(accelerator);
    const auto dsp = number("dsp");
    const auto bram18 = number("ramb18") + 2 * number("ramb36");
    BOOST_TEST_MESSAGE(row.at("config")
                       << ": DSP " << predicted->dsp << " predicted, " << dsp << " mapped; RAMB18 "
                       << predicted->bram18 << " predicted, " << bram18 << " mapped");
    BOOST_TEST_CONTEXT(row.at("config")) {
      BOOST_TEST(error_percent(static_cast<double>(predicted->dsp), static_cast<double>(dsp)) <= 5);
      BOOST_TEST(
          error_percent(static_cast<double>(predicted->bram18), static_cast<double>(bram18)) <= 5);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
