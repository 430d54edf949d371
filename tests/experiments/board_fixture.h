// SPDX-License-Identifier: Apache-2.0
// The shipped board, and a row made up for tests.
#pragma once

#include <filesystem>

#include "experiments/board/board.h"

namespace assay::test {

inline const std::filesystem::path kGhp =
    std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/chips/ghp_fpga";

inline board::Board ghp() { return board::read_board(kGhp / "board.yaml"); }

// 1x1, 64 channels of 8 x 8 pixels to 128, static weights.
inline board::BoardRow row() {
  board::BoardRow r;
  r.line = 2;
  r.id = "made up";
  r.config = "M32P32";
  r.m = r.p = 32;
  r.out_channels = 128;
  r.in_channels = 64;
  r.height = r.width = r.out_height = r.out_width = 8;
  r.kernel_h = r.kernel_w = r.stride_h = r.stride_w = 1;
  r.main_cycles = 500;
  r.networks = {"a"};
  return r;
}

}  // namespace assay::test
