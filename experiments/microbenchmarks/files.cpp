// SPDX-License-Identifier: Apache-2.0
#include "experiments/microbenchmarks/files.h"

#include <fmt/format.h>

#include <cmath>

#include "core/energy.h"
#include "core/text.h"
#include "core/units.h"
#include "experiments/explore/design_files.h"
#include "experiments/explore/design_text.h"
#include "experiments/run.h"

namespace assay::microbenchmarks {
namespace {

constexpr const char* kLicence = "# SPDX-License-Identifier: Apache-2.0\n";

std::string joined(const std::vector<std::string>& words, const char* between) {
  return fmt::format("{}", fmt::join(words, between));
}

double run_ms(const Microbenchmark& m, const Accelerator& a) {
  return duration(Cycles(m.total_cycles), a.clock).value;
}

std::int64_t runs_in_window(const Microbenchmark& m, const Accelerator& a) {
  return static_cast<std::int64_t>(std::ceil(kWindowMs / run_ms(m, a)));
}

std::string exercises(const Microbenchmark& m) {
  const std::string what = joined(m.targets, ", ");
  switch (m.family) {
    case Family::mac:
      return "multiply-accumulates: " + what + "; tiles are reused as often as they fit";
    case Family::register_file:
      return m.zero_inputs ? "register accesses beside multiplications that zeros gate: " + what
                           : "register files filled or emptied with little work between: " + what;
    case Family::broadcast:
      return "one word to many lanes, with the wires on its way: " + what;
    case Family::network:
      return "words passed or added between lanes: " + what;
    case Family::buffer:
      return "words through a buffer with as little work as the loop order allows: " + what;
    case Family::contrast:
      return "several components in a ratio that the others lack";
    case Family::dram:
      return "words across the chip's border, hardly reused: " + what;
  }
  return what;
}

std::string holds_constant(const Microbenchmark& m) {
  const std::string inputs = m.zero_inputs ? "all inputs zero" : "random data without zeros";
  if (m.next.empty()) return inputs + "; nothing else has a share";
  return fmt::format("{}; the largest other share is {}, {:.1f} %", inputs, m.next, m.next_pct);
}

const char* share_of(const Catalogue& c, const Microbenchmark& m) {
  if (!c.priced) return m.off_chip ? "all bits" : "bits on the chip";
  return m.off_chip ? "energy" : "chip energy";
}

std::string layer_line(const Layer& l) {
  if (l.kind == LayerKind::matmul)
    return fmt::format(
        "  - {{name: {}, kind: matmul, rows: {}, inner: {}, columns: {}, groups: {}, operands: "
        "weights}}\n",
        l.name, l.size[Dim::N], l.size[Dim::C], l.size[Dim::M], l.size[Dim::G]);
  return fmt::format(
      "  - {{name: {}, kind: conv, input: {{channels: {}, height: {}, width: {}}}, filters: {}, "
      "kernel: [{}, {}], stride: {}{}}}\n",
      l.name, l.size[Dim::C] * l.size[Dim::G], l.input_h, l.input_w,
      l.size[Dim::M] * l.size[Dim::G], l.size[Dim::R], l.size[Dim::S], l.stride_h,
      l.size[Dim::G] > 1 ? fmt::format(", groups: {}", l.size[Dim::G]) : "");
}

std::string list(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = "\n## " + title + "\n\n";
  for (const std::string& l : lines) text += "- " + l + "\n";
  return text;
}

constexpr const char* kMethod = R"(
## How to measure

1. Warm up until the temperature moves less than 1 degree per minute. Note clock and supply, set and observed, and the temperature.
2. Measure `idle` first and last: clock on, nothing to do, for the whole window.
3. Run one layer back to back, from its files, with its own data, for at least the window; the table says how many runs that is. Read
   energy and time of whole runs.
4. Repeat 3 five times (replicates), other layers between them in a new order each time. Report the median and the spread.
5. Zero inputs mean that every input word is 0; otherwise data are random without zeros. Weights are random in both.
)";

}  // namespace

