// SPDX-License-Identifier: Apache-2.0
#include "experiments/foreign/timeloop_lines.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/foreign/reader.h"

namespace assay::foreign {
namespace {

constexpr char kInput[] = "not mapped: an input of the tool";
constexpr char kCapacity[] = "not mapped: no quantity of ours";
constexpr char kRate[] = "not mapped: words over cycles, both of which are mapped";
constexpr char kPart[] = "not mapped: a part of the total";
constexpr char kArea[] = "not mapped: 0.00 where the run has no model of area";

class Lines {
 public:
  Lines(std::string file, Diagnostics* diagnostics, TimeloopText* out)
      : file_(std::move(file)), diagnostics_(diagnostics), out_(out) {}

  void read(const std::string& text) {
    std::size_t at = 0;
    while (at < text.size() && diagnostics_->size() <= kMaxErrors) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      ++line_;
      std::string_view line = std::string_view(text).substr(at, end - at);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      read_line(trimmed(line));
      at = end + 1;
    }
    if (!seen_summary_)
      error("Summary Stats", "", "the section is missing; expected a whole statistics file");
    if (out_->levels.empty()) error("Level", "", "expected at least one level");
  }

 private:
  enum class Section { start, levels, networks, ignored, summary, shares };

  void error(const std::string& key, const std::string& value, const std::string& expected) {
    diagnostics_->push_back({file_, line_, key, value.substr(0, 60), expected});
  }

  void read_line(std::string_view line) {
    if (line.empty() || line.find_first_not_of('-') == std::string_view::npos) return;
    if (section_begins(line)) return;
    if (section_ == Section::levels) return level_line(line);
    if (section_ == Section::networks) return network_line(line);
    if (section_ == Section::summary)
      return labelled(line, timeloop_summary_labels(), &out_->summary.labels);
    if (section_ == Section::start)
      error("", std::string(line), "expected 'Buffer and Arithmetic Levels'");
  }

  bool section_begins(std::string_view line) {
    if (line == "Buffer and Arithmetic Levels") return enter(Section::levels);
    if (line == "Networks") return enter(Section::networks);
    if (line == "Operational Intensity Stats") return enter(Section::ignored);
    if (line == "Summary Stats") {
      seen_summary_ = true;
      return enter(Section::summary);
    }
    // The energies per compute are shares of what the levels state.
    if (section_ == Section::summary && begins_with(line, "Computes = ")) {
      out_->summary.labels["Computes"] = {std::string(line.substr(11)), line_};
      return true;
    }
    return line == "fJ/Compute" && section_ == Section::summary ? enter(Section::shares) : false;
  }
  bool enter(Section s) {
    section_ = s;
    operand_.reset();
    return true;
  }

  void level_line(std::string_view line) {
    if (begins_with(line, "Level ")) return;
    if (begins_with(line, "=== ") && ends_with(line, " ===") && line.size() > 8) {
      out_->levels.push_back({});
      out_->levels.back().name = std::string(line.substr(4, line.size() - 8));
      out_->levels.back().line = line_;
      operand_.reset();
      return;
    }
    if (out_->levels.empty()) return error("", std::string(line), "expected '=== NAME ==='");
    if (line == "SPECS" || line == "STATS") return operand_.reset();
    TimeloopLevel& level = out_->levels.back();
    if (line.back() == ':') {
      operand_ = std::string(line.substr(0, line.size() - 1));
      if (level.operands.count(*operand_) != 0)
        error(level.name, *operand_, "the data space stands twice");
      level.operands[*operand_] = {};  // so that its labels are not called repeated too
      return;
    }
    if (operand_) return labelled(line, timeloop_operand_labels(), &level.operands[*operand_]);
    labelled(line, timeloop_level_labels(), &level.labels);
  }

  // How a network is described differs between kinds of networks; only its energies matter.
  void network_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view label = trimmed(line.substr(0, colon));
    if (label == "Energy (total)" || label == "Link transfer energy (total)" ||
        label == "Spatial Reduction Energy (total)")
      out_->network_energies.push_back({std::string(trimmed(line.substr(colon + 1))), line_});
  }

