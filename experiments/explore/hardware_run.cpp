// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/hardware_run.h"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <sstream>

#include "core/checked.h"

namespace assay {
namespace {

namespace tbb = oneapi::tbb;
using analytical::DesignFront;
using analytical::SweepCounts;
using analytical::SweepResult;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kKept = 20000;  // designs for the plot
constexpr double kSecondsPerCommit = 2;
constexpr const char* kUnit = "sweep";

double since(Clock::time_point t) {
  return std::chrono::duration<double>(Clock::now() - t).count();
}

double cpu_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

tbb::task_arena arena_of(unsigned threads) {
  return threads == 0 ? tbb::task_arena() : tbb::task_arena(static_cast<int>(threads));
}

std::string state_text(std::int64_t next, const SweepCounts& c) {
  return fmt::format("{} {} {} {} {} {} {}", next, c.evaluated, c.over_limit, c.pruned_same_mapping,
                     c.pruned_larger_memories, c.illegal, c.does_not_fit);
}

std::int64_t read_state(const std::string& text, SweepCounts& c) {
  std::istringstream in(text);
  std::int64_t next = 0;
  in >> next >> c.evaluated >> c.over_limit >> c.pruned_same_mapping >> c.pruned_larger_memories >>
      c.illegal >> c.does_not_fit;
  return next;
}

std::string key_of(std::int64_t number) { return fmt::format("{:019}", number); }

// What has been found, on disk.
class Checkpoint {
 public:
  Checkpoint(const SpaceFile& file, const SweepOptions& o) {
    if (!o.store) return;
    std::map<std::string, std::string> run = file.inputs;
    run["pruning"] = o.pruning == analytical::Pruning::proven ? "proven" : "none";
    run["tool"] = "assay explore-hardware " ASSAY_VERSION;
    std::vector<std::string> names;
    for (const auto objective : file.space.objectives)
      names.emplace_back(analytical::kDesignObjectives[static_cast<std::size_t>(objective)]);
    objectives_ = names.size();
    store_.emplace(*o.store, run, names, o.open);
  }

  // The first unit that is not done.
  std::int64_t load(SweepResult& result) {
    if (!store_) return 0;
    const auto state = store_->state(kUnit);
    if (!state) return 0;
    for (const char* kind : {"front", "seen"})
      for (const StoredDesign& d : store_->designs(kUnit, kind)) {
        analytical::SweptDesign s;
        s.number = std::stoll(d.key);
        std::copy(d.objectives.begin(), d.objectives.end(), s.objectives.begin());
        if (*kind == 'f')
          result.front.add(s.objectives, s.number);
        else
          result.seen.push_back(s);
      }
    written_ = result.seen.size();
    return read_state(*state, result.counts);
  }

  void save(std::int64_t next, const SweepResult& result) {
    if (!store_) return;
    store_->clear(kUnit, "front");
    for (const auto& m : result.front.members()) put("front", m.key, m.objectives);
    for (; written_ < result.seen.size(); ++written_)
      put("seen", result.seen[written_].number, result.seen[written_].objectives);
    store_->commit(kUnit, state_text(next, result.counts));
  }

 private:
  void put(const char* kind, std::int64_t number,
           const std::array<double, analytical::kMaxDesignObjectives>& objectives) {
    store_->put(
        kUnit, kind,
        {key_of(number),
         {objectives.begin(), objectives.begin() + static_cast<std::ptrdiff_t>(objectives_)},
         ""});
  }

  std::optional<Store> store_;
  std::size_t objectives_ = 0, written_ = 0;
};

void by_number(std::vector<analytical::SweptDesign>& seen) {
  std::sort(seen.begin(), seen.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
}

}  // namespace

SweepOutcome sweep(const SpaceFile& file, const SweepOptions& o) {
  SweepOutcome out;
  Checkpoint checkpoint(file, o);
  const analytical::HardwareSweep sweep(file.space, o.pruning, kKept);
  const std::int64_t units = sweep.units();
  std::int64_t next = checkpoint.load(out.result);
  out.resumed_share = static_cast<double>(next) / static_cast<double>(units);
  const auto begin = Clock::now();
  const double cpu = cpu_now();
  auto committed = begin;
  bool first = true;  // committed at once: even a run that is killed soon has got further
  auto arena = arena_of(o.threads);
  while (next < units && !out.stopped) {
    const std::int64_t end = std::min(units, next + o.units_at_once);
    tbb::enumerable_thread_specific<SweepResult> found;
    arena.execute([&] {
      tbb::parallel_for(tbb::blocked_range<std::int64_t>(next, end, 1),
                        [&](const tbb::blocked_range<std::int64_t>& r) {
                          for (std::int64_t u = r.begin(); u < r.end(); ++u)
                            sweep.run(u, found.local());
                        });
    });
    for (const SweepResult& r : found) merge(r, out.result);
    next = end;
    if (o.progress) {
      const double share = static_cast<double>(next) / static_cast<double>(units);
      o.progress(share, share - out.resumed_share, since(begin));
    }
    out.stopped = next < units && o.stop && o.stop();
    if (first || out.stopped || next == units || since(committed) >= kSecondsPerCommit) {
      checkpoint.save(next, out.result);
      first = false;
      committed = Clock::now();
    }
  }
  by_number(out.result.seen);
  out.seconds = since(begin);
  out.cpu_seconds = cpu_now() - cpu;
  return out;
}

SampleCheck check_sample(const SpaceFile& file, const DesignFront& front, std::int64_t every,
                         const SweepOptions& o) {
  const analytical::DesignSpace& space = file.space;
  const analytical::HardwareSweep sweep(space, analytical::Pruning::proven);
  const std::int64_t samples = ceil_div(space.size(), every);
  const auto begin = Clock::now();
  const auto check = [&](std::int64_t number, SampleCheck& c) {
    const auto slow = analytical::evaluate(space, number), fast = sweep.figures(number);
    ++c.designs;
    bool wrong = slow.has_value() != fast.has_value();
    if (slow && fast) {
      ++c.valid;
      wrong = slow->latency_cycles != fast->latency_cycles || slow->energy_pj != fast->energy_pj ||
              slow->area_mm2 != fast->area_mm2 || slow->power_mw != fast->power_mw;
    }
    c.different += wrong ? 1 : 0;
    if (slow && within(space.limits, *slow)) {
      DesignFront::Objectives at{};
      for (std::size_t i = 0; i < space.objectives.size(); ++i)
        at[i] = slow->value(space.objectives[i]);
      const bool member =
          std::any_of(front.members().begin(), front.members().end(),
                      [&](const auto& m) { return m.objectives == at && m.key <= number; });
      if (!member && !front.excludes(at)) {
        ++c.beyond_front;
        wrong = true;
      }
    }
    if (wrong && (c.first_wrong < 0 || number < c.first_wrong)) c.first_wrong = number;
  };
  tbb::enumerable_thread_specific<SampleCheck> found;
  arena_of(o.threads).execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, samples, 64),
                      [&](const tbb::blocked_range<std::int64_t>& r) {
                        for (std::int64_t i = r.begin(); i < r.end(); ++i)
                          check(i * every, found.local());
                      });
  });
  SampleCheck out;
  for (const SampleCheck& c : found) {
    out.designs += c.designs;
    out.valid += c.valid;
    out.different += c.different;
    out.beyond_front += c.beyond_front;
    if (c.first_wrong >= 0 && (out.first_wrong < 0 || c.first_wrong < out.first_wrong))
      out.first_wrong = c.first_wrong;
  }
  out.seconds = since(begin);
  return out;
}

}  // namespace assay
