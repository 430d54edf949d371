// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "core/json_reader.h"
#include "core/text.h"
#include "experiments/provenance/recompute.h"
#include "experiments/report/view.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;
using Kind = JsonValue::Kind;

constexpr const char* kHardware = "rtl";

std::string text_at(const JsonValue& map, const char* key) {
  const JsonValue* v = map.find(key);
  return v != nullptr && v->kind == Kind::text ? v->text : std::string();
}

const std::vector<JsonValue>& items_at(const JsonValue& map, const char* key) {
  static const std::vector<JsonValue> kNone;
  const JsonValue* v = map.find(key);
  return v != nullptr ? v->items : kNone;
}

// Level, variant, chip, workload, batch: what is joined and judged together.
using Group = std::tuple<std::string, std::string, std::string, std::string, std::int64_t>;
Group group_of(const Record& r) { return {r.level, r.variant, r.chip, r.workload, r.batch}; }

using LayerKey = std::tuple<std::string, std::string, std::string, std::int64_t>;
LayerKey layer_of(const Record& r) { return {r.chip, r.workload, r.layer, r.batch}; }

bool states(const std::vector<Record>& records, const std::string& quantity) {
  return std::any_of(records.begin(), records.end(),
                     [&](const Record& r) { return r.values.count(quantity) != 0; });
}

// Groups of which no layer was measured are no part of the comparison.
std::vector<Record> of_measured_groups(const std::vector<Record>& predicted,
                                       const std::vector<Record>& measured) {
  std::set<LayerKey> layers;
  for (const Record& m : measured) layers.insert(layer_of(m));
  std::set<Group> met;
  for (const Record& r : predicted)
    if (layers.count(layer_of(r)) != 0) met.insert(group_of(r));
  std::vector<Record> out;
  for (const Record& r : predicted)
    if (met.count(group_of(r)) != 0) out.push_back(r);
  return out;
}

class Comparing {
 public:
  Comparing(const JsonValue& metrics, const std::vector<Record>& measured, Comparison* out)
      : metrics_(metrics), measured_(measured), out_(out) {
    for (const JsonValue& g : items_at(metrics_, "groups"))
      if (const std::string q = text_at(g, "quantity");
          std::find(quantities_.begin(), quantities_.end(), q) == quantities_.end())
        quantities_.push_back(q);
    for (const Excluded& e : out->excluded) withhold(e);
  }

  void add(const std::vector<Record>& predicted, const std::vector<Record>& measured,
           bool with_network) {
    const std::vector<Record> met = of_measured_groups(predicted, measured);
    JoinOptions join;
    join.allow_unmatched_predictions = join.allow_unmatched_measurements = true;
    join.allow_clock_difference = "as when the report was written";
    join.withheld = withheld_;
    for (const std::string& q : quantities_)
      if (states(met, q) && states(measured, q)) join.quantities.push_back(q);
    if (join.quantities.empty()) return;
    Comparison c = compare(met, measured, join);
    for (ComparedRow& row : c.rows)
      if (with_network || row.layer != kNetworkLayer) out_->rows.push_back(std::move(row));
    for (ErrorStatistics& s : c.statistics) {
      if (!with_network) s.network_pct.reset();
      out_->statistics.push_back(std::move(s));
    }
  }

  // Hardware may have run some layers of a variant only, whose sum is no network's.
  void add_hardware(const std::vector<Record>& records) {
    std::vector<std::string> variants;
    for (const Record& r : records)
      if (std::find(variants.begin(), variants.end(), r.variant) == variants.end())
        variants.push_back(r.variant);
    for (const std::string& variant : variants) {
      std::vector<Record> own, measured;
      for (const Record& r : records)
        if (r.variant == variant) own.push_back(r);
      for (const Record& m : measured_)
        if (std::any_of(own.begin(), own.end(),
                        [&](const Record& r) { return layer_of(r) == layer_of(m); }))
          measured.push_back(m);
      add(own, measured, whole(variant));
    }
  }

 private:
  // Left out on purpose: "eyeriss/alexnet/* total_ms" of a level, there and nowhere else.
  void withhold(const Excluded& e) {
    constexpr const char* kWhole = "/* ";
    const std::size_t at = e.key.rfind(kWhole);
    if (at == std::string::npos || e.level.empty()) return;
    const std::string place = e.key.substr(0, at);
    const std::size_t slash = place.find('/');
    if (slash == std::string::npos) return;
    withheld_.push_back({e.level, e.variant, e.key.substr(at + 3), e.reason, place.substr(0, slash),
                         place.substr(slash + 1)});
  }

