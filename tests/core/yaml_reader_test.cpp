// SPDX-License-Identifier: Apache-2.0
// What every YAML file is checked for, whatever its format.
#include "core/yaml_reader.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/malformed.h"

namespace {

using assay::Diagnostics;
using assay::YamlFile;
using assay::YamlMap;

// The errors of a file with any keys.
Diagnostics syntax(const std::string& text) {
  Diagnostics found;
  const YamlFile file("file", text, &found);
  BOOST_TEST(file.ok() == found.empty());
  if (file.ok()) file.map();
  return found;
}

void refused(const std::string& what, const std::string& text, int line, const std::string& says) {
  BOOST_TEST_CONTEXT(what) {
    const Diagnostics found = syntax(text);
    BOOST_TEST_CONTEXT("reported:" << assay::test::listing(found)) {
      BOOST_REQUIRE(found.size() == 1U);
      BOOST_TEST(found.front().line == line);
      BOOST_TEST(to_string(found.front()).find(says) != std::string::npos);
    }
  }
}

// One value of key "v", read as something.
template <class Read>
Diagnostics value(const std::string& text, const Read& read) {
  Diagnostics found;
  const YamlFile file("file", "v: " + text + "\n", &found);
  YamlMap map = file.map();
  read(map);
  map.finish();
  return found;
}

std::string repeated(const std::string& part, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += part;
  return text;
}

double seconds_of(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  syntax(text);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml_reader)

BOOST_AUTO_TEST_CASE(text_that_is_no_mapping_is_refused) {
  refused("nothing", "", 0, "the file is empty; expected a mapping");
  refused("a comment", "# nothing\n", 0, "the file is empty");
  refused("a word", "word\n", 0, "expected a mapping (key: value) at the top of the file");
  refused("a list", "- 1\n- 2\n", 0, "expected a mapping (key: value) at the top of the file");
  refused("several documents", "a: 1\n---\nb: 2\n", 2, "expected one YAML document, found another");
  refused("the end of a list", "]\n", 1, "not valid YAML");
  refused("a comma", ", a: 1\n", 1, "not valid YAML");
  refused("an open list", "a: 1\nb: [1, 2\n", 3, "not valid YAML");
  refused("an open quote", "a: 1\nb: \"text", 2, "not valid YAML");
  refused("a tab as indentation", "a:\n\tb: 1\n", 2, "not valid YAML");
  refused("two colons", "a: b: c\n", 1, "not valid YAML");
  refused("an alias of nothing", "a: *b\n", 1, "not valid YAML");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused_or_read_but_never_crash) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i)
    bytes += static_cast<char>((static_cast<unsigned>(i) * 2654435761U) >> 24U);
  BOOST_TEST(!syntax(bytes).empty());
  BOOST_TEST(!syntax(std::string(1000, '\0')).empty());
  BOOST_TEST(!syntax("\x7f"
                     "ELF\x02\x01\x01")
                  .empty());
  BOOST_TEST(!syntax("PK\x03\x04\x14").empty());
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_lines_of_windows_are_read) {
  for (const std::string text : {"\xef\xbb\xbf"
                                 "a: 1\nb: two\n",
                                 "a: 1\r\nb: two\r\n", "a: 1\nb: two", "---\na: 1\nb: two\n...\n",
                                 "{\"a\": 1, \"b\": \"two\"}"}) {
    Diagnostics found;
    const YamlFile file("file", text, &found);
    YamlMap map = file.map();
    BOOST_TEST(map.integer("a", {0, 9}) == 1);
    BOOST_TEST(map.text("b") == "two");
    map.finish();
    BOOST_TEST(found.empty(), assay::test::listing(found));
  }
}

BOOST_AUTO_TEST_CASE(lines_are_counted_alike_with_line_ends_of_windows) {
  Diagnostics found;
  const YamlFile file("file",
                      "\xef\xbb\xbf"
                      "# one\r\na: 1\r\n\r\nb: x\r\n",
                      &found);
  YamlMap map = file.map();
  map.integer("b", {0, 9});
  map.finish();
  BOOST_TEST(assay::test::listing(found) ==
             "\n  file:4: b = 'x': expected a whole number from 0 to 9"
             "\n  file:2: a = '1': unknown key; did you mean 'b'?");
}

