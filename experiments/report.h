// SPDX-License-Identifier: Apache-2.0
// The report of one experiment: terminal table, records.csv, metrics.json and a self-contained
// report.html with inline SVG plots (gnuplot). Nothing is computed here that a reader could not
// find in records.csv; docs/formats/report.md lists the files.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"
#include "experiments/compare.h"

namespace assay {

// An accuracy bound that the experiment file states, and what came out.
struct BoundCheck {
  std::string quantity;  // "processing_ms"
  std::string variant;
  std::string statistic;  // "max_abs_pct", "mape_pct", "network_pct"
  double limit = 0;
  std::optional<double> found;  // absent: undefined, which fails
  std::string level = "analytical";
  // Layers that the bound leaves out; the report says what it would be with them.
  std::vector<std::string> except_layers = {};
  std::optional<double> with_all = {};
  // What `quantity`, a text for people, speaks of: empty: that quantity itself, of every chip and
  // workload.
  std::string of_quantity = {}, chip = {}, workload = {};
  const std::string& compared() const { return of_quantity.empty() ? quantity : of_quantity; }
  bool passed() const { return found.has_value() && *found <= limit && *found >= -limit; }
};

// How the agreement on one quantity is to be read: "prediction" (nothing of it was chosen on the
// column it is compared with), "description" (the sum or mapping was chosen on that column),
// "input" (the measured column is itself an input).
struct Agreement {
  std::string quantity;
  std::string variant;
  std::string kind;
  std::string why;
};

// Whether what predicts a network has seen what it is compared with.
struct Evidence {
  std::string chip, workload;
  std::string variant;  // "": every variant
  std::string kind;     // one of those below
  std::string why;      // "parameters.json was fitted to measured/alexnet.csv"
};
inline constexpr const char* kNothingFitted = "nothing fitted";
inline constexpr const char* kDescribed = "described";  // no fit, but chosen on these figures
inline constexpr const char* kInSample = "in sample";
inline constexpr const char* kHeldOut = "held out";

// A fitted number: what was believed before, and after.
struct FittedNumber {
  std::string name, unit;
  double prior = 0, prior_low = 0, prior_high = 0;  // 95 %
  double value = 0, low = 0, high = 0;              // 95 %
  double learned_share = 0;                         // 1 - var_post / var_prior
  std::string learned;                              // "learned", "weak", "prior only"
};

// A prediction's interval from the uncertainty of fitted parameters.
struct PredictedInterval {
  std::string level, layer, quantity;
  std::string workload;
  std::int64_t batch = 1;
  double low = 0, high = 0;
};

// Fitted parameters that one variant was predicted with.
struct FittedUse {
  std::string chip, variant;
  std::string file, name, quantity;  // of the fit
  int n = 0;                         // records fitted
  std::vector<std::string> groups;   // networks fitted
  std::vector<FittedNumber> numbers;
  std::vector<std::string> correlated;    // "a and b move together: -0.87"
  std::optional<double> condition_index;  // of the posterior's correlations
  std::string verdict;                    // of the fit
  double nominal_pct = 90;                // of the intervals
  std::string method;                     // of the intervals
  std::vector<PredictedInterval> intervals;
};

// One point of the roofline plot per layer; roofs are taken from the accelerator.
struct Roof {
  double peak_macs_per_cycle = 0;
  double off_chip_bytes_per_cycle = 0;
  std::vector<std::string> layers;
  std::vector<double> macs_per_byte;  // off-chip operational intensity, uncompressed
  std::vector<double> predicted_macs_per_cycle;
  std::vector<std::optional<double>> measured_macs_per_cycle;
};

// Statistics and kinds of plots that an experiment may choose to show; the number of layers is
// always shown, and metrics.json has every statistic.
inline const std::vector<std::string> kShownStatistics{"mean_signed_pct",
                                                       "median_signed_pct",
                                                       "mape_pct",
                                                       "geometric_mean_ratio",
                                                       "rms_ln",
                                                       "p90_abs_pct",
                                                       "max_abs_pct",
                                                       "share_within_5_pct",
                                                       "share_within_10_pct",
                                                       "share_within_20_pct",
                                                       "kendall_tau_b",
                                                       "cancellation_index",
                                                       "network_pct",
                                                       "noise_floor"};
inline const std::vector<std::string> kPlotKinds{
    "waterfall",   "parity",   "error",     "latency",         "energy",  "stalls",
    "utilisation", "roofline", "residuals", "prior_posterior", "coverage"};

struct ReportInput {
  std::string experiment;  // name
  std::string title;
  std::string question;          // one sentence: what is compared
  std::string headline_variant;  // the variant stated beforehand
  bool headline_stated = true;   // the headline variant was stated before comparing
  std::string headline_quantity;
  std::string headline_level;  // level of the headline variant; "": the first one with that variant
                               // that is not "baseline"
  std::vector<Record> predicted;  // every level and variant, baselines included
  std::vector<Record> measured;
  Comparison comparison;
  std::vector<BoundCheck> bounds;
  std::vector<Agreement> agreements;
  std::vector<Evidence> evidence;                  // empty: the experiment does not say
  std::vector<FittedUse> fitted;                   // empty: no parameters of a fit were used
  std::map<std::string, std::string> layer_kinds;  // "alexnet/conv1" -> "conv"
  std::vector<std::string> skipped;                // levels that did not run, each with the reason
  std::optional<Roof> roof;                        // of the headline variant
  std::vector<std::string>
      notes;  // paragraphs: discussions the experiment file states (plain text)
  std::map<std::string, std::string> variant_descriptions;
  std::map<std::string, std::string>
      units;            // quantity -> text for axes, "processing_ms" -> "processing latency [ms]"
  std::string command;  // how to reproduce
  std::map<std::string, std::string> inputs;  // role -> "name sha256:..." of every input file
  std::string gnuplot = "gnuplot";            // shell command that draws the plots
  bool pdf = false;                           // also report.pdf, where Chromium is installed
  std::vector<std::string> statistics;        // of kShownStatistics; empty: all
  std::vector<std::string> plots;             // of kPlotKinds; empty: all
  std::string resolved;  // resolved.yaml: the experiment with every default; empty: no such file
  // Where input files stand, for provenance.json: the data folder, and files or folders beside it.
  std::filesystem::path data_folder;
  std::vector<std::filesystem::path> input_files;
};

struct ReportFiles {
  std::filesystem::path html, records_csv, records_json, metrics_json, provenance;
  std::vector<std::filesystem::path> plots;
  std::string no_pdf;  // why a PDF that was asked for was not made
};

// Table for the terminal: per layer predicted, measured, signed error, baselines beside; then the
// statistics and the verdict.
std::string terminal_table(const ReportInput& input, bool color);

// One sentence.
std::string verdict(const ReportInput& input);

// The text of metrics.json: the statistics under names such as "processing_ms__layers__mape_pct",
// each with its n.
std::string metrics_to_json(const ReportInput& input);

// Creates the folder fresh; throws InputError if it exists and was not written by this function (it
// leaves a marker file). Without gnuplot on the PATH the HTML says so in place of each plot.
ReportFiles write_report(const std::filesystem::path& folder, const ReportInput& input);

}  // namespace assay
