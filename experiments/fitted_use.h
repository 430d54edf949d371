// SPDX-License-Identifier: Apache-2.0
// What a report says of a run beyond its records: the kinds of its layers, and, where its
// parameters are the file of a fit, what was fitted and how sure its predictions are.
#pragma once

#include <filesystem>
#include <optional>

#include "experiments/report.h"
#include "experiments/run.h"

namespace assay {

// Whether a fit wrote the parameter file, whatever its name.
bool is_fitted(const std::filesystem::path& parameters);

// Adds to out->layer_kinds and out->fitted; once for each level of a variant. Intervals are those
// of the fitted quantity, where it is an energy. Throws InputError for a fit that cannot be read.
void describe_run(const Run& run, const std::optional<std::filesystem::path>& parameters,
                  ReportInput* out);

}  // namespace assay
