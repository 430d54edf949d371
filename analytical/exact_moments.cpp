// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_moments.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Memory of the evaluation before, of which new pages are a good part of the cost.
thread_local std::vector<std::int64_t> spare_data;
thread_local std::vector<std::uint8_t> spare_inexact;
constexpr std::size_t kMostSpare = std::size_t{1} << 20U;  // moments' values; more are given back

std::int64_t in_time(std::int64_t time) {
  if (time > Moments::kMostTime) throw OverflowError("a time is beyond 2^62 cycles");
  return time;
}

}  // namespace

// ---- Moments --------------------------------------------------------------------------------

Moments::Moments(int labels) : width_(labels + 1) {
  data_.swap(spare_data);
  inexact_.swap(spare_inexact);
  data_.clear();
  inexact_.clear();
  make(false);
  make(false);
}

Moments::~Moments() {
  if (data_.capacity() > kMostSpare) return;
  data_.swap(spare_data);
  inexact_.swap(spare_inexact);
}

Moments::Id Moments::make(bool inexact) {
  data_.resize(data_.size() + at(width_));
  inexact_.push_back(inexact ? 1 : 0);
  return static_cast<Id>(inexact_.size() - 1);
}

bool Moments::less(Id a, Id b) const {
  if (a == b || b == kNone) return false;
  if (a == kNone) return true;
  const std::int64_t* x = values(a);
  const std::int64_t* y = values(b);
  for (int i = 0; i < width_; ++i)
    if (x[i] != y[i]) return x[i] < y[i];
  return false;
}

Moments::Id Moments::after(Id from, std::int64_t duration, int label, bool inexact) {
  inexact = inexact || inexact_[static_cast<std::size_t>(from)] != 0;
  if (duration == 0 && inexact == this->inexact(from)) return from;
  const Id id = make(inexact);
  std::int64_t* v = &data_[offset(id)];
  const std::int64_t* f = values(from);
  std::copy(f, f + width_, v);
  v[0] = in_time(add(v[0], duration));
  v[1 + label] += duration;  // at most the time
  return id;
}

Moments::Id Moments::shifted(Id id, Id from, Id to, std::int64_t times, bool inexact) {
  const Id made = make(inexact);
  std::int64_t* v = &data_[offset(made)];
  const std::int64_t* base = values(id);
  const std::int64_t* f = values(from);
  const std::int64_t* t = values(to);
  v[0] = in_time(add(base[0], mul(times, t[0] - f[0])));
  for (int i = 1; i < width_; ++i) v[i] = base[i] + times * (t[i] - f[i]);
  return made;
}

Moments::Id Moments::difference(Id a, Id b, Id c, Id d) {
  const Id made = make(false);
  std::int64_t* v = &data_[offset(made)];
  for (int i = 0; i < width_; ++i)
    v[i] = (values(a)[i] - values(b)[i]) - (values(c)[i] - values(d)[i]);
  return made;
}

int Moments::compare(Id a, Id b, Id c, Id d) const {
  const std::int64_t *va = values(a), *vb = values(b), *vc = values(c), *vd = values(d);
  for (int i = 0; i < width_; ++i) {
    const std::int64_t x = (va[i] - vb[i]) - (vc[i] - vd[i]);
    if (x != 0) return x < 0 ? -1 : 1;
  }
  return 0;
}

std::int64_t Moments::lasting(Id a, Id b, Id a0, Id b0, Id least) const {
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < width_; ++i) {
    const std::int64_t gap = values(a)[i] - values(b)[i] - values(least)[i];
    const std::int64_t rate = (values(a)[i] - values(a0)[i]) - (values(b)[i] - values(b0)[i]);
    if (gap < 0) return 0;
    // Once it is ahead in this component, the later ones do not matter.
    if (gap > 0) return rate >= 0 ? kEver : (gap - 1) / -rate + 1;
    if (rate > 0) return compare(a, b, least, kZero) >= 0 ? kEver : 0;
    if (rate < 0) return compare(a, b, least, kZero) >= 0 ? 1 : 0;
  }
  return kEver;
}

void Moments::keep(const std::vector<Id*>& ids) {
  std::vector<std::int64_t> data(data_.begin(), data_.begin() + 2 * width_);
  std::vector<std::uint8_t> inexact(inexact_.begin(), inexact_.begin() + 2);
  std::unordered_map<Id, Id> moved{{kNone, kNone}, {kZero, kZero}};
  for (Id* id : ids) {
    const auto [found, added] = moved.try_emplace(*id, static_cast<Id>(inexact.size()));
    if (added) {
      data.insert(data.end(), values(*id), values(*id) + width_);
      inexact.push_back(inexact_[at(*id)]);
    }
    *id = found->second;
  }
  data_.swap(data);
  inexact_.swap(inexact);
}

}  // namespace assay::analytical::exact
