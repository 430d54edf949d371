// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kCharacter = 7.4;  // width of a character at 13 pixels, generous
constexpr double kLegendRow = 21;
constexpr double kLegendMark = 24;
constexpr double kLegendGap = 16;
constexpr double kLeft = 84;
constexpr double kRight = 16;
constexpr double kTop = 36;

double text_width(const std::string& text) { return kCharacter * static_cast<double>(width(text)); }

bool overlap(const Box& a, const Box& b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

bool rotated(const Axis& x, double plot_width) {
  double widest = 0;
  for (const Tick& t : x.ticks) widest = std::max(widest, text_width(t.text));
  return widest + 6 > plot_width / static_cast<double>(std::max<std::size_t>(1, x.ticks.size()));
}

double tick_height(const Axis& x, double plot_width) {
  if (!rotated(x, plot_width)) return 22;
  double widest = 0;
  for (const Tick& t : x.ticks) widest = std::max(widest, text_width(t.text));
  return 14 + 0.8 * widest;
}

// Row and left edge of every legend entry.
std::vector<std::pair<int, double>> legend_cells(const std::vector<LegendEntry>& entries, double room) {
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

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : plain(text)) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

Canvas::Canvas(std::string title, Axis x, Axis y, const std::vector<LegendEntry>& entries, int width,
               int plot_height)
    : width_(width), x_(std::move(x)), y_(std::move(y)) {
  const auto cells = legend_cells(entries, width_ - kLeft / 2);
  const double legend_height = cells.empty() ? 0 : kLegendRow * (cells.back().first + 1) + 8;
  const double plot_width = width_ - kLeft - kRight;
  const double below = tick_height(x_, plot_width) + (x_.label.empty() ? 6 : 26) + legend_height;
  plot_ = {kLeft, below, width_ - kRight, below + plot_height};
  height_ = static_cast<int>(std::ceil(plot_.y1 + kTop));
  commands_ = fmt::format(
      "set encoding utf8\nset key off\nset border 3 lc rgb '{0}'\nset tics nomirror out scale 0.5 tc rgb '{0}'\n"
      "set grid back lc rgb '{1}' lt 1 lw 1\n",
      kInk, kGrid);
  text(width_ / 2.0, height_ - 16, shortened(title, static_cast<std::size_t>(width_ / 8.4)), "center font ',14'");
  axes();
  legend(entries, cells);
}

std::string Canvas::at(double x, double y) const {
  return fmt::format("screen {:.5f},{:.5f}", x / width_, y / height_);
}

void Canvas::axes() {
  for (const auto& [margin, fraction] : std::array<std::pair<char, double>, 4>{
           {{'l', plot_.x0 / width_}, {'r', plot_.x1 / width_}, {'b', plot_.y0 / height_}, {'t', plot_.y1 / height_}}}) {
    commands_ += fmt::format("set {}margin at screen {:.5f}\n", margin, fraction);
  }
  for (const auto& [name, axis] : {std::pair<char, const Axis*>{'x', &x_}, {'y', &y_}}) {
    if (axis->log) commands_ += fmt::format("set logscale {}\n", name);
    commands_ += fmt::format("set {}range [{}:{}]\nset {}tics (", name, shortest(axis->lo), shortest(axis->hi), name);
    for (std::size_t i = 0; i < axis->ticks.size(); ++i) {
      commands_ += (i == 0 ? "" : ", ") + quoted(axis->ticks[i].text) + " " + shortest(axis->ticks[i].value);
    }
    commands_ += ") font ',13'\n";
  }
  const double below = plot_.y0 - tick_height(x_, plot_.x1 - plot_.x0);
  if (rotated(x_, plot_.x1 - plot_.x0)) commands_ += "set xtics rotate by 50 right\n";
  if (!x_.label.empty()) text((plot_.x0 + plot_.x1) / 2, below - 10, x_.label, "center font ',13'");
  text(14, (plot_.y0 + plot_.y1) / 2, y_.label, "center rotate by 90 font ',13'");
}

void Canvas::y_note(const std::string& note) {
  text(31, (plot_.y0 + plot_.y1) / 2, note, "center rotate by 90 font ',12'");
}

void Canvas::legend(const std::vector<LegendEntry>& entries, const std::vector<std::pair<int, double>>& cells) {
  const int rows = cells.empty() ? 0 : cells.back().first + 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const LegendEntry& e = entries[i];
    const double x = kLeft / 4 + cells[i].second;
    const double y = kLegendRow * (rows - cells[i].first) - 6;
    if (e.mark == Mark::kFill) {
      commands_ += fmt::format("set object rect from {} to {} fc rgb '{}' fs solid noborder\n", at(x + 4, y - 6),
                               at(x + 18, y + 6), e.color);
    } else if (e.mark == Mark::kPoint) {
      text(x + 11, y, "", fmt::format("point pt {} ps 1.1 lc rgb '{}'", e.point_type, e.color));
    } else {
      line(x + 2, y, x + 20, y, fmt::format("lc rgb '{}' lw 2", e.color));
    }
    text(x + kLegendMark, y, e.text, "left font ',13'");
  }
}

