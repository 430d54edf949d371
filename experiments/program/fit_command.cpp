// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/text.h"
#include "experiments/fit/energy_score.h"
#include "experiments/fit/fit_report.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

struct FitArguments {
  std::string file, out;
  bool open_sealed = false, json = false;
};

int run_fit(const FitArguments& a) {
  const fit::FitFile file = fit::read_fit(a.file);
  fit::FitResult result = fit::run_fit(file, find_catalog(), {a.open_sealed});
  result.command = "assay fit " + a.file + (a.open_sealed ? " --open-sealed" : "");
  const fit::FitFiles files =
      fit::write_fit(a.out.empty() ? std::filesystem::path("out") / ("fit-" + file.name)
                                   : std::filesystem::path(a.out),
                     result);
  print(a.json ? fit::fit_to_json(result) : fit::fit_tables(result, colour()));
  if (!a.json)
    fmt::print("Parameters: {}\nReport: {}\n", files.parameters.string(), files.html.string());
  const calibration::MapFit& map = result.analysis.map;
  return map.converged && map.starts_agree ? kPass : kOutsideBounds;
}

struct SplitArguments {
  std::string file, out;
  fit::SplitOptions options;
};

int make_split(const SplitArguments& a) {
  const fit::FitFile file = fit::read_fit(a.file);
  if (a.out.empty() && file.split.empty())
    throw InputError({{a.file, 0, "split", "", "expected the key, or --out FILE"}});
  const std::filesystem::path out =
      a.out.empty() ? file.file.parent_path() / file.split : std::filesystem::path(a.out);
  if (std::filesystem::exists(out)) calibration::write_split(out, {});  // says why not
  const calibration::Split split = fit::split_of(file, find_catalog(), a.options);
  calibration::write_split(out, split);
  for (const calibration::SplitGroup& g : split.groups)
    fmt::print("{:<12} {} ({} record{})\n", calibration::name(g.role), g.group, g.records,
               g.records == 1 ? "" : "s");
  fmt::print("{} written; commit it before the first fit\n", out.string());
  return kPass;
}

struct ScoreArguments {
  std::string file, data, parameters, out;
  bool json = false;
};

int run_score(const ScoreArguments& a) {
  fit::FitFile file = fit::read_fit(a.file);
  if (!a.parameters.empty()) file.parameters = std::filesystem::absolute(a.parameters).string();
  if (!a.data.empty()) {
    file.measured.resize(1);
    file.measured.front().data = std::filesystem::absolute(a.data).string();
  }
  if (!a.out.empty()) check_new_output(a.out);
  const fit::EnergyScore score = fit::score_energy(file, find_catalog());
  print(a.json ? fit::energy_score_json(score) : fit::energy_score_text(score, colour()));
  if (!a.out.empty()) write_text(a.out, fit::energy_score_csv(score));
  return kPass;
}

}  // namespace

void add_score_energy(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<ScoreArguments>();
  CLI::App* c = app.add_subcommand(
      "score-energy", "Score measured energies with frozen parameters; nothing is fitted");
  c->add_option("file", a->file, "a fit file (docs/formats/fit.md): counts and measurements")
      ->required();
  c->add_option("--data", a->data,
                "measured table (.csv), read as the first of the fit file's measurements");
  c->add_option("--parameters", a->parameters,
                "unit energies (default: those that the fit file names)");
  c->add_option("--out", a->out, "predictions of every record (.csv)");
  c->add_flag("--json", a->json, "print the score as JSON");
  c->footer("Example: assay score-energy mine.yaml --parameters parameters.json");
  c->callback([a, guard] { guard([a] { return run_score(*a); }); });
}

void add_fit(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<FitArguments>();
  CLI::App* c = app.add_subcommand("fit",
                                   "Fit unit energies or machine values to measurements: what they "
                                   "tell, how sure, whether it helps");
  c->add_option("file", a->file, "a fit file (docs/formats/fit.md)")->required();
  c->add_option("--out", a->out, "folder for the results (default: out/fit-NAME)");
  c->add_flag("--open-sealed", a->open_sealed,
              "score the sealed groups of the split; counted beside it");
  c->add_flag("--json", a->json, "print fit.json instead of tables");
  c->footer("Example: assay fit mine.yaml --out out/mine");
  c->callback([a, guard] { guard([a] { return run_fit(*a); }); });
}

void add_split(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<SplitArguments>();
  CLI::App* c = app.add_subcommand(
      "split", "Decide, once and before the first fit, which groups are fitted and which are not");
  c->add_option("file", a->file, "the fit file whose data are divided")->required();
  c->add_option("--out", a->out, "the new split file (default: the one that the fit file names)");
  c->add_option("--held-out", a->options.held_out, "groups that are scored by every fit")
      ->delimiter(',');
  c->add_option("--sealed", a->options.sealed, "groups that are scored once, at the end")
      ->delimiter(',');
  c->add_option("--held-out-share", a->options.held_out_share, "of the other groups, drawn")
      ->check(CLI::Range(0.0, 1.0));
  c->add_option("--sealed-share", a->options.sealed_share, "of the rest, drawn")
      ->check(CLI::Range(0.0, 1.0));
  c->add_option("--seed", a->options.seed, "of the draw")->capture_default_str();
  c->footer("Example: assay split mine.yaml --held-out-share 0.25 --seed 1");
  c->callback([a, guard] { guard([a] { return make_split(*a); }); });
}

}  // namespace assay
