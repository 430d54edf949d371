// SPDX-License-Identifier: Apache-2.0
// Predictions of a board's measured convolutions, with parameters that are frozen or fitted, and
// what their errors are: of all rows, by configuration, weight mode and what bounds them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/errors.h"
#include "core/parameters.h"
#include "experiments/board/board.h"

namespace assay::board {

// Which clock a configuration has.
struct ClockChoice {
  bool header = false;          // the one of the driver's header, for every configuration
  std::optional<double> given;  // this one, for every configuration
};

// The configurations of the rows, each with its accelerator; and every row, compiled for it.
struct BoardCases {
  std::vector<Shape> shapes;
  std::vector<Accelerator> machines;    // of each shape
  std::vector<fit::LatencyCase> cases;  // of each row
};
// Throws InputError for configurations without a known clock or with several shapes, and for layers
// that cannot run.
BoardCases board_cases(const Board& board, const std::filesystem::path& csv_file,
                       const std::vector<BoardRow>& rows, const ClockChoice& clock);

struct ScoredRow {
  const BoardRow* row = nullptr;
  double predicted_ms = 0, measured_ms = 0;
  std::string bound;
};

double measured_ms(const Board& board, const BoardRow& row);

// parameters: null for the board as it is stated. Throws InputError for values that a machine does
// not have.
std::vector<ScoredRow> score(const Board& board, const std::vector<BoardRow>& rows,
                             BoardCases cases, const Parameters* parameters);

struct Section {
  std::string name;  // "all", "M32P32", "weights dyn", "bound compute"
  calibration::ErrorReport errors;
};
// Of all rows, and of every part that has some. A row's group is the first network it names.
std::vector<Section> sections(const std::vector<ScoredRow>& rows);

std::string sections_text(const std::vector<Section>& all);
std::string sections_json(const std::vector<Section>& all);
std::string rows_csv(const std::vector<ScoredRow>& rows);

}  // namespace assay::board
