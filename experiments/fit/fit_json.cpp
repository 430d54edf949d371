// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "experiments/fit/fit_report.h"

namespace assay::fit {
namespace {

using Json = nlohmann::ordered_json;

Json optional(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

Json statistic(const calibration::Statistic& s) {
  return {{"value", s.value}, {"low", optional(s.low)}, {"high", optional(s.high)}};
}

Json errors(const std::string& name, const calibration::ErrorReport& e) {
  Json j;
  j["estimator"] = name;
  j["n"] = e.n;
  j["groups"] = e.groups;
  j["interval"] = e.interval_method;
  j["mape_pct"] = statistic(e.mape_pct);
  j["mean_signed_pct"] = statistic(e.mean_signed_pct);
  j["median_signed_pct"] = statistic(e.median_signed_pct);
  j["geometric_mean_ratio"] = statistic(e.geometric_mean_ratio);
  j["rms_ln"] = statistic(e.rms_ln);
  j["p90_abs_pct"] = statistic(e.p90_abs_pct);
  j["max_abs_pct"] = e.max_abs_pct;
  j["worst"] = e.worst;
  j["within_10_pct"] = e.within_10_pct;
  j["kendall_tau_b"] = optional(e.kendall_tau_b);
  j["cancellation_index"] = optional(e.cancellation_index);
  return j;
}

Json predictions(const FitResult& r, const Analysis& a, const Evaluation& e) {
  const std::size_t map = rung(a, "MAP");
  Json list = Json::array();
  for (std::size_t k = 0; k < e.rows.size(); ++k) {
    const auto& o = r.model.problem.observations[e.rows[k]];
    Json j{{"record", o.id}, {"group", o.group}, {"measured", o.measured}};
    j["predicted"] = e.predicted[map][k];
    if (e.intervals)
      for (const calibration::HeldOut& h : e.intervals->predictions) {
        if (h.row != e.rows[k]) continue;
        j["low"] = h.low;
        j["high"] = h.high;
        j["covered"] = h.covered;
        if (h.extrapolation) j["extrapolation"] = h.outside;
      }
    list.push_back(j);
  }
  return list;
}

Json evaluation(const FitResult& r, const Analysis& a, const Evaluation& e) {
  Json j;
  j["split"] = e.name;
  j["unseen"] = e.unseen;
  if (!e.caution.empty()) j["caution"] = e.caution;
  j["ladder"] = Json::array();
  for (std::size_t i = 0; i < a.rungs.size(); ++i)
    j["ladder"].push_back(errors(a.rungs[i].name, e.errors[i]));
  if (e.gain) {
    j["gain_over_scale_ln"] = {{"mean", e.gain->mean_ln},
                               {"low", optional(e.gain->low)},
                               {"high", optional(e.gain->high)},
                               {"p_value", optional(e.gain->p_value)},
                               {"n", e.gain->n},
                               {"groups", e.gain->groups}};
  }
  if (e.intervals) {
    const auto& h = *e.intervals;
    j["intervals"] = {{"method", h.method},
                      {"validated", h.validated},
                      {"n", h.n},
                      {"covered", h.covered},
                      {"coverage", optional(h.coverage)},
                      {"coverage_low", optional(h.coverage_low)},
                      {"coverage_high", optional(h.coverage_high)}};
  }
  j["predictions"] = predictions(r, a, e);
  return j;
}

Json identifiability(const calibration::Identifiability& id) {
  Json j;
  j["exercised"] = id.exercised;
  j["not_exercised"] = id.not_exercised;
  j["condition_indices"] = id.condition_indices;
  j["variance_inflation"] = id.variance_inflation;
  j["near_null"] = Json::array();
  for (const calibration::NearNull& n : id.near_null)
    j["near_null"].push_back({{"condition_index", n.condition_index}, {"text", n.text}});
  j["suggestions"] = Json::array();
  for (const calibration::Suggestion& s : id.suggestions)
    j["suggestions"].push_back({{"measure", s.candidate},
                                {"condition_before", s.condition_before},
                                {"condition_after", s.condition_after}});
  return j;
}

Json unknowns(const FitResult& r, const Analysis& a) {
  Json list = Json::array();
  for (std::size_t j = 0; j < a.unknowns.unknowns.size(); ++j) {
    const calibration::UnknownResult& u = a.unknowns.unknowns[j];
    Json item{{"name", u.name}, {"unit", u.unit}};
    item["terms"] = r.model.priced[j].terms;
    item["prior"] = {{"value", u.prior}, {"low", u.prior_low}, {"high", u.prior_high}};
    item["posterior"] = {{"value", u.value}, {"low", u.low}, {"high", u.high}};
    item["laplace_sd_ln"] = u.laplace_sd_ln;
    item["jackknife_sd_ln"] = optional(u.jackknife_sd_ln);
    item["learned_share"] = u.learned_share;
    item["learned"] = calibration::name(u.learned);
    item["active"] = u.active;
    for (const calibration::Estimate& e : a.rungs) {
      const bool at_bound = j < e.at_bound.size() && e.at_bound[j];
      item["estimates"][e.name] =
          at_bound ? Json("at bound 0") : Json(e.theta[static_cast<Eigen::Index>(j)]);
    }
    list.push_back(item);
  }
  return list;
}

Json analysis(const FitResult& r, const Analysis& a) {
  Json j;
  j["n"] = a.fitted.size();
  j["groups"] = a.fitted_groups;
  j["verdict"] = a.verdict.text;
  j["recalibrate"] = a.verdict.recalibrate ? Json(*a.verdict.recalibrate) : Json(nullptr);
  j["discrepancy_ln"] = a.map.discrepancy_ln;
  if (!a.map.binding.empty()) {
    j["bound"] = Json::array();
    for (std::size_t k = 0; k < a.fitted.size(); ++k)
      j["bound"].push_back({{"record", r.data.records[a.fitted[k]].id}, {"by", a.map.binding[k]}});
  }
  j["effective_dof"] = a.map.effective_dof;
  j["iterations"] = a.map.iterations;
  j["converged"] = a.map.converged;
  j["starts_agree"] = a.map.starts_agree;
  j["identifiability"] = identifiability(a.identifiability);
  j["unknowns"] = unknowns(r, a);
  j["correlated"] = Json::array();
  for (const calibration::Correlation& c : a.unknowns.correlated)
    j["correlated"].push_back({{"a", c.a}, {"b", c.b}, {"rho", c.rho}});
  j["evaluations"] = Json::array();
  for (const Evaluation& e : a.evaluations) j["evaluations"].push_back(evaluation(r, a, e));
  return j;
}

Json records(const FitResult& r) {
  Json list = Json::array();
  for (std::size_t i = 0; i < r.data.records.size(); ++i) {
    const FitRecord& f = r.data.records[i];
    Json j{{"record", f.id}, {"group", f.group}, {"kind", f.activity.kind}};
    j["role"] = calibration::name(r.roles[i]);
    j["excluded"] = static_cast<bool>(r.excluded[i]);
    j["flags"] = Json::array();
    for (const calibration::Flag& flag : f.flags)
      j["flags"].push_back({{"rule", flag.rule}, {"reason", flag.reason}});
    j["spread_ln"] = f.spread_ln;
    if (r.file.energy()) j["time"] = f.time_measured ? "measured" : "predicted";
    j["source"] = f.source;
    j["confidence"] = f.confidence;
    list.push_back(j);
  }
  return list;
}

}  // namespace

std::string fit_to_json(const FitResult& r) {
  Json j;
  j["schema"] = "assay.fit-result/1";
  j["fit"] = r.file.name;
  j["chip"] = r.data.accelerator.name;
  j["quantity"] = r.file.quantity;
  j["split"] = r.split ? Json{{"file", r.split->file.filename().string()},
                              {"hash", r.split->hash},
                              {"openings", r.openings}}
                       : Json(nullptr);
  j["result"] = analysis(r, r.analysis);
  if (r.with_flagged) j["with_flagged_records"] = analysis(r, *r.with_flagged);
  if (!r.attribution.empty()) {
    j["attribution_uj"] = Json::array();
    for (const auto& p : r.attribution)
      j["attribution_uj"].push_back({{"component", p.component},
                                     {"counts", p.counts},
                                     {"prices", p.prices},
                                     {"interaction", p.interaction}});
  }
  j["records"] = records(r);
  j["cannot_say"] = cannot_lines(r);
  j["inputs"] = r.data.inputs;
  j["data"] = r.data.data;
  j["version"] = "assay " ASSAY_VERSION;
  return j.dump(1) + "\n";
}

}  // namespace assay::fit
