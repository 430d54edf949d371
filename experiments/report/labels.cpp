// SPDX-License-Identifier: Apache-2.0
// Places for the names of points: near the point, inside the plot, clear of other points and names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "experiments/report/canvas.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kHalfMark = 6;
constexpr double kHalfHeight = 8;
constexpr double kOutside = 10;  // cost of leaving the plot; an overlap costs 1

// Nearest first; below right and above left are usually free beside a rising line.
constexpr std::array<double, 5> kDistances = {0, 14, 30, 48, 70};
constexpr std::array<std::pair<double, double>, 8> kDirections = {
    {{1, -0.7}, {-1, 0.7}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 0.7}, {-1, -0.7}}};

struct Place {
  Box box{};
  double distance = 0;
  double cost = std::numeric_limits<double>::infinity();
};

bool overlap(const Box& a, const Box& b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

bool inside(const Box& a, const Box& b) {
  return a.x0 >= b.x0 && a.x1 <= b.x1 && a.y0 >= b.y0 && a.y1 <= b.y1;
}

Place best_place(double x, double y, double half_width, const std::vector<Box>& taken,
                 const Box& plot) {
  Place best;
  for (const double distance : kDistances) {
    for (const auto& [dx, dy] : kDirections) {
      const double cx = x + dx * (half_width + 8 + distance);
      const double cy = y + dy * (kHalfHeight + 6 + distance);
      Place place{{cx - half_width, cy - kHalfHeight, cx + half_width, cy + kHalfHeight},
                  distance,
                  distance / 1000};
      for (const Box& t : taken) place.cost += overlap(place.box, t) ? 1 : 0;
      if (!inside(place.box, plot)) place.cost += kOutside;
      if (place.cost < best.cost) best = place;
    }
  }
  return best;
}

}  // namespace

void Canvas::label_points(const std::vector<std::pair<double, double>>& anchors,
                          const std::vector<std::string>& names,
                          const std::vector<std::pair<double, double>>& points) {
  std::vector<Box> taken;
  for (const auto& [x, y] : points) {
    taken.push_back({px(x) - kHalfMark, py(y) - kHalfMark, px(x) + kHalfMark, py(y) + kHalfMark});
  }
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const std::string name = shortened(names[i], 14);
    const double x = px(anchors[i].first);
    const double y = py(anchors[i].second);
    const Place place = best_place(x, y, text_width(name) / 2, taken, plot_);
    if (place.cost >= 2) continue;
    const Box& box = place.box;
    taken.push_back(box);
    if (place.distance > 0) {
      line(x, y, std::clamp(x, box.x0, box.x1), std::clamp(y, box.y0, box.y1),
           fmt::format("lc rgb '{}' lw 0.7", kInk));
    }
    text((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, name, "center font ',13'");
  }
}

}  // namespace assay::report
