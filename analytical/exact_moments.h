// SPDX-License-Identifier: Apache-2.0
// Moments: times with their causes. Internal to exact.cpp.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace assay::analytical::exact {

// A time that is only known to be early enough would decide: more of the past must be kept.
struct Undecided : std::runtime_error {
  Undecided() : std::runtime_error("the past that is kept does not decide a time") {}
};

// More memory than is allowed.
struct TooLarge : std::runtime_error {
  TooLarge() : std::runtime_error("an evaluation takes more memory than is allowed") {}
};

// Moments: a time and how much of it each label took; compared by time, then label by label. The
// same numbers name differences of moments. 0 stands for no moment. OverflowError beyond kMostTime,
// up to which differences of differences, and so all conditions, fit 64 bits.
class Moments {
 public:
  using Id = std::int32_t;
  static constexpr Id kNone = 0, kZero = 1;
  static constexpr std::int64_t kMostTime = (std::int64_t{1} << 62) - 1;

  explicit Moments(int labels);
  ~Moments();
  Moments(const Moments&) = delete;
  Moments& operator=(const Moments&) = delete;
  std::int64_t time(Id id) const { return data_[offset(id)]; }
  const std::int64_t* values(Id id) const { return &data_[offset(id)]; }  // time, then labels
  bool inexact(Id id) const { return inexact_[static_cast<std::size_t>(id)] != 0; }
  bool less(Id a, Id b) const;
  Id after(Id from, std::int64_t duration, int label, bool inexact);
  // base + times * (to - from)
  Id shifted(Id base, Id from, Id to, std::int64_t times, bool inexact);
  // (a - b) - (c - d), and its sign.
  Id difference(Id a, Id b, Id c, Id d);
  int compare(Id a, Id b, Id c, Id d) const;
  // The most n >= 0 for which a - b + k * ((a - a0) - (b - b0)) >= least, k = 0 ... n - 1.
  std::int64_t lasting(Id a, Id b, Id a0, Id b0, Id least) const;
  std::size_t count() const { return inexact_.size(); }
  std::size_t bytes() const { return data_.size() * sizeof(std::int64_t) + inexact_.size(); }
  // Forgets all moments but these, whose numbers change.
  void keep(const std::vector<Id*>& ids);

 private:
  std::size_t offset(Id id) const {
    return static_cast<std::size_t>(id) * static_cast<std::size_t>(width_);
  }
  Id make(bool inexact);
  int width_;
  std::vector<std::int64_t> data_;
  std::vector<std::uint8_t> inexact_;
};

}  // namespace assay::analytical::exact
