// SPDX-License-Identifier: Apache-2.0
#include "rtl/record.h"

#include <algorithm>
#include <stdexcept>

#include "core/energy.h"
#include "core/hash.h"
#include "core/units.h"
#include "rtl/registry.h"

namespace assay::rtl {
namespace {

double number(std::int64_t n) { return static_cast<double>(n); }

// The port to memory is a part of the hardware, so that there is no latency without it.
void put_latency(const Accelerator& a, const RunResult& result, Record* r) {
  const auto counted = result.counts.find({a.levels.back().name, "-", "mac"});
  const double macs = counted == result.counts.end() ? 0 : number(counted->second);
  const double cycles = number(result.cycles);
  auto& values = r->values;
  values["total_cycles"] = cycles;
  values["total_ms"] = duration(Cycles(cycles), a.clock).value;
  values["operations"] = macs;
  if (cycles <= 0) return;
  values["total_throughput_macs_per_cycle"] = macs / cycles;
  values["total_throughput_gmacs_per_s"] = macs / cycles * a.clock.value * 1e-3;
  values["total_utilisation_pct"] = 100 * macs / cycles / number(a.lanes());
}

void put_data(const RecordInput& in, const RunResult& result, Record* r) {
  r->notes["output"] = sha256_of_words(result.output);
  if (in.data == nullptr) return;
  const std::vector<std::int32_t>& input = in.data->input;
  const auto zeros = std::count(input.begin(), input.end(), 0);
  if (!input.empty())
    r->values["input_zero_pct"] = 100 * number(zeros) / static_cast<double>(input.size());
  r->notes["data"] = "random, seed " + std::to_string(in.seed);
}

}  // namespace

Record make_record(const RecordInput& in, const RunResult& result) {
  if (!result.finished) throw std::logic_error("layer " + in.layer->name + " was cut short");
  const Accelerator& a = *in.accelerator;
  const std::string verilator = verilator_version();
  Record r;
  r.level = "rtl";
  r.chip = a.name;
  r.workload = in.workload;
  r.layer = in.layer->name;
  r.variant = in.variant;
  r.batch = in.batch;
  r.repeat = in.layer->repeat;
  r.provenance.tool =
      "assay rtl " ASSAY_VERSION + (verilator.empty() ? "" : " (Verilator " + verilator + ")");
  r.notes["hardware"] = in.configuration;
  r.counts = result.counts;
  put_latency(a, result, &r);
  put_data(in, result, &r);
  r.values["off_chip_traffic_mb"] =
      off_chip_traffic_mb(a, effective_precision(a, *in.layer), r.counts);
  return r;
}

}  // namespace assay::rtl
