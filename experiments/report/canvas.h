// SPDX-License-Identifier: Apache-2.0
// What the figures share: axes with round ticks, a legend, labels that keep clear of the points,
// and the gnuplot commands for them. Lengths are pixels of the figure, from its lower left corner;
// every text goes into single quotes, where gnuplot expands nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::report {

// Neutral colours, which the HTML replaces by the colours of its theme, and series colours, which
// keep a contrast of 3:1 on white and on the dark theme's background.
inline constexpr const char* kInk = "#333333";
inline constexpr const char* kGrid = "#d0d4d8";
inline constexpr const char* kPaper = "#fdfdfd";
std::string series_color(std::size_t index);
std::string baseline_color(std::size_t index);

inline constexpr int kFigureWidth = 520;
inline constexpr int kWideFigure = 1060;  // spans both columns of the page

// A figure before it is drawn. Where there is nothing to draw, script is empty and `missing` says
// why.
struct Figure {
  std::string name;     // file stem
  std::string section;  // of the page: "waterfall", "parts", "parity", "residuals", ...
  std::string title;
  std::string caption;
  int width = kFigureWidth;
  int height = 0;
  std::string script;
  std::string csv;
  std::string missing;
};

struct Tick {
  double value;
  std::string text;
};

struct Axis {
  double lo = 0;
  double hi = 1;
  bool log = false;
  bool names = false;  // ticks are names: no grid lines
  std::string label;
  std::string note;  // a second line beside a y axis' label
  std::vector<Tick> ticks;
  double fraction(double value) const;  // 0 at lo, 1 at hi
};

// A log axis contains all positive values, with a factor of room at both ends.
Axis linear_axis(double lo, double hi, std::string label);
Axis log_axis(const std::vector<double>& values, double room, std::string label);
// One tick per name at 0, 1, 2, ...; names are cut to so many characters.
Axis name_axis(const std::vector<std::string>& names, std::size_t characters = 18);

struct Box {
  double x0, y0, x1, y1;
};

enum class Mark { kFill, kPoint, kLine };
struct LegendEntry {
  std::string text;
  std::string color;
  Mark mark = Mark::kFill;
  int point_type = 7;
};

// The figure's frame: margins, axes, grid, title and legend below the plot.
class Canvas {
 public:
  Canvas(std::string title, Axis x, Axis y, const std::vector<LegendEntry>& legend, int width,
         int plot_height);

  int width() const { return width_; }
  int height() const { return height_; }
  const Box& plot() const { return plot_; }
  double px(double x) const { return plot_.x0 + x_.fraction(x) * (plot_.x1 - plot_.x0); }
  double py(double y) const { return plot_.y0 + y_.fraction(y) * (plot_.y1 - plot_.y0); }

  void text(double x, double y, const std::string& text, const std::string& options);
  void line(double x0, double y0, double x1, double y1, const std::string& options);
  // Names beside their points, clear of all `points` and of one another; a name without a place is
  // left out.
  void label_points(const std::vector<std::pair<double, double>>& at,
                    const std::vector<std::string>& names,
                    const std::vector<std::pair<double, double>>& points);
  // Numbers for a `plot` element; returns the name of the data block.
  std::string data(const std::vector<std::vector<double>>& rows);
  void plot(const std::string& element);
  std::string script() const;

 private:
  void axes();
  void legend(const std::vector<LegendEntry>& entries,
              const std::vector<std::pair<int, double>>& cells);
  std::string grid_command() const;
  std::string at(double x, double y) const;

  int width_;
  int height_ = 0;
  Axis x_, y_;
  Box plot_{};
  std::string commands_;
  std::vector<std::string> elements_;
  int blocks_ = 0;
};

std::string quoted(const std::string& text);  // for gnuplot
double text_width(const std::string& text);   // in pixels, rather too wide

}  // namespace assay::report
