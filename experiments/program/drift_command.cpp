// SPDX-License-Identifier: Apache-2.0
// assay drift: accepted accuracy against what is found now (docs/formats/drift.md).
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/diagnostics.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/drift/drift.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string file, reports;
  std::vector<std::string> only;
  bool full = false, markdown = false, accept = false;
};

void check_only(const Arguments& a, const drift::DriftFile& file) {
  std::vector<std::string> known;
  for (const drift::Source& s : file.sources) known.push_back(s.name);
  Diagnostics d;
  for (const std::string& name : a.only)
    if (std::count(known.begin(), known.end(), name) == 0) {
      const std::string hint = nearest(name, known);
      d.push_back(
          {file.file.string(), 0, "--only", name,
           "expected " + one_of(known) + (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    }
  throw_if_any(d);
}

int judged(const std::vector<drift::SourceRows>& all) {
  const std::vector<std::string> lines = drift::unmatched(all);
  for (const std::string& line : lines) fmt::print(stderr, "error: {}\n", line);
  if (!lines.empty()) return kBadInput;
  const bool drifted = std::any_of(all.begin(), all.end(), [](const drift::SourceRows& s) {
    return drift::count(s, drift::Change::drifted) > 0;
  });
  return drifted ? kOutsideBounds : kPass;
}

int run(const Arguments& a) {
  const Catalog catalog = find_catalog();
  drift::DriftFile file = drift::read_drift(
      a.file.empty() ? catalog.data / "drift" / "accepted.yaml" : fs::path(a.file));
  check_only(a, file);
  std::optional<fs::path> reports;
  if (!a.reports.empty()) reports = a.reports;
  std::vector<drift::SourceRows> all;
  for (drift::Source& s : file.sources) {
    if (!a.only.empty() && std::count(a.only.begin(), a.only.end(), s.name) == 0) continue;
    all.push_back(drift::compare_metrics(s, drift::find_metrics(s, catalog, reports)));
    if (a.accept) s = drift::accepted(all.back());
  }
  const drift::Shown shown = a.full ? drift::Shown::all : drift::Shown::moved;
  print(a.markdown ? drift::drift_markdown(all, shown) : drift::drift_text(all, shown, colour()));
  if (!a.accept) return judged(all);
  write_text(file.file, drift::drift_yaml(file));
  fmt::print("accepted: {} written; say in the change why\n", file.file.string());
  return kPass;
}

}  // namespace

void add_drift(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = app.add_subcommand(
      "drift", "Compare the accuracy of experiments and fits with what was accepted");
  c->add_option("file", a->file, "accepted metrics (default: those of Assay's own experiments)");
  c->add_option("--only", a->only, "only these experiments and fits, by commas")->delimiter(',');
  c->add_option("--reports", a->reports,
                "folder of report folders: takes REPORTS/EXPERIMENT/metrics.json, runs only fits");
  c->add_flag("--full", a->full, "every metric, not only what moved");
  c->add_flag("--markdown", a->markdown, "a table for a pull request");
  c->add_flag("--accept", a->accept, "write what was found into the file");
  c->footer("Example: assay drift --markdown");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
