// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/hardware_gaps.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

// Cycles of one latency at the three places that the gaps lie between.
struct Places {
  double analytical = 0, machine = 0, chip = 0;
};

// Of the layers so far; nothing as soon as one of them lacks a place.
struct Sum {
  Places places;
  bool whole = true;

  void add(const std::optional<Places>& p, double times) {
    if (!p) {
      whole = false;
      return;
    }
    places.analytical += times * p->analytical;
    places.machine += times * p->machine;
    places.chip += times * p->chip;
  }
  std::optional<Places> get() const { return whole ? std::optional(places) : std::nullopt; }
};

std::optional<Places> places_of(const std::optional<double>& analytical,
                                const std::optional<double>& machine,
                                const std::optional<double>& chip) {
  if (!analytical || !machine || !chip) return std::nullopt;
  return Places{*analytical, *machine, *chip};
}

std::optional<Gap> gap_of(const std::optional<Places>& p) {
  if (!p || !(p->chip > 0)) return std::nullopt;
  return Gap{100 * (p->analytical - p->machine) / p->chip, 100 * (p->machine - p->chip) / p->chip};
}

std::optional<double> processing_cycles(const Record* r) {
  if (r == nullptr) return std::nullopt;
  const auto n = r->values.find("processing_cycles");
  return n == r->values.end() ? std::nullopt : std::optional<double>(n->second);
}

std::optional<Places> total_of(const HardwareRow& r) {
  return places_of(total_cycles(r.analytical), total_cycles(r.hardware), r.measured_cycles);
}

std::optional<Places> processing_of(const ReportInput& input, const HardwareRow& r) {
  if (!same_cycles(r)) return std::nullopt;
  return places_of(processing_cycles(r.analytical), processing_cycles(r.simulated),
                   measured_cycles(input, *r.simulated, "processing"));
}

std::string pct(double value) { return signed_pct(value) + " %"; }

using Member = std::optional<Gap> GapRow::*;

// "modelling error -1.4 %, silicon +20.9 %; the larger part is silicon"
std::string parts_text(const Gap& g) {
  const double m = std::fabs(g.modelling), s = std::fabs(g.silicon);
  return "modelling error " + pct(g.modelling) + ", silicon " + pct(g.silicon) +
         (m == s ? ""
                 : "; the larger part is " + std::string(m > s ? "modelling error" : "silicon"));
}

// " over the network, +41.2 % at most (conv5)"; without the network, the latter only.
std::string extent_text(const std::vector<GapRow>& rows, Member latency, double Gap::*part) {
  std::string text, worst;
  double largest = -1;
  for (const GapRow& r : rows) {
    if (!(r.*latency)) continue;
    const double value = (*(r.*latency)).*part;
    if (r.network) text = pct(value) + " over the network";
    if (r.network || std::fabs(value) <= largest) continue;
    largest = std::fabs(value);
    worst = pct(value) + " at most (" + r.layer + ")";
  }
  return text + (text.empty() || worst.empty() ? "" : ", ") + worst;
}

bool any(const std::vector<GapRow>& rows, Member latency) {
  for (const GapRow& r : rows)
    if (r.*latency) return true;
  return false;
}

struct Equality {
  std::size_t layers = 0, equal = 0, outputs = 0;
  std::int64_t counts = 0;
  double cycles = 0;
  std::string different;  // layers
};

Equality equality_of(const HardwareTable& t) {
  Equality e;
  for (const HardwareRow& r : t.rows) {
    if (r.simulated == nullptr) continue;
    ++e.layers;
    e.counts += r.counts.compared;
    e.cycles += total_cycles(r.hardware).value_or(0) * static_cast<double>(r.hardware->repeat);
    e.outputs += r.outputs_equal.value_or(false) ? 1 : 0;
    const bool equal =
        same_cycles(r) && r.counts.differences.empty() && r.outputs_equal.value_or(true);
    e.equal += equal ? 1 : 0;
    if (!equal) e.different += (e.different.empty() ? "" : ", ") + plain(r.hardware->layer);
  }
  return e;
}

std::string equality_text(const HardwareTable& t) {
  const Equality e = equality_of(t);
  if (e.layers == 0)
    return "The simulator did not run these layers: nothing says whether it equals the hardware.";
  if (e.equal < e.layers)
    return fmt::format(
        "rtl and simulator DIFFER in {} of {} layers ({}): one of the two has a bug, and until it "
        "is found the gaps below say nothing.",
        e.layers - e.equal, e.layers, e.different);
  const std::string outputs =
      e.outputs == 0 ? "Outputs were not compared"
                     : fmt::format("every output word in {} of {} layers", e.outputs, e.layers);
  return fmt::format("rtl = simulator in {} of {} layers: total cycles ({}), {} of {} counts{}{}.",
                     e.equal, e.layers, number(std::optional<double>(e.cycles), 0), e.counts,
                     e.counts, e.outputs == 0 ? ". " : ", and ", outputs);
}

