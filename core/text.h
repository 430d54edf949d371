// SPDX-License-Identifier: Apache-2.0
// Text in and out: numbers, CSV lines, whole files. Numbers never pass through a locale, and a
// double is written with the fewest digits that read back to the same bits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"

namespace assay {

// Largest text file read at once.
inline constexpr std::uintmax_t kMaxTextBytes = std::uintmax_t{1} << 30;

// Shortest decimal text that reads back to the same bits; v must be finite.
std::string number_text(double v);

// The whole of text as a finite number or a whole number; no spaces, no leading '+'. A number whose
// size no double can hold is refused, not rounded to 0 or infinity.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

// "a, b, c", at most `limit` of them, then "and 12 more".
std::string listed(const std::vector<std::string>& words, std::size_t limit);

// One CSV field, quoted as in RFC 4180 where it has to be. The text must not hold line breaks (see
// csv_text_problem).
std::string csv_field(std::string_view text);

// Why text cannot stand in a CSV cell (line breaks and zero bytes cannot); empty when it can.
std::string csv_text_problem(std::string_view text);

// Splits one line at its commas, RFC 4180 quotes undone, blanks kept. Returns what is wrong with
// the line, or empty.
std::string split_csv_line(std::string_view line, std::vector<std::string>* fields);

struct CsvLine {
  int number = 0;  // 1-based
  std::vector<std::string> fields;
};

// Every line of a CSV file that is not empty, the header first. Accepts LF and CR LF, a byte order
// mark, and a last line without its end. Lines that do not split become diagnostics and are left
// out.
std::vector<CsvLine> read_csv_lines(const std::filesystem::path& file, Diagnostics* diagnostics);

// A whole file; nothing, and a diagnostic, when it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& file, Diagnostics* diagnostics);

// Writes under a temporary name beside the file and renames: readers see the old content or the
// new, never a part. Throws InputError when it cannot, and leaves what was there.
void write_text(const std::filesystem::path& file, std::string_view text);

}  // namespace assay
