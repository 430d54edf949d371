// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/latex.h"

#include <fmt/format.h>

#include <map>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

const std::map<char, const char*>& specials() {
  static const std::map<char, const char*> kSpecials = {{'&', "\\&"},
                                                        {'%', "\\%"},
                                                        {'$', "\\$"},
                                                        {'#', "\\#"},
                                                        {'_', "\\_"},
                                                        {'{', "\\{"},
                                                        {'}', "\\}"},
                                                        {'~', "\\textasciitilde{}"},
                                                        {'^', "\\textasciicircum{}"},
                                                        {'\\', "\\textbackslash{}"},
                                                        {'<', "\\textless{}"},
                                                        {'>', "\\textgreater{}"},
                                                        {'|', "\\textbar{}"},
                                                        {'"', "''"}};
  return kSpecials;
}

const std::map<unsigned, const char*>& symbols() {
  static const std::map<unsigned, const char*> kSymbols = {{0xA0, "~"},
                                                           {0xB0, "\\textdegree{}"},
                                                           {0xB1, "$\\pm$"},
                                                           {0xB2, "\\textsuperscript{2}"},
                                                           {0xB3, "\\textsuperscript{3}"},
                                                           {0xB5, "\\textmu{}"},
                                                           {0xB7, "$\\cdot$"},
                                                           {0xD7, "$\\times$"},
                                                           {0x3BC, "\\textmu{}"},
                                                           {0x2013, "--"},
                                                           {0x2014, "---"},
                                                           {0x2018, "`"},
                                                           {0x2019, "'"},
                                                           {0x201C, "``"},
                                                           {0x201D, "''"},
                                                           {0x2026, "\\dots{}"},
                                                           {0x2212, "$-$"},
                                                           {0x2264, "$\\leq$"},
                                                           {0x2265, "$\\geq$"}};
  return kSymbols;
}

constexpr unsigned kLastLetter = 0x17F;
constexpr unsigned kFirstLetter = 0xC0;

// The code point that starts at i of text that is UTF-8, and its length in bytes.
std::pair<unsigned, std::size_t> code_point(const std::string& text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned lead = byte(i);
  const std::size_t length = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  unsigned value = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t k = 1; k < length; ++k) value = value << 6U | (byte(i + k) & 0x3FU);
  return {value, length};
}

std::string joined(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : " & ") + cells[i];
  return line + " \\\\\n";
}

}  // namespace

std::string latex_escaped(const std::string& raw) {
  const std::string text = plain(raw);  // UTF-8 without control characters
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto [value, length] = code_point(text, i);
    if (length == 1) {
      const auto special = specials().find(text[i]);
      out += special == specials().end() ? std::string(1, text[i]) : special->second;
    } else if (const auto symbol = symbols().find(value); symbol != symbols().end()) {
      out += symbol->second;
    } else if (value >= kFirstLetter && value <= kLastLetter) {
      out.append(text, i, length);
    } else {
      out += fmt::format("[U+{:04X}]", value);
    }
    i += length;
  }
  return out;
}

std::string latex_tabular(const LatexTable& t) {
  std::string text = "\\begin{tabular}{" + t.columns + "}\n\\toprule\n" + t.above +
                     joined(t.header) + "\\midrule\n";
  for (std::size_t i = 0; i < t.rows.size(); ++i)
    text += (i == t.rule_before ? "\\midrule\n" : "") + joined(t.rows[i]);
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace assay::report
