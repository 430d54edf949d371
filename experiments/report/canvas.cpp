// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kLegendRow = 21;
constexpr double kLegendMark = 24;
constexpr double kLegendGap = 16;
constexpr double kRight = 24;
constexpr double kTop = 36;

double widest_tick(const Axis& axis) {
  double widest = 0;
  for (const Tick& t : axis.ticks) widest = std::max(widest, text_width(t.text));
  return widest;
}

// Room for the label, the note and the tick texts of a y axis.
double left_margin(const Axis& y) { return 24 + (y.note.empty() ? 0 : 17) + widest_tick(y) + 20; }

bool rotated(const Axis& x, double plot_width) {
  return widest_tick(x) + 6 >
         plot_width / static_cast<double>(std::max<std::size_t>(1, x.ticks.size()));
}

double tick_height(const Axis& x, double plot_width) {
  if (!rotated(x, plot_width)) return 32;
  return 22 + 0.8 * widest_tick(x);
}

// Row and left edge of every legend entry.
std::vector<std::pair<int, double>> legend_cells(const std::vector<LegendEntry>& entries,
                                                 double room) {
  std::vector<std::pair<int, double>> cells;
  int row = 0;
  double x = 0;
  for (const LegendEntry& e : entries) {
    const double need = kLegendMark + text_width(e.text) + kLegendGap;
    if (x > 0 && x + need > room) {
      ++row;
      x = 0;
    }
    cells.emplace_back(row, x);
    x += need;
  }
  return cells;
}

}  // namespace

double text_width(const std::string& text) {
  constexpr double kCharacter = 7.1;  // at 13 pixels, in a wide typeface
  return kCharacter * static_cast<double>(width(text));
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : plain(text)) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

Canvas::Canvas(std::string title, Axis x, Axis y, const std::vector<LegendEntry>& entries,
               int width, int plot_height)
    : width_(width), x_(std::move(x)), y_(std::move(y)) {
  const double left = left_margin(y_);
  const auto cells = legend_cells(entries, width_ - 2 * kRight);
  const double legend_height = cells.empty() ? 0 : kLegendRow * (cells.back().first + 1) + 8;
  const double plot_width = width_ - left - kRight;
  const double below = tick_height(x_, plot_width) + (x_.label.empty() ? 4 : 24) + legend_height;
  plot_ = {left, below, width_ - kRight, below + plot_height};
  height_ = static_cast<int>(std::ceil(plot_.y1 + kTop));
  commands_ = fmt::format(
      "set encoding utf8\nset key off\nset border 3 lc rgb '{0}'\nset tics nomirror out scale 0.5 "
      "tc rgb '{0}'\n"
      "{1}",
      kInk, grid_command());
  text(width_ / 2.0, height_ - 16, shortened(title, static_cast<std::size_t>(width_ / 8.4)),
       "center font ',14'");
  axes();
  legend(entries, cells);
}

// Lines at numbers, none at names.
std::string Canvas::grid_command() const {
  if (x_.names && y_.names) return "unset grid\n";
  return fmt::format("set grid {} {} back lc rgb '{}' lt 1 lw 1\n", x_.names ? "noxtics" : "xtics",
                     y_.names ? "noytics" : "ytics", kGrid);
}

std::string Canvas::at(double x, double y) const {
  return fmt::format("screen {:.5f},{:.5f}", x / width_, y / height_);
}

void Canvas::axes() {
  for (const auto& [margin, fraction] :
       std::array<std::pair<char, double>, 4>{{{'l', plot_.x0 / width_},
                                               {'r', plot_.x1 / width_},
                                               {'b', plot_.y0 / height_},
                                               {'t', plot_.y1 / height_}}}) {
    commands_ += fmt::format("set {}margin at screen {:.5f}\n", margin, fraction);
  }
  for (const auto& [name, axis] : {std::pair<char, const Axis*>{'x', &x_}, {'y', &y_}}) {
    if (axis->log) commands_ += fmt::format("set logscale {}\n", name);
    commands_ += fmt::format("set {}range [{}:{}]\nset {}tics (", name, shortest(axis->lo),
                             shortest(axis->hi), name);
    for (std::size_t i = 0; i < axis->ticks.size(); ++i) {
      commands_ +=
          (i == 0 ? "" : ", ") + quoted(axis->ticks[i].text) + " " + shortest(axis->ticks[i].value);
    }
    commands_ += ") font ',13'\n";
  }
  const double below = plot_.y0 - tick_height(x_, plot_.x1 - plot_.x0);
  if (rotated(x_, plot_.x1 - plot_.x0)) commands_ += "set xtics rotate by 50 right\n";
  if (!x_.label.empty()) text((plot_.x0 + plot_.x1) / 2, below - 8, x_.label, "center font ',13'");
  text(14, (plot_.y0 + plot_.y1) / 2, y_.label, "center rotate by 90 font ',13'");
  if (!y_.note.empty())
    text(31, (plot_.y0 + plot_.y1) / 2, y_.note, "center rotate by 90 font ',12'");
}

void Canvas::legend(const std::vector<LegendEntry>& entries,
                    const std::vector<std::pair<int, double>>& cells) {
  const int rows = cells.empty() ? 0 : cells.back().first + 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const LegendEntry& e = entries[i];
    const double x = kRight / 2 + cells[i].second;
    const double y = kLegendRow * (rows - cells[i].first) - 6;
    if (e.mark == Mark::kFill) {
      commands_ += fmt::format("set object rect from {} to {} fc rgb '{}' fs solid noborder\n",
                               at(x + 4, y - 6), at(x + 18, y + 6), e.color);
    } else if (e.mark == Mark::kPoint) {
      text(x + 11, y, "", fmt::format("point pt {} ps 0.9 lc rgb '{}'", e.point_type, e.color));
    } else {
      line(x + 2, y, x + 20, y, fmt::format("lc rgb '{}' lw 2", e.color));
    }
    text(x + kLegendMark, y, e.text, "left font ',13'");
  }
}

void Canvas::text(double x, double y, const std::string& words, const std::string& options) {
  commands_ += "set label " + quoted(words) + " at " + at(x, y) + " " + options + " tc rgb '" +
               kInk + "' front\n";
}

void Canvas::line(double x0, double y0, double x1, double y1, const std::string& options) {
  commands_ += "set arrow from " + at(x0, y0) + " to " + at(x1, y1) + " nohead " + options + "\n";
}

std::string Canvas::data(const std::vector<std::vector<double>>& rows) {
  const std::string name = "$data" + std::to_string(++blocks_);
  commands_ += name + " << EOD\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      commands_ +=
          (i == 0 ? "" : " ") + (std::isfinite(row[i]) ? shortest(row[i]) : std::string("NaN"));
    }
    commands_ += '\n';
  }
  commands_ += "EOD\n";
  return name;
}

void Canvas::plot(const std::string& element) { elements_.push_back(element); }

std::string Canvas::script() const {
  std::string all;
  for (const std::string& e : elements_) all += (all.empty() ? "plot " : ", \\\n     ") + e;
  return commands_ + all + "\n";
}

}  // namespace assay::report
