// SPDX-License-Identifier: Apache-2.0
#include "experiments/board/board_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/diagnostics.h"
#include "core/text.h"

namespace assay::board {
namespace {

std::string known_clocks(const Board& b) {
  std::vector<std::string> names;
  for (const auto& [name, clock] : b.clocks_mhz) names.push_back(name);
  return listed(names, 20);
}

double clock_of(const Board& b, const Shape& shape, const ClockChoice& choice,
                const std::string& csv, int line, Diagnostics* diagnostics) {
  if (choice.given) return *choice.given;
  if (choice.header) {
    if (b.header_clock_mhz) return *b.header_clock_mhz;
    diagnostics->push_back({b.file.string(), 0, "header_clock_mhz", "", "the key is missing"});
    return b.base.clock.value;
  }
  const auto at = b.clocks_mhz.find(shape.config);
  if (at != b.clocks_mhz.end()) return at->second;
  diagnostics->push_back({csv, line, "config", shape.config,
                          "no clock is known for this configuration; expected one of " +
                              known_clocks(b) + ", or --clock MHZ"});
  return b.base.clock.value;
}

std::string group_of(const BoardRow& r) { return r.networks.front(); }

}  // namespace

BoardCases board_cases(const Board& b, const std::filesystem::path& csv_file,
                       const std::vector<BoardRow>& rows, const ClockChoice& clock) {
  BoardCases out;
  Diagnostics diagnostics;
  std::map<std::string, std::size_t> number;
  const std::string csv = csv_file.string();
  for (const BoardRow& r : rows) {
    const auto [at, is_new] = number.emplace(r.config, out.shapes.size());
    if (is_new) {
      out.shapes.push_back({r.config, r.m, r.p});
      const double mhz = clock_of(b, out.shapes.back(), clock, csv, r.line, &diagnostics);
      out.machines.push_back(accelerator_of(b, out.shapes.back(), mhz));
    }
    const Shape& shape = out.shapes[at->second];
    if (shape.m != r.m || shape.p != r.p) {
      diagnostics.push_back({csv, r.line, "config", r.config,
                             "M and P differ from those of an earlier row of this configuration"});
      continue;
    }
    try {
      out.cases.push_back(case_of(b, out.machines[at->second], r, at->second));
    } catch (const InputError& e) {
      for (const Diagnostic& d : e.diagnostics())
        diagnostics.push_back({csv, r.line, r.id, "", d.expected});
    }
  }
  throw_if_any(diagnostics);
  return out;
}

double measured_ms(const Board& board, const BoardRow& row) {
  return row.main_cycles / board.main_clock_mhz * 1e-3;
}

std::vector<ScoredRow> score(const Board& board, const std::vector<BoardRow>& rows,
                             BoardCases cases, const Parameters* parameters) {
  Diagnostics diagnostics;
  if (parameters != nullptr)
    for (Accelerator& a : cases.machines) apply_machine_values(*parameters, &a, &diagnostics);
  std::vector<Diagnostic> once;  // what is wrong for one machine is wrong for all
  for (const Diagnostic& d : diagnostics)
    if (std::none_of(once.begin(), once.end(),
                     [&](const Diagnostic& o) { return to_string(o) == to_string(d); }))
      once.push_back(d);
  throw_if_any(once);
  std::vector<ScoredRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Accelerator& a = cases.machines[cases.cases[i].machine];
    const fit::CaseLatency latency = fit::latency_of(cases.cases[i], a);
    out.push_back({&rows[i], latency.ms, measured_ms(board, rows[i]),
                   fit::bound_name(cases.cases[i], a, latency)});
  }
  return out;
}

std::vector<Section> sections(const std::vector<ScoredRow>& rows) {
  std::vector<std::pair<std::string, std::vector<calibration::ErrorSample>>> parts{{"all", {}}};
  const auto part = [&](const std::string& name) -> std::vector<calibration::ErrorSample>& {
    for (auto& p : parts)
      if (p.first == name) return p.second;
    parts.push_back({name, {}});
    return parts.back().second;
  };
  for (const char* order : {"config", "mode", "bound"})
    for (const ScoredRow& r : rows) {
      const calibration::ErrorSample s{r.row->id, group_of(*r.row), r.predicted_ms, r.measured_ms};
      if (order == std::string("config")) {
        parts.front().second.push_back(s);
        part(r.row->config).push_back(s);
      } else if (order == std::string("mode")) {
        part(r.row->dynamic ? "weights dyn" : "weights sta").push_back(s);
      } else {
        part("bound " + r.bound).push_back(s);
      }
    }
  std::vector<Section> out;
  for (const auto& [name, samples] : parts)
    out.push_back({name, calibration::error_report(samples)});
  return out;
}

std::string rows_csv(const std::vector<ScoredRow>& rows) {
  std::string text = "row,config,weight_mode,networks,predicted_ms,measured_ms,error_pct,bound\n";
  for (const ScoredRow& r : rows) {
    std::string networks;
    for (const std::string& n : r.row->networks) networks += (networks.empty() ? "" : " ") + n;
    text +=
        fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(r.row->id), csv_field(r.row->config),
                    r.row->dynamic ? "dyn" : "sta", csv_field(networks),
                    number_text(r.predicted_ms), number_text(r.measured_ms),
                    number_text(100 * (r.predicted_ms / r.measured_ms - 1)), csv_field(r.bound));
  }
  return text;
}

}  // namespace assay::board
