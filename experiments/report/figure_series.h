// SPDX-License-Identifier: Apache-2.0
// Series as figures show them: those that predict the same in every layer are drawn as one.
#pragma once

#include <string>

#include "experiments/report/view.h"

namespace assay::report {

struct DistinctSeries {
  QuantityTable table;  // with fewer series, their names saying what they stand for
  std::string said;     // " The same in every layer: exact D, simulator D.", or nothing
};
DistinctSeries distinct_series(const QuantityTable& table);

}  // namespace assay::report
