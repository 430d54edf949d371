// SPDX-License-Identifier: Apache-2.0
// Timeloop's statistics text, taken apart: sections, levels, and their labelled values. What a
// label means is timeloop.cpp's. Internal to experiments/foreign/.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/diagnostics.h"

namespace assay::foreign {

struct LabelledValue {
  std::string text;  // after the colon
  int line = 0;
};
using Labels = std::map<std::string, LabelledValue>;

struct TimeloopLevel {
  std::string name;  // empty: the whole file's
  int line = 0;
  bool arithmetic = false;
  Labels labels;                           // of SPECS and STATS
  std::map<std::string, Labels> operands;  // data space -> its labels
};

struct TimeloopText {
  std::vector<TimeloopLevel> levels;  // in the order of the file
  TimeloopLevel summary;
  std::vector<LabelledValue> network_energies;  // every energy that Networks states as a total
};

// Labels are checked: an unknown one is an error, a repeated one too. They need not be complete.
TimeloopText read_timeloop_text(const std::filesystem::path& file, Diagnostics* diagnostics);

// Every label that is known and what becomes of it.
struct TimeloopLabel {
  const char* name;
  const char* target;
};
const std::vector<TimeloopLabel>& timeloop_level_labels();
const std::vector<TimeloopLabel>& timeloop_operand_labels();
const std::vector<TimeloopLabel>& timeloop_summary_labels();

}  // namespace assay::foreign
