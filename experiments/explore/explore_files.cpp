// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/explore/design_text.h"
#include "experiments/explore/explore_report.h"
#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string nest_text(const Mapping& mapping, const Accelerator& a) {
  std::string text;
  for (const std::string& line : nest_lines(mapping, a)) text += (text.empty() ? "" : "; ") + line;
  return text;
}

double milliseconds(const Explored& e, double cycles) {
  return duration(Cycles(cycles), e.accelerator.clock).value;
}

std::string file_of(const ExploredLayer& l, std::size_t number) {
  return fmt::format("mappings/{}-{}.yaml", l.layer.name, number);
}

std::string front_csv(const Explored& e) {
  std::string csv = report::csv_line({"layer", "number", "latency_cycles", "latency_ms",
                                      "energy_uj", "macs_per_cycle", "nest", "file"});
  for (const ExploredLayer& l : e.layers)
    for (std::size_t i = 0; i < l.front.size(); ++i) {
      const analytical::Costs& c = l.front[i].costs;
      csv += report::csv_line({l.layer.name, std::to_string(i), number_text(c[0]),
                               number_text(milliseconds(e, c[0])),
                               e.energy_known ? number_text(c[1] * 1e-6) : "",
                               number_text(static_cast<double>(points(l.layer)) / c[0]),
                               nest_text(l.front[i].mapping, e.accelerator), file_of(l, i)});
    }
  return csv;
}

ordered_json nest_json(const Mapping& mapping, const Accelerator& a) {
  ordered_json nest = ordered_json::array();
  for (const std::string& line : nest_lines(mapping, a)) {
    const std::size_t colon = line.find(": ");
    const std::string value = line.substr(colon + 2);
    const auto n = parse_integer(value);
    nest.push_back({{line.substr(0, colon), n ? ordered_json(*n) : ordered_json(value)}});
  }
  return nest;
}

ordered_json or_null(const std::optional<double>& v) {
  return v ? ordered_json(*v) : ordered_json(nullptr);
}

ordered_json costs_json(const Explored& e, const analytical::Costs& c) {
  ordered_json j{{"latency_cycles", c[0]}, {"latency_ms", milliseconds(e, c[0])}};
  if (e.energy_known) j["energy_uj"] = c[1] * 1e-6;
  return j;
}

ordered_json trust_json(const LayerTrust& t) {
  return {{"executed", t.trust.designs},
          {"left_out", t.left_out},
          {"tau_b", or_null(t.trust.tau_b)},
          {"tau_b_of_the_best", or_null(t.top.tau_b)},
          {"regret_pct", or_null(t.trust.regret_pct)},
          {"resolution_pct", or_null(t.trust.resolution_pct)},
          {"pairs", t.trust.pairs},
          {"chosen_executed_cycles", or_null(t.chosen_cycles)},
          {"chosen_executed", or_null(t.chosen_executed)},
          {"reranked_executed", or_null(t.reranked_executed)},
          {"reference_executed", or_null(t.reference_executed)}};
}

std::string front_json(const ExploreReport& r) {
  const Explored& e = *r.explored;
  ordered_json out{
      {"schema", "assay.front/1"},
      {"accelerator", e.accelerator.name},
      {"workload", e.workload.name},
      {"batch", e.batch},
      {"objective", analytical::kObjectiveNames[static_cast<std::size_t>(e.objective)]},
      {"latency", e.latency == analytical::LatencyKind::total ? "total" : "processing"},
      {"space", e.space.name}};
  ordered_json layers = ordered_json::array();
  for (std::size_t i = 0; i < e.layers.size(); ++i) {
    const ExploredLayer& l = e.layers[i];
    ordered_json j{{"layer", l.layer.name},
                   {"repeat", l.layer.repeat},
                   {"searched_as", l.searched},
                   {"designs", l.size},
                   {"exhaustive", l.exhaustive},
                   {"evaluated", l.counts.evaluated},
                   {"pruned", l.counts.pruned},
                   {"invalid", l.counts.invalid},
                   {"best", l.best}};
    if (l.reference) j["reference"] = costs_json(e, l.reference->costs);
    if (r.trust != nullptr) j["trust"] = trust_json((*r.trust)[i]);
    j["front"] = ordered_json::array();
    for (std::size_t k = 0; k < l.front.size(); ++k) {
      ordered_json d = costs_json(e, l.front[k].costs);
      d["file"] = file_of(l, k);
      d["nest"] = nest_json(l.front[k].mapping, e.accelerator);
      j["front"].push_back(std::move(d));
    }
    layers.push_back(std::move(j));
  }
  out["layers"] = std::move(layers);
  return out.dump(1) + "\n";
}

std::string network_csv(const Explored& e, const NetworkFront& network) {
  std::vector<std::string> head{"latency_cycles", "latency_ms", "energy_uj"};
  for (const ExploredLayer& l : e.layers) head.push_back(l.layer.name);
  std::string csv = report::csv_line(head);
  for (const NetworkPoint& p : network.points) {
    std::vector<std::string> row{number_text(p.costs[0]), number_text(milliseconds(e, p.costs[0])),
                                 e.energy_known ? number_text(p.costs[1] * 1e-6) : ""};
    for (const std::size_t c : p.chosen) row.push_back(std::to_string(c));
    csv += report::csv_line(row);
  }
  return csv;
}

void write_mappings(const fs::path& folder, const ExploreReport& r) {
  const Explored& e = *r.explored;
  const std::string objective(analytical::kObjectiveNames[static_cast<std::size_t>(e.objective)]);
  const std::string source = "assay explore: space " + e.space.name + ", objective " + objective;
  const auto write = [&](const std::string& file, const std::string& what,
                         const std::vector<NamedNest>& nests) {
    write_text(folder / file, mapping_yaml(fs::path(file).stem().string(), e.accelerator,
                                           e.workload.name, e.batch, source + what, nests));
  };
  std::vector<NamedNest> best, network;
  for (std::size_t i = 0; i < e.layers.size(); ++i) {
    const ExploredLayer& l = e.layers[i];
    const ExploredDesign* executed = r.trust == nullptr ? nullptr : (*r.trust)[i].reranked;
    best.push_back(
        {l.layer.name, executed != nullptr ? &executed->mapping : &l.front[l.best].mapping});
    for (std::size_t k = 0; k < l.front.size(); ++k)
      write(file_of(l, k), fmt::format(", design {} of the front", k),
            {{l.layer.name, &l.front[k].mapping}});
    if (r.network != nullptr)
      network.push_back(
          {l.layer.name, &l.front[best_of(*r.network, e.objective).chosen[i]].mapping});
  }
  write("mapping.yaml", ", the best design of each layer", best);
  if (r.network != nullptr) write("network.yaml", ", the best choice for the network", network);
}

}  // namespace

std::vector<std::string> write_explored(const fs::path& folder, const ExploreReport& r) {
  std::error_code ignored;
  fs::remove_all(folder / "mappings", ignored);
  fs::create_directories(folder / "mappings");
  fs::create_directories(folder / "plots");
  write_text(folder / "front.csv", front_csv(*r.explored));
  write_text(folder / "front.json", front_json(r));
  if (r.network != nullptr)
    write_text(folder / "network_front.csv", network_csv(*r.explored, *r.network));
  write_mappings(folder, r);
  std::vector<std::string> problems;
  const auto figures = explore_figures(r);
  const auto drawn = report::draw(figures, folder / "plots", "gnuplot");
  for (std::size_t i = 0; i < drawn.size(); ++i)
    if (!drawn[i].problem.empty()) problems.push_back(figures[i].name + ": " + drawn[i].problem);
  return problems;
}

}  // namespace assay
