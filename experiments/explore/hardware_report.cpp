// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/hardware_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/explore/design_files.h"
#include "experiments/explore/design_text.h"
#include "experiments/report/format.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using analytical::DesignSpace;
using analytical::HardwareDesign;
using analytical::SweepCounts;
using report::count;
using report::csv_line;
using Member = analytical::DesignFront::Member;

constexpr std::size_t kRowsShown = 20;

const char* objective_name(const DesignSpace& space, std::size_t i) {
  return analytical::kDesignObjectives[static_cast<std::size_t>(space.objectives[i])];
}

std::string with_unit(const char* name) {
  const std::string n(name);
  if (n == "latency") return "latency_cycles";
  if (n == "energy") return "energy_pj";
  if (n == "area") return "area_mm2";
  return n == "power" ? "power_mw" : "edp_pj_cycles";
}

std::string axis_title(const char* name) {
  const std::string n(name);
  if (n == "latency") return "latency [cycles]";
  if (n == "energy") return "energy [pJ]";
  if (n == "area") return "area [mm²]";
  return n == "power" ? "power [mW]" : "energy-delay product [pJ cycles]";
}

std::string precision_text(const Precision& p) {
  return fmt::format("{}/{}/{}/{}", p.input_bits, p.weight_bits, p.psum_bits, p.output_bits);
}

std::string rate(std::int64_t designs, double seconds) {
  return seconds > 0 ? fmt::format("{:.3g} M/s", static_cast<double>(designs) / seconds * 1e-6)
                     : "n/a";
}

std::string count_line(const char* what, std::int64_t n, std::int64_t all,
                       const std::string& more) {
  return fmt::format("  {:<44} {:>15}  {:>7.3f} %{}\n", what, count(n),
                     100 * static_cast<double>(n) / static_cast<double>(all), more);
}

std::string account(const SpaceFile& file, const SweepOutcome& o) {
  const SweepCounts& c = o.result.counts;
  const std::int64_t all = file.space.size();
  // Rates are of what this run did.
  const double share = 1 - o.resumed_share;
  const auto part = [share](std::int64_t n) {
    return static_cast<std::int64_t>(static_cast<double>(n) * share);
  };
  std::string text = fmt::format("Space {}: {} designs; {} of batch {}\n", file.space.name,
                                 count(all), file.space.workload, file.space.batch);
  text += count_line("evaluated", c.evaluated, all, "  " + rate(part(c.evaluated), o.seconds));
  text += count_line("  of them beyond a limit", c.over_limit, all, "");
  text += count_line("pruned by proof: same mapping", c.pruned_same_mapping, all, "");
  text += count_line("pruned by proof: larger memories", c.pruned_larger_memories, all,
                     "  pruned in all: " + rate(part(c.pruned()), o.seconds));
  text += count_line("invalid: a tile does not fit", c.does_not_fit, all, "");
  text += count_line("invalid: otherwise illegal", c.illegal, all, "");
  text += fmt::format("{:.1f} s, {:.1f} s of processor time: {} of all designs\n", o.seconds,
                      o.cpu_seconds, rate(part(c.total()), o.seconds));
  if (o.resumed_share > 0)
    text += fmt::format("{:.1f} % were done by an earlier run; rates are estimates of the rest\n",
                        100 * o.resumed_share);
  return text;
}

std::string sample_line(const SampleCheck& s) {
  if (s.designs == 0) return "";
  std::string text = fmt::format(
      "Sample, one at a time by predict and check: {} designs, {} valid; {} with other figures, {} "
      "better than the front; {:.1f} s, {}\n",
      count(s.designs), count(s.valid), s.different, s.beyond_front, s.seconds,
      rate(s.designs, s.seconds));
  if (s.first_wrong >= 0) text += fmt::format("First wrong design: {}\n", s.first_wrong);
  return text;
}

