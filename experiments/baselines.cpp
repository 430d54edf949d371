// SPDX-License-Identifier: Apache-2.0
#include "experiments/baselines.h"

#include <cmath>

#include "core/diagnostics.h"
#include "core/text.h"

namespace assay {
namespace {

class Check {
 public:
  explicit Check(const BaselineInput& input)
      : where_(input.chip + "/" + input.workload + "/" + input.layer + " ") {
    at_least_1("batch", input.batch);
    at_least_1("repeat", input.repeat);
    at_least_1("macs", input.macs);
    at_least_1("lanes", input.lanes);
    const double clock = input.clock.value;
    if (!(clock >= 0) || !std::isfinite(clock))
      error("clock", clock, "expected a positive number, or 0 where it is unknown");
  }
  void at_least_1(const std::string& key, std::int64_t value) {
    if (value < 1)
      diagnostics_.push_back(
          {"", 0, where_ + key, std::to_string(value), "expected a whole number of at least 1"});
  }
  void positive(const std::string& key, double value) {
    if (!(value > 0) || !std::isfinite(value)) error(key, value, "expected a positive number");
  }
  void done() const { throw_if_any(diagnostics_); }

 private:
  void error(const std::string& key, double value, const std::string& expected) {
    const std::string shown = std::isfinite(value) ? number_text(value) : "not finite";
    diagnostics_.push_back({"", 0, where_ + key, shown, expected});
  }
  std::string where_;
  Diagnostics diagnostics_;
};

Record record_of(const BaselineInput& input, const std::string& variant, Cycles processing,
                 Cycles total) {
  Record r;
  r.level = "baseline";
  r.chip = input.chip;
  r.workload = input.workload;
  r.layer = input.layer;
  r.variant = variant;
  r.batch = input.batch;
  r.repeat = input.repeat;
  r.values["operations"] = static_cast<double>(input.macs);
  r.values["processing_cycles"] = processing.value;
  r.values["total_cycles"] = total.value;
  if (input.clock.value > 0) {
    r.values["processing_ms"] = duration(processing, input.clock).value;
    r.values["total_ms"] = duration(total, input.clock).value;
  }
  r.cycles_by_cause["compute"] = processing.value;
  r.notes["binding_processing"] = "compute";
  r.notes["binding_total"] = total > processing ? "off_chip" : "compute";
  r.provenance.tool = "assay baseline " ASSAY_VERSION;
  return r;
}

Cycles compute_cycles(const BaselineInput& input) {
  return Cycles(static_cast<double>(input.macs) / static_cast<double>(input.lanes));
}

}  // namespace

Record macs_over_pes(const BaselineInput& input) {
  Check(input).done();
  const Cycles compute = compute_cycles(input);
  return record_of(input, "macs_over_pes", compute, compute);
}

Record roofline(const BaselineInput& input) {
  Check check(input);
  check.at_least_1("off_chip_bits", input.off_chip_bits);
  check.positive("off_chip_bits_per_cycle", input.off_chip_bits_per_cycle);
  check.done();
  const Cycles compute = compute_cycles(input);
  const Cycles off_chip(static_cast<double>(input.off_chip_bits) / input.off_chip_bits_per_cycle);
  Record r = record_of(input, "roofline", compute, off_chip > compute ? off_chip : compute);
  r.values["off_chip_traffic_mb"] =
      (static_cast<double>(input.off_chip_bits) + static_cast<double>(input.off_chip_free_bits)) /
      8e6;
  return r;
}

}  // namespace assay
