// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/analysis.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace assay::fit {
namespace {

using calibration::Estimate;
using calibration::Problem;
using calibration::Role;
using calibration::Rows;

constexpr std::size_t kFewGroups = 5;  // below: ranges instead of tests

// Some observations of a model.
class SomeRows final : public calibration::Model {
 public:
  SomeRows(std::shared_ptr<const calibration::Model> all, Rows rows)
      : all_(std::move(all)), rows_(std::move(rows)) {}
  std::size_t observations() const override { return rows_.size(); }
  std::size_t unknowns() const override { return all_->unknowns(); }
  void predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
               Eigen::MatrixXd* jacobian) const override {
    Eigen::VectorXd every;
    Eigen::MatrixXd slopes;
    all_->predict(theta, &every, jacobian != nullptr ? &slopes : nullptr);
    predicted->resize(static_cast<Eigen::Index>(rows_.size()));
    if (jacobian != nullptr) jacobian->resize(predicted->size(), theta.size());
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const auto to = static_cast<Eigen::Index>(k), from = static_cast<Eigen::Index>(rows_[k]);
      (*predicted)[to] = every[from];
      if (jacobian != nullptr) jacobian->row(to) = slopes.row(from);
    }
  }

 private:
  std::shared_ptr<const calibration::Model> all_;
  Rows rows_;
};

class Analyst {
 public:
  explicit Analyst(const AnalysisInput& in) : in_(in), p_(*in.problem) {
    options_.seed = in.seed;
    options_.huber = std::nullopt;
    options_.starts = in.starts;
  }

  Analysis run() {
    calibration::check(p_);
    a_.fitted = rows_of(Role::calibration);
    for (const std::string& g : networks(a_.fitted)) groups_.push_back(g);
    a_.fitted_groups = static_cast<int>(groups_.size());
    a_.identifiability = calibration::identifiability(p_, a_.fitted, *in_.catalogue);
    a_.rungs = estimates(a_.fitted);
    a_.map = calibration::fit_map(p_, a_.fitted, options_);
    a_.unknowns = calibration::unknown_report(p_, a_.fitted, a_.map, options_);
    if (const Rows rows = rows_of(Role::held_out); !rows.empty())
      a_.evaluations.push_back(scored("groups held out by the split", rows));
    if (const Rows rows = rows_of(Role::sealed); in_.open_sealed && !rows.empty())
      a_.evaluations.push_back(scored("sealed groups, opened", rows));
    if (groups_.size() >= 2)
      a_.evaluations.push_back(left_out_in_turn());
    else if (a_.fitted.size() >= 3)
      a_.evaluations.push_back(single_records());
    a_.evaluations.push_back(in_sample());
    a_.verdict = judge();
    return std::move(a_);
  }

 private:
  bool bench(std::size_t row) const {
    return p_.observations[row].kind == calibration::kMicrobenchmark;
  }

  Rows rows_of(Role role) const {
    Rows rows;
    for (std::size_t i = 0; i < p_.observations.size(); ++i)
      if (in_.roles[i] == role && !in_.excluded[i]) rows.push_back(i);
    return rows;
  }

  // Groups that can be held out, in the order of their first record.
  std::vector<std::string> networks(const Rows& rows) const {
    std::vector<std::string> names;
    for (const std::size_t i : rows)
      if (!bench(i) &&
          std::find(names.begin(), names.end(), p_.observations[i].group) == names.end())
        names.push_back(p_.observations[i].group);
    return names;
  }

  std::vector<Estimate> estimates(const Rows& rows) const {
    calibration::MapOptions options = options_;
    options.huber = in_.huber;
    return calibration::ladder(p_, rows, options);
  }

  Evaluation empty(const std::string& name, const Rows& rows) const {
    Evaluation e;
    e.name = name;
    e.rows = rows;
    e.predicted.assign(a_.rungs.size(), std::vector<double>(rows.size(), 0));
    return e;
  }

  void fill(const std::vector<Estimate>& rungs, std::size_t at, Evaluation* e) const {
    for (std::size_t r = 0; r < rungs.size(); ++r)
      e->predicted[r][at] = rungs[r].predicted[static_cast<Eigen::Index>(e->rows[at])];
  }

