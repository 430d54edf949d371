// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/fit_run.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "experiments/fit/energy_model.h"
#include "experiments/fit/latency_problem.h"
#include "experiments/fit/resource_problem.h"

namespace assay::fit {
namespace {

void put_roles(const FitFile& file, const Catalog& catalog, FitResult* r) {
  r->roles.assign(r->data.records.size(), calibration::Role::calibration);
  if (file.split.empty()) return;
  r->split = calibration::read_split(
      resolve(file, catalog.chip_folder(file.chip, file.file.parent_path()), file.split));
  calibration::SplitUse use;
  use.file = file.file.string();
  use.chip = r->data.accelerator.name;
  use.data = r->data.data;
  for (const GroupSize& g : group_sizes(r->data)) use.groups[g.group] = g.records;
  calibration::check_split(*r->split, use);
  for (std::size_t i = 0; i < r->roles.size(); ++i)
    r->roles[i] = *r->split->role_of(r->data.records[i].group);
}

void count_openings(const FitFile& file, const FitOptions& options, FitResult* r) {
  if (options.open_sealed) {
    const bool any = r->split && std::any_of(r->split->groups.begin(), r->split->groups.end(),
                                             [](const calibration::SplitGroup& g) {
                                               return g.role == calibration::Role::sealed;
                                             });
    if (!any)
      throw InputError({{file.file.string(), 0, "split", file.split,
                         "expected a split with sealed groups: there is nothing to open"}});
    r->opening = calibration::open_sealed(*r->split, file.name + " " + r->data.inputs.at("fit"));
  }
  if (r->split) r->openings = calibration::openings(*r->split);
}

AnalysisInput analysis_input(const FitResult& r, bool open_sealed) {
  AnalysisInput in;
  in.problem = &r.model.problem;
  in.catalogue = &r.model.catalogue;
  in.roles = r.roles;
  in.excluded = r.excluded;
  in.split = r.split.has_value();
  in.open_sealed = open_sealed;
  in.nominal = r.file.nominal;
  in.huber = r.file.huber;
  in.seed = r.file.seed;
  in.starts = r.model.starts;
  return in;
}

// Counts of the fit's level against those of the finer one, priced at prior and posterior.
std::vector<calibration::Attribution::Part> attribution(const FitResult& r) {
  std::vector<calibration::PricedCount> counts;
  const auto& unknowns = r.model.problem.unknowns;
  for (std::size_t j = 0; j < unknowns.size(); ++j) {
    calibration::PricedCount c;
    c.component = unknowns[j].name;
    c.predicted_price = unknowns[j].prior;
    c.true_price = r.analysis.map.theta[static_cast<Eigen::Index>(j)];
    for (const std::size_t i : r.analysis.fitted) {
      const FitRecord& record = r.data.records[i];
      if (!record.finer) continue;
      const auto row = [&](const Activity& a) {
        return activity_row(r.file, r.data.accelerator, r.model, a,
                            record.time_ms)[static_cast<Eigen::Index>(j)];
      };
      c.predicted_count += row(record.activity);
      c.true_count += row(*record.finer);
    }
    counts.push_back(c);
  }
  const bool any =
      std::any_of(counts.begin(), counts.end(), [](const auto& c) { return c.true_count > 0; });
  return any ? calibration::attribute(counts).parts : std::vector<calibration::Attribution::Part>{};
}

std::string level_of(const FitFile& file) {
  std::string levels = file.configurations.data;  // of resources
  for (const Activities& a : file.predict)
    if (levels.find(a.level) == std::string::npos) levels += (levels.empty() ? "" : ", ") + a.level;
  return levels;
}

void put_metrics(const Analysis& a, calibration::FitBlock* fit) {
  const Evaluation* e = a.unseen();
  if (e == nullptr) return;
  const auto& errors = e->errors[rung(a, "MAP")];
  const auto add = [&](const std::string& name, const calibration::Statistic& s) {
    fit->held_out.push_back(
        {name, s.value, s.low, s.high, errors.n, errors.groups, errors.interval_method, e->name});
  };
  add("mape_pct", errors.mape_pct);
  add("mean_signed_pct", errors.mean_signed_pct);
  add("rms_ln", errors.rms_ln);
  if (e->intervals && e->intervals->coverage)
    fit->held_out.push_back({"coverage_pct", 100 * *e->intervals->coverage,
                             100 * *e->intervals->coverage_low, 100 * *e->intervals->coverage_high,
                             e->intervals->n, errors.groups, "Clopper-Pearson, 95 %",
                             e->name + "; " + e->intervals->method});
}

// Which shares of a prediction the fit has seen, so that a later one can say what it has not.
void put_shares(const FitResult& r, std::vector<calibration::FittedUnknown>* unknowns) {
  Eigen::VectorXd predicted;
  Eigen::MatrixXd slopes;
  r.model.problem.model->predict(r.analysis.map.theta, &predicted, &slopes);
  for (const std::size_t i : r.analysis.fitted)
    for (std::size_t j = 0; j < unknowns->size(); ++j) {
      const auto row = static_cast<Eigen::Index>(i), column = static_cast<Eigen::Index>(j);
      const double share = slopes(row, column) * r.analysis.map.theta[column] / predicted[row];
      calibration::FittedUnknown& u = (*unknowns)[j];
      u.share_low = std::min(u.share_low.value_or(share), share);
      u.share_high = std::max(u.share_high.value_or(share), share);
    }
}

}  // namespace

FitResult run_fit(const FitFile& file, const Catalog& catalog, const FitOptions& options) {
  FitResult r;
  r.file = file;
  r.data = collect(file, catalog);
  r.model = file.energy()    ? energy_problem(file, catalog, r.data)
            : file.latency() ? latency_problem(file, catalog, r.data)
                             : resource_problem(file, catalog, r.data);
  put_roles(file, catalog, &r);
  for (const FitRecord& record : r.data.records)
    r.excluded.push_back(calibration::excluded(record.flags));
  const bool any = std::find(r.excluded.begin(), r.excluded.end(), true) != r.excluded.end();
  count_openings(file, options, &r);
  AnalysisInput in = analysis_input(r, options.open_sealed);
  r.analysis = analyse(in);
  if (any) {
    in.excluded.assign(in.excluded.size(), false);
    r.with_flagged = analyse(in);
  }
  if (!file.finer.empty()) r.attribution = attribution(r);
  return r;
}

calibration::FittedParameters fitted_parameters(const FitResult& r) {
  calibration::FittedParameters out;
  calibration::FitBlock& fit = out.fit;
  const Analysis& a = r.analysis;
  fit.name = r.file.name;
  fit.quantity = r.file.quantity;
  fit.level = level_of(r.file);
  fit.estimator = "MAP";
  fit.n = static_cast<int>(a.fitted.size());
  for (const std::size_t i : a.fitted)
    if (const std::string& g = r.data.records[i].group;
        std::find(fit.groups.begin(), fit.groups.end(), g) == fit.groups.end())
      fit.groups.push_back(g);
  std::vector<std::string> sources, confidences;
  for (std::size_t j = 0; j < a.unknowns.unknowns.size(); ++j) {
    const calibration::UnknownResult& u = a.unknowns.unknowns[j];
    const calibration::Unknown& prior = r.model.problem.unknowns[j];
    fit.unknowns.push_back({u.name, u.unit, r.model.priced[j].terms, std::log(prior.prior),
                            std::sqrt(a.map.prior_covariance(static_cast<Eigen::Index>(j),
                                                             static_cast<Eigen::Index>(j))),
                            prior.source, a.map.phi[static_cast<Eigen::Index>(j)],
                            std::max(u.laplace_sd_ln, u.jackknife_sd_ln.value_or(0)), u.low, u.high,
                            u.learned_share, calibration::name(u.learned), u.active, std::nullopt,
                            std::nullopt});
    sources.push_back("fit " + r.file.name + ", n = " + std::to_string(fit.n));
    confidences.emplace_back(calibration::name(u.learned));
  }
  put_shares(r, &fit.unknowns);
  fit.covariance = a.map.covariance;
  fit.discrepancy_ln = a.map.discrepancy_ln;
  if (r.split) {
    fit.split_file = r.split->file.filename().string();
    fit.split_hash = r.split->hash;
  }
  fit.data = r.data.inputs;
  for (const auto& [name, hash] : r.data.data) fit.data["data " + name] = hash;
  fit.version = "assay " ASSAY_VERSION;
  fit.options = {{"seed", std::to_string(r.file.seed)},
                 {"nominal", number_text(r.file.nominal)},
                 {"huber", number_text(r.file.huber)},
                 {"common_sd_ln", number_text(r.file.common_sd_ln)}};
  if (r.file.latency())
    fit.options["starts"] = std::to_string(r.model.starts);
  else if (r.file.energy())
    fit.options["time"] = r.file.time;
  put_metrics(a, &fit);
  fit.verdict = a.verdict.text;
  out.parameters = parameters_at(r.model, a.map.theta, sources, confidences);
  out.parameters.name = r.file.name;
  out.parameters.description = "written by assay fit; " + a.verdict.text;
  return out;
}

calibration::Split split_of(const FitFile& file, const Catalog& catalog,
                            const SplitOptions& options) {
  const FitData data = collect(file, catalog);
  calibration::SplitRequest request;
  request.chip = data.accelerator.name;
  request.seed = options.seed;
  for (const GroupSize& g : group_sizes(data))
    request.groups.push_back({g.group, g.records, g.microbenchmarks});
  request.held_out = options.held_out;
  request.sealed = options.sealed;
  request.held_out_share = options.held_out_share;
  request.sealed_share = options.sealed_share;
  request.data = data.data;
  return calibration::make_split(request);
}

}  // namespace assay::fit
