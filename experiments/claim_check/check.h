// SPDX-License-Identifier: Apache-2.0
// Runs claims and judges them. Claims with the same commands share one run of these. A claim that
// is broken hides none of the others.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/claim_check/claim.h"

namespace assay::claim_check {

struct NumberResult {
  std::optional<double> found;
  Verdict verdict = Verdict::broken;
  std::string problem;  // why it is broken
};

struct ClaimResult {
  Claim claim;  // id and file alone where the file cannot be read
  std::string hash;
  std::vector<NumberResult> numbers;  // as claim.numbers
  Verdict verdict = Verdict::broken;
  std::string problem;
  bool cached = false;
  bool left_out() const { return verdict == Verdict::left_out; }
  // Every number came out as the file states.
  bool as_stated() const;
};

struct CheckInput {
  std::vector<std::filesystem::path> claims;  // folders
  std::filesystem::path data;                 // {data}, and ASSAY_DATA of the commands
  std::filesystem::path program;
  std::vector<std::string> built;              // of what claims may need
  std::vector<std::string> left_out;           // claims that need one of these do not run
  std::optional<std::filesystem::path> cache;  // folder; results of earlier runs are taken from it
  int workers = 1;
  std::function<void(double share)> progress;    // of the work, by the minutes stated
  std::function<void(const std::string&)> warn;  // of a damaged file of the cache
  std::function<bool()> stop;
};

struct CheckResult {
  std::vector<ClaimResult> claims;  // in the order asked for
  bool stopped = false;
  std::size_t runs = 0;  // of commands, groups of claims that share them counted once
};

CheckResult check(const CheckInput& input);

// Found against expected. Also what the difference is called: in per cent of the expected value
// where that is not 0.
Verdict judge(const ClaimNumber& number, double found);
std::optional<double> difference_pct(const ClaimNumber& number, double found);

// 0: all reproduced (as_stated: as their files say); 1: some not; 2: some broken.
int exit_code(const std::vector<ClaimResult>& results, bool as_stated);

struct Counts {
  int claims = 0, reproduced = 0, not_reproduced = 0, broken = 0, comparisons = 0, left_out = 0;
  int numbers = 0, numbers_reproduced = 0;  // of claims
};
Counts count(const std::vector<ClaimResult>& results);

}  // namespace assay::claim_check
