// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/energy_unknowns.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/text.h"
#include "experiments/fit/fit_priors.h"

namespace assay::fit {
namespace {

constexpr const char* kRest = "everything else";

std::string text_of(const UnitEnergy& e) { return e.component + "." + e.operand + "." + e.action; }

class Builder {
 public:
  Builder(const FitFile& fit, const Catalog& catalog, const FitData& data, FitProblem* out)
      : fit_(fit), catalog_(catalog), data_(data), out_(out), p_(out->parameters) {
    p_ = data.parameters;
    for (const UnknownEntry& u : fit.unknowns)
      for (const Term& t : u.prices)
        if (t.gated) gated_apart_.insert(t.text());
  }

  void run() {
    for (const UnknownEntry& u : fit_.unknowns) {
      if (u.prior) add_to_parameters(u);
      add(u);
    }
    if (fit_.unknowns.empty())
      add_each();
    else
      add_rest();
    if (out_->priced.empty()) wrong(0, "unknowns", "", "the parameter file has no price at all");
    throw_if_any(diagnostics_);
    put_priors(fit_, catalog_, &out_->problem);
  }

 private:
  void wrong(int line, const std::string& key, const std::string& value,
             const std::string& expected) {
    diagnostics_.push_back({fit_.file.string(), line, key, value, expected});
  }

  bool counted(const std::string& component) const {
    const int level = data_.accelerator.find(component);
    if (level < 0) return false;
    return fit_.quantity == "energy_uj" ||
           !data_.accelerator.levels[static_cast<std::size_t>(level)].off_chip;
  }

  // A price or power that the parameter file does not have.
  void add_to_parameters(const UnknownEntry& u) {
    if (!u.power.empty()) {
      const auto known = std::find_if(p_.powers.begin(), p_.powers.end(),
                                      [&](const ConstantPower& p) { return p.name == u.power; });
      if (known != p_.powers.end())
        return wrong(u.line, "prior_mw", u.power, "the parameter file states this power already");
      p_.powers.push_back({u.power, Milliwatts(*u.prior), u.source, u.confidence});
      return;
    }
    const CountKey& key = u.prices.front().key;
    if (price(key))
      return wrong(u.line, "prior_pj", u.prices.front().text(),
                   "the parameter file states this price already");
    if (data_.accelerator.find(key.component) < 0)
      return wrong(u.line, "prices", key.component, "the accelerator has no such level");
    p_.energies.push_back({key.component, key.operand, key.action, Picojoules(*u.prior),
                           std::nullopt, u.per_bits, u.source, u.confidence});
  }

  std::optional<std::size_t> price(const CountKey& key) const {
    for (std::size_t i = 0; i < p_.energies.size(); ++i)
      if (p_.energies[i].component == key.component && p_.energies[i].operand == key.operand &&
          p_.energies[i].action == key.action)
        return i;
    return std::nullopt;
  }

  // Both parts of a price, unless its gated one is an unknown of its own. by: value of the unknown.
  void add_parts(std::size_t energy, bool gated_alone, double by, Priced* to) {
    const UnitEnergy& e = p_.energies[energy];
    if (!gated_alone && claimed_.insert({energy, false}).second)
      to->parts.push_back({energy, false, e.energy.value / by});
    const bool apart = gated_apart_.count(text_of(e) + ".gated") != 0;
    if (e.gated_energy && gated_alone == apart && claimed_.insert({energy, true}).second)
      to->parts.push_back({energy, true, e.gated_energy->value / by});
  }

  void add(const UnknownEntry& u) {
    Priced priced;
    calibration::Unknown unknown;
    unknown.name = u.name;
    unknown.prior_sd_ln = u.prior_sd_ln.value_or(fit_.prior_sd_ln);
    if (u.power.empty())
      add_prices(u, &priced, &unknown);
    else
      add_power(u, &priced, &unknown);
    if (unknown.prior <= 0)
      wrong(u.line, "prior", u.name, "expected a price above 0: priors are log-normal");
    out_->priced.push_back(std::move(priced));
    out_->problem.unknowns.push_back(std::move(unknown));
  }

