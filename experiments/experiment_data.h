// SPDX-License-Identifier: Apache-2.0
// The data sets of an experiment, measured or predicted by others: pinned by content, then read.
// Internal to experiments/.
#pragma once

#include <vector>

#include "core/yaml_reader.h"
#include "experiments/catalog.h"
#include "experiments/experiment.h"

namespace assay {

// The keys of the experiment file; errors become diagnostics. Predictions after the quantities.
void read_measured(YamlMap& top, Experiment* experiment);
void read_predictions(YamlMap& top, Experiment* experiment);

// Throws InputError with both hashes of every file and folder whose content is not the stated one,
// before anything is read.
void check_pins(const Experiment& experiment, const Catalog& catalog);

// Records and the hashes of their files. Throw InputError as import_csv() and import_foreign(), for
// predictions of a level that is ours, and for a quantity that is not to be compared and not there.
void add_measured(const Experiment& experiment, const Catalog& catalog, ReportInput* out);
// Quantities that are not compared go into the options, each with its reason.
void add_predictions(const Experiment& experiment, const Catalog& catalog, ReportInput* out,
                     JoinOptions* join);

}  // namespace assay