std::string workload_yaml(const Catalogue& catalogue, const Accelerator& accelerator) {
  std::string text = fmt::format(
      "{}schema: assay.workload/1\nname: {}\ndescription: microbenchmarks of {}; {} has no "
      "layer\nsource: made by assay {} from accelerator {}\nlayers:\n",
      kLicence, kWorkload, accelerator.name, kIdle, ASSAY_VERSION, accelerator.name);
  for (const Microbenchmark& m : catalogue.all) text += layer_line(m.layer);
  return text;
}

std::string mapping_file(const Catalogue& catalogue, const Accelerator& accelerator) {
  std::vector<NamedNest> nests;
  for (const Microbenchmark& m : catalogue.all) nests.push_back({m.name, &m.mapping});
  return kLicence + mapping_yaml(accelerator.name + "-microbenchmarks", accelerator, kWorkload, 1,
                                 std::string("made by assay ") + ASSAY_VERSION +
                                     ": loop orders of the chip's "
                                     "own mappings, other bounds",
                                 nests);
}

std::string table_csv(const Catalogue& c, const Accelerator& a) {
  std::string text =
      "name,family,target,share_pct,share_of,next,next_pct,macs,total_cycles,run_ms,"
      "runs_in_window,replicates,zero_inputs,order,exercises,holds_constant\n";
  text += fmt::format("{},idle,constant power,100,chip energy,,0,0,{},{},1,{},0,,{},{}\n", kIdle,
                      number_text(kWindowMs * a.clock.value * 1e3), number_text(kWindowMs),
                      kReplicates, "constant power: clock and leakage", "no layer runs");
  for (const Microbenchmark& m : c.all)
    text += fmt::format("{},{},{},{:.2f},{},{},{:.2f},{},{},{},{},{},{},{},{},{}\n", m.name,
                        name(m.family), csv_field(joined(m.targets, " + ")), m.share_pct,
                        share_of(c, m), csv_field(m.next), m.next_pct, points(m.layer),
                        number_text(m.total_cycles), number_text(run_ms(m, a)),
                        runs_in_window(m, a), kReplicates, m.zero_inputs ? 1 : 0,
                        csv_field(m.order), csv_field(exercises(m)), csv_field(holds_constant(m)));
  return text;
}

std::string readme(const Catalogue& c, const Accelerator& a) {
  std::string text = fmt::format(
      "<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Microbenchmarks of {}\n\nMade by assay {} "
      "from {}; {}. Each is a layer of `workload.yaml` with its nest in `mapping.yaml`; the "
      "shares are of {} by the analytical level. `records.json` has every record, idle too.\n\n",
      a.name, ASSAY_VERSION, a.file.filename().string(), a.description,
      c.priced ? "energy under the prior prices"
               : "bits moved and multiplied, as the parameters state no price");
  text +=
      "| name | exercises | holds constant | share | one run | runs in 1 s | order |\n"
      "|---|---|---|---|---|---|---|\n";
  text += fmt::format(
      "| `{}` | constant power: clock and leakage | no layer runs | 100 % | 1000 ms "
      "| 1 | |\n",
      kIdle);
  for (const Microbenchmark& m : c.all)
    text += fmt::format("| `{}` | {} | {} | {:.1f} % of {} | {:.3f} ms | {} | {} |\n", m.name,
                        exercises(m), holds_constant(m), m.share_pct, share_of(c, m), run_ms(m, a),
                        runs_in_window(m, a), m.order);
  std::vector<std::string> also;
  for (const Microbenchmark& m : c.all)
    for (const std::string& other : m.also) also.push_back("`" + m.name + "` is also " + other);
  text += list("The same layer is the best for", also);
  text += kMethod;
  text += list("Not told apart by any layer of these loop orders", c.together);
  text += list("Sums of other columns in every layer", c.dependent);
  text += list("Without a microbenchmark", c.absent);
  return text;
}