  void add_prices(const UnknownEntry& u, Priced* priced, calibration::Unknown* unknown) {
    unknown->unit = "pJ";
    unknown->prior = 1;  // until the first price is known
    bool first = true;
    for (const Term& t : u.prices) {
      priced->terms.push_back(t.text());
      const auto at = price(t.key);
      if (!at || (t.gated && !p_.energies[*at].gated_energy)) {
        refuse_term(u, t, at.has_value());
        continue;
      }
      const UnitEnergy& e = p_.energies[*at];
      if (first) {
        unknown->prior = t.gated ? e.gated_energy->value : e.energy.value;
        unknown->source = e.source;
        unknown->confidence = e.confidence;
      }
      first = false;
      if (unknown->prior > 0) add_parts(*at, t.gated, unknown->prior, priced);
    }
  }

  void refuse_term(const UnknownEntry& u, const Term& t, bool price_known) {
    if (price_known) return wrong(u.line, "prices", t.text(), "the price has no gated_energy_pj");
    std::vector<std::string> known;
    for (const UnitEnergy& e : p_.energies) known.push_back(text_of(e));
    const std::string hint = nearest(t.text(), known);
    wrong(u.line, "prices", t.text(),
          "the parameter file has no such price" +
              (hint.empty() ? "; expected one of " + listed(known, 30)
                            : "; did you mean '" + hint + "'?") +
              " (or prior_pj with it)");
  }

  void add_power(const UnknownEntry& u, Priced* priced, calibration::Unknown* unknown) {
    unknown->unit = "mW";
    priced->terms.push_back("power " + u.power);
    std::vector<std::string> known;
    for (std::size_t i = 0; i < p_.powers.size(); ++i) {
      known.push_back(p_.powers[i].name);
      if (p_.powers[i].name != u.power) continue;
      unknown->prior = p_.powers[i].power.value;
      unknown->source = p_.powers[i].source;
      unknown->confidence = p_.powers[i].confidence;
      priced->powers.push_back({i, 1});
      claimed_powers_.insert(i);
      return;
    }
    unknown->prior = 1;
    wrong(u.line, "power", u.power,
          "the parameter file has no such power: expected " +
              (known.empty() ? "" : "one of " + listed(known, 30) + ", or ") +
              "prior_mw with source and confidence");
  }

  void add_each() {
    for (std::size_t i = 0; i < p_.energies.size(); ++i) {
      if (!counted(p_.energies[i].component)) continue;
      UnknownEntry u;
      u.name = text_of(p_.energies[i]);
      u.prices.push_back(
          {{p_.energies[i].component, p_.energies[i].operand, p_.energies[i].action}, false});
      add(u);
    }
    for (const ConstantPower& p : p_.powers) {
      UnknownEntry u;
      u.name = p.name;
      u.power = p.name;
      add(u);
    }
  }

  // Prices that nobody asks for are wrong too: one factor on all of them.
  void add_rest() {
    Priced rest;
    for (std::size_t i = 0; i < p_.energies.size(); ++i) {
      if (!counted(p_.energies[i].component)) continue;
      const std::size_t before = rest.parts.size();
      add_parts(i, false, 1, &rest);
      if (rest.parts.size() > before) rest.terms.push_back(text_of(p_.energies[i]));
    }
    for (std::size_t i = 0; i < p_.powers.size(); ++i) {
      if (claimed_powers_.count(i) != 0) continue;
      rest.powers.push_back({i, p_.powers[i].power.value});
      rest.terms.push_back("power " + p_.powers[i].name);
    }
    if (rest.terms.empty()) return;
    calibration::Unknown unknown;
    unknown.name = kRest;
    unknown.unit = "x prior";
    unknown.prior = 1;
    unknown.prior_sd_ln = fit_.rest_sd_ln;
    unknown.source = "the parameter file";
    out_->priced.push_back(std::move(rest));
    out_->problem.unknowns.push_back(std::move(unknown));
  }

  const FitFile& fit_;
  const Catalog& catalog_;
  const FitData& data_;
  FitProblem* out_;
  Parameters& p_;
  std::set<std::string> gated_apart_;
  std::set<std::pair<std::size_t, bool>> claimed_;
  std::set<std::size_t> claimed_powers_;
  Diagnostics diagnostics_;
};

}  // namespace

void put_unknowns(const FitFile& fit, const Catalog& catalog, const FitData& data,
                  FitProblem* energy) {
  Builder(fit, catalog, data, energy).run();
}

}  // namespace assay::fit