  std::vector<calibration::ErrorSample> samples(const Evaluation& e, std::size_t rung) const {
    std::vector<calibration::ErrorSample> out;
    for (std::size_t k = 0; k < e.rows.size(); ++k) {
      const auto& o = p_.observations[e.rows[k]];
      out.push_back({o.id, o.group, e.predicted[rung][k], o.measured});
    }
    return out;
  }

  void finish(Evaluation* e) const {
    for (std::size_t r = 0; r < e->predicted.size(); ++r)
      e->errors.push_back(calibration::error_report(samples(*e, r), in_.seed));
    e->gain = gain(*e);
  }

  // Mean over records, and its range when one group is left out.
  Gain gain(const Evaluation& e) const {
    const auto scale = samples(e, rung(a_, "prior x scale")), map = samples(e, rung(a_, "MAP"));
    Gain g;
    const auto difference = [&](std::size_t k) {
      const double m = scale[k].measured;
      return std::fabs(std::log(scale[k].predicted / m)) -
             std::fabs(std::log(map[k].predicted / m));
    };
    const std::vector<std::string> names = networks(e.rows);
    g.n = static_cast<int>(map.size());
    g.groups = static_cast<int>(names.size());
    for (std::size_t k = 0; k < map.size(); ++k) g.mean_ln += difference(k) / g.n;
    for (const std::string& left : names) {
      double sum = 0;
      int n = 0;
      for (std::size_t k = 0; k < map.size(); ++k) {
        if (map[k].group == left) continue;
        sum += difference(k);
        ++n;
      }
      if (n == 0) continue;
      g.low = std::min(g.low.value_or(sum / n), sum / n);
      g.high = std::max(g.high.value_or(sum / n), sum / n);
    }
    g.p_value = calibration::compare_predictors(map, scale, in_.seed).p_value;
    return g;
  }

  calibration::IntervalOptions intervals(calibration::FoldBy by) const {
    calibration::IntervalOptions o;
    o.nominal = in_.nominal;
    o.fold_by = by;
    o.fit = options_;
    return o;
  }

  Problem some(const Rows& rows) const {
    Problem target = p_;
    target.observations.clear();
    for (const std::size_t i : rows) target.observations.push_back(p_.observations[i]);
    target.model = std::make_shared<SomeRows>(p_.model, rows);
    return target;
  }

  // By the fit of all calibration groups.
  Evaluation scored(const std::string& name, const Rows& rows) const {
    Evaluation e = empty(name, rows);
    for (std::size_t k = 0; k < rows.size(); ++k) fill(a_.rungs, k, &e);
    finish(&e);
    e.intervals = calibration::predict_interval(p_, a_.fitted, some(rows),
                                                intervals(calibration::FoldBy::group));
    for (calibration::HeldOut& h : e.intervals->predictions) {
      h.row = rows[h.row];
      const double measured = p_.observations[h.row].measured;
      h.covered = h.low <= measured && measured <= h.high;
    }
    calibration::count_coverage(&*e.intervals);
    return e;
  }

  Rows without(const std::string& group) const {
    Rows rows;
    for (const std::size_t i : a_.fitted)
      if (bench(i) || p_.observations[i].group != group) rows.push_back(i);
    return rows;
  }

  Evaluation left_out_in_turn() const {
    Rows rows;
    for (const std::size_t i : a_.fitted)
      if (!bench(i)) rows.push_back(i);
    Evaluation e = empty("one group left out at a time", rows);
    if (!in_.split)
      e.caution = "no split was made beforehand: the fit file could still be chosen by this error";
    // Each group writes its own records: the result does not depend on the order.
    tbb::parallel_for(std::size_t{0}, groups_.size(), [&](std::size_t g) {
      const std::vector<Estimate> rungs = estimates(without(groups_[g]));
      for (std::size_t k = 0; k < rows.size(); ++k)
        if (p_.observations[rows[k]].group == groups_[g]) fill(rungs, k, &e);
    });
    finish(&e);
    e.intervals = calibration::held_out(p_, a_.fitted, intervals(calibration::FoldBy::group));
    return e;
  }

