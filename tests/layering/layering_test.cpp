// SPDX-License-Identifier: Apache-2.0
// Rules about the source tree itself: which folder may include which, and what every file must and
// must not say.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;  // from the root, with '/'
  std::vector<std::string> lines;
};

// Longer than the rule, each with its reason. The number is the new limit, not a blank cheque.
struct LongFile {
  const char* path;
  std::size_t limit;
  const char* reason;
};
constexpr std::size_t kHeaderLines = 200;
constexpr std::size_t kSourceLines = 400;
constexpr LongFile kLongFiles[] = {
    {"core/yaml_reader.cpp", 430, "one class: every kind of value with its errors"},
    {"tests/oracle/nest.h", 450,
     "one literal reading of the contract, to be read from top to bottom"},
    {"tests/oracle/random_triple.cpp", 720, "generator and shrinker must change together"},
    {"tests/equivalence/events_test.cpp", 480, "one case per timeline computed by hand"},
    {"tests/core/workload_test.cpp", 850, "tables of the published layer shapes of every network"},
    {"tests/core/legality_test.cpp", 500, "one case per reason why a mapping is illegal"},
    {"tests/core/record_test.cpp", 450, "one case per malformed record file"},
    {"tests/experiments/chips_test.cpp", 450, "one case per claim of each shipped chip"},
    {"tests/experiments/compare_test.cpp", 500, "one case per rule of the join and per statistic"},
};

const std::set<std::string> kFolders{"core",        "analytical",  "simulator", "rtl",
                                     "calibration", "experiments", "tests"};

// What a folder may include besides itself. A folder that is not listed may include everything but
// tests/.
const std::map<std::string, std::set<std::string>> kArrows{{"core", {}},
                                                           {"analytical", {"core"}},
                                                           {"simulator", {"core"}},
                                                           {"rtl", {"core"}},
                                                           {"calibration", {"core"}}};

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_cpp(const std::string& path) {
  const fs::path extension = fs::path(path).extension();
  return extension == ".h" || extension == ".cpp";
}

// Built, downloaded or written by the program: not ours.
bool is_skipped_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return (name.front() == '.' && name != ".ci") || name == "build" || name == "out" ||
         fs::exists(folder / "CMakeCache.txt");
}

std::optional<SourceFile> read(const fs::path& root, const fs::path& file) {
  SourceFile source{fs::relative(file, root).generic_string(), {}};
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (line.find('\0') != std::string::npos) return std::nullopt;  // not text
    source.lines.push_back(line);
  }
  return source;
}

std::vector<SourceFile> read_tree() {
  const fs::path root = ASSAY_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    if (it->is_directory() && is_skipped_folder(it->path())) it.disable_recursion_pending();
    if (!it->is_regular_file() || it->path().extension() == ".swp") continue;
    if (auto source = read(root, it->path())) files.push_back(std::move(*source));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree();
  return files;
}

// Why `path` may not include `included`; empty when it may.
std::string broken_arrow(const std::string& path, const std::string& included, bool quoted) {
  const std::string from = first_folder(path);
  const std::string to = first_folder(included);
  if (kFolders.count(to) == 0 || to == included) {
    const bool fixture =
        from == "tests" && !starts_with(path, "tests/oracle/");  // beside the test that uses it
    return quoted && !fixture ? "expected a path from the root of the project" : "";
  }
  if (starts_with(path, "tests/oracle/"))
    return to == "core" || starts_with(included, "tests/oracle/")
               ? ""
               : "the oracle may share only core/ with what it judges";
  if (from == "tests") return "";
  if (to == "tests") return "the product must not include tests/";
  const auto arrows = kArrows.find(from);
  if (from == to || arrows == kArrows.end() || arrows->second.count(to) != 0) return "";
  return from + "/ must not include " + to + "/";
}

std::vector<std::string> broken_arrows(const SourceFile& file) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<std::string> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch m;
    if (file.lines[i].find("include") == std::string::npos ||
        !std::regex_search(file.lines[i], m, kInclude))
      continue;
    const std::string why = broken_arrow(file.path, m[2].str(), m[1].str() == "\"");
    if (!why.empty())
      found.push_back(file.path + ":" + std::to_string(i + 1) + ": " + m[2].str() + ": " + why);
  }
  return found;
}

bool needs_licence_line(const std::string& path) {
  static const std::set<std::string> kExtensions{".h",   ".cpp",   ".sh", ".yaml",
                                                 ".yml", ".cmake", ".sv", ".v"};
  const std::string name = fs::path(path).filename().string();
  return kExtensions.count(fs::path(path).extension().string()) != 0 || name == "CMakeLists.txt" ||
         name == "Makefile" || path == ".ci/run";
}

// In the first line, or the second one of a script.
bool has_licence_line(const SourceFile& file) {
  const std::size_t at = !file.lines.empty() && starts_with(file.lines[0], "#!") ? 1 : 0;
  return at < file.lines.size() &&
         file.lines[at].find("SPDX-License-Identifier: Apache-2.0") != std::string::npos;
}

