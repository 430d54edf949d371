// SPDX-License-Identifier: Apache-2.0
// The keys `measured` and `predictions` of an experiment file.
#include <utility>

#include "experiments/experiment_data.h"
#include "experiments/foreign/foreign.h"

namespace assay {
namespace {

// That the key is missing is said with the hash of the file, which the run knows.
void read_pin(YamlMap& map, ExperimentData* data) {
  data->line = map.line();
  data->key = map.path() + ".sha256";
  if (!map.has("sha256")) return;
  data->sha256 = map.text("sha256");
  constexpr std::size_t kDigits = 64;
  if (data->sha256.size() != kDigits ||
      data->sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    map.error("sha256", data->sha256, "expected 64 hexadecimal digits, in lower case");
}

std::vector<NotCompared> read_not_compared(YamlMap& map,
                                           const std::vector<std::string>& quantities) {
  std::vector<NotCompared> all;
  if (!map.has("not_compared")) return all;
  for (YamlMap& item : map.maps("not_compared")) {
    NotCompared n;
    n.quantity = quantities.empty() ? item.text("quantity") : item.choice("quantity", quantities);
    n.why = item.text("why");
    item.finish();
    all.push_back(std::move(n));
  }
  return all;
}

// What only the native output of a tool needs: an import file says it of a CSV.
void read_native(YamlMap& map, ExperimentPrediction* p) {
  p->from = map.choice("from", foreign_tools());
  p->layers = map.text("layers", "");
  p->variant = map.text("variant", "");
  p->batch = map.integer("batch", {1, kMaxBound}, 1);
  constexpr RealRange kMegahertz{1e-6, 1e6};
  if (map.has("clock_mhz")) p->clock_mhz = map.real("clock_mhz", kMegahertz);
  if (map.has("import"))
    map.error("import", map.text("import"), "expected either 'from' or 'import', not both");
}

ExperimentPrediction read_prediction(YamlMap& map, const std::vector<std::string>& quantities) {
  ExperimentPrediction p;
  p.data = map.text("data");
  if (map.has("from")) {
    read_native(map, &p);
  } else if (map.has("import")) {
    p.mapping = map.text("import");
    for (const char* key : {"layers", "variant", "batch", "clock_mhz"})
      if (map.has(key)) map.error(key, "", "goes with 'from'; the import file says it of a CSV");
  } else {
    map.error("", "", "expected 'import' (any CSV) or 'from' (the native output of a tool)");
    for (const char* key : {"layers", "variant", "batch", "clock_mhz"}) map.raw(key);
  }
  read_pin(map, &p);
  p.description = map.text("description");
  p.source = map.text("source");
  p.not_compared = read_not_compared(map, quantities);
  map.finish();
  return p;
}

}  // namespace

void read_measured(YamlMap& top, ExperimentCase* e) {
  for (YamlMap& map : top.maps("measured")) {
    ExperimentData data;
    data.data = map.text("data");
    data.mapping = map.text("import");
    read_pin(map, &data);
    map.finish();
    e->measured.push_back(std::move(data));
  }
  if (e->measured.empty() && top.has("measured"))
    top.error("measured", "", "expected at least one {data: ..., import: ..., sha256: ...}");
}

void read_predictions(YamlMap& top, const std::vector<std::string>& quantities, ExperimentCase* e) {
  if (!top.has("predictions")) return;
  for (YamlMap& map : top.maps("predictions"))
    e->predictions.push_back(read_prediction(map, quantities));
}

}  // namespace assay
