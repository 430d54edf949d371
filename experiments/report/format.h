// SPDX-License-Identifier: Apache-2.0
// Numbers and names as text. What is undefined is "n/a", never 0. Errors are percentages of the
// measured value; positive = predicted larger than measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report.h"

namespace assay::report {

inline constexpr const char* kUndefined = "n/a";
inline constexpr const char* kSignConvention = "positive = predicted larger than measured";

// The shortest decimal text that reads back as the same double ("null" where there is none in
// JSON).
std::string shortest(double value);
std::string shortest(const std::optional<double>& value, const std::string& absent);

// For people: whole numbers in full with grouped thousands, everything else with four digits.
std::string number(double value);
std::string number(const std::optional<double>& value);
std::string count(std::int64_t value);  // every digit, thousands grouped

// Decimals that suit a whole column, so that its points stand below each other: three digits for
// the smallest value, fewer if all values are shorter. Negative where the values differ too much
// for that.
int decimals_for(const std::vector<double>& values);
// With so many decimals and grouped thousands; negative: number().
std::string number(const std::optional<double>& value, int decimals);

// "+4.2", "-13.1", "0.0" for exactly zero, one digit for errors below 0.05 %.
std::string signed_pct(double pct);
std::string signed_pct(const std::optional<double>& pct);

// How far an error is off, as a CSS class: "" within 10 %, "mid" within 20 %, else "far".
std::string band(const std::optional<double>& error_pct);

// Control characters, which could move a terminal's cursor or end a line, become '?'; so do bytes
// that are not UTF-8.
std::string plain(const std::string& text);
// plain(), cut to so many characters with an ellipsis.
std::string shortened(const std::string& text, std::size_t characters);
// Number of characters (code points) of UTF-8 text.
std::size_t width(const std::string& text);

// One CSV line with quotes where RFC 4180 wants them.
std::string csv_line(const std::vector<std::string>& fields);

// "processing latency [ms]" if the input names it, else the quantity's own name, which carries its
// unit.
std::string quantity_label(const ReportInput& input, const std::string& quantity);

}  // namespace assay::report
