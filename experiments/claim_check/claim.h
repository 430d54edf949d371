// SPDX-License-Identifier: Apache-2.0
// A claim: one published statement, the commands that should give it again, and where in their
// output each of its numbers stands. docs/formats/claim.md describes the file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::claim_check {

// Which values of a record are asked for: all that match, summed over them. Exactly one of
// quantity, count ("glb.I.read") and energy (a component) is not empty.
struct RecordQuery {
  std::string layer;  // "": every layer, each as often as the network repeats it
  std::string level;
  std::string variant;
  std::string quantity, count, energy;
};

// Where a number stands, or how it follows from others.
struct Locator {
  enum class Kind {
    metric,      // of a report's metrics.json, by its name
    record,      // of a file of records
    csv,         // one cell
    json,        // one value, by its path of keys and positions
    constant,    // stated here
    sum,         // of all terms
    difference,  // first less second
    product,     // of all terms
    ratio,       // first over second
    largest      // of the terms' absolute values
  };
  Kind kind = Kind::constant;
  std::string file;                        // as written; relative to the folder of the commands
  std::string name;                        // the metric, or the column
  std::map<std::string, std::string> row;  // column -> text; exactly one row has all of them
  std::vector<std::string> path;           // json
  RecordQuery record;
  double value = 0;
  std::vector<Locator> terms;
};

enum class Relation { within, at_most, at_least };
enum class Verdict {
  reproduced,
  not_reproduced,
  not_checkable,  // counts as not reproduced
  shown,          // of comparisons: nothing is judged
  left_out,       // was not to run; says nothing
  broken          // nothing was found out
};

struct ClaimNumber {
  std::string name;
  double expected = 0;
  std::string unit;
  Relation relation = Relation::within;
  double tolerance = 0;  // of Relation::within
  bool tolerance_in_percent = false;
  std::optional<Locator> find;
  Verdict stated = Verdict::reproduced;  // beforehand, by the file
  std::string reason;                    // where it is not reproduced or not checkable
};

struct Command {
  std::vector<std::string> arguments;  // of this program
  std::string output;                  // file for its standard output; "": not kept
  std::vector<int> exit_codes{0};      // that are no failure
};

struct Publication {
  std::string statement, source, where, confidence;
};

struct Claim {
  std::string id;  // the folder's name
  std::filesystem::path file;
  std::string title;
  bool comparison = false;  // somebody else's error, shown beside ours and not judged
  Publication published;
  std::vector<Command> commands;
  std::vector<std::string> needs;  // levels that must be built: "rtl"
  double minutes = 0;
  std::vector<ClaimNumber> numbers;
  Verdict stated = Verdict::reproduced;  // shown for comparisons
  std::string reason, note;
};

// folder/claim.yaml. Throws InputError with every error.
Claim read_claim(const std::filesystem::path& folder);

// The known claims below `claims` (or the folders named), sorted or in the order of ids. An unknown
// id is an error that names the nearest one.
std::vector<std::filesystem::path> claim_folders(const std::filesystem::path& claims,
                                                 const std::vector<std::string>& ids);

const char* name(Verdict verdict);
// "15 %", "0.05 MB", "at most".
std::string tolerance_text(const ClaimNumber& number);

}  // namespace assay::claim_check
