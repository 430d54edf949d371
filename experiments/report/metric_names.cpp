// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/metric_names.h"

#include <fmt/format.h>

#include <utility>

#include "core/text.h"
#include "experiments/report/format.h"
#include "experiments/report/noise.h"

namespace assay::report {
namespace {

constexpr const char* kBetween = "__";
constexpr const char* kAll = "all";

// An underscore that could be taken for one between parts.
bool is_ambiguous(const std::string& text, std::size_t i) {
  return i == 0 || i + 1 == text.size() || text[i - 1] == '_' || text[i + 1] == '_';
}

std::string encoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool escape = byte < 0x20U || byte == 0x7FU || text[i] == '%' ||
                        (text[i] == '_' && is_ambiguous(text, i));
    out += escape ? fmt::format("%{:02X}", byte) : std::string(1, text[i]);
  }
  return out;
}

std::optional<unsigned> hexadecimal(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hexadecimal(text[i + 1]), low = hexadecimal(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

std::optional<std::vector<std::string>> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(kBetween, start);
    auto part = decoded(text.substr(start, end == std::string::npos ? end : end - start));
    if (!part) return std::nullopt;
    parts.push_back(std::move(*part));
    if (end == std::string::npos) return parts;
    start = end + 2;
  }
}

MetricName name_of(const ErrorStatistics& s, const std::string& scope,
                   const std::string& statistic) {
  return {s.chip, s.workload, s.batch, s.level, s.variant, s.quantity, scope, statistic};
}

bool of_group(const ComparedRow& r, const ErrorStatistics& s) {
  return r.level == s.level && r.variant == s.variant && r.chip == s.chip &&
         r.workload == s.workload && r.batch == s.batch && r.quantity == s.quantity;
}

void add_row(const ErrorStatistics& s, const ComparedRow& r, std::vector<Metric>* all) {
  const int n = r.layer == kNetworkLayer ? s.n : 1;
  const double error_pct = 100.0 * ((r.predicted - r.measured) / r.measured);
  // The sum's error is among the statistics; a record of a whole network has it here.
  if (r.layer != kNetworkLayer || !s.network_pct)
    all->push_back({name_of(s, r.layer, "error_pct"), error_pct, n, "", {}, {}});
  all->push_back({name_of(s, r.layer, "predicted"), r.predicted, n, "", {}, {}});
  all->push_back({name_of(s, r.layer, "measured"), r.measured, n, "", {}, {}});
}

void add_intervals(const Intervals& intervals, std::vector<Metric>* metrics) {
  for (Metric& m : *metrics) {
    m.interval = intervals.find(m.name.scope == kNetworkLayer ? "network_pct" : m.name.statistic);
    if (m.interval) m.interval_kind = intervals.method;
  }
}

// Unknown is null, as nobody knows that there is none.
void add_noise(const ReportInput& input, const ErrorStatistics& s, std::vector<Metric>* metrics) {
  const auto floor = noise_floor(input, s).floor;
  const auto add = [&](const char* statistic, std::optional<double> value) {
    metrics->push_back({name_of(s, kOverLayers, statistic), value, s.n, "", {}, {}});
  };
  add("noise_floor_rms_ln", floor ? std::optional(floor->rms_ln) : std::nullopt);
  add("excess_rms_ln", floor ? std::optional(floor->excess_rms_ln) : std::nullopt);
}

}  // namespace

std::string metric_name(const MetricName& m) {
  std::vector<std::string> parts;
  if (m.chip.empty() && m.workload.empty()) {
    parts = {kAll};
  } else {
    parts = {m.chip, m.workload, "b" + std::to_string(m.batch)};
  }
  parts.push_back(m.variant.empty() ? m.level : m.level + "." + m.variant);
  parts.insert(parts.end(), {m.quantity, m.scope, m.statistic});
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : kBetween) + encoded(part);
  return text;
}

std::optional<MetricName> parse_metric_name(const std::string& text) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  MetricName m;
  std::size_t next = 0;
  if (parts->size() == 7) {
    const std::string& batch = (*parts)[2];
    const auto number =
        batch.rfind('b', 0) == 0 ? parse_integer(batch.substr(1)) : std::optional<std::int64_t>();
    if (!number || *number < 1) return std::nullopt;
    m.chip = (*parts)[0];
    m.workload = (*parts)[1];
    m.batch = *number;
    next = 3;
  } else if (parts->size() == 5 && parts->front() == kAll) {
    next = 1;
  } else {
    return std::nullopt;
  }
  const std::string& series = (*parts)[next];
  const std::size_t dot = series.find('.');
  m.level = series.substr(0, dot);
  if (dot != std::string::npos) m.variant = series.substr(dot + 1);
  m.quantity = (*parts)[next + 1];
  m.scope = (*parts)[next + 2];
  m.statistic = (*parts)[next + 3];
  if (m.level.empty() || m.quantity.empty() || m.scope.empty() || m.statistic.empty())
    return std::nullopt;
  return m;
}

std::vector<Metric> statistics_metrics(const ErrorStatistics& s) {
  std::vector<Metric> all;
  const auto add = [&](const char* statistic, std::optional<double> value,
                       const std::string& layer = "") {
    all.push_back({name_of(s, kOverLayers, statistic), value, s.n, layer, {}, {}});
  };
  add("mean_signed_pct", s.mean_signed_pct);
  add("median_signed_pct", s.median_signed_pct);
  add("mape_pct", s.mape_pct);
  add("geometric_mean_ratio", s.geometric_mean_ratio);
  add("rms_ln", s.rms_ln);
  add("p90_abs_pct", s.p90_abs_pct);
  add("max_abs_pct", s.max_abs_pct, s.worst_layer);
  add("share_within_5_pct", s.share_within_5_pct);
  add("share_within_10_pct", s.share_within_10_pct);
  add("share_within_20_pct", s.share_within_20_pct);
  add("kendall_tau_b", s.kendall_tau_b);
  add("cancellation_index", s.cancellation_index);
  all.push_back({name_of(s, kNetworkLayer, "error_pct"), s.network_pct, s.n, "", {}, {}});
  return all;
}

std::vector<Metric> metrics_of(const ReportInput& input) {
  std::vector<Metric> all;
  for (const ErrorStatistics& s : input.comparison.statistics) {
    std::vector<Metric> own = statistics_metrics(s);
    if (!s.network_pct) own.pop_back();
    add_intervals(intervals_of(input, s), &own);
    add_noise(input, s, &own);
    for (Metric& m : own) all.push_back(std::move(m));
    for (const ComparedRow& r : input.comparison.rows)
      if (of_group(r, s)) add_row(s, r, &all);
  }
  for (const Pooled& p : pooled_statistics(input)) {
    std::vector<Metric> own = statistics_metrics(p.statistics);
    own.pop_back();  // networks do not add up
    add_intervals(p.intervals, &own);
    for (Metric& m : own) all.push_back(std::move(m));
  }
  return all;
}

}  // namespace assay::report
