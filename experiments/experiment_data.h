// SPDX-License-Identifier: Apache-2.0
// The data sets of an experiment: pinned by content, then read. Internal to experiments/.
#pragma once

#include "experiments/catalog.h"
#include "experiments/experiment.h"

namespace assay {

// Measured records and the hashes of their files. Throws InputError with both hashes of every file
// whose content is not the stated one, before anything is read, and as import_csv().
void add_measured(const Experiment& experiment, const Catalog& catalog, ReportInput* out);

}  // namespace assay
