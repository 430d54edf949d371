// SPDX-License-Identifier: Apache-2.0
// Designs that an exploration found, as the files that the other commands read.
#pragma once

#include <string>

#include "core/accelerator.h"
#include "core/parameters.h"

namespace assay {

// The file that `a` was read from, with a's name, precision, array sizes, capacities and
// bandwidths; note stands as their source. Comments of the file are lost.
std::string accelerator_yaml(const Accelerator& a, const std::string& note);

std::string parameters_yaml(const Parameters& p);

}  // namespace assay
