// SPDX-License-Identifier: Apache-2.0
// `assay score`: measured convolutions of a board against frozen parameters, and the study of how
// far a calibration of that board reaches.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/board/board_score.h"
#include "experiments/board/board_study.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct ScoreOptions {
  std::string chip, data, parameters, clock = "stated", out;
  bool study = false, json = false;
};

board::ClockChoice clock_choice(const std::string& text) {
  if (text == "stated") return {};
  if (text == "header") return {true, {}};
  const auto mhz = parse_number(text);
  if (!mhz || *mhz <= 0)
    throw InputError({{"", 0, "--clock", text, "expected 'stated', 'header' or a clock in MHz"}});
  return {false, *mhz};
}

fs::path chosen_parameters(const ScoreOptions& o, const fs::path& folder) {
  return o.parameters.empty() ? folder / "parameters.json" : fs::path(o.parameters);
}

// split.json of the chip, where it has one: which networks the form of the model has not seen.
void read_structure(const fs::path& file, board::StudyInput* in) {
  if (!fs::is_regular_file(file)) return;
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap structure = yaml.map().map("structure");
  in->structure_config = structure.text("configuration");
  in->sealed_networks = structure.texts("sealed_networks");
  throw_if_any(diagnostics);
}

// Whether the parameters were fitted to these very data: their `fit` block has the hash of every
// file it has seen.
bool fitted_to(const fs::path& parameters, const fs::path& data) {
  std::ifstream in(parameters, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text.find(sha256_of_file(data)) != std::string::npos;
}

int score_file(const ScoreOptions& o, const board::Board& b, const fs::path& folder) {
  const std::vector<board::BoardRow> rows = board::read_board_rows(o.data);
  const fs::path file = chosen_parameters(o, folder);
  const Parameters parameters = read_parameters(file);
  if (parameters.chip != b.base.name)
    throw InputError({{file.string(), 0, "chip", parameters.chip,
                       "the parameters are used with accelerator '" + b.base.name + "'"}});
  const std::vector<board::ScoredRow> scored = board::score(
      b, rows, board::board_cases(b, o.data, rows, clock_choice(o.clock)), &parameters);
  const std::vector<board::Section> sections = board::sections(scored);
  if (!o.out.empty()) {
    check_new_output(o.out);
    write_text(o.out, board::rows_csv(scored));
  }
  if (o.json) {
    print(board::sections_json(sections));
    return kPass;
  }
  fmt::print("{}: {} rows, parameters {} (nothing is fitted here), clock {}\n", b.name, rows.size(),
             parameters.name, o.clock);
  if (fitted_to(file, o.data))
    fmt::print(
        "IN SAMPLE: the parameters were fitted to this very file. These errors say how well they "
        "describe it, not how well they predict; for that, --study.\n");
  fmt::print("\n");
  print(board::sections_text(sections));
  return kPass;
}

int study_file(const ScoreOptions& o, const board::Board& b, const fs::path& folder) {
  board::StudyInput in;
  in.board = &b;
  in.csv_file = o.data;
  in.rows = board::read_board_rows(o.data);
  in.clock = clock_choice(o.clock);
  read_structure(folder / "split.json", &in);
  const board::Study study = board::study(in);
  print(board::study_text(study));
  if (o.out.empty()) return kPass;
  const fs::path out = o.out;
  if (fs::exists(out))
    throw InputError({{o.out, 0, "--out", "", "the folder exists; expected a new name"}});
  fs::create_directories(out);
  write_text(out / "study.txt", board::study_text(study));
  for (const board::FrozenFit& f : study.fits)
    write_text(out / ("parameters-" + f.name + ".json"), board::frozen_json(in, study, f));
  return kPass;
}

int score(const ScoreOptions& o) {
  const Catalog catalog = find_catalog();
  const fs::path folder = catalog.chip_folder(o.chip);
  const board::Board b = board::read_board(folder / "board.yaml");
  return o.study ? study_file(o, b, folder) : score_file(o, b, folder);
}

}  // namespace

void add_score(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ScoreOptions>();
  CLI::App* c = app.add_subcommand(
      "score", "Score a CSV of measured convolutions of a board with frozen parameters");
  c->add_option("chip", o->chip, "a chip with a board.yaml, or its folder")->required();
  c->add_option("data", o->data, "the CSV file (docs/formats/board.md)")->required();
  c->add_option("--parameters", o->parameters,
                "machine values (default: the chip's parameters.json)");
  c->add_option("--clock", o->clock,
                "'stated': each configuration's own; 'header': the driver's; or MHz for all")
      ->capture_default_str();
  c->add_flag("--study", o->study,
              "fit instead: each configuration predicts the other, networks left out");
  c->add_option("--out", o->out, "predictions of every row (.csv); with --study a new folder");
  c->add_flag("--json", o->json, "print the sections as JSON");
  c->footer("Example: assay score ghp_fpga experiments/chips/ghp_fpga/measured/convolutions.csv");
  c->callback([o, guard] { guard([o] { return score(*o); }); });
}

}  // namespace assay
