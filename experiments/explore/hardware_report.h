// SPDX-License-Identifier: Apache-2.0
// What a sweep found, for people and for other commands.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/explore/hardware_run.h"
#include "experiments/report/figures.h"

namespace assay {

// The account of the space, rates, the sample if one was taken, and the front (a part of a long
// one).
std::string sweep_text(const SpaceFile& file, const SweepOutcome& outcome,
                       const SampleCheck& sample);

// One row per design of the front: number, objectives, dataflow, precision, every axis.
std::string front_csv(const SpaceFile& file, const SweepOutcome& outcome);

// The first two objectives of some evaluated designs, and of the front.
report::Figure hardware_figure(const SpaceFile& file, const SweepOutcome& outcome);

// front.csv, front.json, summary.txt, plots/, and designs/<number>/ with accelerator.yaml,
// mapping.yaml and parameters.yaml as assay predict and assay simulate take them.
void write_sweep(const SpaceFile& file, const SweepOutcome& outcome, const SampleCheck& sample,
                 const std::filesystem::path& folder);

}  // namespace assay
