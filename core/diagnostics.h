// SPDX-License-Identifier: Apache-2.0
// Input errors: every error of a file is collected and reported at once, each with its place.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

// One thing wrong with an input: where (file, 1-based line, 0 when the whole file is meant), which key,
// what was found, and what was expected instead.
struct Diagnostic {
  std::string file;
  int line = 0;
  std::string key;
  std::string value;
  std::string expected;
};

// "file:line: key = value: expected ...", with the parts that are known.
std::string to_string(const Diagnostic& d);

using Diagnostics = std::vector<Diagnostic>;

// Thrown once per input, with all of its errors. The program turns it into exit code 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(Diagnostics diagnostics);
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  Diagnostics diagnostics_;
};

void throw_if_any(const Diagnostics& diagnostics);

// The candidate with the smallest edit distance, if it is near enough to be a likely typing error, or the shortest one that the
// word begins; else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace assay
