// SPDX-License-Identifier: Apache-2.0
// What shapes results besides the inputs: this program and the tools that it was built with or
// runs.
#pragma once

#include <map>
#include <string>

namespace assay::provenance {

// SHA-256 of the running program's file; computed once. Throws InputError where it cannot be read.
const std::string& executable_hash();

// "compiler", "gnuplot", "systemc", "verilator" to a version, or to why there is none. gnuplot: the
// shell command that draws the plots.
std::map<std::string, std::string> tool_versions(const std::string& gnuplot);

}  // namespace assay::provenance
