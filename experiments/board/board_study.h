// SPDX-License-Identifier: Apache-2.0
// How far a calibration of a board reaches: fitted on one configuration it predicts the other, and
// fitted on all networks but one it predicts that one. A row that calibration and test networks
// share is on the test side. Every rung of the ladder is judged on the same rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "calibration/errors.h"
#include "calibration/fit.h"
#include "experiments/board/board_score.h"

namespace assay::board {

struct Rung {
  std::string name;  // "prior", "prior x scale", "MAP", ...
  calibration::ErrorReport errors;
};

struct StudyTest {
  std::string name;  // "within M32P32, a network left out"
  int fitted = 0;    // rows that were fitted; of several fits, those of the smallest
  int fits = 1;
  std::vector<Rung> ladder;
};

// A fit that is kept.
struct FrozenFit {
  std::string name;  // "M32P32", "M32P32+M32P96"
  std::vector<std::string> configs;
  int n = 0;
  std::vector<std::string> groups;
  calibration::MapFit map;
};

struct Study {
  std::string clock;  // "stated", "header"
  std::vector<StudyTest> tests;
  std::vector<FrozenFit> fits;  // each configuration, then all together
};

struct StudyInput {
  const Board* board = nullptr;
  std::filesystem::path csv_file;
  std::vector<BoardRow> rows;
  ClockChoice clock;
  // Of the configuration in which the form of the model was chosen: networks that were not looked
  // at. Empty: no such test.
  std::string structure_config;
  std::vector<std::string> sealed_networks;
};

// Throws InputError as board_cases(), and ProblemError.
Study study(const StudyInput& input);

std::string study_text(const Study& study);
// A parameter file (docs/formats/parameters.md) with what is known of the fit. `tests`: of the
// study, whose figures are kept with it.
std::string frozen_json(const StudyInput& input, const Study& study, const FrozenFit& fit);

}  // namespace assay::board
