// SPDX-License-Identifier: Apache-2.0
// A score for people and for programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/fit/energy_score.h"
#include "experiments/report/grid.h"

namespace assay::fit {
namespace {

using Json = nlohmann::ordered_json;

double error_pct(double predicted, double measured) { return 100 * (predicted / measured - 1); }

std::string error_text(const std::optional<double>& predicted, double measured) {
  return predicted ? fmt::format("{:+.1f}", error_pct(*predicted, measured)) : "n/a";
}

std::string errors_line(const char* name, const calibration::ErrorReport& e) {
  return fmt::format(
      "{:<18} MAPE {:.1f} %, signed {:+.1f} %, worst {:.1f} % ({}); n = {}, {} group{}; "
      "interval: {}\n",
      name, e.mape_pct.value, e.mean_signed_pct.value, e.max_abs_pct, e.worst, e.n, e.groups,
      e.groups == 1 ? "" : "s", e.interval_method);
}

std::string table(const EnergyScore& score, bool color) {
  report::Grid grid(color);
  grid.add({{"record", ""},
            {"zeros %", ""},
            {"measured", ""},
            {"at measured time", ""},
            {"error %", ""},
            {"at predicted time", ""},
            {"error %", ""},
            {"interval", ""}});
  grid.rule();
  for (const ScoredEnergy& s : score.records)
    grid.add({{s.id, ""},
              {s.zeros_stated ? fmt::format("{:.1f}", 100 * s.zero_fraction) : "not stated", ""},
              {fmt::format("{:.1f}", s.measured), ""},
              {s.at_measured_time ? fmt::format("{:.1f}", *s.at_measured_time) : "n/a", ""},
              {error_text(s.at_measured_time, s.measured), ""},
              {fmt::format("{:.1f}", s.at_predicted_time), ""},
              {error_text(s.at_predicted_time, s.measured), ""},
              {s.low ? fmt::format("{:.1f} to {:.1f}", *s.low, *s.high) : "n/a", ""}});
  return grid.text();
}

Json json_of(const calibration::ErrorReport& e) {
  return {{"n", e.n},
          {"groups", e.groups},
          {"interval_method", e.interval_method},
          {"mape_pct", e.mape_pct.value},
          {"mean_signed_pct", e.mean_signed_pct.value},
          {"max_abs_pct", e.max_abs_pct},
          {"worst", e.worst}};
}

}  // namespace

std::string energy_score_text(const EnergyScore& score, bool color) {
  std::string text = fmt::format("{} in uJ with parameters {}: nothing is fitted here\n\n",
                                 score.quantity, score.parameters) +
                     table(score, color) + "\n";
  if (score.at_measured_time) text += errors_line("at measured time:", *score.at_measured_time);
  text += errors_line("at predicted time:", score.at_predicted_time);
  text += "intervals: " + score.method;
  if (score.with_interval > 0)
    text += fmt::format("; {} of {} measurements inside", score.covered, score.with_interval);
  text += "\n";
  for (const std::string& group : score.seen)
    text += "in sample: the parameters were fitted to " + group + "\n";
  for (const ScoredEnergy& s : score.records) {
    if (!s.outside.empty()) text += "extrapolation: " + s.id + ": " + s.outside + "\n";
    if (!s.zeros_stated)
      text += s.id + ": no zero fraction is stated, taken as 0 (input_zero_pct of the data)\n";
  }
  for (const LeftOut& l : score.left_out) text += "left out: " + l.id + ": " + l.reason + "\n";
  return text;
}

std::string energy_score_csv(const EnergyScore& score) {
  const auto number = [](const std::optional<double>& v) { return v ? number_text(*v) : ""; };
  std::string text =
      "record,group,measured,at_measured_time,at_predicted_time,low,high,input_zero_pct,outside\n";
  for (const ScoredEnergy& s : score.records)
    text += fmt::format("{},{},{},{},{},{},{},{},\"{}\"\n", s.id, s.group, number(s.measured),
                        number(s.at_measured_time), number(s.at_predicted_time), number(s.low),
                        number(s.high), s.zeros_stated ? number_text(100 * s.zero_fraction) : "",
                        s.outside);
  return text;
}

std::string energy_score_json(const EnergyScore& score) {
  Json j{{"schema", "assay.energy-score/1"},
         {"parameters", score.parameters},
         {"quantity", score.quantity},
         {"fitted_to", score.seen},
         {"intervals", score.method}};
  if (score.at_measured_time) j["at_measured_time"] = json_of(*score.at_measured_time);
  j["at_predicted_time"] = json_of(score.at_predicted_time);
  j["records"] = Json::array();
  for (const ScoredEnergy& s : score.records) {
    Json r{{"record", s.id}, {"group", s.group}, {"measured", s.measured}};
    if (s.at_measured_time) r["at_measured_time"] = *s.at_measured_time;
    r["at_predicted_time"] = s.at_predicted_time;
    if (s.low) r["low"] = *s.low;
    if (s.high) r["high"] = *s.high;
    if (s.zeros_stated) r["input_zero_pct"] = 100 * s.zero_fraction;
    if (!s.outside.empty()) r["outside"] = s.outside;
    j["records"].push_back(r);
  }
  return j.dump(2) + "\n";
}

}  // namespace assay::fit
