// SPDX-License-Identifier: Apache-2.0
// A data folder of its own with claims whose command is `list`, whose output is known and quick.
#pragma once

#include <filesystem>
#include <string>

#include "tests/files.h"
#include "tests/program/sandbox.h"

namespace assay::test {

// One number, found in a table that stands beside the claim; the command's own output is not used.
inline const std::string kClaim = R"(schema: assay.claim/1
title: A table
kind: claim
published:
  statement: One of these is 10.
  source: made up for this test
  where: nowhere
  confidence: none
commands:
  - {assay: [list, --json], output: list.json}
minutes: 0.1
verdict: reproduced
numbers:
  - name: ten
    expected: 10
    unit: ms
    tolerance: {percent: 5}
    find: {csv: "{claim}/table.csv", row: {layer: conv1}, column: ms}
)";
inline const std::string kTable = "layer,ms\nconv1,10.4\nconv2,30\n";

// The sandbox's folder "data" is what ASSAY_DATA says.
class Claims {
 public:
  Claims() {
    fs::create_directories(data() / "chips");
    fs::create_directories(data() / "claims");
    box.data = data();
  }
  fs::path data() const { return box.folder() / "data"; }
  void add(const std::string& id, const std::string& text,
           const std::string& table = kTable) const {
    fs::create_directories(data() / "claims" / id);
    box.write("data/claims/" + id + "/claim.yaml", text);
    box.write("data/claims/" + id + "/table.csv", table);
  }
  Result check(const std::string& arguments) const { return box.run("check " + arguments); }

  Sandbox box;
};

// The claim above, stated and found to be far off.
inline std::string not_reproduced(const std::string& claim) {
  return edited(
      edited(claim, "verdict: reproduced", "verdict: not reproduced\nreason: it is 30"),
      "row: {layer: conv1}, column: ms}",
      "row: {layer: conv2}, column: ms}\n    verdict: not reproduced\n    reason: another "
      "row");
}

}  // namespace assay::test
