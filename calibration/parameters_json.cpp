// SPDX-License-Identifier: Apache-2.0
#include "calibration/parameters_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay::calibration {
namespace {

using Json = nlohmann::ordered_json;
constexpr RealRange kAny{-1e300, 1e300};
constexpr IntRange kCount{0, 1 << 30};

template <class T>
void put_origin(const T& from, Json* to) {
  (*to)["source"] = from.source;
  (*to)["confidence"] = from.confidence;
}

Json energies(const Parameters& p) {
  Json list = Json::array();
  for (const UnitEnergy& e : p.energies) {
    Json j{{"component", e.component}, {"operand", e.operand}, {"action", e.action}};
    j["energy_pj"] = e.energy.value;
    if (e.gated_energy) j["gated_energy_pj"] = e.gated_energy->value;
    if (e.per_bits > 0) j["per_bits"] = e.per_bits;
    put_origin(e, &j);
    list.push_back(j);
  }
  return list;
}

void put_lists(const Parameters& p, Json* j) {
  (*j)["energy"] = energies(p);
  (*j)["power"] = Json::array();
  for (const ConstantPower& e : p.powers) {
    Json item{{"name", e.name}, {"power_mw", e.power.value}};
    put_origin(e, &item);
    (*j)["power"].push_back(item);
  }
  (*j)["area"] = Json::array();
  for (const UnitArea& e : p.areas) {
    Json item{{"component", e.component}, {"area_mm2", e.area.value}};
    put_origin(e, &item);
    (*j)["area"].push_back(item);
  }
  (*j)["activity"] = Json::array();
  for (const Activity& e : p.activities) {
    Json item{{"workload", e.workload}, {"layer", e.layer}};
    item["input_zero_fraction"] = e.input_zero_fraction;
    put_origin(e, &item);
    (*j)["activity"].push_back(item);
  }
  (*j)["machine"] = Json::array();
  for (const MachineValue& e : p.machine) {
    Json item{{"key", e.key}};
    if (e.value) item["value"] = *e.value;
    if (e.scale) item["scale"] = *e.scale;
    put_origin(e, &item);
    (*j)["machine"].push_back(item);
  }
}

Json to_json(const FittedUnknown& u) {
  Json j;
  j["name"] = u.name;
  j["unit"] = u.unit;
  j["terms"] = u.terms;
  j["prior_ln"] = u.prior_ln;
  j["prior_sd_ln"] = u.prior_sd_ln;
  j["prior_source"] = u.prior_source;
  j["value_ln"] = u.value_ln;
  j["sd_ln"] = u.sd_ln;
  j["low"] = u.low;
  j["high"] = u.high;
  j["learned_share"] = u.learned_share;
  j["learned"] = u.learned;
  j["active"] = u.active;
  if (u.share_low) j["share_low"] = *u.share_low;
  if (u.share_high) j["share_high"] = *u.share_high;
  return j;
}

Json to_json(const HeldOutMetric& m) {
  Json j;
  j["name"] = m.name;
  j["value"] = m.value;
  if (m.low) j["low"] = *m.low;
  if (m.high) j["high"] = *m.high;
  j["n"] = m.n;
  j["groups"] = m.groups;
  j["interval"] = m.interval;
  j["split"] = m.split;
  return j;
}

Json to_json(const FitBlock& fit) {
  Json j;
  j["name"] = fit.name;
  j["quantity"] = fit.quantity;
  j["level"] = fit.level;
  j["estimator"] = fit.estimator;
  j["n"] = fit.n;
  j["groups"] = fit.groups;
  j["unknowns"] = Json::array();
  for (const FittedUnknown& u : fit.unknowns) j["unknowns"].push_back(to_json(u));
  j["covariance_ln"] = Json::array();
  for (Eigen::Index r = 0; r < fit.covariance.rows(); ++r)
    for (Eigen::Index c = 0; c < fit.covariance.cols(); ++c)
      j["covariance_ln"].push_back(fit.covariance(r, c));
  j["discrepancy_ln"] = fit.discrepancy_ln;
  if (!fit.split_hash.empty()) {
    j["split_file"] = fit.split_file;
    j["split_hash"] = fit.split_hash;
  }
  j["data"] = fit.data;
  j["version"] = fit.version;
  j["options"] = fit.options;
  j["held_out"] = Json::array();
  for (const HeldOutMetric& m : fit.held_out) j["held_out"].push_back(to_json(m));
  j["verdict"] = fit.verdict;
  return j;
}

std::map<std::string, std::string> read_names(YamlMap& map, const std::string& key) {
  std::map<std::string, std::string> out;
  YamlMap child = map.map(key);
  for (const auto& [name, node] : child.entries()) out[name] = child.text(name);
  return out;
}

FittedUnknown read_unknown(YamlMap map) {
  FittedUnknown u;
  u.name = map.text("name");
  u.unit = map.text("unit");
  u.terms = map.texts("terms");
  u.prior_ln = map.real("prior_ln", kAny);
  u.prior_sd_ln = map.real("prior_sd_ln", kAny);
  u.prior_source = map.text("prior_source");
  u.value_ln = map.real("value_ln", kAny);
  u.sd_ln = map.real("sd_ln", kAny);
  u.low = map.real("low", kAny);
  u.high = map.real("high", kAny);
  u.learned_share = map.real("learned_share", kAny);
  u.learned = map.text("learned");
  u.active = static_cast<int>(map.integer("active", kCount));
  if (map.has("share_low")) u.share_low = map.real("share_low", kAny);
  if (map.has("share_high")) u.share_high = map.real("share_high", kAny);
  map.finish();
  return u;
}

HeldOutMetric read_metric(YamlMap map) {
  HeldOutMetric m;
  m.name = map.text("name");
  m.value = map.real("value", kAny);
  if (map.has("low")) m.low = map.real("low", kAny);
  if (map.has("high")) m.high = map.real("high", kAny);
  m.n = static_cast<int>(map.integer("n", kCount));
  m.groups = static_cast<int>(map.integer("groups", kCount));
  m.interval = map.text("interval");
  m.split = map.text("split");
  map.finish();
  return m;
}

void read_covariance(YamlMap& map, FitBlock* fit) {
  const auto k = static_cast<Eigen::Index>(fit->unknowns.size());
  const std::vector<std::string> cells = map.texts("covariance_ln");
  if (cells.size() != fit->unknowns.size() * fit->unknowns.size()) {
    map.error("covariance_ln", std::to_string(cells.size()) + " numbers",
              "expected " + std::to_string(k * k));
    return;
  }
  fit->covariance.resize(k, k);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto v = parse_number(cells[i]);
    if (!v) map.error("covariance_ln", cells[i], "expected a number");
    const auto at = static_cast<Eigen::Index>(i);
    fit->covariance(at / k, at % k) = v.value_or(0);
  }
}

