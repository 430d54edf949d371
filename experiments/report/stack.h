// SPDX-License-Identifier: Apache-2.0
// Stacked bars, one per layer, with markers beside: a table of parts and its picture.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report/canvas.h"
#include "experiments/report/view.h"

namespace assay::report {

struct Marker {
  std::string column;  // of the CSV, without the unit
  std::string name;    // in the legend
  int filled;  // point type in the paper's colour, which stands behind, to be seen on any bar
  int drawn;   // point type on top
  std::vector<std::optional<double>> values;  // one per layer
};

struct Stack {
  std::vector<std::string> layers;
  std::vector<std::string> parts;                          // largest in total first
  std::vector<std::vector<std::optional<double>>> values;  // [part][layer]
  std::vector<Marker> markers;
  std::string unit;  // column suffix: "ms", "cycles", "uj"
};

using Parts = std::map<std::string, double>;

// parts: one map per layer, in the unit of the axis.
Stack stack_of(const std::vector<const Record*>& records, const std::vector<Parts>& parts);
// One column per part and marker, one line per layer.
std::string stack_csv(const Stack& stack);
// True if some part of some layer is positive; otherwise there is nothing to draw.
bool has_bars(const Stack& stack);
// Fills in script and size. Parts beyond the ninth largest are drawn as one.
void draw_stack(Figure* figure, const Stack& stack, const std::string& axis);

}  // namespace assay::report
