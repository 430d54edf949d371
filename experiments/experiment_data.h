// SPDX-License-Identifier: Apache-2.0
// The data sets of an experiment, measured or predicted by others: pinned by content, then read.
// Internal to experiments/.
#pragma once

#include <vector>

#include "core/yaml_reader.h"
#include "experiments/catalog.h"
#include "experiments/experiment.h"

namespace assay {

// The keys of a case; errors become diagnostics. quantities: those of the experiment, if known.
void read_measured(YamlMap& map, ExperimentCase* of);
void read_predictions(YamlMap& map, const std::vector<std::string>& quantities, ExperimentCase* of);

// Every key of a case but the variants' levels, which `levels` are where it states none.
ExperimentCase read_case(YamlMap& map, const std::vector<std::string>& levels,
                         const std::vector<std::string>& quantities);
std::vector<std::string> read_level_names(YamlMap& map, const std::vector<std::string>& absent);
std::vector<std::string> read_unique_names(YamlMap& map, const std::string& key);
// The same of known names, none without the key, which stands for all.
std::vector<std::string> read_chosen(YamlMap& map, const std::string& key,
                                     const std::vector<std::string>& known);
bool runs(const ExperimentVariant& variant, const std::string& level);

// The name of an input in the report: with several cases, of which one it is.
std::string input_role(const Experiment& experiment, const ExperimentCase& of,
                       const std::string& role);

// Throws InputError with both hashes of every file and folder whose content is not the stated one,
// before anything is read.
void check_pins(const Experiment& experiment, const Catalog& catalog);

// Records and the hashes of their files. Throw InputError as import_csv() and import_foreign(), for
// predictions of a level that is ours, and for a quantity that is not to be compared and not there.
// Quantities that are not compared go into the options, each with its reason.
void add_measured(const Experiment& experiment, const ExperimentCase& of, const Catalog& catalog,
                  ReportInput* out);
void add_predictions(const Experiment& experiment, const ExperimentCase& of, const Catalog& catalog,
                     ReportInput* out, JoinOptions* join);

// Whether the parameters of a case's variants have seen what they are compared with. Throws
// InputError where split and parameters contradict each other.
void add_evidence(const Experiment& experiment, const ExperimentCase& of, const Catalog& catalog,
                  ReportInput* out);

}  // namespace assay
