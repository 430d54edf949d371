// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/tools.h"

#include <array>
#include <cstdio>

#include "core/hash.h"

namespace assay::provenance {
namespace {

// First line of what a shell command prints; empty where it fails.
std::string first_line_of(const std::string& command) {
  FILE* pipe = ::popen(("{ " + command + "; } 2>/dev/null </dev/null").c_str(), "r");
  if (pipe == nullptr) return {};
  std::array<char, 200> buffer{};
  std::string line;
  if (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr)
    line = buffer.data();
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
  }
  if (::pclose(pipe) != 0) return {};
  return line.substr(0, line.find('\n'));
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__ ", " ASSAY_BUILD_TYPE;
#else
  return "g++ " __VERSION__ ", " ASSAY_BUILD_TYPE;
#endif
}

}  // namespace

const std::string& executable_hash() {
  static const std::string hash = sha256_of_file("/proc/self/exe");
  return hash;
}

std::map<std::string, std::string> tool_versions(const std::string& gnuplot) {
  const std::string plots = first_line_of(gnuplot + " --version");
  return {{"compiler", compiler()},
          {"gnuplot", plots.empty() ? "not found" : plots},
          {"systemc", ASSAY_SYSTEMC_VERSION},
          {"verilator", ASSAY_VERILATOR_VERSION}};
}

}  // namespace assay::provenance