std::vector<std::string> values_of(const DesignSpace& space, const Member& m) {
  const HardwareDesign d = design_of(space, m.key);
  std::vector<std::string> cells{std::to_string(m.key)};
  for (std::size_t i = 0; i < space.objectives.size(); ++i)
    cells.push_back(number_text(m.objectives[i]));
  cells.push_back(space.dataflows[d.dataflow].name);
  cells.push_back(precision_text(space.precisions[d.precision]));
  for (std::size_t i = 0; i < space.axes.size(); ++i)
    cells.push_back(std::to_string(space.axes[i].values[d.at[i]]));
  return cells;
}

std::vector<std::string> columns_of(const DesignSpace& space) {
  std::vector<std::string> names{"design"};
  for (std::size_t i = 0; i < space.objectives.size(); ++i)
    names.push_back(with_unit(objective_name(space, i)));
  names.insert(names.end(), {"dataflow", "bits_i_w_p_o"});
  for (const auto& axis : space.axes) names.push_back(axis.name);
  return names;
}

std::string shown_front(const SpaceFile& file, const SweepOutcome& o) {
  const auto& members = o.result.front.members();
  std::string text = fmt::format("Front: {} designs\n", members.size());
  const std::size_t n = std::min(members.size(), kRowsShown);
  std::vector<std::vector<std::string>> rows{columns_of(file.space)};
  for (std::size_t i = 0; i < n; ++i) {  // evenly over the front
    const std::size_t at = n < 2 ? 0 : i * (members.size() - 1) / (n - 1);
    rows.push_back(values_of(file.space, members[at]));
    for (std::size_t k = 0; k < file.space.objectives.size(); ++k)
      rows.back()[k + 1] = fmt::format("{:.4g}", members[at].objectives[k]);
  }
  std::vector<std::size_t> width(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) text += fmt::format("  {:>{}}", row[k], width[k]);
    text += "\n";
  }
  if (n < members.size())
    text += fmt::format("({} of {} shown; all are in front.csv with --out)\n", n, members.size());
  return text;
}

nlohmann::ordered_json json_of(const SpaceFile& file, const SweepOutcome& o,
                               const SampleCheck& sample) {
  const DesignSpace& space = file.space;
  const SweepCounts& c = o.result.counts;
  nlohmann::ordered_json j;
  j["schema"] = "assay.front/1";
  j["space"] = space.name;
  j["inputs"] = file.inputs;
  j["tool"] = "assay explore-hardware " ASSAY_VERSION;
  j["designs"] = space.size();
  j["counts"] = {{"evaluated", c.evaluated},
                 {"over_limit", c.over_limit},
                 {"pruned_same_mapping", c.pruned_same_mapping},
                 {"pruned_larger_memories", c.pruned_larger_memories},
                 {"does_not_fit", c.does_not_fit},
                 {"illegal", c.illegal}};
  if (sample.designs > 0)
    j["sample"] = {{"designs", sample.designs},
                   {"valid", sample.valid},
                   {"different", sample.different},
                   {"beyond_front", sample.beyond_front}};
  for (const Member& m : o.result.front.members()) {
    const HardwareDesign d = design_of(space, m.key);
    nlohmann::ordered_json row;
    row["design"] = m.key;
    for (std::size_t i = 0; i < space.objectives.size(); ++i)
      row[with_unit(objective_name(space, i))] = m.objectives[i];
    row["dataflow"] = space.dataflows[d.dataflow].name;
    row["bits_i_w_p_o"] = precision_text(space.precisions[d.precision]);
    for (std::size_t i = 0; i < space.axes.size(); ++i)
      row[space.axes[i].name] = space.axes[i].values[d.at[i]];
    row["files"] = "designs/" + std::to_string(m.key);
    j["front"].push_back(std::move(row));
  }
  return j;
}

