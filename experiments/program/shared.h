// SPDX-License-Identifier: Apache-2.0
// What several subcommands do in the same way.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"
#include "experiments/catalog.h"
#include "experiments/run.h"

namespace assay {

// ASSAY_DATA, or the installed share folder beside the program, or the source tree it was built
// from.
Catalog find_catalog();

bool colour();                        // standard output is a terminal
void print(const std::string& text);  // and the end of a line, if it has none

// CHIP WORKLOAD and what goes with them, of every command that runs a level.
struct RunArguments {
  std::string chip, workload;
  std::vector<std::string> layers;
  std::string mapping, parameters, accelerator;
  std::string suffix;  // "-rtl": accelerator-rtl.yaml and <workload>-rtl.yaml are taken first
};
void add_run_arguments(CLI::App* command, RunArguments* arguments);
// The files that they name. Throws InputError.
RunInput run_input(const RunArguments& arguments);
std::filesystem::path accelerator_file(const std::filesystem::path& chip_folder,
                                       const RunArguments& arguments);
// --parameters, or the chip's own; nothing where it has none.
std::optional<std::filesystem::path> parameters_file(const std::filesystem::path& chip_folder,
                                                     const RunArguments& arguments);

// Throws InputError when the file or its sidecar exists, or its folder does not or lets nobody
// write.
void check_new_output(const std::string& file);
// By extension: CSV, else JSON.
void write_records(const std::string& file, const std::vector<Record>& records);

// The lines after a table of records.
void print_unmapped(const RunInput& input, const std::vector<std::string>& unmapped);

}  // namespace assay
