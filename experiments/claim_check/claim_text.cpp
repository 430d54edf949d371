// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "core/text.h"
#include "experiments/claim_check/claim_report.h"
#include "experiments/claim_check/commands.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"

namespace assay::claim_check {
namespace {

using report::Grid;
using report::plain;

constexpr const char* kPassColour = "32";
constexpr const char* kFailColour = "31";

std::string with_unit(const std::string& value, const std::string& unit) {
  return unit.empty() || unit == "1" ? value : value + " " + plain(unit);
}

std::string signed_number(double v) { return (v > 0 ? "+" : "") + report::number(v); }

std::string difference_text(const ClaimNumber& n, double found) {
  const auto pct = difference_pct(n, found);
  const bool points = n.unit == "%" || (!n.tolerance_in_percent && n.relation == Relation::within);
  if (points || !pct) return signed_number(found - n.expected);
  return report::signed_pct(*pct) + " %";
}

const char* colour_of(Verdict v) {
  if (v == Verdict::reproduced) return kPassColour;
  return v == Verdict::shown || v == Verdict::left_out ? "" : kFailColour;
}

void add_numbers(const ClaimResult& r, Grid* grid) {
  for (std::size_t i = 0; i < r.numbers.size(); ++i) {
    const NumberText t = number_text_of(r.claim.numbers[i], r.numbers[i]);
    grid->add({{"  " + plain(r.claim.numbers[i].name), ""},
               {t.published, ""},
               {t.found, ""},
               {t.difference, ""},
               {t.tolerance, ""},
               {t.verdict, colour_of(r.numbers[i].verdict)}});
  }
}

std::string wrapped(const std::string& text, const std::string& indent) {
  std::istringstream words(text);
  std::string out, line = indent;
  for (std::string word; words >> word;) {
    if (line.size() > indent.size() && report::width(line) + 1 + report::width(word) > 110) {
      out += line + "\n";
      line = indent;
    }
    line += (line.size() > indent.size() ? " " : "") + word;
  }
  return out + line + "\n";
}

// One paragraph for each reason, after the numbers that share it.
std::string reasons(const ClaimResult& r) {
  std::vector<std::pair<std::string, std::vector<std::string>>> paragraphs;
  const auto add = [&](const std::string& number, const std::string& why) {
    if (why.empty()) return;
    const auto at = std::find_if(paragraphs.begin(), paragraphs.end(),
                                 [&](const auto& p) { return p.first == why; });
    if (at == paragraphs.end())
      paragraphs.push_back({why, {number}});
    else
      at->second.push_back(number);
  };
  if (r.verdict == Verdict::broken) add("", r.problem);
  if (r.verdict == Verdict::not_reproduced) add("", r.claim.reason);
  for (std::size_t i = 0; i < r.numbers.size(); ++i)
    add(r.claim.numbers[i].name, number_text_of(r.claim.numbers[i], r.numbers[i]).why);
  if (r.claim.comparison) add("", r.claim.note);
  std::string text;
  for (const auto& [why, numbers] : paragraphs)
    text += wrapped((numbers.front().empty() ? "" : plain(listed(numbers, 12)) + ": ") + plain(why),
                    "    ");
  return text;
}

}  // namespace

NumberText number_text_of(const ClaimNumber& n, const NumberResult& r) {
  NumberText t;
  t.published = with_unit(number_text(n.expected), n.unit);
  if (n.relation == Relation::at_most) t.published = "at most " + t.published;
  if (n.relation == Relation::at_least) t.published = "at least " + t.published;
  t.found = r.found ? with_unit(report::number(*r.found), n.unit) : std::string(report::kUndefined);
  t.difference = r.found ? difference_text(n, *r.found) : "";
  t.tolerance = n.relation == Relation::within ? tolerance_text(n) : "";
  t.verdict = name(r.verdict);
  const bool as_stated = r.verdict == n.stated;
  const bool judged = r.verdict != Verdict::shown && r.verdict != Verdict::left_out;
  t.state = !judged ? "none" : r.verdict == Verdict::reproduced ? "pass" : "fail";
  if (r.verdict == Verdict::broken)
    t.why = r.problem;
  else if (judged && !as_stated)
    t.why = std::string("stated beforehand: ") + name(n.stated) +
            (n.reason.empty() ? "" : " (" + n.reason + ")");
  else
    t.why = n.reason;
  return t;
}

std::string verdict_text(const ClaimResult& r) {
  const Verdict v = r.verdict;
  if (v == Verdict::broken || v == Verdict::shown || v == Verdict::left_out) return name(v);
  return std::string(name(r.verdict)) + (r.as_stated() ? "" : ", NOT as stated");
}

std::string summary(const std::vector<ClaimResult>& results) {
  const Counts c = count(results);
  std::string text =
      fmt::format("{} of {} claims reproduced ({} of {} numbers), {} not reproduced, {} broken",
                  c.reproduced, c.reproduced + c.not_reproduced + c.broken, c.numbers_reproduced,
                  c.numbers, c.not_reproduced, c.broken);
  if (c.comparisons > 0)
    text += fmt::format("; {} comparison{} shown", c.comparisons, c.comparisons == 1 ? "" : "s");
  if (c.left_out > 0) text += fmt::format("; {} left out", c.left_out);
  return text;
}

std::string terminal_text(const std::vector<ClaimResult>& results, bool as_stated, bool color) {
  Grid grid(color);
  grid.add({{"", ""},
            {"published", ""},
            {"found", ""},
            {"difference", ""},
            {"tolerance", ""},
            {"verdict", ""}});
  for (const ClaimResult& r : results) add_numbers(r, &grid);
  std::istringstream lines(grid.text());
  std::string line, out;
  std::getline(lines, line);
  out = line + "\n";
  for (const ClaimResult& r : results) {
    const std::string what = verdict_text(r);
    const char* colour = colour_of(r.verdict);
    out += "\n" + r.claim.id + (r.claim.title.empty() ? "" : ": " + plain(r.claim.title)) + " [" +
           (color && *colour != 0 ? "\x1b[" + std::string(colour) + "m" + what + "\x1b[0m" : what) +
           "]\n";
    for (std::size_t i = 0; i < r.numbers.size() && std::getline(lines, line); ++i)
      out += line + "\n";
    out += reasons(r);
  }
  out += "\n" + summary(results) + "\n";
  if (as_stated)
    for (const ClaimResult& r : results)
      if (!r.as_stated() && r.verdict != Verdict::broken)
        out += "NOT as its file states: " + r.claim.id + "\n";
  return out;
}

std::string claims_markdown(const std::vector<Claim>& claims) {
  std::string out =
      "| claim | what | command | minutes | tolerance | stated verdict "
      "|\n|---|---|---|---|---|---|\n";
  for (const Claim& c : claims) {
    std::string commands, tolerances;
    for (const Command& command : c.commands)
      commands += (commands.empty() ? "`" : "; `") + command_text(command) + "`";
    for (const ClaimNumber& n : c.numbers) {
      const std::string t = tolerance_text(n);
      if (!t.empty() && tolerances.find(t) == std::string::npos)
        tolerances += (tolerances.empty() ? "" : ", ") + t;
    }
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", c.id, c.title,
                       commands.empty() ? "none" : commands, number_text(c.minutes),
                       tolerances.empty() ? "none" : tolerances, name(c.stated));
  }
  return out;
}

}  // namespace assay::claim_check