// Machine paths and hosts of package registries. The bar is taken out, so that this file does not
// find itself.
std::vector<std::string> without_bars(std::vector<std::string> names) {
  for (std::string& name : names) name.erase(name.find('|'), 1);
  return names;
}
const std::vector<std::string> kMachine = without_bars(
    {"/ho|me/", "/ro|ot/", "/wo|rk/", "deb.deb|ian.org", "security.deb|ian.org",
     "snapshot.deb|ian.org", "registry.np|mjs.org", "py|pi.org", "pythonho|sted.org", "crates|.io",
     "proxy.go|lang.org", "pk|g.dev", "gh|cr.io", "docker|.io", "ana|conda.org"});

std::vector<std::string> machine_names(const SourceFile& file) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    for (const std::string& name : kMachine)
      if (file.lines[i].find(name) != std::string::npos)
        found.push_back(file.path + ":" + std::to_string(i + 1) + ": names " + name);
  return found;
}

std::size_t line_limit(const std::string& path) {
  for (const LongFile& f : kLongFiles)
    if (path == f.path) return f.limit;
  return fs::path(path).extension() == ".h" ? kHeaderLines : kSourceLines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layering)

BOOST_AUTO_TEST_CASE(sees_the_whole_tree) {
  std::set<std::string> folders;
  std::set<std::string> paths;
  for (const SourceFile& f : tree()) {
    if (is_cpp(f.path)) folders.insert(first_folder(f.path));
    paths.insert(f.path);
  }
  for (const char* folder : {"core", "analytical", "experiments", "tests"})
    BOOST_TEST(folders.count(folder) == 1U, folder);
  for (const char* path :
       {"CMakeLists.txt", "Makefile", ".ci/run", "tests/layering/layering_test.cpp"})
    BOOST_TEST(paths.count(path) == 1U, path);
}

BOOST_AUTO_TEST_CASE(includes_point_one_way) {
  for (const SourceFile& f : tree())
    if (is_cpp(f.path))
      for (const std::string& broken : broken_arrows(f)) BOOST_ERROR(broken);
}

BOOST_AUTO_TEST_CASE(refuses_a_broken_arrow) {
  const auto refused = [](const std::string& path, const std::string& line) {
    return !broken_arrows({path, {line}}).empty();
  };
  BOOST_TEST(refused("core/a.cpp", "#include \"analytical/counts.h\""));
  BOOST_TEST(refused("analytical/a.cpp", "  #  include \"experiments/run.h\""));
  BOOST_TEST(refused("analytical/a.cpp", "#include <simulator/a.h>"));
  BOOST_TEST(refused("simulator/a.cpp", "#include \"analytical/counts.h\""));
  BOOST_TEST(refused("rtl/a.cpp", "#include \"simulator/a.h\""));
  BOOST_TEST(refused("calibration/a.cpp", "#include \"analytical/counts.h\""));
  BOOST_TEST(refused("experiments/a.cpp", "#include \"tests/oracle/walk.h\""));
  BOOST_TEST(refused("tests/oracle/a.cpp", "#include \"analytical/counts.h\""));
  BOOST_TEST(refused("tests/oracle/a.cpp", "#include \"tests/fuzz/a.h\""));
  BOOST_TEST(refused("core/a.cpp", "#include \"units.h\""));
  BOOST_TEST(refused("tests/oracle/a.cpp", "#include \"walk.h\""));
}

BOOST_AUTO_TEST_CASE(accepts_the_arrows_of_the_architecture) {
  const auto accepted = [](const std::string& path, const std::string& line) {
    return broken_arrows({path, {line}}).empty();
  };
  BOOST_TEST(accepted("core/a.cpp", "#include \"core/units.h\""));
  BOOST_TEST(accepted("core/a.cpp", "#include <openssl/evp.h>"));
  BOOST_TEST(accepted("analytical/a.cpp", "#include \"core/units.h\""));
  BOOST_TEST(accepted("calibration/a.cpp", "#include \"core/record.h\""));
  BOOST_TEST(accepted("experiments/program/a.cpp", "#include \"analytical/predictor.h\""));
  BOOST_TEST(accepted("tests/oracle/a.cpp", "#include \"tests/oracle/walk.h\""));
  BOOST_TEST(accepted("tests/experiments/a.cpp", "#include \"report_fixture.h\""));
  BOOST_TEST(accepted("tests/equivalence/a.cpp", "#include \"analytical/counts.h\""));
}

BOOST_AUTO_TEST_CASE(every_source_starts_with_its_licence) {
  for (const SourceFile& f : tree())
    if (needs_licence_line(f.path))
      BOOST_TEST(has_licence_line(f), f.path << " does not start with an SPDX line");
}

BOOST_AUTO_TEST_CASE(no_file_names_a_machine_or_a_package_registry) {
  for (const SourceFile& f : tree())
    for (const std::string& found : machine_names(f)) BOOST_ERROR(found);
  BOOST_TEST(machine_names({"a.md", {"cd " + kMachine.front() + "someone"}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_source_is_too_long_to_read) {
  for (const SourceFile& f : tree())
    if (is_cpp(f.path))
      BOOST_TEST(f.lines.size() < line_limit(f.path), f.path << " has " << f.lines.size()
                                                             << " lines; expected fewer than "
                                                             << line_limit(f.path));
}

BOOST_AUTO_TEST_SUITE_END()
