// SPDX-License-Identifier: Apache-2.0
// What a statistic or quantity means: the tables of docs/metrics.md, which are compiled in, so that
// there is one source.
#pragma once

#include <optional>
#include <string>

namespace assay::provenance {

// "mean of the absolute errors. ..." for "mape_pct"; nothing where the page has no such row. A name
// with a level in it is found as "traffic_<level>_mb".
std::optional<std::string> definition_of(const std::string& name);

}  // namespace assay::provenance
