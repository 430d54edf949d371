// SPDX-License-Identifier: Apache-2.0
// A family of boards that differ in the sizes of one systolic array: how a configuration becomes an
// accelerator, how long its streams are, and which machine values a fit may change
// (docs/formats/board.md). All facts are in the chip's board.yaml; the rules are here.
//
// Model: the array keeps a tile of `channels x pixels` outputs until its products are summed;
// pixels are taken in the order of the output, across the ends of rows, and all channels of one set
// of pixels come before the next pixels. Inputs are read once per set of pixels, in words of
// several channels and consecutive pixels, the first words of a set before it is whole; dynamic
// weights arrive from DRAM during the first set of pixels and stay.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calibration/problem.h"
#include "core/accelerator.h"
#include "experiments/board/board_rows.h"
#include "experiments/fit/latency_model.h"

namespace assay::board {

struct BoardUnknown {
  fit::MachineUnknown machine;
  calibration::Unknown prior;
};

struct Board {
  std::filesystem::path file;
  std::string name;
  Accelerator base;
  double main_clock_mhz = 0;
  std::map<std::string, double> clocks_mhz;  // of configurations that have one of their own
  std::optional<double> header_clock_mhz;
  std::size_t pixels = 0, channels = 0;  // levels of the array
  std::int64_t channels_per_row = 0, skew_cycles = 0;
  double chain_main_cycles = 0;  // of an input, from one pixel of the array to the next
  std::int64_t word_channels = 0, word_pixels = 0;
  MachineSlot dram, xbus, outputs, outputs_latency;
  double dram_bits_per_main_cycle = 0;
  std::vector<BoardUnknown> unknowns;
};

// Throws InputError with every error of the file and of its accelerator.
Board read_board(const std::filesystem::path& file);

struct Shape {
  std::string config;
  std::int64_t m = 0, p = 0;  // rows of the array, pixels
};

// As the board's accelerator, with the sizes, widths and clock of this configuration.
Accelerator accelerator_of(const Board& board, const Shape& shape, double clock_mhz);

// One convolution on it; the row must be of this shape. Throws InputError for a layer that the
// accelerator cannot run.
fit::LatencyCase case_of(const Board& board, const Accelerator& accelerator, const BoardRow& row,
                         std::size_t machine);

// Words of the input that are sent for a convolution, each set of pixels with its header.
std::int64_t input_words(const Board& board, const BoardRow& row);

}  // namespace assay::board
