// SPDX-License-Identifier: Apache-2.0
#include "experiments/microbenchmarks/columns.h"

#include <algorithm>

#include "core/units.h"

namespace assay::microbenchmarks {
namespace {

using analytical::Action;
using analytical::Moved;

// One per bit that moves, one per bit of an input that is multiplied; nothing for a zero that is
// gated.
Parameters nominal_prices(const Accelerator& a) {
  Parameters p;
  p.chip = a.name;
  for (const Level& level : a.levels)
    for (const char* action : analytical::kActionNames)
      p.energies.push_back(
          {level.name, "any", action, Picojoules(1), Picojoules(0), 1, "nominal", "none"});
  p.energies.push_back(
      {a.levels.back().name, "-", "mac", Picojoules(1), Picojoules(0), 1, "nominal", "none"});
  return p;
}

}  // namespace

Columns::Columns(const Accelerator& accelerator, const Parameters* parameters)
    : accelerator_(accelerator) {
  analytical::Prices prices;
  if (parameters != nullptr)
    prices = analytical::price_list(*parameters, accelerator, accelerator.precision);
  priced_ = prices.any;
  if (!priced_) {
    nominal_ = nominal_prices(accelerator);
    prices = analytical::price_list(nominal_, accelerator, accelerator.precision);
  }
  const Parameters& p = priced_ ? *parameters : nominal_;
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l)
    for (std::size_t m = 0; m < analytical::kMoved; ++m)
      for (std::size_t x = 0; x < analytical::kActions; ++x)
        if (prices.of[l][m][x].known)
          add_cell(accelerator, p, static_cast<int>(l), static_cast<int>(m), static_cast<int>(x),
                   prices.of[l][m][x]);
  if (prices.mac.known) add_cell(accelerator, p, -1, -1, -1, prices.mac);
  if (prices.constant_mw <= 0) return;
  pj_per_cycle_ =
      energy(Milliwatts(prices.constant_mw), duration(Cycles(1), accelerator.clock)).value;
  columns_.push_back({"constant power", "", "", -1, -1, false, false});
}

void Columns::add_cell(const Accelerator& a, const Parameters& p, int level, int moved, int action,
                       const analytical::Prices::Price& price) {
  const bool mac = level < 0;
  const auto m = static_cast<std::size_t>(moved), x = static_cast<std::size_t>(action);
  const int at = mac ? static_cast<int>(a.levels.size()) - 1 : level;
  const std::string& component = a.levels[static_cast<std::size_t>(at)].name;
  const UnitEnergy* entry =
      mac ? p.find(component, "-", "mac")
          : p.find(component, analytical::kMovedNames[m], analytical::kActionNames[x]);
  const std::size_t c = column_of(a, entry, at, moved);
  columns_[c].gated = columns_[c].gated || price.gated_pj != price.pj;
  cells_.push_back({c, level, mac ? Moved::I : static_cast<Moved>(moved),
                    mac ? Action::fill : static_cast<Action>(action), price.pj, price.gated_pj});
}

std::size_t Columns::column_of(const Accelerator& a, const UnitEnergy* entry, int level,
                               int moved) {
  const auto known = std::find(entries_.begin(), entries_.end(), entry);
  if (known != entries_.end()) return static_cast<std::size_t>(known - entries_.begin());
  const bool any = entry->operand == "any" || entry->operand == "-";
  Column c;
  c.name = entry->component + (any ? "" : " " + entry->operand) + " " + entry->action;
  c.price = entry->component + "." + entry->operand + "." + entry->action;
  c.action = entry->action;
  c.level = level;
  c.operand = any ? -1 : moved;
  c.off_chip = a.levels[static_cast<std::size_t>(level)].off_chip;
  entries_.push_back(entry);
  columns_.push_back(c);
  return columns_.size() - 1;
}

Eigen::VectorXd Columns::spent(const analytical::Counts& counts, double total_cycles,
                               double zero_fraction) const {
  Eigen::VectorXd out = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(columns_.size()));
  for (const Cell& c : cells_) {
    const std::int64_t n = c.level < 0 ? counts.points : counts.at(c.level, c.moved, c.action);
    out[static_cast<Eigen::Index>(c.column)] +=
        static_cast<double>(n) * (c.pj * (1 - zero_fraction) + c.gated_pj * zero_fraction);
  }
  if (pj_per_cycle_ > 0) out[out.size() - 1] = total_cycles * pj_per_cycle_;
  return out;
}

Eigen::VectorXd Columns::spent(const Record& record, double zero_fraction) const {
  analytical::Counts counts;
  for (const auto& [key, n] : record.counts) {
    if (key.action == "mac") {
      counts.points = n;
      continue;
    }
    const auto place = [](const auto& names, const std::string& text) {
      return static_cast<int>(std::find(names.begin(), names.end(), text) - names.begin());
    };
    counts.at(accelerator_.find(key.component),
              static_cast<Moved>(place(analytical::kMovedNames, key.operand)),
              static_cast<Action>(place(analytical::kActionNames, key.action))) = n;
  }
  return spent(counts, record.values.at("total_cycles"), zero_fraction);
}

}  // namespace assay::microbenchmarks
