// SPDX-License-Identifier: Apache-2.0
// The space and the front of a layer, the front of the network, and executed against predicted.
#include <fmt/format.h>

#include "core/text.h"
#include "experiments/explore/explore_report.h"
#include "experiments/report/format.h"

namespace assay {
namespace {

using report::Axis;
using report::Canvas;
using report::Figure;
using report::LegendEntry;
using report::Mark;
using report::series_color;
using Points = std::vector<std::vector<double>>;

constexpr std::size_t kMostSpaces = 12;  // figures of single layers

struct Series {
  std::string name;
  std::string color;
  int type;  // of points; 0: steps of a front
  double size;
  Points points;
};

double ms(const Explored& e, double cycles) {
  return duration(Cycles(cycles), e.accelerator.clock).value;
}

// What dominates is on the lower left of the steps.
Points steps(const Points& front) {
  Points out;
  for (const auto& p : front) {
    if (!out.empty()) out.push_back({p[0], out.back()[1]});
    out.push_back(p);
  }
  return out;
}

void draw(Figure* f, const std::vector<Series>& all, const std::string& x, const std::string& y,
          bool diagonal) {
  std::vector<double> xs, ys;
  std::vector<LegendEntry> legend;
  f->csv = report::csv_line({"series", x, y});
  for (const Series& s : all) {
    if (s.points.empty()) continue;
    legend.push_back({s.name, s.color, s.type == 0 ? Mark::kLine : Mark::kPoint, s.type});
    for (const auto& p : s.points) {
      xs.push_back(p[0]);
      ys.push_back(p[1]);
      f->csv += report::csv_line({s.name, number_text(p[0]), number_text(p[1])});
    }
  }
  if (diagonal) {
    xs.insert(xs.end(), ys.begin(), ys.end());
    ys = xs;
  }
  Canvas canvas(f->title, report::log_axis(xs, 1.15, x), report::log_axis(ys, 1.15, y), legend,
                f->width, 380);
  if (diagonal) {
    const Axis a = report::log_axis(xs, 1.15, x);
    canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                            canvas.data({{a.lo, a.lo}, {a.hi, a.hi}}), report::kInk));
  }
  for (const Series& s : all) {
    if (s.points.empty()) continue;
    if (s.type == 0)
      canvas.plot(fmt::format("{} using 1:2 with lines lw 2 lc rgb '{}'",
                              canvas.data(steps(s.points)), s.color));
    else
      canvas.plot(fmt::format("{} using 1:2 with points pt {} ps {} lc rgb '{}'",
                              canvas.data(s.points), s.type, s.size, s.color));
  }
  f->height = canvas.height();
  f->script = canvas.script();
}

Points points_of(const Explored& e, const std::vector<ExploredDesign>& designs) {
  Points out;
  for (const ExploredDesign& d : designs) out.push_back({ms(e, d.costs[0]), d.costs[1] * 1e-6});
  return out;
}

Figure space_figure(const Explored& e, const ExploredLayer& l) {
  Figure f;
  f.name = "space-" + l.layer.name;
  f.title = fmt::format("Mappings of {}: {} on {}, batch {}", l.layer.name, e.workload.name,
                        e.accelerator.name, e.batch);
  f.caption = fmt::format(
      "{} of the {} legal designs that were evaluated, chosen by a hash, the best ones, and the "
      "front.",
      l.sample.size(), l.counts.evaluated);
  std::vector<Series> all{{"evaluated", report::kGrid, 7, 0.5, points_of(e, l.sample)},
                          {"best by the objective", series_color(2), 7, 0.5, points_of(e, l.top)},
                          {"front", series_color(0), 0, 0, points_of(e, l.front)},
                          {"chosen", series_color(0), 7, 1, points_of(e, {l.front[l.best]})}};
  all[0].color = "#9aa2aa";
  if (l.reference)
    all.push_back({"reference", series_color(1), 13, 1.4, points_of(e, {*l.reference})});
  draw(&f, all, "latency [ms]", "energy [uJ]", false);
  return f;
}

Figure network_figure(const Explored& e, const NetworkFront& network) {
  Figure f;
  f.name = "network-front";
  f.title = fmt::format("Whole network: {} on {}, batch {}", e.workload.name, e.accelerator.name,
                        e.batch);
  f.caption = "One design per layer; sums over the layers, repeats included.";
  Points front, chosen, reference;
  for (const NetworkPoint& p : network.points)
    front.push_back({ms(e, p.costs[0]), p.costs[1] * 1e-6});
  const NetworkPoint& best = best_of(network, e.objective);
  chosen.push_back({ms(e, best.costs[0]), best.costs[1] * 1e-6});
  double latency = 0, energy = 0;
  bool all_referenced = true;
  for (const ExploredLayer& l : e.layers) {
    all_referenced = all_referenced && l.reference;
    if (!l.reference) continue;
    latency += static_cast<double>(l.layer.repeat) * l.reference->costs[0];
    energy += static_cast<double>(l.layer.repeat) * l.reference->costs[1];
  }
  if (all_referenced) reference.push_back({ms(e, latency), energy * 1e-6});
  draw(&f,
       {{"front", series_color(0), 0, 0, front},
        {"chosen", series_color(0), 7, 1, chosen},
        {"reference", series_color(1), 13, 1.4, reference}},
       "latency [ms]", "energy [uJ]", false);
  return f;
}

Figure trust_figure(const ExploreReport& r) {
  const Explored& e = *r.explored;
  Figure f;
  f.name = "executed";
  f.title = "Executed against predicted latency";
  f.caption = "Every executed design of all layers; on the line, both agree.";
  Points top, spread;
  for (std::size_t i = 0; i < e.layers.size(); ++i) {
    if (e.layers[i].searched != e.layers[i].layer.name) continue;
    for (const LayerTrust::Point& p : (*r.trust)[i].points)
      (p.top ? top : spread).push_back({p.predicted[0] * 1e-3, p.executed[0] * 1e-3});
  }
  if (top.empty() && spread.empty()) {
    f.missing = "no design was executed";
    return f;
  }
  draw(&f,
       {{"spread", "#9aa2aa", 7, 0.5, spread},
        {"best by the objective", series_color(0), 7, 0.5, top}},
       "predicted latency [kcycles]", "executed latency [kcycles]", true);
  return f;
}

}  // namespace

std::vector<Figure> explore_figures(const ExploreReport& r) {
  const Explored& e = *r.explored;
  std::vector<Figure> figures;
  if (e.energy_known) {
    if (r.network != nullptr && e.layers.size() > 1)
      figures.push_back(network_figure(e, *r.network));
    for (const ExploredLayer& l : e.layers)
      if (l.searched == l.layer.name && figures.size() < kMostSpaces)
        figures.push_back(space_figure(e, l));
  }
  if (r.trust != nullptr) figures.push_back(trust_figure(r));
  return figures;
}

}  // namespace assay
