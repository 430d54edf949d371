// SPDX-License-Identifier: Apache-2.0
// Waveforms of a run as a VCD file: which ports are busy, which tiles are filled, resident and
// drained, what the lanes do. One cycle is one nanosecond of the file.
#pragma once

#include <filesystem>
#include <string>
#include <systemc>

namespace assay::simulator {

class Waves {
 public:
  // An existing file is refused; written beside it first and renamed by finish(). Throws
  // InputError.
  explicit Waves(const std::filesystem::path& file);
  ~Waves();
  Waves(const Waves&) = delete;
  Waves& operator=(const Waves&) = delete;

  void add(const bool& signal, const std::string& name);
  void add(const sc_dt::int64& signal, const std::string& name);
  void finish();

 private:
  std::filesystem::path file_;
  std::filesystem::path partial_;  // without ".vcd", which SystemC appends
  sc_core::sc_trace_file* trace_ = nullptr;
};

}  // namespace assay::simulator
