// SPDX-License-Identifier: Apache-2.0
// The sections of a score for people and for programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/board/board_score.h"

namespace assay::board {
namespace {

using Json = nlohmann::ordered_json;
using calibration::Statistic;

std::string interval(const Statistic& s, const char* form) {
  if (!s.low || !s.high) return "";
  return fmt::format(fmt::runtime(std::string(" [") + form + ", " + form + "]"), *s.low, *s.high);
}

Json json_of(const Statistic& s) {
  Json j{{"value", s.value}};
  if (s.low) j["low"] = *s.low;
  if (s.high) j["high"] = *s.high;
  return j;
}

}  // namespace

std::string sections_text(const std::vector<Section>& all) {
  std::string text = fmt::format("{:<20} {:>4} {:>6}  {:<24} {:>8} {:>8} {:>8}  {}\n", "", "n",
                                 "groups", "MAPE % [95 %]", "signed %", "p90 %", "max %", "worst");
  for (const Section& s : all) {
    const auto& e = s.errors;
    text += fmt::format("{:<20} {:>4} {:>6}  {:<24} {:>+8.2f} {:>8.2f} {:>8.2f}  {}\n", s.name, e.n,
                        e.groups,
                        fmt::format("{:.2f}", e.mape_pct.value) + interval(e.mape_pct, "{:.2f}"),
                        e.mean_signed_pct.value, e.p90_abs_pct.value, e.max_abs_pct, e.worst);
  }
  if (!all.empty()) text += "intervals of all rows: " + all.front().errors.interval_method + "\n";
  return text;
}

std::string sections_json(const std::vector<Section>& all) {
  Json list = Json::array();
  for (const Section& s : all) {
    const auto& e = s.errors;
    list.push_back({{"section", s.name},
                    {"n", e.n},
                    {"groups", e.groups},
                    {"interval_method", e.interval_method},
                    {"mape_pct", json_of(e.mape_pct)},
                    {"mean_signed_pct", json_of(e.mean_signed_pct)},
                    {"median_signed_pct", json_of(e.median_signed_pct)},
                    {"geometric_mean_ratio", json_of(e.geometric_mean_ratio)},
                    {"rms_ln", json_of(e.rms_ln)},
                    {"p90_abs_pct", json_of(e.p90_abs_pct)},
                    {"max_abs_pct", e.max_abs_pct},
                    {"worst", e.worst}});
  }
  return Json{{"schema", "assay.score/1"}, {"sections", list}}.dump(2) + "\n";
}

}  // namespace assay::board
