// SPDX-License-Identifier: Apache-2.0
#include "simulator/address_list.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace assay::simulator {
namespace {

constexpr std::int64_t kLongestRun = std::numeric_limits<std::int32_t>::max();

// Most runs are a few words of a row: a loop is faster than a call.
constexpr std::int32_t kShort = 16;

// memmove: source and destination may overlap within one memory.
void move(const std::int32_t* from, std::int32_t* to, std::int32_t count) {
  if (count <= kShort)
    for (std::int32_t i = 0; i < count; ++i) to[i] = from[i];
  else
    std::memmove(to, from, static_cast<std::size_t>(count) * sizeof(std::int32_t));
}

}  // namespace

void AddressList::append(std::int64_t first, std::int64_t count) {
  if (count < 0) throw std::logic_error("a run of addresses has a negative length");
  words_ += count;
  if (!runs_.empty() && runs_.back().first + runs_.back().count == first) {
    const std::int64_t room = std::min(count, kLongestRun - runs_.back().count);
    runs_.back().count += static_cast<std::int32_t>(room);
    first += room;
    count -= room;
  }
  while (count > 0) {
    const std::int64_t part = std::min(count, kLongestRun);
    runs_.push_back({first, static_cast<std::int32_t>(part)});
    first += part;
    count -= part;
  }
}

void AddressList::gather(const std::int32_t* base, std::int32_t* words) const {
  for (const Run& run : runs_) {
    move(base + run.first, words, run.count);
    words += run.count;
  }
}

void AddressList::scatter(const std::int32_t* words, std::int32_t* base) const {
  for (const Run& run : runs_) {
    move(words, base + run.first, run.count);
    words += run.count;
  }
}

void AddressList::fill(std::int32_t* base, std::int32_t value) const {
  for (const Run& run : runs_) std::fill_n(base + run.first, run.count, value);
}

void AddressList::copy_from(const AddressList& source, const std::int32_t* from,
                            std::int32_t* to) const {
  if (source.words_ != words_) throw std::logic_error("address lists of different sizes");
  auto there = source.runs_.begin();
  std::int32_t taken = 0;  // of the run `there`
  for (const Run& run : runs_) {
    for (std::int32_t done = 0; done < run.count;) {
      const std::int32_t part = std::min(run.count - done, there->count - taken);
      move(from + there->first + taken, to + run.first + done, part);
      done += part;
      taken += part;
      if (taken == there->count) {
        ++there;
        taken = 0;
      }
    }
  }
}

}  // namespace assay::simulator