std::string terminal_text(const Catalogue& c, const Accelerator& a) {
  std::size_t width = 4, family = 6;
  for (const Microbenchmark& m : c.all) width = std::max(width, m.name.size());
  for (const Microbenchmark& m : c.all) family = std::max(family, name(m.family).size());
  std::string text = fmt::format("{:<{}}  {:<{}}  {:>7}  {:>10}  target; the largest other\n",
                                 "name", width, "family", family, "share %", "run ms");
  text += fmt::format("{:<{}}  {:<{}}  {:>7}  {:>10}  constant power\n", kIdle, width, "idle",
                      family, "100.0", "1000.000");
  for (const Microbenchmark& m : c.all)
    text += fmt::format("{:<{}}  {:<{}}  {:>7.1f}  {:>10.3f}  {}{}; {} {:.1f} %\n", m.name, width,
                        name(m.family), family, m.share_pct, run_ms(m, a), joined(m.targets, " + "),
                        m.zero_inputs ? ", zero inputs" : "", m.next.empty() ? "none" : m.next,
                        m.next_pct);
  for (const Microbenchmark& m : c.all)
    for (const std::string& other : m.also) text += m.name + " is also " + other + "\n";
  for (const std::string& t : c.together) text += "not told apart: " + t + "\n";
  for (const std::string& t : c.dependent) text += "not told apart: " + t + "\n";
  text += fmt::format("condition index of the chip's columns over all of them: {:.1f}\n",
                      condition_of(c));
  for (const std::string& t : c.absent) text += "none: " + t + "\n";
  return text;
}

Parameters with_activity(Parameters parameters, const Catalogue& catalogue) {
  for (const Microbenchmark& m : catalogue.all)
    if (m.zero_inputs)
      parameters.activities.push_back(
          {kWorkload, m.name, 1, "all inputs are zero, by construction", "exact"});
  return parameters;
}

Record idle_record(const Catalogue& catalogue, const Accelerator& accelerator) {
  Record r;
  r.level = "analytical";
  r.chip = accelerator.name;
  r.workload = kWorkload;
  r.layer = kIdle;
  r.values["total_ms"] = kWindowMs;
  r.values["total_cycles"] = kWindowMs * accelerator.clock.value * 1e3;
  r.notes["layer"] = "none: the clock runs and nothing else";
  r.provenance.tool = std::string("assay analytical ") + ASSAY_VERSION;
  if (!catalogue.idle_mw) return r;
  const double pj = energy(Milliwatts(*catalogue.idle_mw), Milliseconds(kWindowMs)).value;
  r.values["energy_uj"] = r.values["energy_chip_uj"] = pj * 1e-6;
  r.values["power_chip_mw"] = *catalogue.idle_mw;
  r.energy_pj_by_component["clock and leakage"] = pj;
  return r;
}

void write_files(const std::filesystem::path& folder, const Catalogue& catalogue,
                 const Accelerator& accelerator, const Parameters* parameters) {
  RunInput in;
  in.accelerator = accelerator.file;
  in.workload = folder / "workload.yaml";
  in.mapping = folder / "mapping.yaml";
  write_text(in.workload, workload_yaml(catalogue, accelerator));
  write_text(in.mapping, mapping_file(catalogue, accelerator));
  if (parameters != nullptr) {
    in.parameters = folder / "parameters.yaml";
    write_text(*in.parameters, parameters_yaml(with_activity(*parameters, catalogue)));
  }
  write_text(folder / "table.csv", table_csv(catalogue, accelerator));
  write_text(folder / "README.md", readme(catalogue, accelerator));
  std::vector<Record> records{idle_record(catalogue, accelerator)};
  for (Record& r : run_analytical(in).records) records.push_back(std::move(r));
  write_records_json(folder / "records.json", records);
}

}  // namespace assay::microbenchmarks
