// SPDX-License-Identifier: Apache-2.0
// Tables of malformed files: a valid text, edits to it, and the errors the reader must report, all
// of them and no others.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "tests/files.h"

namespace assay::test {

// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "assay_XXXXXX").string();
    const int descriptor = mkstemp(pattern.data());
    BOOST_REQUIRE(descriptor >= 0);
    close(descriptor);
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Edit {
  std::string from, to;  // the first occurrence of `from`, which must be there
};

struct ExpectedError {
  std::string at;    // text of the line it is reported at; empty: the file as a whole
  std::string key;   // the whole dotted key
  std::string says;  // a part of "value: expected ..." as the user reads it
};

struct Malformed {
  std::string what;
  std::vector<Edit> edits;
  std::vector<ExpectedError> errors;
};

using Reader = std::function<void(const std::filesystem::path&)>;

inline std::string edited(std::string text, const std::vector<Edit>& edits) {
  for (const Edit& e : edits) text = edited(std::move(text), e.from, e.to);
  return text;
}

inline int line_with(const std::string& text, const std::string& snippet) {
  if (snippet.empty()) return 0;
  const std::size_t at = text.find(snippet);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, "the text has no '" << snippet << "'");
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

inline Diagnostics errors_of(const std::string& text, const Reader& read) {
  const TemporaryFile file(text);
  try {
    read(file.path());
  } catch (const InputError& e) {
    for (const Diagnostic& d : e.diagnostics()) BOOST_TEST(d.file == file.path().string());
    return e.diagnostics();
  }
  return {};
}

inline std::string listing(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += "\n  " + to_string(d);
  return text.empty() ? "\n  (none)" : text;
}

// Checks that exactly the expected errors are reported, in any order.
inline void check_malformed(const std::string& valid, const Malformed& c, const Reader& read) {
  BOOST_TEST_CONTEXT(c.what) {
    const std::string text = edited(valid, c.edits);
    const Diagnostics found = errors_of(text, read);
    BOOST_TEST_CONTEXT("reported:" << listing(found)) {
      BOOST_TEST(found.size() == c.errors.size());
      for (const ExpectedError& e : c.errors) {
        const int line = line_with(text, e.at);
        const bool reported = std::any_of(found.begin(), found.end(), [&](const Diagnostic& d) {
          return d.line == line && d.key == e.key && to_string(d).find(e.says) != std::string::npos;
        });
        BOOST_TEST(reported,
                   "expected line " << line << ", key '" << e.key << "', '" << e.says << "'");
      }
    }
  }
}

}  // namespace assay::test
