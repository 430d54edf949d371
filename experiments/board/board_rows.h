// SPDX-License-Identifier: Apache-2.0
// The CSV of measured convolutions of a board (docs/formats/board.md): every column that is needed
// is checked, and every error is reported at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::board {

struct BoardRow {
  int line = 0;
  std::string id;  // unique: configuration, shape, weight mode
  std::string config;
  std::int64_t m = 0, p = 0;
  std::int64_t out_channels = 0, in_channels = 0;  // as padded
  std::int64_t height = 0, width = 0, kernel_h = 0, kernel_w = 0, stride_h = 0, stride_w = 0;
  std::int64_t pad_left = 0, pad_right = 0, pad_top = 0, pad_bottom = 0;
  std::int64_t out_height = 0, out_width = 0;
  bool dynamic = false;    // weights come from DRAM while the layer runs
  double main_cycles = 0;  // mean of the measurements
  std::vector<std::string> networks;

  std::int64_t pixels() const { return out_height * out_width; }
  std::int64_t products() const { return in_channels * kernel_h * kernel_w; }  // of one output
};

// Throws InputError.
std::vector<BoardRow> read_board_rows(const std::filesystem::path& csv_file);

}  // namespace assay::board
