// SPDX-License-Identifier: Apache-2.0
// Waterfalls drawn: floating bars, each beginning where the one before it ended, their values above
// or below them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/format.h"
#include "experiments/report/waterfall.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostNarrow = 9;  // bars of a narrow figure
constexpr double kHalf = 0.36;
constexpr std::size_t kUp = 1, kDown = 2, kTotal = 0;  // series colours

struct Bar {
  double from = 0, to = 0;
};

std::vector<Bar> bars_of(const Waterfall& w) {
  std::vector<Bar> bars;
  double at = 0;
  for (const WaterfallStep& s : w.steps) {
    bars.push_back(s.total ? Bar{0, s.value} : Bar{at, at + s.value});
    at = bars.back().to;
  }
  return bars;
}

std::size_t color_index(const WaterfallStep& s) {
  return s.total ? kTotal : s.value >= 0 ? kUp : kDown;
}

std::string value_text(const WaterfallStep& s, double scale) {
  const int decimals = scale >= 1000 ? 0 : scale >= 100 ? 1 : scale >= 1 ? 2 : 4;
  if (std::fabs(s.value) >= 1e5) return fmt::format("{:+.3g}", s.value);
  return s.total && s.value > 0 ? fmt::format("{:.{}f}", s.value, decimals)
                                : fmt::format("{:+.{}f}", s.value, decimals);
}

void draw_bars(const Waterfall& w, const std::vector<Bar>& bars, Canvas* canvas) {
  for (const std::size_t color : {kTotal, kUp, kDown}) {
    std::vector<std::vector<double>> boxes;
    for (std::size_t i = 0; i < bars.size(); ++i) {
      if (color_index(w.steps[i]) != color) continue;
      const auto x = static_cast<double>(i);
      boxes.push_back({x, bars[i].to, x - kHalf, x + kHalf, std::min(bars[i].from, bars[i].to),
                       std::max(bars[i].from, bars[i].to)});
    }
    if (boxes.empty()) continue;
    canvas->plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                             canvas->data(boxes), series_color(color)));
  }
}

// From the end of each bar to the next one.
void draw_links(const std::vector<Bar>& bars, Canvas* canvas) {
  for (std::size_t i = 0; i + 1 < bars.size(); ++i) {
    const auto x = static_cast<double>(i);
    canvas->plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 0.8 dt 3",
                             canvas->data({{x + kHalf, bars[i].to}, {x + 1 - kHalf, bars[i].to}}),
                             kInk));
  }
}

}  // namespace

std::string waterfall_csv(const Waterfall& w) {
  std::string csv = csv_line({"step", "kind", "value", "from", "to"});
  const std::vector<Bar> bars = bars_of(w);
  for (std::size_t i = 0; i < bars.size(); ++i)
    csv += csv_line({w.steps[i].name, w.steps[i].total ? "total" : "step",
                     shortest(w.steps[i].value), shortest(bars[i].from), shortest(bars[i].to)});
  return csv;
}

Figure waterfall_figure(const Waterfall& w, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = w.title;
  figure.caption = w.caption;
  figure.missing = w.missing;
  if (!w.missing.empty()) return figure;
  figure.csv = waterfall_csv(w);
  const std::vector<Bar> bars = bars_of(w);
  double lo = 0, hi = 0;
  for (const Bar& b : bars) {
    lo = std::min({lo, b.from, b.to});
    hi = std::max({hi, b.from, b.to});
  }
  if (!(hi > lo)) {
    figure.missing = "there is no error to take apart";
    return figure;
  }
  std::vector<std::string> names;
  for (const WaterfallStep& s : w.steps) names.push_back(s.name);
  if (names.size() > kMostNarrow) figure.width = kWideFigure;
  const double room = 0.12 * (hi - lo);
  const Axis x = name_axis(names);
  Axis y = linear_axis(lo < 0 ? lo - room : lo, hi + room, w.unit);
  y.note = shortened(w.unit_note, 44);
  Canvas canvas(figure.title, x, y,
                {{"adds", series_color(kUp), Mark::kFill, 0},
                 {"takes off", series_color(kDown), Mark::kFill, 0},
                 {"sum", series_color(kTotal), Mark::kFill, 0}},
                figure.width, 300);
  draw_bars(w, bars, &canvas);
  draw_links(bars, &canvas);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, 0}, {x.hi, 0}}), kInk));
  const double scale = std::max(hi, -lo);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const bool up = bars[i].to >= bars[i].from;
    canvas.text(canvas.px(static_cast<double>(i)), canvas.py(bars[i].to) + (up ? 9 : -9),
                value_text(w.steps[i], scale), "center font ',12'");
  }
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