FitBlock read_block(YamlMap map) {
  FitBlock fit;
  fit.name = map.text("name");
  fit.quantity = map.text("quantity");
  fit.level = map.text("level");
  fit.estimator = map.text("estimator");
  fit.n = static_cast<int>(map.integer("n", kCount));
  fit.groups = map.texts("groups");
  for (const YamlMap& u : map.maps("unknowns")) fit.unknowns.push_back(read_unknown(u));
  read_covariance(map, &fit);
  fit.discrepancy_ln = map.real("discrepancy_ln", kAny);
  fit.split_file = map.text("split_file", "");
  fit.split_hash = map.text("split_hash", "");
  fit.data = read_names(map, "data");
  fit.version = map.text("version");
  fit.options = read_names(map, "options");
  for (const YamlMap& m : map.maps("held_out")) fit.held_out.push_back(read_metric(m));
  fit.verdict = map.text("verdict");
  map.finish();
  return fit;
}

}  // namespace

std::string parameters_to_json(const FittedParameters& fitted) {
  const Parameters& p = fitted.parameters;
  Json j;
  j["schema"] = "assay.parameters/1";
  j["name"] = p.name;
  j["chip"] = p.chip;
  if (!p.description.empty()) j["description"] = p.description;
  put_lists(p, &j);
  j["fit"] = to_json(fitted.fit);
  return j.dump(1) + "\n";
}

FittedParameters read_fitted(const std::filesystem::path& file, const std::string& chip) {
  FittedParameters fitted;
  fitted.parameters = read_parameters(file);
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  if (!chip.empty() && fitted.parameters.chip != chip)
    top.error("chip", fitted.parameters.chip, "expected '" + chip + "'");
  if (top.has("fit"))
    fitted.fit = read_block(top.map("fit"));
  else
    top.error("fit", "", "expected a parameter file that a fit wrote");
  throw_if_any(diagnostics);
  return fitted;
}

}  // namespace assay::calibration