void Canvas::text(double x, double y, const std::string& words, const std::string& options) {
  commands_ += "set label " + quoted(words) + " at " + at(x, y) + " " + options + " tc rgb '" + kInk + "' front\n";
}

void Canvas::line(double x0, double y0, double x1, double y1, const std::string& options) {
  commands_ += "set arrow from " + at(x0, y0) + " to " + at(x1, y1) + " nohead " + options + "\n";
}

void Canvas::label_points(const std::vector<std::pair<double, double>>& anchors,
                          const std::vector<std::string>& names,
                          const std::vector<std::pair<double, double>>& points) {
  constexpr double kHalfMark = 6;
  constexpr double kHalfHeight = 8;
  std::vector<Box> taken;
  for (const auto& [x, y] : points) {
    taken.push_back({px(x) - kHalfMark, py(y) - kHalfMark, px(x) + kHalfMark, py(y) + kHalfMark});
  }
  // Nearest first; below right and above left are usually free beside a rising line.
  constexpr std::array<std::pair<double, double>, 8> kDirections = {
      {{1, -0.7}, {-1, 0.7}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 0.7}, {-1, -0.7}}};
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const std::string name = shortened(names[i], 14);
    const double half = text_width(name) / 2;
    const double x = px(anchors[i].first);
    const double y = py(anchors[i].second);
    double best_cost = std::numeric_limits<double>::infinity();
    Box best{};
    double best_distance = 0;
    for (const double distance : {0.0, 14.0, 30.0, 48.0, 70.0}) {
      for (const auto& [dx, dy] : kDirections) {
        const double cx = x + dx * (half + 8 + distance);
        const double cy = y + dy * (kHalfHeight + 6 + distance);
        const Box box{cx - half, cy - kHalfHeight, cx + half, cy + kHalfHeight};
        double cost = distance / 1000;
        for (const Box& t : taken) cost += overlap(box, t) ? 1 : 0;
        if (box.x0 < plot_.x0 || box.x1 > plot_.x1 || box.y0 < plot_.y0 || box.y1 > plot_.y1) cost += 10;
        if (cost >= best_cost) continue;
        best_cost = cost;
        best = box;
        best_distance = distance;
      }
    }
    taken.push_back(best);
    const double cx = (best.x0 + best.x1) / 2;
    const double cy = (best.y0 + best.y1) / 2;
    if (best_distance > 0) {
      line(x, y, std::clamp(x, best.x0, best.x1), std::clamp(y, best.y0, best.y1), fmt::format("lc rgb '{}' lw 0.7", kInk));
    }
    text(cx, cy, name, "center font ',13'");
  }
}

std::string Canvas::data(const std::vector<std::vector<double>>& rows) {
  const std::string name = "$data" + std::to_string(++blocks_);
  commands_ += name + " << EOD\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      commands_ += (i == 0 ? "" : " ") + (std::isfinite(row[i]) ? shortest(row[i]) : std::string("NaN"));
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
