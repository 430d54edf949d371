// SPDX-License-Identifier: Apache-2.0
// The join behind compare(): which prediction meets which measurement. Internal to experiments/.
#pragma once

#include <string>
#include <vector>

#include "core/record.h"
#include "experiments/compare.h"

namespace assay {

struct JoinedPair {
  const Record* predicted;
  const Record* measured;
};

// Predictions of one (level, variant, chip, workload, batch), at least one of them met.
struct JoinedGroup {
  std::vector<const Record*> predictions;
  std::vector<JoinedPair> pairs;  // in the order of the predictions
  const Record& any() const { return *predictions.front(); }
};

struct Joined {
  std::vector<JoinedGroup> groups;  // in the order of their first prediction
  std::vector<Excluded> excluded;   // unmatched records that the options allow
};

// Throws InputError with everything that is wrong: repeated keys, values that are not finite,
// unknown quantities, groups that meet nothing, records without a counterpart. The result points
// into the two lists.
Joined join_records(const std::vector<Record>& predicted, const std::vector<Record>& measured,
                    const JoinOptions& options);

std::string join_key_text(const Record& r);   // "eyeriss/alexnet/conv1 batch 4"
std::string predictor_text(const Record& r);  // "analytical rs_paper"

}  // namespace assay