  void labelled(std::string_view line, const std::vector<TimeloopLabel>& known, Labels* labels) {
    const std::size_t colon = line.find(':');
    const std::string label(trimmed(line.substr(0, colon)));
    if (colon == std::string_view::npos)
      return error("", std::string(line), "expected 'label : value'");
    std::vector<std::string> names;
    for (const TimeloopLabel& l : known) names.emplace_back(l.name);
    if (std::find(names.begin(), names.end(), label) == names.end()) {
      const std::string hint = nearest(label.substr(0, 60), names);
      return error(label.substr(0, 60), "",
                   "an unknown label" + (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
    }
    const std::string value(trimmed(line.substr(colon + 1)));
    if (!labels->emplace(label, LabelledValue{value, line_}).second)
      error(label, value, "the label stands twice");
  }

  std::string file_;
  Diagnostics* diagnostics_;
  TimeloopText* out_;
  int line_ = 0;
  bool seen_summary_ = false;
  Section section_ = Section::start;
  std::optional<std::string> operand_;
};

}  // namespace

const std::vector<TimeloopLabel>& timeloop_level_labels() {
  static const std::vector<TimeloopLabel> labels{
      {"Technology", "which levels are off the chip: DRAM"},
      {"Size", kInput},
      {"Word bits", "off_chip_traffic_mb"},
      {"Block size", kInput},
      {"Cluster size", kInput},
      {"Instances", kInput},
      {"Shared bandwidth", kInput},
      {"Read bandwidth", kInput},
      {"Write bandwidth", kInput},
      {"Multiple buffering", kInput},
      {"Effective size", kInput},
      {"Min utilization", kInput},
      {"Compute energy", kInput},
      {"Vector access energy", kInput},
      {"Vector access energy source", kInput},
      {"Per-instance-cycle leakage", kInput},
      {"Instances sharing power gating", kInput},
      {"Non-power-gated utilization", kCapacity},
      {"Leakage energy (total)", "energy of the level"},
      {"Area", kArea},
      {"Area (total)", kArea},
      {"Utilized instances", "active_pes, of the arithmetic level"},
      {"Computes (total)", "operations, count of mac"},
      {"Cycles", "processing_cycles: the longest level that is not off the chip"},
      {"Energy (total)", "energy of the arithmetic level"},
      {"Bandwidth throttling", "not mapped: contained in the level's cycles"},
  };
  return labels;
}

const std::vector<TimeloopLabel>& timeloop_operand_labels() {
  static const std::vector<TimeloopLabel> labels{
      {"Partition size", kCapacity},
      {"Utilized capacity", kCapacity},
      {"Utilized instances (max)", "counts: times those per instance"},
      {"Utilized clusters (max)", kCapacity},
      {"Scalar reads (per-instance)", "count LEVEL.X.read"},
      {"Scalar fills (per-instance)", "count LEVEL.X.fill"},
      {"Scalar updates (per-instance)", "count LEVEL.P.write, of Outputs"},
      {"Temporal reductions (per-instance)", "not mapped: they are the reads of Outputs"},
      {"Address generations (per-cluster)", kCapacity},
      {"Energy (per-scalar-access)", kInput},
      {"Energy (per-instance)", kPart},
      {"Energy (total)", "energy of the level"},
      {"Temporal Reduction Energy (per-instance)", kPart},
      {"Temporal Reduction Energy (total)", "energy of the level"},
      {"Address Generation Energy (per-cluster)", kPart},
      {"Address Generation Energy (total)", "energy of the level"},
      {"Bandwidth Consumption Scale", kInput},
      {"Shared Bandwidth (per-instance)", kRate},
      {"Shared Bandwidth (total)", kRate},
      {"Read Bandwidth (per-instance)", kRate},
      {"Read Bandwidth (total)", kRate},
      {"Write Bandwidth (per-instance)", kRate},
      {"Write Bandwidth (total)", kRate},
  };
  return labels;
}

const std::vector<TimeloopLabel>& timeloop_summary_labels() {
  static const std::vector<TimeloopLabel> labels{
      {"GFLOPs (@1GHz)", "not mapped: twice the operations over the cycles, at a made-up clock"},
      {"Utilization", "total_utilisation_pct"},
      {"Cycles", "total_cycles"},
      {"Energy", "checked: the levels' and networks' energies add up to it"},
      {"EDP(J*cycle)", "not mapped: a product of other columns"},
      {"Area", kArea},
      {"Computes", "checked: equal to Computes (total)"},
  };
  return labels;
}

TimeloopText read_timeloop_text(const std::filesystem::path& file, Diagnostics* diagnostics) {
  TimeloopText out;
  const std::optional<std::string> text = read_text(file, diagnostics);
  if (text) Lines(file.string(), diagnostics, &out).read(*text);
  // The first level is the arithmetic one, and only it computes.
  for (TimeloopLevel& l : out.levels) l.arithmetic = l.labels.count("Computes (total)") != 0;
  return out;
}

}  // namespace assay::foreign
