// SPDX-License-Identifier: Apache-2.0
// The outputs of tests/foreign/ and what reading them says.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/diagnostics.h"
#include "experiments/foreign/foreign.h"
#include "tests/files.h"

namespace assay::test {

namespace fs = std::filesystem;

inline const fs::path kFolder = fs::path(ASSAY_SOURCE_DIR) / "tests/foreign";
inline const std::string kBandwidth = "scale_sim/BANDWIDTH_REPORT.csv";
inline const std::string kAccess = "scale_sim/DETAILED_ACCESS_REPORT.csv";
inline const std::string kCompute = "scale_sim/COMPUTE_REPORT.csv";

inline const Workload& workload() {
  static const Workload w = read_workload(kFolder / "workload.yaml");
  return w;
}

inline ForeignRequest request(const std::string& tool, const fs::path& from) {
  ForeignRequest r;
  r.tool = tool;
  r.from = from;
  r.chip = "chip";
  return r;
}

inline Diagnostics errors(const ForeignRequest& r) {
  try {
    import_foreign(r, workload());
  } catch (const InputError& e) {
    return e.diagnostics();
  }
  return {};
}

inline std::string listing(const Diagnostics& all) {
  std::string text;
  for (const Diagnostic& d : all) text += "\n  " + to_string(d);
  return text;
}

inline bool said(const Diagnostics& all, int line, const std::string& key,
                 const std::string& says) {
  return std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
    return d.line == line && d.key == key && to_string(d).find(says) != std::string::npos;
  });
}

}  // namespace assay::test
