// SPDX-License-Identifier: Apache-2.0
// Inner loops of the multiply-accumulates when partial sums wrap: any order of additions gives the
// same bits, so the loops of a box are arranged for speed. Arithmetic modulo 2^32; sums are brought
// to their bits when they are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay::simulator {

// Offsets of one iteration of the loops that add to the same partial sums.
struct Term {
  std::ptrdiff_t x = 0;
  std::ptrdiff_t a = 0;
};
// Offsets of one iteration of the loops over partial sums.
struct Row {
  std::ptrdiff_t y = 0;
  std::ptrdiff_t x = 0;
  std::ptrdiff_t a = 0;
};

// x and a are inputs and weights, or weights and inputs; y partial sums.
struct Kernel {
  enum class Kind {
    vector,  // rows, terms, `length` partial sums side by side: y[i] += a * x[i]
    packed,  // the same with x[i * x_stride] copied first; rows do not move x
    dot,     // rows, terms, `length` products of neighbours: y += a[i] * x[i]
    scalar,  // rows, terms: y += a * x
  } kind = Kind::scalar;
  std::int64_t length = 1;
  std::ptrdiff_t x_stride = 1;
  std::vector<Term> terms;
  std::vector<Row> rows;
};

// `scratch` is working space. `unused_bits`: 32 - bits of a partial sum.
void run_kernel(const Kernel& kernel, std::int32_t* y, const std::int32_t* x, const std::int32_t* a,
                int unused_bits, std::vector<std::uint32_t>& scratch);

}  // namespace assay::simulator
