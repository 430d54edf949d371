// SPDX-License-Identifier: Apache-2.0
#include "experiments/claim_check/claim.h"

#include "core/text.h"

namespace assay::claim_check {

const char* name(Verdict verdict) {
  switch (verdict) {
    case Verdict::reproduced:
      return "reproduced";
    case Verdict::not_reproduced:
      return "not reproduced";
    case Verdict::not_checkable:
      return "not checkable";
    case Verdict::shown:
      return "shown";
    case Verdict::left_out:
      return "left out";
    case Verdict::broken:
      return "broken";
  }
  return "";
}

std::string tolerance_text(const ClaimNumber& n) {
  if (n.stated == Verdict::shown || n.stated == Verdict::not_checkable) return "";
  if (n.relation == Relation::at_most) return "at most";
  if (n.relation == Relation::at_least) return "at least";
  return number_text(n.tolerance) + (n.tolerance_in_percent ? " %" : " abs.");
}

}  // namespace assay::claim_check
