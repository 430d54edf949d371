// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include "core/yaml_reader.h"
#include "experiments/fit/fit_file.h"

namespace assay::fit {
namespace {

constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
constexpr RealRange kSd{1e-6, 10};
constexpr RealRange kPositive{1e-12, 1e12};
const std::vector<std::string> kQuantities{
    "energy_chip_uj", "energy_uj", "processing_ms", "total_ms", "execution_ms", "lut", "ff", "dsp",
    "ramb18",         "carry4",    "cells"};
const std::vector<std::string> kResources{"lut", "ff", "dsp", "ramb18", "carry4", "cells"};
const std::vector<std::string> kLevels{"analytical", "exact", "simulator", "rtl"};
const std::set<std::string> kOperands{"I", "W", "P", "O", "-", "any"};
const std::set<std::string> kActions{"fill", "read", "write", "drain", "hop", "add", "join", "mac"};

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string hint = nearest(word, known);
  return hint.empty() ? "" : "; did you mean '" + hint + "'?";
}

// level.operand.action, or level.operand.action.gated
std::optional<Term> parse_term(std::string text) {
  Term term;
  constexpr std::string_view kGated = ".gated";
  if (text.size() > kGated.size() &&
      text.compare(text.size() - kGated.size(), kGated.size(), kGated) == 0) {
    term.gated = true;
    text.resize(text.size() - kGated.size());
  }
  const auto second = text.rfind('.');
  if (second == std::string::npos || second == 0) return std::nullopt;
  const auto first = text.rfind('.', second - 1);
  if (first == std::string::npos || first == 0) return std::nullopt;
  term.key = {text.substr(0, first), text.substr(first + 1, second - first - 1),
              text.substr(second + 1)};
  if (kOperands.count(term.key.operand) == 0 || kActions.count(term.key.action) == 0)
    return std::nullopt;
  return term;
}

Activities read_activities(YamlMap map, bool measured) {
  Activities a;
  a.line = map.line();
  a.workload = map.text("workload");
  a.mapping = map.text("mapping", "");
  a.level = map.choice("level", kLevels, kLevels.front());
  a.records = map.text("records", "");
  if (map.has("layers")) a.layers = map.texts("layers");
  if (measured && map.has("microbenchmarks")) a.microbenchmarks = map.boolean("microbenchmarks");
  if (a.level == "rtl" && a.records.empty())
    map.error("level", a.level, "expected 'records' beside it: hardware takes too long for a fit");
  if (!a.records.empty() && !a.mapping.empty())
    map.error("mapping", a.mapping, "expected either 'records' or 'mapping'");
  map.finish();
  return a;
}

std::vector<Activities> read_list(YamlMap& top, const std::string& key, bool measured) {
  std::vector<Activities> out;
  for (const YamlMap& map : top.maps(key)) out.push_back(read_activities(map, measured));
  if (out.empty() && top.raw(key).IsSequence())
    top.error(key, "", "expected at least one {workload: ..., mapping: ...}");
  return out;
}

// What only energies have.
void refuse_energy_keys(YamlMap& top, const FitFile& f) {
  for (const char* key : {"time", "catalogue", "finer"})
    if (top.has(key)) top.error(key, "", "belongs to energies; " + f.quantity + " has none");
  if (top.has("priors") && top.raw("priors").IsMap()) {
    YamlMap priors = top.map("priors");
    for (const char* key : {"rest_sd_ln", "scaling"})
      if (priors.has(key))
        priors.error(key, "", "belongs to energies; " + f.quantity + " has none");
  }
  for (const Activities& a : f.predict)
    if (a.level != kLevels.front() || !a.records.empty())
      top.error("predict", a.records.empty() ? a.level : a.records,
                "latencies are fitted through the predictor; expected level 'analytical' without "
                "'records'");
}

void read_configurations(YamlMap& top, FitFile* f) {
  YamlMap map = top.map("configurations");
  f->configurations = {map.text("data"), map.text("name"), map.text("source"),
                       map.text("confidence")};
  map.finish();
  f->parameters.clear();
  for (const char* key : {"predict", "measured", "parameters", "exclusions"})
    if (top.has(key))
      top.error(key, "", "belongs to energies and latencies; expected 'configurations'");
}

void read_prices(YamlMap& map, UnknownEntry* u) {
  if (!map.has("prices")) return;
  for (const std::string& text : map.texts("prices")) {
    if (const auto term = parse_term(text))
      u->prices.push_back(*term);
    else
      map.error("prices", text,
                "expected level.operand.action as in the parameter file, such as glb.any.read or "
                "pe.-.mac, perhaps with .gated behind it");
  }
}

void read_machine(YamlMap& map, UnknownEntry* u) {
  u->machine = map.text("machine");
  for (const char* key : {"prices", "power", "prior_pj", "prior_mw", "per_bits", "columns"})
    if (map.has(key))
      map.error(key, "", "belongs to another quantity; expected 'machine' and 'prior' only");
  if (map.has("prior")) u->prior = map.real("prior", kPositive);
}

void read_energy(YamlMap& map, UnknownEntry* u) {
  read_prices(map, u);
  if (map.has("power")) u->power = map.text("power");
  if (map.has("prices") == map.has("power"))
    map.error("", u->name, "expected either 'prices' or 'power'");
  for (const char* key : {"machine", "columns", "prior"})
    if (map.has(key))
      map.error(key, "", "belongs to another quantity; expected 'prices' or 'power'");
  const char* prior = map.has("power") ? "prior_mw" : "prior_pj";
  if (map.has(prior)) u->prior = map.real(prior, kPositive);
  if (map.has("per_bits")) u->per_bits = static_cast<int>(map.integer("per_bits", {1, 1 << 20}));
  if (u->prior && u->prices.size() > 1)
    map.error(prior, "", "expected one price: several keep the proportions of the parameter file");
}

void claim(YamlMap& map, const UnknownEntry& u, std::set<std::string>* seen) {
  const auto once = [&](const char* key, const std::string& text) {
    if (!text.empty() && !seen->insert(key + (" " + text)).second)
      map.error(key, text, "belongs to two unknowns; expected one");
  };
  for (const Term& t : u.prices) once("prices", t.text());
  once("power", u.power);
  once("machine", u.machine);
}

void read_columns(YamlMap& map, UnknownEntry* u) {
  u->columns = map.texts("columns");
  for (const char* key : {"prices", "power", "prior_pj", "prior_mw", "per_bits", "machine"})
    if (map.has(key))
      map.error(key, "", "belongs to another quantity; expected 'columns' and 'prior' only");
  u->prior = map.real("prior", kPositive);
}

UnknownEntry read_unknown(YamlMap map, const FitFile& fit, std::set<std::string>* seen) {
  UnknownEntry u;
  u.line = map.line();
  u.name = map.text("name");
  (fit.latency() ? read_machine : fit.energy() ? read_energy : read_columns)(map, &u);
  if (map.has("prior_sd_ln")) u.prior_sd_ln = map.real("prior_sd_ln", kSd);
  if (u.prior) {
    u.source = map.text("source");
    u.confidence = map.text("confidence");
  }
  map.finish();
  claim(map, u, seen);
  return u;
}

void read_unknowns(YamlMap& top, FitFile* f) {
  if (!top.has("unknowns")) {
    if (!f->energy())
      top.error("unknowns", "",
                f->latency()
                    ? "the key is missing; expected a list of {name: ..., machine: ...}"
                    : "the key is missing; expected a list of {name: ..., columns: [...]}");
    return;
  }
  std::set<std::string> names, terms;
  for (YamlMap& map : top.maps("unknowns")) {
    f->unknowns.push_back(read_unknown(map, *f, &terms));
    if (!names.insert(f->unknowns.back().name).second)
      map.error("name", f->unknowns.back().name, "two unknowns have this name");
  }
}

void read_ratios(YamlMap& top, FitFile* f) {
  if (!top.has("ratios")) return;
  std::vector<std::string> names;
  for (const UnknownEntry& u : f->unknowns) names.push_back(u.name);
  for (YamlMap& map : top.maps("ratios")) {
    Ratio r;
    r.line = map.line();
    r.a = map.text("a");
    r.b = map.text("b");
    r.ratio = map.real("ratio", kPositive);
    r.sd_ln = map.real("sd_ln", kSd);
    for (const auto& [key, name] : {std::pair<const char*, std::string>{"a", r.a}, {"b", r.b}})
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
        map.error(key, name, "expected one of 'unknowns'" + did_you_mean(name, names));
    if (r.a == r.b) map.error("b", r.b, "expected another unknown than a");
    map.finish();
    f->ratios.push_back(r);
  }
}

calibration::Operating read_operating(YamlMap map) {
  calibration::Operating o;
  o.node_nm = static_cast<int>(map.integer("node_nm", {1, 10000}));
  o.supply_v = map.real("supply_v", {0.1, 10});
  map.finish();
  return o;
}

void read_priors(YamlMap& top, FitFile* f) {
  f->prior_sd_ln = std::log(2);
  f->rest_sd_ln = std::log(2);
  if (!top.has("priors")) return;
  YamlMap map = top.map("priors");
  f->prior_sd_ln = map.real("sd_ln", kSd, f->prior_sd_ln);
  f->rest_sd_ln = map.real("rest_sd_ln", kSd, f->prior_sd_ln);
  f->common_sd_ln = map.real("common_sd_ln", {0, 10}, 0);
  if (map.has("from")) {
    PriorsFrom from;
    from.file = map.text("from");
    from.transfer.inflation = map.real("inflation", {1, 100}, from.transfer.inflation);
    from.transfer.floor_ln = map.real("floor_ln", kSd, from.transfer.floor_ln);
    if (map.has("scaling")) {
      YamlMap scaling = map.map("scaling");
      from.scale_from = read_operating(scaling.map("from"));
      from.scale_to = read_operating(scaling.map("to"));
      scaling.finish();
    }
    f->priors = from;
  }
  map.finish();
}

void read_exclusions(YamlMap& top, FitFile* f) {
  if (!top.has("exclusions")) return;
  YamlMap map = top.map("exclusions");
  auto& e = f->exclusions;
  e.window_ms = map.real("window_ms", {0, 1e9}, e.window_ms);
  e.clock_pct = map.real("clock_pct", {0, 100}, e.clock_pct);
  e.temperature_c = map.real("temperature_c", {0, 1000}, e.temperature_c);
  e.spread_pct = map.real("spread_pct", {0, 1000}, e.spread_pct);
  e.replicates = static_cast<int>(map.integer("replicates", {1, 1 << 20}, e.replicates));
  map.finish();
}

void read_measured(YamlMap& top, FitFile* f) {
  std::set<std::string> seen;
  for (YamlMap& map : top.maps("measured")) {
    Measured m{map.text("data"), map.text("import"), map.text("session", "")};
    if (!seen.insert(m.data).second) map.error("data", m.data, "stated twice; expected once");
    map.finish();
    f->measured.push_back(std::move(m));
  }
  if (f->measured.empty() && top.has("measured"))
    top.error("measured", "", "expected at least one {data: ..., import: ...}");
}

}  // namespace