void add_gap_cells(const std::optional<Gap>& g, PanelRow* row) {
  const auto cell = [](double value) { return PanelCell{signed_pct(value), ""}; };
  if (!g) {
    row->cells.resize(row->cells.size() + 3, {kUndefined, ""});
    return;
  }
  row->cells.push_back(cell(g->modelling));
  row->cells.push_back(cell(g->silicon));
  row->cells.push_back({signed_pct(g->both()), band(g->both())});
}

}  // namespace

std::vector<GapRow> gap_rows(const ReportInput& input, const HardwareTable& t) {
  std::vector<GapRow> rows;
  Sum total, processing;
  for (const HardwareRow& r : t.rows) {
    const auto one = total_of(r), two = processing_of(input, r);
    rows.push_back({plain(r.hardware->layer), false, gap_of(one), gap_of(two)});
    total.add(one, static_cast<double>(r.hardware->repeat));
    processing.add(two, static_cast<double>(r.hardware->repeat));
  }
  if (t.not_run.empty() && rows.size() > 1)
    rows.push_back({kNetworkLayer, true, gap_of(total.get()), gap_of(processing.get())});
  return rows;
}

Panel gap_panel(const ReportInput& input, const HardwareTable& t) {
  Panel panel;
  panel.title =
      "What the analytical level's error is made of, in per cent of the chip's latency, " +
      t.name();
  panel.note =
      "modelling: analytical - rtl. silicon: rtl - chip, what we do not know or do not build. They "
      "add up to the error, " +
      std::string(kSignConvention) + ".";
  const std::vector<GapRow> rows = gap_rows(input, t);
  const bool processing = any(rows, &GapRow::processing);
  if (!processing && !any(rows, &GapRow::total)) return panel;
  panel.columns = {{"", "layer"}};
  const auto add_columns = [&](const char* latency) {
    for (const char* part : {"modelling", "silicon", "error %"})
      panel.columns.push_back({latency, part});
  };
  add_columns("total latency");
  if (processing) {
    add_columns("processing latency");
    panel.note +=
        " Processing: hardware cannot leave its port to memory out; the simulator, which equals it "
        "in the total cycles, stands for it.";
  }
  for (const GapRow& r : rows) {
    PanelRow row{r.network, {{r.layer, ""}}};
    add_gap_cells(r.total, &row);
    if (processing) add_gap_cells(r.processing, &row);
    panel.rows.push_back(std::move(row));
  }
  return panel;
}

std::vector<std::string> hardware_findings(const ReportInput& input, const HardwareTable& t) {
  const std::vector<GapRow> rows = gap_rows(input, t);
  std::vector<std::string> all{equality_text(t)};
  const std::vector<std::pair<const char*, Member>> latencies{
      {"total latency", &GapRow::total}, {"processing latency", &GapRow::processing}};
  for (const auto& [name, latency] : latencies) {
    if (!any(rows, latency)) continue;
    all.push_back("Modelling error of the " + std::string(name) +
                  " (analytical - rtl): " + extent_text(rows, latency, &Gap::modelling) +
                  ". A better closed form could take it away.");
    const char* machine = latency == &GapRow::total ? "rtl" : "simulator, equal to rtl,";
    all.push_back("Silicon that we do not know, " + std::string(name) + " (" + machine +
                  " - chip): " + extent_text(rows, latency, &Gap::silicon) +
                  ". No model of this machine can take it away.");
  }
  for (const GapRow& r : rows)
    if (r.total && !r.network)
      all.push_back(r.layer + ", " + pct(r.total->both()) +
                    " from the chip: " + parts_text(*r.total) + ".");
  return all;
}

std::vector<std::string> hardware_verdicts(const ReportInput& input) {
  std::vector<std::string> all;
  for (const HardwareTable& t : hardware_tables(input)) {
    std::string text = "Hardware, " + t.name() + ": " + equality_text(t);
    for (const GapRow& r : gap_rows(input, t))
      if (r.network && r.total)
        text += " In total latency the analytical level is " + pct(r.total->both()) +
                " from the chip: " + parts_text(*r.total) + ".";
    all.push_back(std::move(text));
  }
  for (const std::string& s : input.skipped) all.push_back(plain(s) + ".");
  return all;
}

}  // namespace assay::report