  bool whole(const std::string& variant) const {
    for (const JsonValue& g : items_at(metrics_, "groups")) {
      if (text_at(g, "level") != kHardware || text_at(g, "variant") != variant) continue;
      const JsonValue* metrics = g.find("metrics");
      if (metrics == nullptr) continue;
      const JsonValue* network = metrics->find(text_at(g, "quantity") + "__network__error_pct");
      const JsonValue* value = network == nullptr ? nullptr : network->find("value");
      if (value != nullptr && value->kind != Kind::null) return true;
    }
    return false;
  }

  const JsonValue& metrics_;
  const std::vector<Record>& measured_;
  Comparison* out_;
  std::vector<std::string> quantities_;
  std::vector<Withheld> withheld_;
};

std::vector<BoundCheck> bounds_of(const JsonValue& metrics, const Comparison& comparison) {
  std::vector<BoundCheck> bounds;
  for (const JsonValue& b : items_at(metrics, "bounds")) {
    BoundCheck bound;
    bound.quantity = text_at(b, "quantity");
    if (const JsonValue* of = b.find("of")) {
      bound.of_quantity = text_at(*of, "quantity");
      bound.chip = text_at(*of, "chip");
      bound.workload = text_at(*of, "workload");
      for (const JsonValue& layer : items_at(*of, "except_layers"))
        bound.except_layers.push_back(layer.text);
    }
    bound.variant = text_at(b, "variant");
    bound.statistic = text_at(b, "statistic");
    if (const JsonValue* limit = b.find("limit")) bound.limit = limit->real;
    if (b.find("level") != nullptr) bound.level = text_at(b, "level");
    bound.found = report::bound_statistic(comparison, bound);
    bounds.push_back(std::move(bound));
  }
  return bounds;
}

void split_records(const fs::path& folder, const Chain& chain, ReportInput* out) {
  const std::vector<Record> records = read_records_json(folder / "records.json");
  if (records.size() != chain.records.size())
    throw InputError(
        {{(folder / kFile).string(), 0, "records", std::to_string(chain.records.size()),
          "expected the " + std::to_string(records.size()) + " records of records.json"}});
  for (std::size_t i = 0; i < records.size(); ++i)
    (chain.records[i].measured ? out->measured : out->predicted).push_back(records[i]);
}

}  // namespace

ReportInput input_of(const fs::path& folder, const Chain& chain) {
  ReportInput out;
  split_records(folder, chain, &out);
  const fs::path file = folder / "metrics.json";
  Diagnostics diagnostics;
  const auto text = read_text(file, &diagnostics);
  const auto root = text ? parse_json(file.string(), *text, &diagnostics) : std::nullopt;
  throw_if_any(diagnostics);
  out.experiment = text_at(*root, "experiment");
  out.headline_variant = text_at(*root, "headline_variant");
  out.headline_quantity = text_at(*root, "headline_quantity");
  for (const JsonValue& g : items_at(*root, "groups"))
    if (const JsonValue* headline = g.find("headline"); headline != nullptr && headline->boolean)
      out.headline_level = text_at(g, "level");
  for (const JsonValue& e : items_at(*root, "excluded"))
    out.comparison.excluded.push_back(
        {text_at(e, "key"), text_at(e, "reason"), text_at(e, "level"), text_at(e, "variant")});
  for (const JsonValue& e : items_at(*root, "evidence"))
    out.evidence.push_back({text_at(e, "chip"), text_at(e, "workload"), text_at(e, "variant"),
                            text_at(e, "kind"), text_at(e, "why")});
  for (const JsonValue& s : items_at(*root, "skipped")) out.skipped.push_back(s.text);
  std::vector<Record> models, hardware;
  for (const Record& r : out.predicted) (r.level == kHardware ? hardware : models).push_back(r);
  Comparing comparing(*root, out.measured, &out.comparison);
  comparing.add(models, out.measured, true);
  comparing.add_hardware(hardware);
  out.bounds = bounds_of(*root, out.comparison);
  return out;
}

}  // namespace assay::provenance
