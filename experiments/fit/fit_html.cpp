// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "core/text.h"
#include "experiments/fit/fit_report.h"
#include "experiments/report/format.h"
#include "experiments/report/html.h"
#include "experiments/report/html_data.h"

namespace assay::fit {

extern const char* const kTemplate;  // template.html, compiled in by report/embed.cmake

namespace {

using kainjow::mustache::data;
using report::list;
using report::number;
using report::plain;

data texts(const std::vector<std::string>& lines) {
  data out = list();
  for (const std::string& line : lines) out << data(plain(line));
  return out;
}

void add_verdict(const FitResult& r, data* page) {
  const Verdict& v = r.analysis.verdict;
  page->set("state", v.recalibrate ? (*v.recalibrate ? "pass" : "fail") : "none");
  page->set("word",
            v.recalibrate ? (*v.recalibrate ? "RECALIBRATE" : "DO NOT RECALIBRATE") : "UNDECIDED");
  page->set("verdict", plain(v.text));
  data facts = list();
  const auto fact = [&](const char* name, const std::string& value) {
    data f;
    f.set("name", name);
    f.set("value", value);
    facts << f;
  };
  const Analysis& a = r.analysis;
  fact("fitted", fmt::format("n = {} records, {} network(s)", a.fitted.size(), a.fitted_groups));
  const auto& indices = a.identifiability.condition_indices;
  fact("largest condition index",
       indices.empty() ? report::kUndefined : index_text(indices.back()));
  const Evaluation& e = a.evaluations.front();
  const calibration::Statistic& mape = e.errors[rung(a, "MAP")].mape_pct;
  fact("MAP", fmt::format("{:.1f} % ({}) on {}", mape.value, interval_text(mape, 1), e.name));
  page->set("facts", facts);
  const auto cannot = cannot_lines(r);
  page->set("has_cannot", !cannot.empty());
  page->set("cannot", texts(cannot));
}

void add_data(const FitResult& r, data* page) {
  data groups = list();
  for (const GroupSize& g : group_sizes(r.data)) {
    int excluded = 0;
    data row;
    row.set("group", plain(g.group));
    row.set("records", std::to_string(g.records));
    for (std::size_t i = r.data.records.size(); i-- > 0;) {
      if (r.data.records[i].group != g.group) continue;
      excluded += r.excluded[i] ? 1 : 0;
      row.set("role", calibration::name(r.roles[i]));
      row.set("source", plain(r.data.records[i].source));
      row.set("confidence", plain(r.data.records[i].confidence));
    }
    row.set("excluded", std::to_string(excluded));
    groups << row;
  }
  page->set("groups", groups);
  data flags = list();
  bool any = false;
  const auto flag = [&](const std::string& id, const char* kind, const std::string& reason) {
    data row;
    row.set("record", plain(id));
    row.set("kind", kind);
    row.set("reason", plain(reason));
    flags << row;
    any = true;
  };
  for (const FitRecord& f : r.data.records)
    for (const calibration::Flag& x : f.flags)
      flag(f.id, x.excludes ? "excluded" : "warning", x.reason);
  for (const LeftOut& l : r.data.left_out) flag(l.id, "left out", l.reason);
  page->set("has_flags", any);
  page->set("flags", flags);
  if (!r.with_flagged) return;
  const auto mape = [](const Analysis& a) {
    const Evaluation& e = a.evaluations.front();
    return fmt::format("{:.1f} % (n = {}, {})", e.errors[rung(a, "MAP")].mape_pct.value,
                       e.errors[rung(a, "MAP")].n, e.name);
  };
  page->set("with_flagged", texts({"MAP without the excluded records: " + mape(r.analysis) +
                                   "; with them: " + mape(*r.with_flagged)}));
}

void add_ladder(const FitResult& r, data* page) {
  data evaluations = list();
  for (const Evaluation& e : r.analysis.evaluations) {
    data d;
    d.set("name", e.name);
    d.set("n", std::to_string(e.errors.front().n));
    d.set("groups", std::to_string(e.errors.front().groups));
    d.set("method", e.errors.front().interval_method);
    d.set("caution", e.caution.empty() ? list() : texts({e.caution}));
    data rungs = list();
    for (std::size_t i = 0; i < e.errors.size(); ++i) {
      const calibration::ErrorReport& s = e.errors[i];
      data row;
      row.set("name", r.analysis.rungs[i].name);
      row.set("mape", fmt::format("{:.1f}", s.mape_pct.value));
      row.set("mape_interval", interval_text(s.mape_pct, 1));
      row.set("bias", fmt::format("{:+.1f}", s.mean_signed_pct.value));
      row.set("bias_interval", interval_text(s.mean_signed_pct, 1));
      row.set("rms", fmt::format("{:.3f}", s.rms_ln.value));
      row.set("tau", s.kendall_tau_b ? fmt::format("{:.2f}", *s.kendall_tau_b)
                                     : std::string(report::kUndefined));
      row.set("worst_pct", fmt::format("{:.1f}", s.max_abs_pct));
      row.set("worst", plain(s.worst));
      rungs << row;
    }
    d.set("rungs", rungs);
    d.set("intervals", e.intervals ? texts({interval_line(e, r.file.nominal)}) : list());
    evaluations << d;
  }
  page->set("evaluations", evaluations);
}

void add_unknowns(const FitResult& r, data* page) {
  const Analysis& a = r.analysis;
  const auto nnls = std::find_if(a.rungs.begin(), a.rungs.end(),
                                 [](const calibration::Estimate& e) { return e.name == "NNLS"; });
  data rows = list();
  for (std::size_t j = 0; j < a.unknowns.unknowns.size(); ++j) {
    const calibration::UnknownResult& u = a.unknowns.unknowns[j];
    data row;
    row.set("name", plain(u.name));
    row.set("unit", plain(u.unit));
    row.set("prior", number(u.prior));
    row.set("prior_interval", number(u.prior_low) + " to " + number(u.prior_high));
    row.set("value", number(u.value));
    row.set("interval", number(u.low) + " to " + number(u.high));
    row.set("share", fmt::format("{:.2f}", u.learned_share));
    row.set("learned", calibration::name(u.learned));
    row.set("tag", u.learned == calibration::Learned::learned ? "prediction"
                   : u.learned == calibration::Learned::weak  ? "description"
                                                              : "input");
    row.set("active", std::to_string(u.active));
    std::string other = report::kUndefined;
    if (nnls != a.rungs.end() && exercised(a, u.name))
      other = j < nnls->at_bound.size() && nnls->at_bound[j]
                  ? "at bound 0"
                  : number(nnls->theta[static_cast<Eigen::Index>(j)]);
    row.set("nnls", other);
    row.set("terms", plain(listed(r.model.priced[j].terms, 8)));
    rows << row;
  }
  page->set("unknowns", rows);
  page->set("n", std::to_string(a.fitted.size()));
  page->set("discrepancy", fmt::format("{:.1f}", 100 * a.map.discrepancy_ln));
  std::vector<std::string> pairs;
  for (const calibration::Correlation& c : a.unknowns.correlated)
    pairs.push_back(fmt::format("{} and {} ({:+.2f})", c.a, c.b, c.rho));
  const std::string bound = bound_line(r);
  page->set("bound", bound.empty() ? list() : texts({bound}));
  page->set("has_correlated", !pairs.empty());
  page->set("correlated", texts(pairs));
}

void add_attribution(const FitResult& r, data* page) {
  data rows = list();
  for (const auto& p : r.attribution) {
    data row;
    row.set("component", plain(p.component));
    row.set("counts", number(p.counts));
    row.set("prices", number(p.prices));
    row.set("both", number(p.interaction));
    rows << row;
  }
  page->set("has_attribution", !r.attribution.empty());
  page->set("attribution", rows);
}

void add_inputs(const FitResult& r, data* page) {
  data inputs = list();
  const auto add = [&](const std::string& role, const std::string& name) {
    data row;
    row.set("role", plain(role));
    row.set("name", plain(name));
    inputs << row;
  };
  for (const auto& [role, name] : r.data.inputs) add(role, name);
  for (const auto& [name, hash] : r.data.data) add("data", name + " " + hash);
  page->set("inputs", inputs);
}

}  // namespace

std::string fit_html(const FitResult& r, const std::vector<report::Figure>& figures,
                     const std::vector<report::Drawn>& drawn) {
  data page;
  page.set("title", plain(r.file.title));
  page.set("style", report::page_style());
  page.set("data_line", plain(data_line(r)));
  page.set("split_line", plain(split_line(r)));
  add_verdict(r, &page);
  add_data(r, &page);
  page.set("identifiability", texts(identifiability_lines(r)));
  add_ladder(r, &page);
  add_unknowns(r, &page);
  data pictures = list();
  for (std::size_t i = 0; i < figures.size(); ++i)
    pictures << report::figure_data(figures[i], drawn[i], "figure_");
  page.set("figures", pictures);
  add_attribution(r, &page);
  page.set("notes", texts(r.file.notes));
  page.set("command", plain(r.command));
  add_inputs(r, &page);
  page.set("tool", std::string("assay ") + ASSAY_VERSION);
  report::add_blocks(&page);
  kainjow::mustache::mustache form(kTemplate);
  if (!form.is_valid()) throw std::logic_error("template.html: " + form.error_message());
  return form.render(page);
}

}  // namespace assay::fit
