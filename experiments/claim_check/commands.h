// SPDX-License-Identifier: Apache-2.0
// Runs a claim's commands: this very program, as child processes, in a folder of their own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/claim_check/claim.h"
#include "experiments/claim_check/locate.h"

namespace assay::claim_check {

// Gone when destroyed.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// In places.run, one after the other. Empty, or what failed: the command, its exit code and the
// last lines that it wrote to standard error. The children end with the calling process.
std::string run_commands(const std::vector<Command>& commands, const Places& places,
                         const std::filesystem::path& program);

// "assay predict eyeriss alexnet --json > predicted.json", placeholders as written.
std::string command_text(const Command& command);

}  // namespace assay::claim_check
