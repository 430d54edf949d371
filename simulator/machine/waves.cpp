// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/waves.h"

#include <algorithm>
#include <fstream>

#include "core/diagnostics.h"

namespace assay::simulator {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InputError({{file.string(), 0, "--vcd", "", why}});
}

// SystemC does not report failed writes. Its files end with the last time, "#<time>".
bool complete(const fs::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return false;
  const auto size = static_cast<std::streamoff>(in.tellg());
  const std::streamoff tail = std::min<std::streamoff>(size, 64);
  in.seekg(size - tail);
  std::string end(static_cast<std::size_t>(tail), '\0');
  in.read(end.data(), tail);
  const std::size_t last_line = end.rfind('\n', end.size() - 2);
  return tail > 2 && end.back() == '\n' && last_line != std::string::npos &&
         end[last_line + 1] == '#';
}

}  // namespace

Waves::Waves(const fs::path& file) : file_(file), partial_(file.string() + ".partial") {
  if (fs::exists(file_))
    refuse(file_, "the file exists; expected a new name (nothing is overwritten)");
  const fs::path written = partial_.string() + ".vcd";
  if (!std::ofstream(written, std::ios::binary))
    refuse(file_, "cannot be written; expected a file in an existing folder with write permission");
  trace_ = sc_core::sc_create_vcd_trace_file(partial_.string().c_str());
  trace_->set_time_unit(1, sc_core::SC_NS);
}

Waves::~Waves() {
  if (trace_ == nullptr) return;
  sc_core::sc_close_vcd_trace_file(trace_);
  std::error_code ignored;
  fs::remove(partial_.string() + ".vcd", ignored);
}

void Waves::add(const bool& signal, const std::string& name) {
  sc_core::sc_trace(trace_, signal, name);
}

void Waves::add(const sc_dt::int64& signal, const std::string& name) {
  sc_core::sc_trace(trace_, signal, name, 64);
}

void Waves::finish() {
  sc_core::sc_close_vcd_trace_file(trace_);
  trace_ = nullptr;
  const fs::path written = partial_.string() + ".vcd";
  std::error_code failed;
  if (!complete(written)) {
    fs::remove(written, failed);
    refuse(file_, "could not be written to its end; expected enough space on the disk");
  }
  fs::rename(written, file_, failed);
  if (failed) refuse(file_, "cannot be renamed from " + written.string() + ": " + failed.message());
}

}  // namespace assay::simulator