  Evaluation single_records() const {
    Rows rows;
    for (const std::size_t i : a_.fitted)
      if (!bench(i)) rows.push_back(i);
    Evaluation e = empty("one record left out at a time", rows);
    e.unseen = false;
    e.caution =
        "all records are of one group, whose common error every fit has seen: the error of another "
        "network can be larger";
    for (std::size_t k = 0; k < rows.size(); ++k) {
      Rows others;
      for (const std::size_t i : a_.fitted)
        if (i != rows[k]) others.push_back(i);
      fill(estimates(others), k, &e);
      add_interval(others, rows[k], &e);
    }
    finish(&e);
    return e;
  }

  // Of one group, CV+ over groups does not exist: this one is assumed.
  void add_interval(const Rows& others, std::size_t row, Evaluation* e) const {
    calibration::HeldOutReport one = calibration::predict_interval(
        p_, others, some({row}), intervals(calibration::FoldBy::group));
    calibration::HeldOut h = one.predictions.front();
    const double measured = p_.observations[row].measured;
    h.row = row;
    h.fold = p_.observations[row].id;
    h.covered = h.low <= measured && measured <= h.high;
    if (!e->intervals) e->intervals.emplace();
    calibration::HeldOutReport& all = *e->intervals;
    all.method = one.method;
    all.validated = false;
    all.predictions.push_back(std::move(h));
    calibration::count_coverage(&all);
  }

  Evaluation in_sample() const {
    Evaluation e = empty("the fitted records themselves", a_.fitted);
    e.unseen = false;
    e.caution =
        "in sample: says how well the model can describe the data, not how well it predicts";
    for (std::size_t k = 0; k < a_.fitted.size(); ++k) fill(a_.rungs, k, &e);
    finish(&e);
    return e;
  }

  Verdict judge() const {
    const Evaluation* e = a_.unseen();
    if (e == nullptr)
      return {std::nullopt,
              "Undecided: no group was held out, so these data cannot say whether the fit predicts "
              "another network better than a plain scale. Measure a second network."};
    const Gain& g = *e->gain;
    const std::string figures =
        fmt::format("|ln error| {} by {:.3f} against prior x scale on {} (n = {}, {} group{}{}{})",
                    g.mean_ln >= 0 ? "smaller" : "larger", std::fabs(g.mean_ln), e->name, g.n,
                    g.groups, g.groups == 1 ? "" : "s",
                    g.low && g.groups > 1
                        ? fmt::format(", {:+.3f} to {:+.3f} with one left out", *g.low, *g.high)
                        : std::string(),
                    g.p_value ? fmt::format(", p = {:.3f}", *g.p_value) : std::string());
    if (g.groups < 2)
      return {std::nullopt, "Undecided: " + figures + ": one group gives no interval."};
    const bool clear =
        g.mean_ln > 0 && *g.low > 0 &&
        (static_cast<std::size_t>(g.groups) < kFewGroups || (g.p_value && *g.p_value < 0.05));
    if (clear) return {true, "Recalibrate: " + figures + "."};
    return {false, "Do not recalibrate: " + figures +
                       ": the fit is not better than one scale by more than the interval."};
  }

  const AnalysisInput& in_;
  const Problem& p_;
  calibration::MapOptions options_;
  std::vector<std::string> groups_;
  Analysis a_;
};

}  // namespace

const Evaluation* Analysis::unseen() const {
  const Evaluation* first = nullptr;
  for (const Evaluation& e : evaluations) {
    if (!e.unseen) continue;
    if (e.gain && e.gain->groups >= 2) return &e;
    if (first == nullptr) first = &e;
  }
  return first;
}

bool exercised(const Analysis& analysis, const std::string& unknown) {
  const auto& names = analysis.identifiability.exercised;
  return std::find(names.begin(), names.end(), unknown) != names.end();
}

std::size_t rung(const Analysis& analysis, const std::string& name) {
  for (std::size_t i = 0; i < analysis.rungs.size(); ++i)
    if (analysis.rungs[i].name == name) return i;
  throw std::logic_error("the ladder has no rung '" + name + "'");
}

Analysis analyse(const AnalysisInput& input) { return Analyst(input).run(); }

}  // namespace assay::fit
