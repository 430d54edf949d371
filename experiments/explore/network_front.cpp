// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "experiments/explore/explore.h"

namespace assay {
namespace {

using Sums = analytical::Front<2, std::pair<std::size_t, std::size_t>>;  // (point so far, design of
                                                                         // the layer)

Sums extended(const std::vector<NetworkPoint>& points, const ExploredLayer& layer) {
  Sums sums;
  const auto repeat = static_cast<double>(layer.layer.repeat);
  for (std::size_t p = 0; p < points.size(); ++p)
    for (std::size_t d = 0; d < layer.front.size(); ++d) {
      const analytical::Costs& c = layer.front[d].costs;
      sums.add({points[p].costs[0] + repeat * c[0], points[p].costs[1] + repeat * c[1]}, {p, d});
    }
  return sums;
}

}  // namespace

NetworkFront network_front(const std::vector<ExploredLayer>& layers, std::size_t limit) {
  NetworkFront front;
  front.points.emplace_back();
  for (const ExploredLayer& layer : layers) {
    const Sums sums = extended(front.points, layer);
    const auto& members = sums.members();
    const std::size_t kept = std::min(limit, members.size());
    front.exact = front.exact && kept == members.size();
    std::vector<NetworkPoint> next;
    for (std::size_t i = 0; i < kept; ++i) {
      const auto& m = members[kept == 1 ? 0 : i * (members.size() - 1) / (kept - 1)];
      next.push_back({m.objectives, front.points[m.key.first].chosen});
      next.back().chosen.push_back(m.key.second);
    }
    front.points = std::move(next);
  }
  return front;
}

const NetworkPoint& best_of(const NetworkFront& front, analytical::Objective objective) {
  return *std::min_element(front.points.begin(), front.points.end(),
                           [&](const NetworkPoint& a, const NetworkPoint& b) {
                             return scalar(objective, a.costs) < scalar(objective, b.costs);
                           });
}

}  // namespace assay
