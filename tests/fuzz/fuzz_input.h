// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. A reader may refuse a file with InputError and nothing else; any
// other exception, a crash, a sanitizer's report or a run beyond the time limit is a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "core/checked.h"
#include "core/diagnostics.h"

namespace assay::fuzz {

// A file of this process with the input as its content; gone when the process ends.
std::filesystem::path input_file(const std::string& name, const std::uint8_t* data,
                                 std::size_t size);
std::filesystem::path input_file(const std::string& name, const std::string& text);

// A file of the source tree.
std::filesystem::path source_file(const std::string& path);

// Runs a reader. InputError is its way to refuse; every diagnostic must name its file and what was
// expected.
void refusing(const std::function<void()>& read);

// Runs what works on what was read. A count beyond 64 bits is refused with OverflowError there.
void counting(const std::function<void()>& work);

// The first folder among a fuzzer's arguments, where a target may put a seed; empty if there is
// none.
std::filesystem::path corpus_folder(int argc, char** argv);

}  // namespace assay::fuzz