BOOST_AUTO_TEST_CASE(keys_that_appear_twice_or_are_no_words_are_reported) {
  const Diagnostics found = syntax("a: 1\nb: 2\na: 3\n[1, 2]: 4\n");
  BOOST_TEST(assay::test::listing(found) ==
             "\n  file:3: a: the key appears twice; expected it once"
             "\n  file:4: '(a list)': expected a plain word as key");
}

BOOST_AUTO_TEST_CASE(whole_numbers_are_read_whole_and_within_their_range) {
  const auto integer = [](YamlMap& m) { m.integer("v", {0, 100}); };
  for (const char* good : {"0", "7", "100", "\"42\""})
    BOOST_TEST(value(good, integer).empty(), good);
  for (const char* bad :
       {"-1", "101", "1.0", "1e1", "0x10", "1_000", "+5", "five", "''", "~", "", "[5]", "{a: 5}",
        "true", "99999999999999999999999", "-99999999999999999999999", "1 2", "5."})
    BOOST_TEST(value(bad, integer).size() == 1U, bad);
}

BOOST_AUTO_TEST_CASE(numbers_are_finite_and_within_their_range) {
  const auto real = [](YamlMap& m) { m.real("v", {-1, 1e6}); };
  for (const char* good : {"0", "-0.5", "1e6", "1E-3", ".5"})
    BOOST_TEST(value(good, real).empty(), good);
  for (const char* bad : {"nan", ".nan", "inf", "-.inf", "1e999", "1e7", "-1.1", "1,5", "0x1p3",
                          "one", "''", "~", "[1]", "1 MHz"})
    BOOST_TEST(value(bad, real).size() == 1U, bad);
}

BOOST_AUTO_TEST_CASE(positive_fractions_are_read_exactly_or_refused) {
  const auto rational = [](YamlMap& m) { m.rational("v"); };
  for (const char* good : {"64", "19.2", "64/3", "1/1099511627776"})
    BOOST_TEST(value(good, rational).empty(), good);
  for (const char* bad : {"0", "-1", "1/0", "0/5", "1/-2", "1/2/3", "1e3", "19.", ".5", "19.2/3",
                          "0.00000000000000000001", "9223372036854775808", "1099511627777",
                          "1/1099511627777", "half", "''", "[1]"})
    BOOST_TEST(value(bad, rational).size() == 1U, bad);
}

BOOST_AUTO_TEST_CASE(truth_is_true_or_false) {
  const auto boolean = [](YamlMap& m) { m.boolean("v"); };
  for (const char* good : {"true", "false"}) BOOST_TEST(value(good, boolean).empty(), good);
  for (const char* bad : {"yes", "no", "on", "True", "1", "''", "~", "[true]"})
    BOOST_TEST(value(bad, boolean).size() == 1U, bad);
}

