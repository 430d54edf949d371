// SPDX-License-Identifier: Apache-2.0
#include "calibration/technology.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace assay::calibration {
namespace {

constexpr std::array<const char*, 6> kColumns{"node_nm", "a", "b", "c", "source", "confidence"};

double energy_at(const Technology& technology, const Operating& at) {
  const auto node = technology.nodes.find(at.node_nm);
  if (node == technology.nodes.end()) {
    std::vector<std::string> known;
    for (const auto& [nm, coefficients] : technology.nodes) known.push_back(std::to_string(nm));
    throw InputError({{technology.file.string(), 0, "node_nm", std::to_string(at.node_nm),
                       "no coefficients of this node: expected one of " + listed(known, 20)}});
  }
  const auto& [a, b, c] = node->second;
  const double energy = a * at.supply_v * at.supply_v + b * at.supply_v + c;
  if (!(at.supply_v > 0) || !(energy > 0))
    throw InputError({{technology.file.string(), 0, "supply_v", number_text(at.supply_v),
                       "the model of the " + std::to_string(at.node_nm) +
                           " nm node is not positive there: expected another voltage"}});
  return energy;
}

}  // namespace

Technology read_technology(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Technology t;
  t.file = file;
  const std::vector<CsvLine> lines = read_csv_lines(file, &diagnostics);
  throw_if_any(diagnostics);
  const auto wrong = [&](int line, const std::string& key, const std::string& value,
                         const std::string& expected) {
    diagnostics.push_back({file.string(), line, key, value, expected});
  };
  if (lines.empty() ||
      !std::equal(kColumns.begin(), kColumns.end(), lines[0].fields.begin(), lines[0].fields.end()))
    throw InputError(
        {{file.string(), 1, "", "", "expected the header node_nm,a,b,c,source,confidence"}});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto& f = lines[i].fields;
    if (f.size() != kColumns.size()) {
      wrong(lines[i].number, "", "", "expected 6 fields");
      continue;
    }
    const auto nm = parse_integer(f[0]);
    const auto a = parse_number(f[1]), b = parse_number(f[2]), c = parse_number(f[3]);
    if (!nm || *nm < 1 || *nm > 10000)
      wrong(lines[i].number, "node_nm", f[0], "expected nanometres");
    for (std::size_t k = 1; k < 4; ++k)
      if (!parse_number(f[k])) wrong(lines[i].number, kColumns[k], f[k], "expected a number");
    if (f[4].empty()) wrong(lines[i].number, "source", "", "expected where the figures are from");
    if (!nm || !a || !b || !c) continue;
    if (!t.nodes.emplace(static_cast<int>(*nm), Technology::Node{*a, *b, *c}).second)
      wrong(lines[i].number, "node_nm", f[0], "stated twice; expected once");
  }
  throw_if_any(diagnostics);
  return t;
}

double energy_factor(const Technology& technology, const Operating& from, const Operating& to) {
  return energy_at(technology, to) / energy_at(technology, from);
}

void transfer(double posterior, double posterior_sd_ln, double factor, const Transfer& options,
              Unknown* unknown) {
  unknown->prior = posterior * factor;
  unknown->prior_sd_ln = std::max(options.inflation * posterior_sd_ln, options.floor_ln);
}

}  // namespace assay::calibration