void write_design(const SpaceFile& file, const Member& m, const fs::path& folder) {
  const DesignSpace& space = file.space;
  const HardwareDesign d = design_of(space, m.key);
  Accelerator a = accelerator_of(space, d);
  Parameters p = parameters_of(space, d, a);
  const std::string note = fmt::format("design {} of space {}", m.key, space.name);
  a.name = fmt::format("{}-{}", space.base.name, m.key);
  p.chip = a.name;
  std::vector<Mapping> mappings;
  for (const Layer& layer : space.layers) mappings.push_back(mapping_of(space, d, layer));
  std::vector<NamedNest> nests;
  for (std::size_t i = 0; i < mappings.size(); ++i)
    nests.push_back({space.layers[i].name, &mappings[i]});
  fs::create_directories(folder);
  write_text(folder / "accelerator.yaml", accelerator_yaml(a, note));
  write_text(folder / "mapping.yaml", mapping_yaml(fmt::format("{}-{}", space.name, m.key), a,
                                                   space.workload, space.batch, note, nests));
  write_text(folder / "parameters.yaml", parameters_yaml(p));
}

}  // namespace

std::string sweep_text(const SpaceFile& file, const SweepOutcome& outcome,
                       const SampleCheck& sample) {
  return account(file, outcome) + sample_line(sample) + shown_front(file, outcome);
}

std::string front_csv(const SpaceFile& file, const SweepOutcome& outcome) {
  std::string text = csv_line(columns_of(file.space));
  for (const Member& m : outcome.result.front.members()) text += csv_line(values_of(file.space, m));
  return text;
}

report::Figure hardware_figure(const SpaceFile& file, const SweepOutcome& outcome) {
  using namespace report;
  const DesignSpace& space = file.space;
  Figure f;
  f.name = "space";
  f.title = "Design space: " + space.name;
  f.width = kWideFigure;
  const auto& members = outcome.result.front.members();
  if (space.objectives.size() < 2 || members.empty()) {
    f.missing = members.empty() ? "no design is valid" : "there is one objective only";
    return f;
  }
  std::vector<std::vector<double>> seen, front;
  std::vector<double> xs, ys;
  const auto add = [&](const auto& o, auto& rows) {
    rows.push_back({o[0], o[1]});
    xs.push_back(o[0]);
    ys.push_back(o[1]);
  };
  for (const auto& d : outcome.result.seen) add(d.objectives, seen);
  for (const Member& m : members) add(m.objectives, front);
  const std::string x = with_unit(objective_name(space, 0)),
                    y = with_unit(objective_name(space, 1));
  f.csv = csv_line({x, y, "front"});
  for (const auto& r : seen) f.csv += csv_line({number_text(r[0]), number_text(r[1]), "0"});
  for (const auto& r : front) f.csv += csv_line({number_text(r[0]), number_text(r[1]), "1"});
  Canvas canvas(
      f.title, log_axis(xs, 1.1, axis_title(objective_name(space, 0))),
      log_axis(ys, 1.1, axis_title(objective_name(space, 1))),
      {{fmt::format("{} of the evaluated designs", count(static_cast<std::int64_t>(seen.size()))),
        baseline_color(0), Mark::kPoint, 7},
       {fmt::format("the front, {} designs", members.size()), series_color(0), Mark::kPoint, 7}},
      kWideFigure, 420);
  if (!seen.empty())
    canvas.plot(fmt::format("{} using 1:2 with points pt 7 ps 0.15 lc rgb '{}'", canvas.data(seen),
                            baseline_color(0)));
  canvas.plot(fmt::format("{} using 1:2 with points pt 7 ps 0.6 lc rgb '{}'", canvas.data(front),
                          series_color(0)));
  f.height = canvas.height();
  f.script = canvas.script();
  f.caption =
      space.objectives.size() > 2
          ? "The front has a third objective: some of its points are dominated in this plane."
          : "Each point is a design.";
  return f;
}

void write_sweep(const SpaceFile& file, const SweepOutcome& outcome, const SampleCheck& sample,
                 const fs::path& folder) {
  fs::create_directories(folder);
  write_text(folder / "front.csv", front_csv(file, outcome));
  write_text(folder / "front.json", json_of(file, outcome, sample).dump(2) + "\n");
  write_text(folder / "summary.txt", sweep_text(file, outcome, sample));
  fs::create_directories(folder / "plots");
  report::draw({hardware_figure(file, outcome)}, folder / "plots", "gnuplot");
  for (const Member& m : outcome.result.front.members())
    write_design(file, m, folder / "designs" / std::to_string(m.key));
}

}  // namespace assay