BOOST_AUTO_TEST_CASE(mappings_and_lists_are_not_taken_for_one_another) {
  for (const char* bad : {"5", "[1]", "~", "word"})
    BOOST_TEST(value(bad, [](YamlMap& m) { m.map("v"); }).size() == 1U, bad);
  for (const char* bad : {"5", "{a: 1}", "~"})
    BOOST_TEST(value(bad, [](YamlMap& m) { m.maps("v"); }).size() == 1U, bad);
  BOOST_TEST(value("[{a: 1}, 5, [1], ~]", [](YamlMap& m) {
               for (YamlMap& x : m.maps("v")) x.integer("a", {0, 9});
             }).size() == 3U);
  BOOST_TEST(value("[a, [b], {c: d}, '', e]", [](YamlMap& m) { m.texts("v"); }).size() == 3U);
  BOOST_TEST(value("[1, two, 3.5]", [](YamlMap& m) { m.integers("v", {0, 9}); }).size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_error_in_a_list_is_reported_at_its_own_line) {
  Diagnostics found;
  const YamlFile file("file", "v:\n  - a\n  - [b]\n", &found);
  file.map().texts("v");
  BOOST_TEST(assay::test::listing(found) == "\n  file:3: v = '(a list)': expected text");
}

BOOST_AUTO_TEST_CASE(messages_are_one_line_whatever_the_file_holds) {
  const Diagnostics found =
      value("\"a\\n\\e[31m\\0b" + std::string(500, 'c') + "\"", [](YamlMap& m) {
        m.integer("v", {0, 9});
      });
  BOOST_REQUIRE(found.size() == 1U);
  const std::string text = to_string(found.front());
  BOOST_TEST(text.find("'a\\x0a\\x1b[31m\\x00bccc") != std::string::npos, text);
  BOOST_TEST(text.size() < 200U);
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_however_it_is_written) {
  refused("64 lists", "a: " + repeated("[", 70) + repeated("]", 70), 0,
          "nested too deeply; expected at most 64 levels");
  std::string indented;
  for (int i = 0; i < 70; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  refused("indented keys", indented, 0, "nested too deeply");
  const std::vector<std::string> bombs{"a: " + repeated("[", 100'000),
                                       "a: " + repeated("{a: ", 100'000),
                                       "a: " + repeated("[ #]\n", 100'000),
                                       repeated("- ", 100'000),
                                       repeated("? ", 100'000),
                                       "a: " + repeated("[{", 100'000) + repeated("}]", 100'000)};
  for (const std::string& bomb : bombs) {
    const Diagnostics found = syntax(bomb);
    BOOST_TEST(found.size() == 1U, bomb.substr(0, 20));
  }
  BOOST_TEST(
      syntax("# " + std::string(200, '-') +
             " [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\na: '" +
             std::string(200, '[') + "'\n")
          .empty());  // no nesting at all
}

BOOST_AUTO_TEST_CASE(aliases_that_repeat_each_other_are_refused_in_bounded_time) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before +
            repeated(", " + before, 9) + "]\n";
  }
  refused("a thousand million million words", bomb, 0, "aliases repeat too much");
  BOOST_TEST(seconds_of(bomb) < 20);
  refused("a list in itself", "a: &a [*a, *a]\n", 0, "");
  BOOST_TEST(syntax("a: &a [1, 2]\nb: *a\nc: *a\n").empty());
}

BOOST_AUTO_TEST_CASE(long_lists_many_keys_and_many_errors_are_read_in_bounded_time) {
  BOOST_TEST(seconds_of("a: [" + repeated("1,", 200'000) + "1]\n") < 60);
  std::string keys;
  for (int i = 0; i < 50'000; ++i) keys += "key" + std::to_string(i) + ": 1\n";
  Diagnostics found;
  const YamlFile file("file", keys, &found);
  YamlMap map = file.map();
  for (int i = 0; i < 50'000; ++i) map.integer("key" + std::to_string(i), {2, 3});
  map.finish();
  BOOST_TEST(found.size() == assay::kMaxErrors + 1);
  BOOST_TEST(found.back().expected == "too many errors; the others are not listed");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_or_no_file_is_refused) {
  const auto open = [](const std::filesystem::path& path) {
    Diagnostics found;
    const YamlFile file(path, &found);
    BOOST_TEST(!file.ok());
    return found.size() == 1U ? found.front().expected : "";
  };
  const assay::test::TemporaryFile large("a: " + std::string(assay::kMaxFileBytes, 'x') + "\n"),
      empty("");
  BOOST_TEST(open(large.path()) == "the file is too large; expected at most 4 MiB");
  BOOST_TEST(open(empty.path()) == "the file is empty; expected a mapping (key: value)");
  BOOST_TEST(open("/nowhere/at/all.yaml") == "no such file");
  BOOST_TEST(open(std::filesystem::temp_directory_path()) == "expected a file");
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_found_among_many_and_long_ones) {
  std::vector<std::string> names{std::string(1'000'000, 'x')};
  for (int i = 0; i < 20'000; ++i) names.push_back("layer" + std::to_string(i));
  names.push_back("conv1");
  BOOST_TEST(assay::nearest("conv11", names) == "conv1");
  BOOST_TEST(assay::nearest(std::string(100'000, 'x'), names).empty());
  BOOST_TEST(assay::nearest("something else", names).empty());
  BOOST_TEST(assay::nearest("limit", {"quantity", "limit_percentage", "limit_pct"}) == "limit_pct");
}

BOOST_AUTO_TEST_SUITE_END()
