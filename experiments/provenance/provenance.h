// SPDX-License-Identifier: Apache-2.0
// provenance.json of a report's folder: report -> records -> inputs -> hashes, and the program and
// tools that did it (docs/formats/provenance.md). Deterministic: no dates, hosts or absolute paths.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"
#include "experiments/provenance/input_files.h"
#include "experiments/report.h"

namespace assay::provenance {

inline constexpr const char* kFile = "provenance.json";

struct InputFile {
  std::vector<std::string> roles;  // sorted: "mapping", "measured data"
  std::string name, hash;
  Place place;
};

struct OutputFile {
  std::string path;  // from the report's folder, with '/'
  std::string hash;
};

// One record of records.json, in its order.
struct RecordOrigin {
  std::string record;  // "analytical/eyeriss/alexnet/conv1 D batch 4"
  bool measured = false;
  std::map<std::string, std::string> inputs;  // role -> "name sha256:...", as the record has it
};

struct Chain {
  std::string experiment, command;
  std::string version, executable;           // of the program
  std::map<std::string, std::string> tools;  // name -> version
  std::vector<InputFile> inputs;             // by name, then hash
  std::vector<OutputFile> outputs;           // by path; all but provenance.json
  std::vector<RecordOrigin> records;
};

// "analytical/eyeriss/alexnet/conv1 D batch 4"
std::string record_name(const Record& r);

// Every regular file below the folder but provenance.json, hashed, by path.
std::vector<OutputFile> outputs_of(const std::filesystem::path& folder);

// Of a folder whose other files are complete.
Chain chain_of(const ReportInput& input, const std::filesystem::path& folder);

std::string to_json(const Chain& chain);
// Strict; throws InputError with every error of the file, and where there is none.
Chain read_chain(const std::filesystem::path& folder);

// Where an input is now: among the folders (the first is the data folder), in the one in which the
// program runs, or there under its name alone. That of the stated content, else the first; nothing
// where there is none.
struct FoundInput {
  std::filesystem::path file;
  std::string hash;
};
std::optional<FoundInput> find_now(const InputFile& input,
                                   const std::vector<std::filesystem::path>& folders);

}  // namespace assay::provenance
