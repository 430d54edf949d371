// SPDX-License-Identifier: Apache-2.0
// assay verify: does a report still follow from its records, and do these from their inputs?
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/diagnostics.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"
#include "experiments/provenance/verify.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct VerifyOptions {
  std::vector<std::string> folders, data;
};

void print_difference(const provenance::Difference& d) {
  fmt::print("  {:<8} {:<8} {}{}\n", d.kind, d.side, d.what,
             d.roles.empty() ? "" : " (" + d.roles + ")");
  const bool follows = d.side == "metric";
  if (!d.stated.empty())
    fmt::print("           {:<18} {}\n", follows ? "metrics.json says" : "stated", d.stated);
  if (!d.found.empty())
    fmt::print("           {:<18} {}\n", follows ? "from the records" : "found", d.found);
  if (follows && d.found.empty()) fmt::print("           does not follow from the records\n");
}

int verify_one(const std::string& folder, const std::vector<fs::path>& places) {
  const provenance::Verification v = provenance::verify(folder, places);
  fmt::print("{}: {}\n", folder,
             v.holds() ? "verified"
                       : fmt::format("{} difference{}", v.differences.size(),
                                     v.differences.size() == 1 ? "" : "s"));
  for (const provenance::Difference& d : v.differences) print_difference(d);
  fmt::print(
      "  {} outputs, {} inputs, {} pinned data sets hashed; {} records; {} values of "
      "metrics.json recomputed\n",
      v.outputs, v.inputs, v.pins, v.records, v.metrics);
  for (const std::string& note : v.notes) fmt::print("  note: {}\n", note);
  return v.holds() ? kPass : kOutsideBounds;
}

// A folder that cannot be judged does not keep the others from being judged.
int verify_all(const VerifyOptions& o) {
  std::vector<fs::path> places(o.data.begin(), o.data.end());
  if (places.empty()) places.push_back(find_catalog().data);
  int code = kPass;
  Diagnostics diagnostics;
  for (const fs::path& place : places)
    if (!fs::is_directory(place))
      diagnostics.push_back({"", 0, "--data", place.string(), "expected a folder"});
  throw_if_any(diagnostics);
  for (const std::string& folder : o.folders) {
    try {
      code = std::max(code, verify_one(folder, places));
    } catch (const InputError& e) {
      diagnostics.insert(diagnostics.end(), e.diagnostics().begin(), e.diagnostics().end());
    }
  }
  throw_if_any(diagnostics);
  return code;
}

}  // namespace

void add_verify(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<VerifyOptions>();
  CLI::App* c = app.add_subcommand(
      "verify",
      "Check that reports are as written, their inputs unchanged and their metrics right");
  c->add_option("folders", o->folders, "folders of reports")->required();
  c->add_option("--data", o->data,
                "where the inputs are now; the first is the data folder (default: the program's)");
  c->footer("Example: assay verify out/eyeriss-alexnet");
  c->callback([o, guard] { guard([o] { return verify_all(*o); }); });
}

}  // namespace assay
