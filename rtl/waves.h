// SPDX-License-Identifier: Apache-2.0
// The waveform of one Verilated model, in builds with ASSAY_RTL_TRACE; all others refuse it.
#pragma once

#include <verilated.h>

#include <stdexcept>
#include <string>
#ifdef ASSAY_RTL_TRACE
#include <verilated_fst_c.h>
#endif

namespace assay::rtl {

#ifdef ASSAY_RTL_TRACE

inline constexpr bool kWaveforms = true;

class Waves {
 public:
  // Before the model is made.
  explicit Waves(VerilatedContext* context) : context_(context) { context_->traceEverOn(true); }
  ~Waves() { close(); }
  Waves(const Waves&) = delete;
  Waves& operator=(const Waves&) = delete;

  // Into a file from now on, or into none if the name is empty.
  template <class Model>
  void open(Model* top, const std::string& fst) {
    close();
    if (fst.empty()) return;
    if (!attached_) top->trace(&file_, 99);
    attached_ = true;
    file_.open(fst.c_str());
    if (!file_.isOpen()) throw std::runtime_error("cannot write the waveform " + fst);
  }
  // After every evaluation of the model.
  void dump() {
    if (file_.isOpen()) file_.dump(context_->time());
    context_->timeInc(1);
  }

 private:
  void close() {
    if (file_.isOpen()) file_.close();
  }

  VerilatedContext* context_;
  VerilatedFstC file_;
  bool attached_ = false;
};

#else

inline constexpr bool kWaveforms = false;

class Waves {
 public:
  explicit Waves(VerilatedContext*) {}

  template <class Model>
  void open(Model*, const std::string& fst) {
    if (!fst.empty()) throw std::invalid_argument("waveforms need a build with ASSAY_RTL_TRACE=ON");
  }
  void dump() {}
};

#endif

}  // namespace assay::rtl
