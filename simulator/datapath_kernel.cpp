// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath_kernel.h"

#include <algorithm>
#include <cstring>

// One binary for every x86-64, with AVX2 where the processor has it. The resolver of such a
// function runs before a sanitizer is ready.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define ASSAY_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASSAY_SANITIZED
#endif
#if defined(__x86_64__) && defined(__ELF__) && defined(__GNUC__) && !defined(ASSAY_SANITIZED)
#define ASSAY_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ASSAY_CLONES
#endif
#define ASSAY_INLINE __attribute__((always_inline)) inline

namespace assay::simulator {
namespace {

using Word = std::uint32_t;
using Word4 = Word __attribute__((vector_size(16)));
using Word8 = Word __attribute__((vector_size(32)));
using Int4 = std::int32_t __attribute__((vector_size(16)));
using Int8 = std::int32_t __attribute__((vector_size(32)));

constexpr std::ptrdiff_t kBlock = 16;  // partial sums of a packed block

// Where a length is no multiple of the vector's, the last vector overlaps the one before it and its
// first words count as 0: nothing is read beyond the end. kLast + k: k zeros, then ones.
constexpr Word kOnes = ~Word{0};
constexpr Word kKeep[32] = {0,     0,     0,     0,     0,     0,     0,     0,
                            0,     0,     0,     0,     0,     0,     0,     0,
                            kOnes, kOnes, kOnes, kOnes, kOnes, kOnes, kOnes, kOnes,
                            kOnes, kOnes, kOnes, kOnes, kOnes, kOnes, kOnes, kOnes};
ASSAY_INLINE const Word* keep_after(std::ptrdiff_t dropped) { return kKeep + 16 - dropped; }

// Vectors are passed by reference: by value the calling convention would depend on the processor.
template <class V>
ASSAY_INLINE void load(const void* from, V& v) {
  std::memcpy(&v, from, sizeof(V));
}

ASSAY_INLINE void fit_to(Word8& v, int unused) {
  v = reinterpret_cast<Word8>(reinterpret_cast<Int8>(v << static_cast<Word>(unused)) >> unused);
}
ASSAY_INLINE void fit_to(Word4& v, int unused) {
  v = reinterpret_cast<Word4>(reinterpret_cast<Int4>(v << static_cast<Word>(unused)) >> unused);
}
ASSAY_INLINE std::int32_t fit_to(Word v, int unused) {
  return static_cast<std::int32_t>(v << unused) >> unused;
}

// y[0, kVectors * width of V) += sum of a * x; the first `dropped` of them get nothing.
template <class V, int kVectors>
ASSAY_INLINE void add_block(const Kernel& kernel, std::int32_t* y, const std::int32_t* x,
                            const std::int32_t* a, std::ptrdiff_t dropped, int unused) {
  constexpr std::size_t kWidth = sizeof(V) / sizeof(Word);
  V sum[kVectors] = {};
  for (const Term& term : kernel.terms) {
    const Word factor = static_cast<Word>(a[term.a]);
    for (int i = 0; i < kVectors; ++i) {
      V v;
      load(x + term.x + static_cast<std::size_t>(i) * kWidth, v);
      sum[i] += v * factor;
    }
  }
  for (int i = 0; i < kVectors; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * kWidth;
    V keep, v;
    load(keep_after(dropped) + at, keep);
    load(y + at, v);
    v += sum[i] & keep;
    fit_to(v, unused);
    std::memcpy(y + at, &v, sizeof(V));
  }
}

ASSAY_INLINE void add_row(const Kernel& kernel, std::int32_t* y, const std::int32_t* x,
                          const std::int32_t* a, int unused) {
  const std::ptrdiff_t n = kernel.length;
  std::ptrdiff_t i = 0;
  if (n >= 16) {
    for (; i + 16 <= n; i += 16) add_block<Word8, 2>(kernel, y + i, x + i, a, 0, unused);
    if (n - i > 8)
      add_block<Word8, 2>(kernel, y + n - 16, x + n - 16, a, 16 - (n - i), unused);
    else if (n > i)
      add_block<Word8, 1>(kernel, y + n - 8, x + n - 8, a, 8 - (n - i), unused);
  } else if (n >= 8) {
    add_block<Word8, 1>(kernel, y, x, a, 0, unused);
    if (n > 8) add_block<Word8, 1>(kernel, y + n - 8, x + n - 8, a, 16 - n, unused);
  } else if (n >= 4) {
    add_block<Word4, 1>(kernel, y, x, a, 0, unused);
    if (n > 4) add_block<Word4, 1>(kernel, y + n - 4, x + n - 4, a, 8 - n, unused);
  } else {
    for (; i < n; ++i) {
      Word sum = static_cast<Word>(y[i]);
      for (const Term& term : kernel.terms)
        sum += static_cast<Word>(a[term.a]) * static_cast<Word>(x[term.x + i]);
      y[i] = fit_to(sum, unused);
    }
  }
}

ASSAY_CLONES void run_vector(const Kernel& kernel, std::int32_t* y, const std::int32_t* x,
                             const std::int32_t* a, int unused) {
  for (const Row& row : kernel.rows) add_row(kernel, y + row.y, x + row.x, a + row.a, unused);
}

// `block`: for every term kBlock words of x. `width` of them are wanted.
ASSAY_CLONES void run_packed_block(const Kernel& kernel, std::int32_t* y, const Word* block,
                                   const std::int32_t* a, std::ptrdiff_t width, int unused) {
  for (const Row& row : kernel.rows) {
    Word8 low = {}, high = {};
    const Word* from = block;
    for (const Term& term : kernel.terms) {
      const Word factor = static_cast<Word>(a[row.a + term.a]);
      Word8 v, w;
      load(from, v);
      load(from + 8, w);
      low += v * factor;
      high += w * factor;
      from += kBlock;
    }
    Word sums[kBlock];
    std::memcpy(sums, &low, sizeof low);
    std::memcpy(sums + 8, &high, sizeof high);
    std::int32_t* to = y + row.y;
    if (width == kBlock) {
      Word8 v, w;
      load(to, v);
      load(to + 8, w);
      v += low;
      w += high;
      fit_to(v, unused);
      fit_to(w, unused);
      std::memcpy(to, &v, sizeof v);
      std::memcpy(to + 8, &w, sizeof w);
    } else {
      for (std::ptrdiff_t i = 0; i < width; ++i)
        to[i] = fit_to(static_cast<Word>(to[i]) + sums[i], unused);
    }
  }
}

void run_packed(const Kernel& kernel, std::int32_t* y, const std::int32_t* x, const std::int32_t* a,
                int unused, std::vector<Word>& scratch) {
  const std::size_t words = kernel.terms.size() * static_cast<std::size_t>(kBlock);
  if (scratch.size() < words) scratch.resize(words);
  for (std::ptrdiff_t i = 0; i < kernel.length; i += kBlock) {
    const std::ptrdiff_t width = std::min<std::ptrdiff_t>(kBlock, kernel.length - i);
    Word* to = scratch.data();
    for (const Term& term : kernel.terms) {
      const std::int32_t* from = x + term.x + i * kernel.x_stride;
      for (std::ptrdiff_t k = 0; k < width; ++k)
        to[k] = static_cast<Word>(from[k * kernel.x_stride]);
      std::fill(to + width, to + kBlock, Word{0});
      to += kBlock;
    }
    run_packed_block(kernel, y + i, scratch.data(), a, width, unused);
  }
}

// The sum of `length` products, spread over the words of a vector.
template <class V>
ASSAY_INLINE void dot(const std::int32_t* x, const std::int32_t* a, std::ptrdiff_t length, V& sum) {
  constexpr std::ptrdiff_t kWidth = sizeof(V) / sizeof(Word);
  V v, w;
  std::ptrdiff_t i = 0;
  for (; i + kWidth <= length; i += kWidth) {
    load(x + i, v);
    load(a + i, w);
    sum += v * w;
  }
  if (i == length) return;
  V keep;
  load(keep_after(kWidth - (length - i)), keep);
  load(x + length - kWidth, v);
  load(a + length - kWidth, w);
  sum += (v & keep) * w;
}

ASSAY_INLINE void halve(const Word4& v, Word4& half) { half = v; }
ASSAY_INLINE void halve(const Word8& v, Word4& half) {
  half = __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
}

// Neighbouring words of both added up, side by side.
ASSAY_INLINE void add_pairs(const Word4& v, const Word4& w, Word4& sums) {
  sums = __builtin_shufflevector(v, w, 0, 2, 4, 6) + __builtin_shufflevector(v, w, 1, 3, 5, 7);
}

// Four partial sums; written out, because arrays of vectors would live in memory.
template <class V>
ASSAY_INLINE void dot_rows(const Kernel& kernel, const Row* const (&rows)[4], const std::int32_t* x,
                           const std::int32_t* a, Word (&sums)[4]) {
  V v0 = {}, v1 = {}, v2 = {}, v3 = {};
  for (const Term& term : kernel.terms) {
    const std::int32_t* xt = x + term.x;
    const std::int32_t* at = a + term.a;
    dot(xt + rows[0]->x, at + rows[0]->a, kernel.length, v0);
    dot(xt + rows[1]->x, at + rows[1]->a, kernel.length, v1);
    dot(xt + rows[2]->x, at + rows[2]->a, kernel.length, v2);
    dot(xt + rows[3]->x, at + rows[3]->a, kernel.length, v3);
  }
  Word4 h0, h1, h2, h3, low, high, all;
  halve(v0, h0);
  halve(v1, h1);
  halve(v2, h2);
  halve(v3, h3);
  add_pairs(h0, h1, low);
  add_pairs(h2, h3, high);
  add_pairs(low, high, all);
  std::memcpy(sums, &all, sizeof all);
}

template <class V>
ASSAY_INLINE void run_dot_with(const Kernel& kernel, std::int32_t* y, const std::int32_t* x,
                               const std::int32_t* a, int unused) {
  const std::size_t n = kernel.rows.size();
  const Row* all = kernel.rows.data();
  for (std::size_t i = 0; i < n; i += 4) {
    // Beyond the end: the last one again, not stored. No two rows have the same partial sum.
    const Row* const rows[4] = {all + i, all + std::min(i + 1, n - 1), all + std::min(i + 2, n - 1),
                                all + std::min(i + 3, n - 1)};
    Word sums[4];
    dot_rows<V>(kernel, rows, x, a, sums);
    for (std::size_t k = 0; k < 4 && i + k < n; ++k)
      y[rows[k]->y] = fit_to(static_cast<Word>(y[rows[k]->y]) + sums[k], unused);
  }
}

ASSAY_CLONES void run_dot(const Kernel& kernel, std::int32_t* y, const std::int32_t* x,
                          const std::int32_t* a, int unused) {
  if (kernel.length >= 8)
    run_dot_with<Word8>(kernel, y, x, a, unused);
  else
    run_dot_with<Word4>(kernel, y, x, a, unused);
}

void run_scalar(const Kernel& kernel, std::int32_t* y, const std::int32_t* x, const std::int32_t* a,
                int unused) {
  for (const Row& row : kernel.rows) {
    Word sum = static_cast<Word>(y[row.y]);
    for (const Term& term : kernel.terms)
      sum += static_cast<Word>(x[row.x + term.x]) * static_cast<Word>(a[row.a + term.a]);
    y[row.y] = fit_to(sum, unused);
  }
}

}  // namespace

void run_kernel(const Kernel& kernel, std::int32_t* y, const std::int32_t* x, const std::int32_t* a,
                int unused_bits, std::vector<std::uint32_t>& scratch) {
  switch (kernel.kind) {
    case Kernel::Kind::vector:
      return run_vector(kernel, y, x, a, unused_bits);
    case Kernel::Kind::packed:
      return run_packed(kernel, y, x, a, unused_bits, scratch);
    case Kernel::Kind::dot:
      return run_dot(kernel, y, x, a, unused_bits);
    case Kernel::Kind::scalar:
      return run_scalar(kernel, y, x, a, unused_bits);
  }
}

}  // namespace assay::simulator
