// SPDX-License-Identifier: Apache-2.0
// What the sources of errors.h share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "calibration/errors.h"

namespace assay::calibration {

// Throws ProblemError.
void check_samples(const std::vector<ErrorSample>& samples);
// Positions of the samples of each group, groups in the order of their first sample.
std::vector<std::vector<std::size_t>> grouped(const std::vector<ErrorSample>& samples);
// The same on every machine, unlike the distributions of the library. n is small: the bias is
// below 1e-15.
inline std::size_t below(std::mt19937_64* random, std::size_t n) {
  return static_cast<std::size_t>((*random)() % n);
}

}  // namespace assay::calibration
