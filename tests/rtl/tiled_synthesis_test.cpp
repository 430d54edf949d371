// SPDX-License-Identifier: Apache-2.0
// The predictor's FPGA resources against netlists of the tiled accelerator that were simulated
// beside the RTL (experiments/chips/fpga15/synthesis/tiled.csv, docs/formats/synthesis.md).
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

// Empty cells are columns that were not asked for.
bool verified(const Row& row) {
  const std::string& layers = row.at("resimulated_layers");
  return !layers.empty() && std::stoll(layers) > 0;
}

// The DSPs of words above 18 bits were chosen on these two: of them the model is a description.
bool description(const Row& row) {
  return row.at("config") == "8x2-24b" || row.at("config") == "8x2-32b";
}

double error_percent(double predicted, double measured) {
  return 100 * std::abs(predicted - measured) / measured;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_tiled_synthesis)

BOOST_AUTO_TEST_CASE(predicted_dsps_and_block_rams_are_within_5_percent_of_every_verified_netlist) {
  int predictions = 0, descriptions = 0;
  for (const Row& row : rows()) {
    if (!verified(row)) {
      BOOST_TEST_MESSAGE(row.at("config") << ": not verified");
      continue;
    }
    ++(description(row) ? descriptions : predictions);
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
                       << (description(row) ? ", description: DSP " : ", prediction: DSP ")
                       << predicted->dsp << " predicted, " << dsp << " mapped; RAMB18 "
                       << predicted->bram18 << " predicted, " << bram18 << " mapped");
    BOOST_TEST_CONTEXT(row.at("config")) {
      BOOST_TEST(error_percent(static_cast<double>(predicted->dsp), static_cast<double>(dsp)) <= 5);
      BOOST_TEST(
          error_percent(static_cast<double>(predicted->bram18), static_cast<double>(bram18)) <= 5);
    }
  }
  BOOST_TEST_MESSAGE(predictions << " predictions and " << descriptions
                                 << " descriptions of verified netlists");
  BOOST_TEST(predictions + descriptions >= 12);
  BOOST_TEST(predictions >= 11);
}

BOOST_AUTO_TEST_SUITE_END()
