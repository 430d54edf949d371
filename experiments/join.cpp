// SPDX-License-Identifier: Apache-2.0
// Everything that does not meet its counterpart is an error or is listed with its reason; nothing
// is dropped in silence.
#include "experiments/join.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/diagnostics.h"
#include "core/text.h"
#include "experiments/clock.h"
#include "experiments/invariants.h"

namespace assay {
namespace {

constexpr std::size_t kShownKeys = 60;
constexpr std::size_t kShownClocks = 20;

using Records = std::vector<const Record*>;
using JoinKey = std::tuple<std::string, std::string, std::string, std::int64_t>;
using Place = std::tuple<std::string, std::string, std::int64_t>;  // chip, workload, batch

JoinKey join_key(const Record& r) { return {r.chip, r.workload, r.layer, r.batch}; }
Place place_of(const Record& r) { return {r.chip, r.workload, r.batch}; }

std::string keys_text(const Records& records) {
  std::vector<std::string> words;
  for (const Record* r : records) words.push_back(join_key_text(*r));
  return listed(words, kShownKeys);
}

Records pointers(const std::vector<Record>& records) {
  Records all;
  for (const Record& r : records) all.push_back(&r);
  return all;
}

std::set<std::string> quantities_in(const std::vector<Record>& records) {
  std::set<std::string> names;
  for (const Record& r : records)
    for (const auto& value : r.values) names.insert(value.first);
  return names;
}

class Join {
 public:
  Join(const std::vector<Record>& predicted, const std::vector<Record>& measured,
       const JoinOptions& options)
      : predicted_(predicted), measured_(measured), options_(options) {}

  Joined run() {
    if (predicted_.empty()) error("predicted", "", "no records; expected at least one");
    if (measured_.empty()) error("measured", "", "no records; expected at least one");
    check_values(predicted_, "predicted");
    check_values(measured_, "measured");
    index_measurements();
    form_groups();
    throw_if_any(diagnostics_);
    // A quantity asked for by name that a whole side never states is a typing error, not an
    // exclusion.
    for (const std::string& q : options_.quantities) {
      check_known(q, quantities_in(predicted_), "predicted");
      check_known(q, quantities_in(measured_), "measured");
    }
    for (JoinedGroup& group : out_.groups) join(&group);
    check_unmet_places();
    judge_clocks();
    throw_if_any(diagnostics_);
    return std::move(out_);
  }

 private:
  void error(const std::string& key, const std::string& value, const std::string& expected) {
    diagnostics_.push_back({"", 0, key, value, expected});
  }

  void check_values(const std::vector<Record>& records, const std::string& side) {
    for (const Record& r : records) {
      const bool measured = &records == &measured_;
      check_invariants(r, side + " " + (measured ? "" : predictor_text(r) + " ") + join_key_text(r),
                       &diagnostics_);
      for (const auto& [quantity, value] : r.values)
        if (!std::isfinite(value))
          error(side + " " + join_key_text(r) + " " + quantity, std::isnan(value) ? "nan" : "inf",
                "expected a finite number; an undefined value is absent");
    }
  }

  void index_measurements() {
    for (const Record& r : measured_) {
      if (!by_key_.emplace(join_key(r), &r).second)
        error("measured " + join_key_text(r), "", "the key appears twice; expected it once");
      by_place_[place_of(r)].push_back(&r);
    }
  }

  void form_groups() {
    std::map<std::tuple<std::string, std::string, Place>, std::size_t> index;
    std::set<std::tuple<std::string, std::string, JoinKey>> seen;
    for (const Record& r : predicted_) {
      if (!seen.emplace(r.level, r.variant, join_key(r)).second)
        error("predicted " + predictor_text(r) + " " + join_key_text(r), "",
              "the key appears twice; expected it once");
      const auto [at, is_new] =
          index.emplace(std::make_tuple(r.level, r.variant, place_of(r)), out_.groups.size());
      if (is_new) out_.groups.emplace_back();
      out_.groups[at->second].predictions.push_back(&r);
    }
  }

