// SPDX-License-Identifier: Apache-2.0
// Every tutorial of docs/tutorials runs as it is written: its fenced blocks, in order, in an empty
// folder, with the built program on the PATH.
//
//   ```console        lines that begin with "$ " are commands (a backslash at the end goes on in
//   the
//                     next line); what stands below must be what they print, stderr included. A
//                     line
//                     "..." stands for any number of lines. Where the exit code is not 0, the last
//                     line is "exit code N".
//   ```yaml file=F    is written to F. So is every other kind of text that names a file.
//
// A block of any other form fails the test: nothing on the page is exempt.
#include <sys/wait.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/files.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr const char* kAny = "...";

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Block {
  std::string kind;  // what stands after the fence
  int line = 0;
  Lines body;
};

std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks;
  bool inside = false;
  int number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    const bool fence = line.rfind("```", 0) == 0;
    if (fence && !inside)
      blocks.push_back({line.substr(3), number, {}});
    else if (!fence && inside)
      blocks.back().body.push_back(line);
    if (fence) inside = !inside;
  }
  BOOST_REQUIRE_MESSAGE(!inside, "a block without its end");
  return blocks;
}

// Whether the lines from `i` are those that are expected from `k`, "..." being any lines.
bool matches(const Lines& found, std::size_t i, const Lines& expected, std::size_t k) {
  if (k == expected.size()) return i == found.size();
  if (expected[k] == kAny) {
    for (std::size_t skipped = i; skipped <= found.size(); ++skipped)
      if (matches(found, skipped, expected, k + 1)) return true;
    return false;
  }
  return i < found.size() && found[i] == expected[k] && matches(found, i + 1, expected, k + 1);
}

// The first expected line that was not printed, then both sides.
std::string difference(const Lines& found, const Lines& expected) {
  std::string text;
  for (const std::string& e : expected)
    if (text.empty() && e != kAny && std::find(found.begin(), found.end(), e) == found.end())
      text = "not printed: " + e + "\n";
  for (const std::string& e : expected) text += "- " + e + "\n";
  for (const std::string& f : found) text += "+ " + f + "\n";
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Both streams of a command; the exit code, where it is not 0, as a last line.
Lines run(const fs::path& folder, const std::string& command) {
  const std::string path = fs::path(ASSAY_PROGRAM).parent_path().string();
  const std::string all = "cd " + quoted(folder.string()) +
                          " && unset ASSAY_DATA && PATH=" + quoted(path) + ":$PATH sh -c " +
                          quoted(command) + " 2>&1 </dev/null";
  std::FILE* pipe = ::popen(all.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    text.append(buffer, n);
  const int status = ::pclose(pipe);
  Lines lines = lines_of(text);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    lines.push_back("exit code " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128));
  return lines;
}

// A page being followed.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  void follow(const std::string& text) {
    for (const Block& b : blocks_of(text)) {
      const std::size_t file = b.kind.find(" file=");
      if (b.kind == "console")
        type(b);
      else if (file != std::string::npos)
        save(b, b.kind.substr(file + 6));
      else
        wrong(b.line, "expected ```console or ```KIND file=NAME, found ```" + b.kind);
    }
  }
  int commands = 0;
  std::vector<std::string> failures;

 private:
  void wrong(int line, const std::string& why) {
    failures.push_back(name_ + ":" + std::to_string(line) + ": " + why);
  }
  void save(const Block& b, const std::string& file) {
    std::ofstream out(box_ / file, std::ios::binary);
    for (const std::string& line : b.body) out << line << '\n';
    if (!out.flush()) wrong(b.line, "cannot be written to " + file);
  }
  void type(const Block& b) {
    for (std::size_t i = 0; i < b.body.size();) {
      const int line = b.line + 1 + static_cast<int>(i);
      if (b.body[i].rfind("$ ", 0) != 0) {
        wrong(line, "expected a line that begins with '$ '");
        return;
      }
      std::string command = b.body[i].substr(2);
      while (command.back() == '\\' && i + 1 < b.body.size()) {
        command.pop_back();
        command += b.body[++i];
      }
      Lines expected;
      while (++i < b.body.size() && b.body[i].rfind("$ ", 0) != 0) expected.push_back(b.body[i]);
      check(line, command, expected);
    }
  }
  void check(int line, const std::string& command, const Lines& expected) {
    ++commands;
    const Lines found = run(box_.path(), command);
    if (!matches(found, 0, expected, 0))
      wrong(line, "$ " + command + "\n" + difference(found, expected));
  }

  std::string name_;
  TemporaryFolder box_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tutorial)

BOOST_AUTO_TEST_CASE(every_tutorial_runs_as_written) {
  int pages = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(ASSAY_SOURCE_DIR) / "docs/tutorials")) {
    if (entry.path().extension() != ".md") continue;
    ++pages;
    Reader reader("docs/tutorials/" + entry.path().filename().string());
    reader.follow(content(entry.path()));
    for (const std::string& f : reader.failures) BOOST_ERROR(f);
    BOOST_TEST(reader.commands > 10);
  }
  BOOST_TEST(pages > 0);
}

// The reader itself: what must be red is red.
BOOST_AUTO_TEST_CASE(a_changed_figure_and_a_block_that_is_not_run_are_errors) {
  const auto failures = [](const std::string& text) {
    Reader reader("page");
    reader.follow(text);
    return reader.failures.size();
  };
  const std::string start = "```console\n$ printf 'a 1.5\\nb\\nc 2.5\\n'\n", end = "```\n";
  BOOST_TEST(failures(start + "a 1.5\nb\nc 2.5\n" + end) == 0U);
  BOOST_TEST(failures(start + "...\nc 2.5\n" + end) == 0U);
  BOOST_TEST(failures(start + "...\n" + end) == 0U);
  BOOST_TEST(failures(start + "a 1.5\nb\nc 2.6\n" + end) == 1U);
  BOOST_TEST(failures(start + "a 1.5\n...\nb 2.5\n" + end) == 1U);
  BOOST_TEST(failures(start + "a 1.5\nb\n" + end) == 1U);
  BOOST_TEST(failures("```console\n$ false\n```\n") == 1U);
  BOOST_TEST(failures("```console\n$ exit 3\nexit code 3\n```\n") == 0U);
  BOOST_TEST(failures("```console\nno command\n```\n") == 1U);
  BOOST_TEST(failures("```\nassay list\n```\n") == 1U);
  BOOST_TEST(
      failures("```yaml file=f.yaml\na: 1\n```\n```console\n$ cat \\\n  f.yaml\na: 1\n```\n") ==
      0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
