// SPDX-License-Identifier: Apache-2.0
#include "analytical/lane_intervals.h"

#include <algorithm>
#include <tuple>

#include "core/checked.h"

namespace assay::analytical {
namespace {

struct Interval {
  std::int64_t lo, hi;  // inclusive; empty when hi < lo
  std::int64_t size() const { return hi < lo ? 0 : hi - lo + 1; }
};

class Event {
 public:
  Event(const InputAxis& axis, const LaneList& out, const LaneList& filter, bool slides,
        const Clip& clip)
      : axis_(axis), out_(out), filter_(filter), slides_(slides), clip_(clip) {}

  // What lane (i, j) moves, before clipping: its box, or the part of it that its preceding box did
  // not have. Slides go forward, so that part is an interval.
  Interval moved(std::int64_t i, std::int64_t j) const {
    const std::int64_t o = out_.start(i), f = filter_.start(j);
    Interval box{o * axis_.stride + f * axis_.dilation - axis_.pad, 0};
    box.hi =
        box.lo + (out_.extent(o) - 1) * axis_.stride + (filter_.extent(f) - 1) * axis_.dilation;
    if (!slides_) return box;
    const std::int64_t oo = o - out_.slide, of = f - filter_.slide;
    const std::int64_t old_lo = oo * axis_.stride + of * axis_.dilation - axis_.pad;
    const std::int64_t old_hi =
        old_lo + (out_.extent(oo) - 1) * axis_.stride + (filter_.extent(of) - 1) * axis_.dilation;
    return {std::max(box.lo, old_hi + 1), box.hi};
  }

  Interval clipped(Interval i) const {
    return {std::max(i.lo, clip_.lo), std::min(i.hi, clip_.hi)};
  }

  bool is_clipped() const { return clip_.hi != std::numeric_limits<std::int64_t>::max(); }

  std::int64_t sum_all() const {
    if (out_.listed || filter_.listed || is_clipped()) return sum_each();
    // All lanes but the last of each dimension are alike.
    const std::int64_t last_o = out_.count - 1, last_f = filter_.count - 1;
    std::int64_t total = moved(last_o, last_f).size();
    if (last_o > 0) total = add(total, mul(last_o, moved(0, last_f).size()));
    if (last_f > 0) total = add(total, mul(last_f, moved(last_o, 0).size()));
    if (last_o > 0 && last_f > 0) total = add(total, mul(mul(last_o, last_f), moved(0, 0).size()));
    return total;
  }

  // The union when it is one interval, else an empty optional: neighbours must touch, first along
  // one dimension, then along the other.
  bool merge_contiguous(Interval& merged) const {
    const std::int64_t last_o = out_.count - 1, last_f = filter_.count - 1;
    if (!nonempty_corners()) return false;
    const bool filter_first = touches_filter(0) && touches_filter(last_o) && touches_out(last_f);
    const bool out_first =
        !filter_first && touches_out_at(0) && touches_out_at(last_f) && touches_filter_rows(last_o);
    if (!filter_first && !out_first) return false;
    merged = {moved(0, 0).lo, moved(last_o, last_f).hi};
    return true;
  }

  std::int64_t merge_each() const {
    struct Part {
      std::int64_t key, lo, hi;
    };
    std::vector<Part> parts;
    parts.reserve(static_cast<std::size_t>(mul(out_.count, filter_.count)));
    for (std::int64_t i = 0; i < out_.count; ++i)
      for (std::int64_t j = 0; j < filter_.count; ++j) {
        const Interval m = clipped(moved(i, j));
        if (m.size() > 0)
          parts.push_back({add(mul(out_.key(i), kKeyStride), filter_.key(j)), m.lo, m.hi});
      }
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
      return std::tie(a.key, a.lo, a.hi) < std::tie(b.key, b.lo, b.hi);
    });
    std::int64_t total = 0;
    for (std::size_t i = 0; i < parts.size();) {
      Interval run{parts[i].lo, parts[i].hi};
      const std::int64_t key = parts[i].key;
      for (++i; i < parts.size() && parts[i].key == key && parts[i].lo <= run.hi + 1; ++i)
        run.hi = std::max(run.hi, parts[i].hi);
      total = add(total, run.size());
    }
    return total;
  }

 private:
  static constexpr std::int64_t kKeyStride = std::int64_t{1} << 31U;

  std::int64_t sum_each() const {
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < out_.count; ++i)
      for (std::int64_t j = 0; j < filter_.count; ++j)
        total = add(total, clipped(moved(i, j)).size());
    return total;
  }
  bool nonempty_corners() const {
    for (const std::int64_t i : {std::int64_t{0}, out_.count - 1})
      for (const std::int64_t j : {std::int64_t{0}, filter_.count - 1})
        if (moved(i, j).size() == 0) return false;
    return true;
  }
  // Neighbouring filter lanes of out lane i touch (first pair and the pair with the remainder
  // decide).
  bool touches_filter(std::int64_t i) const {
    for (const std::int64_t j : {std::int64_t{0}, filter_.count - 2})
      if (j >= 0 && j + 1 < filter_.count && moved(i, j + 1).lo > moved(i, j).hi + 1) return false;
    return true;
  }
  bool touches_out_at(std::int64_t j) const {
    for (const std::int64_t i : {std::int64_t{0}, out_.count - 2})
      if (i >= 0 && i + 1 < out_.count && moved(i + 1, j).lo > moved(i, j).hi + 1) return false;
    return true;
  }
  // Rows already merged along the filter: neighbouring out lanes touch.
  bool touches_out(std::int64_t last_f) const {
    for (const std::int64_t i : {std::int64_t{0}, out_.count - 2})
      if (i >= 0 && i + 1 < out_.count && moved(i + 1, 0).lo > moved(i, last_f).hi + 1)
        return false;
    return true;
  }
  bool touches_filter_rows(std::int64_t last_o) const {
    for (const std::int64_t j : {std::int64_t{0}, filter_.count - 2})
      if (j >= 0 && j + 1 < filter_.count && moved(0, j + 1).lo > moved(last_o, j).hi + 1)
        return false;
    return true;
  }

  const InputAxis& axis_;
  const LaneList& out_;
  const LaneList& filter_;
  bool slides_;
  const Clip& clip_;
};

}  // namespace

std::int64_t event_size(const InputAxis& axis, const LaneList& out, const LaneList& filter,
                        bool slides, const Clip& clip) {
  const Event event(axis, out, filter, slides, clip);
  if (out.count == 1 && filter.count == 1) return event.clipped(event.moved(0, 0)).size();
  if (!out.mixed && !filter.mixed) {
    const bool one_out = out.count == 1, one_filter = filter.count == 1;
    const bool sums = (one_out || out.uniform_mode == Lanes::sum) &&
                      (one_filter || filter.uniform_mode == Lanes::sum);
    if (sums) return event.sum_all();
    const bool merges = (one_out || out.uniform_mode == Lanes::merge) &&
                        (one_filter || filter.uniform_mode == Lanes::merge);
    Interval merged{};
    if (merges && !out.listed && !filter.listed && event.merge_contiguous(merged))
      return event.clipped(merged).size();
  }
  return event.merge_each();
}

}  // namespace assay::analytical