std::string Term::text() const {
  return key.component + "." + key.operand + "." + key.action + (gated ? ".gated" : "");
}

bool FitFile::energy() const { return quantity.find("energy") == 0; }
bool FitFile::resources() const {
  return std::find(kResources.begin(), kResources.end(), quantity) != kResources.end();
}
bool FitFile::latency() const { return !energy() && !resources(); }

FitFile read_fit(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.fit/1");
  FitFile f;
  f.file = file;
  f.name = top.text("name");
  if (f.name.find_first_not_of(kLetters) != std::string::npos)
    top.error("name", f.name, "expected letters, digits, '_', '-' and '.' only");
  f.title = top.text("title", f.name);
  f.chip = top.text("chip");
  f.quantity = top.choice("quantity", kQuantities);
  f.accelerator = top.text("accelerator", f.accelerator);
  if (f.resources()) {
    read_configurations(top, &f);
  } else {
    f.parameters = top.text("parameters", f.latency() ? "" : f.parameters);
    f.predict = read_list(top, "predict", true);
    read_measured(top, &f);
  }
  if (!f.energy()) refuse_energy_keys(top, f);
  f.time = top.choice("time", {"measured", "predicted", "measured_where_stated"},
                      "measured_where_stated");
  read_unknowns(top, &f);
  read_priors(top, &f);
  read_ratios(top, &f);
  read_exclusions(top, &f);
  f.instrument_floor_pct = top.real("instrument_floor_pct", {0, 100}, 0);
  f.split = top.text("split", "");
  if (top.has("catalogue")) f.catalogue = read_list(top, "catalogue", false);
  if (top.has("finer")) f.finer = read_list(top, "finer", false);
  f.seed = static_cast<std::uint64_t>(top.integer("seed", {0, INT64_MAX}, 1));
  f.huber = top.real("huber", {0.1, 100}, f.huber);
  f.nominal = top.real("nominal", {0.5, 0.999}, f.nominal);
  if (top.has("notes")) f.notes = top.texts("notes");
  top.finish();
  throw_if_any(diagnostics);
  return f;
}

std::filesystem::path resolve(const FitFile& fit, const std::filesystem::path& chip_folder,
                              const std::string& name) {
  const std::filesystem::path beside = fit.file.parent_path() / name;
  return std::filesystem::exists(beside) ? beside : chip_folder / name;
}

}  // namespace assay::fit
