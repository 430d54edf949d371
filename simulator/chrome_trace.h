// SPDX-License-Identifier: Apache-2.0
// Writes a run as a trace that ui.perfetto.dev and chrome://tracing open (docs/formats/trace.md).
// One cycle is one microsecond of the trace. Events go to FILE.tmp while the run lasts, in buffers
// of a fixed size; finish() completes it and gives it its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/accelerator.h"
#include "simulator/observer.h"

namespace assay::simulator {

class ChromeTrace : public Observer {
 public:
  // About 0.7 GB: an event takes 75 (counter) to 240 bytes, on average 130.
  static constexpr std::int64_t kMaxEvents = 5'000'000;

  // The file must not exist. Throws InputError when it does or cannot be created.
  // title: what ran, e.g. "eyeriss alexnet conv1". After max_events the rest is left out, and the
  // trace says so; a transfer over two ports makes two events.
  ChromeTrace(const Accelerator& accelerator, std::filesystem::path file, const std::string& title,
              std::int64_t max_events = kMaxEvents);
  // Removes FILE.tmp when the trace was not finished, or could not be.
  ~ChromeTrace() override;
  ChromeTrace(const ChromeTrace&) = delete;
  ChromeTrace& operator=(const ChromeTrace&) = delete;

  // Throw InputError when the file cannot be written (no room); after that they do nothing.
  void transfer(const TransferEvent& event) override;
  void step(const StepEvent& event) override;
  // Throws that error again. SystemC turns what its processes throw into reports of its own:
  // whoever catches one asks here first.
  void throw_if_failed() const;

  // Throws InputError when the trace cannot be completed, could not be written before, or FILE
  // exists by now. Nothing may follow.
  void finish();

  std::int64_t events() const;  // recorded, metadata not counted
  bool truncated() const;
  // Whatever began before this cycle is recorded; only when truncated.
  std::int64_t first_cycle_not_recorded() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::simulator
