// SPDX-License-Identifier: Apache-2.0
// What `assay check` says: terminal text, and claims.csv, claims.json, claims.tex, claims.html.
// Nothing here depends on how long anything took or on what came from a cache.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/claim_check/check.h"

namespace assay::claim_check {

std::string terminal_text(const std::vector<ClaimResult>& results, bool as_stated, bool color);
// "12 of 17 claims reproduced (61 of 70 numbers), 5 not, 0 broken; 3 comparisons shown".
std::string summary(const std::vector<ClaimResult>& results);

std::string claims_csv(const std::vector<ClaimResult>& results);
std::string claims_json(const std::vector<ClaimResult>& results);
std::string claims_tex(const std::vector<ClaimResult>& results);
std::string claims_html(const std::vector<ClaimResult>& results);
// | claim | what | command | time | tolerance | stated verdict |, from the files alone.
std::string claims_markdown(const std::vector<Claim>& claims);

// All four files in a fresh folder. Throws InputError if the folder holds anything else.
void write_claims(const std::filesystem::path& folder, const std::vector<ClaimResult>& results);

// What every form says of one number.
struct NumberText {
  std::string published, found, difference, tolerance, verdict, why;
  std::string state;  // "pass", "fail" or "none"
};
NumberText number_text_of(const ClaimNumber& number, const NumberResult& result);
// "reproduced", "not reproduced, as stated", "NEWS: ...".
std::string verdict_text(const ClaimResult& result);

}  // namespace assay::claim_check