  void check_known(const std::string& quantity, const std::set<std::string>& known,
                   const std::string& side) {
    if (known.count(quantity) != 0) return;
    const std::vector<std::string> words(known.begin(), known.end());
    const std::string hint = nearest(quantity, words);
    error("quantity", quantity,
          "no " + side + " record has it; expected one of " + listed(words, kShownKeys) +
              (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
  }

  void join(JoinedGroup* group) {
    Records no_measurement;
    std::set<std::string> met;
    for (const Record* p : group->predictions) {
      const auto m = by_key_.find(join_key(*p));
      if (m == by_key_.end()) {
        no_measurement.push_back(p);
        continue;
      }
      group->pairs.push_back({p, m->second});
      met.insert(p->layer);
      if (m->second->repeat != 1 && m->second->repeat != p->repeat)
        error("repeat of " + join_key_text(*p), std::to_string(p->repeat),
              "expected " + std::to_string(m->second->repeat) + " as measured");
    }
    Records no_prediction;
    if (const auto place = by_place_.find(place_of(group->any())); place != by_place_.end())
      for (const Record* m : place->second)
        if (met.count(m->layer) == 0) no_prediction.push_back(m);
    judge(*group, met.count(kNetworkLayer) != 0, no_measurement, no_prediction);
  }

  void judge(const JoinedGroup& group, bool has_network, const Records& no_measurement,
             const Records& no_prediction) {
    const std::string who = "join of " + predictor_text(group.any());
    if (group.pairs.empty()) {
      error(who, "",
            "no prediction meets a measurement; predicted: " + keys_text(group.predictions) +
                "; measured: " + keys_text(pointers(measured_)));
      return;
    }
    if (has_network && group.pairs.size() > 1)
      error(who, kNetworkLayer, "expected no other layer beside this name, which is kept for sums");
    if ((!no_measurement.empty() && !options_.allow_unmatched_predictions) ||
        (!no_prediction.empty() && !options_.allow_unmatched_measurements)) {
      error(who, "",
            "predicted but not measured: " + keys_text(no_measurement) +
                "; measured but not predicted: " + keys_text(no_prediction) +
                "; predicted: " + keys_text(group.predictions) +
                "; measured: " + keys_text(by_place_.at(place_of(group.any()))));
      return;
    }
    const Record& g = group.any();
    for (const Record* p : no_measurement)
      out_.excluded.push_back({join_key_text(*p),
                               "predicted by " + predictor_text(g) + " but not measured", g.level,
                               g.variant});
    for (const Record* m : no_prediction)
      out_.excluded.push_back({join_key_text(*m),
                               "measured but not predicted by " + predictor_text(g), g.level,
                               g.variant});
  }

  // Quantities of both that the comparison takes and that say nothing at another clock.
  bool compares_times(const JoinedPair& pair) const {
    return std::any_of(
        pair.predicted->values.begin(), pair.predicted->values.end(), [&](const auto& value) {
          const std::string& q = value.first;
          const auto& asked = options_.quantities;
          return depends_on_clock(q) && pair.measured->values.count(q) != 0 &&
                 (asked.empty() || std::find(asked.begin(), asked.end(), q) != asked.end());
        });
  }

  void find_clocks(const JoinedGroup& group) {
    for (const JoinedPair& pair : group.pairs) {
      if (!compares_times(pair)) continue;
      const auto p = known_clocks(*pair.predicted, true), m = known_clocks(*pair.measured, false);
      const std::string place = join_key_text(*pair.predicted);
      for (const auto& [side, text] :
           {std::pair{"predicted " + predictor_text(group.any()), clock_difference(p, p)},
            std::pair{std::string("measured"), clock_difference(m, m)}})
        if (!text.empty()) error("clock of " + side + " " + place, "", "one record, " + text);
      if (const std::string text = clock_difference(p, m); !text.empty())
        ++clocks_[text][predictor_text(group.any()) + " of " + group.any().chip + "/" +
                        group.any().workload];
    }
  }

  // A difference is of a whole run as a rule: said once, with all whom it concerns.
  void judge_clocks() {
    for (const JoinedGroup& group : out_.groups) find_clocks(group);
    for (const auto& [text, layers] : clocks_) {
      std::vector<std::string> whom;
      for (const auto& [series, n] : layers)
        whom.push_back(series + " (" + std::to_string(n) + " layers)");
      const std::string both =
          "predicted and measured at " + text + ": " + listed(whom, kShownClocks);
      if (options_.allow_clock_difference)
        out_.excluded.push_back(
            {kClockKey, both + "; compared because: " + *options_.allow_clock_difference, "", ""});
      else
        error(kClockKey, "", both + "; expected one clock for times and rates");
    }
  }

  // Measurements of a chip, workload and batch that no group speaks of.
  void check_unmet_places() {
    std::set<Place> spoken_of;
    for (const JoinedGroup& g : out_.groups) spoken_of.insert(place_of(g.any()));
    Records unmet;
    for (const Record& m : measured_)
      if (spoken_of.count(place_of(m)) == 0) unmet.push_back(&m);
    if (unmet.empty()) return;
    if (!options_.allow_unmatched_measurements) {
      error("join", "",
            "measured but not predicted: " + keys_text(unmet) + "; predicted: " +
                keys_text(pointers(predicted_)) + "; measured: " + keys_text(pointers(measured_)));
      return;
    }
    for (const Record* m : unmet)
      out_.excluded.push_back({join_key_text(*m), "measured but not predicted", "", ""});
  }

  const std::vector<Record>& predicted_;
  const std::vector<Record>& measured_;
  const JoinOptions& options_;
  Diagnostics diagnostics_;
  std::map<JoinKey, const Record*> by_key_;
  std::map<Place, Records> by_place_;
  std::map<std::string, std::map<std::string, int>> clocks_;  // difference -> series -> layers
  Joined out_;
};

}  // namespace

std::string join_key_text(const Record& r) {
  return r.chip + "/" + r.workload + "/" + r.layer + " batch " + std::to_string(r.batch);
}

std::string predictor_text(const Record& r) {
  return r.variant.empty() ? r.level : r.level + " " + r.variant;
}

Joined join_records(const std::vector<Record>& predicted, const std::vector<Record>& measured,
                    const JoinOptions& options) {
  return Join(predicted, measured, options).run();
}

}  // namespace assay
