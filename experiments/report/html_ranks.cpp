// SPDX-License-Identifier: Apache-2.0
// "Ranks and regret", and what the layers add to the network's error.
#include <fmt/format.h>

#include <cstdlib>

#include "experiments/report/format.h"
#include "experiments/report/html_data.h"
#include "experiments/report/ranks.h"
#include "experiments/report/waterfall.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostRanked = 30;

std::string tau_text(const std::optional<double>& tau) {
  return tau ? fmt::format("{:.2f}", *tau) : std::string(kUndefined);
}

std::string rank_sentence(const LayerRanks& ranks) {
  std::string text = fmt::format("Kendall tau-b {} over n = {} layers", tau_text(ranks.tau_b),
                                 ranks.layers.size());
  if (ranks.tau_b_beyond_noise)
    text += fmt::format(
        "; {} where the {} pair{} of measured values within their uncertainty "
        "count as equal",
        tau_text(ranks.tau_b_beyond_noise), ranks.pairs_in_noise,
        ranks.pairs_in_noise == 1 ? "" : "s");
  else
    text += "; which measured values are equal within their uncertainty is unknown";
  if (ranks.k > 0)
    text +=
        fmt::format(". Of the {} largest layers measured, {} are among the {} largest predicted",
                    ranks.k, ranks.top_shared, ranks.k);
  if (ranks.resolvable_pct)
    text += fmt::format(
        ". Predictions of two layers that differ by less than {:.0f} % cannot be "
        "told apart",
        *ranks.resolvable_pct);
  return text + ".";
}

data ranked_layers(const LayerRanks& ranks) {
  data rows = list();
  for (std::size_t i = 0; i < ranks.layers.size() && i < kMostRanked; ++i) {
    const RankedLayer& l = ranks.layers[i];
    data row;
    row.set("layer", plain(l.layer));
    row.set("measured", number(l.measured));
    row.set("predicted", number(l.predicted));
    row.set("measured_rank", std::to_string(l.measured_rank));
    row.set("predicted_rank", std::to_string(l.predicted_rank));
    const int moved = l.predicted_rank - l.measured_rank;
    row.set("moved", moved == 0 ? std::string("0") : fmt::format("{:+d}", moved));
    rows << row;
  }
  return rows;
}

std::string choice_sentence(const ReportInput& input, const Choice& c) {
  std::string designs;
  for (const std::string& d : c.designs) designs += (designs.empty() ? "" : ", ") + plain(d);
  const std::string of = fmt::format(
      "{}, {}{}, level {}: of {} ({} designs) ", quantity_label(input, c.quantity),
      plain(c.workload), c.batch == 1 ? std::string() : fmt::format(", batch {}", c.batch),
      plain(c.level), designs, c.designs.size());
  if (!c.left_out.empty()) return of + "no regret is stated: " + c.left_out + ".";
  return of + fmt::format("the prediction picks {}; the best measured is {}: regret {:.1f} %.",
                          plain(c.picked), plain(c.best), c.regret_pct);
}

data contribution_row(const std::string& layer, const char* kind,
                      const std::vector<std::string>& cells) {
  data row;
  row.set("layer", plain(layer));
  row.set("kind", kind);
  data texts = list();
  for (const std::string& c : cells) texts << data(c);
  row.set("cells", texts);
  return row;
}

data contribution_rows(const Contributions& c) {
  data rows = list();
  const auto texts = [](const std::vector<std::optional<double>>& values) {
    std::vector<std::string> cells;
    for (const auto& v : values) cells.push_back(signed_pct(v));
    return cells;
  };
  for (std::size_t i = 0; i < c.layers.size(); ++i)
    rows << contribution_row(c.layers[i], "layer", texts(c.pct[i]));
  rows << contribution_row("network error", "network", texts(c.sum));
  std::vector<std::string> indices;
  for (const auto& index : c.cancellation_index)
    indices.push_back(index ? fmt::format("{:.2f}{}", *index, *index > 0.5 ? " (!)" : "")
                            : std::string(kUndefined));
  rows << contribution_row("cancellation index", "layer", indices);
  return rows;
}

}  // namespace

void add_ranks(const ReportInput& input, data* page) {
  data all = list();
  for (const ErrorStatistics* s : headline_statistics(input)) {
    const LayerRanks ranks = layer_ranks(input, *s);
    data r;
    r.set("label", quantity_label(input, s->quantity));
    r.set("place", plain(s->workload) + " on " + plain(s->chip));
    r.set("sentence", rank_sentence(ranks));
    r.set("rows", ranked_layers(ranks));
    r.set("note",
          ranks.layers.size() > kMostRanked
              ? fmt::format("Rank 1: the largest. The {} largest of {}; records.csv has all.",
                            kMostRanked, ranks.layers.size())
              : std::string("Rank 1: the largest; equal values share the better rank."));
    all << r;
  }
  page->set("ranks", all);
  data choices = list();
  for (const Choice& c : choices_of(input)) choices << data(choice_sentence(input, c));
  page->set("choices", choices);
  page->set("no_choice",
            "No network was measured on two designs, so there is no choice to regret: variants "
            "that were compared with one and the same chip are models of one design.");
}

void add_contributions(const ReportInput& input, data* page) {
  data all = list();
  for (const QuantityTable& t : tables_of(input)) {
    if (t.quantity != input.headline_quantity || !adds_up(t.quantity) || t.rows.size() < 3)
      continue;
    data c;
    c.set("label", t.label);
    c.set("place", t.place());
    c.set("many", is_wide(t) ? "many" : "");
    data series = list();
    for (const Series& s : t.series) {
      data name;
      name.set("name", s.name);
      series << name;
    }
    c.set("series", series);
    c.set("rows", contribution_rows(contributions_of(input, t)));
    all << c;
  }
  page->set("contributions", all);
}

}  // namespace assay::report
