// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/claim_check/claim_report.h"
#include "experiments/claim_check/commands.h"
#include "experiments/report/files.h"
#include "experiments/report/format.h"

namespace assay::claim_check {
namespace {

using json = nlohmann::ordered_json;

const char* relation_name(Relation r) {
  return r == Relation::at_most ? "at most" : r == Relation::at_least ? "at least" : "within";
}

json number_json(const ClaimNumber& n, const NumberResult& r) {
  json j;
  j["name"] = n.name;
  j["expected"] = n.expected;
  j["unit"] = n.unit;
  j["relation"] = relation_name(n.relation);
  const bool has_tolerance =
      n.relation == Relation::within &&
      (n.stated == Verdict::reproduced || n.stated == Verdict::not_reproduced);
  j["tolerance"] = nullptr;
  if (has_tolerance)
    j["tolerance"] = {{n.tolerance_in_percent ? "percent" : "absolute", n.tolerance}};
  j["found"] = r.found ? json(*r.found) : json(nullptr);
  j["difference"] = r.found ? json(*r.found - n.expected) : json(nullptr);
  const auto pct = r.found ? difference_pct(n, *r.found) : std::nullopt;
  j["difference_pct"] = pct ? json(*pct) : json(nullptr);
  j["verdict"] = name(r.verdict);
  j["stated"] = name(n.stated);
  j["reason"] = n.reason;
  j["problem"] = r.problem;
  return j;
}

json claim_json(const ClaimResult& r) {
  json j;
  j["id"] = r.claim.id;
  j["hash"] = r.hash;
  j["title"] = r.claim.title;
  j["kind"] = r.claim.comparison ? "comparison" : "claim";
  j["published"] = {{"statement", r.claim.published.statement},
                    {"source", r.claim.published.source},
                    {"where", r.claim.published.where},
                    {"confidence", r.claim.published.confidence}};
  j["commands"] = json::array();
  for (const Command& c : r.claim.commands) j["commands"].push_back(command_text(c));
  j["verdict"] = name(r.verdict);
  j["stated"] = name(r.claim.stated);
  j["reason"] = r.claim.reason;
  j["note"] = r.claim.note;
  j["problem"] = r.problem;
  j["numbers"] = json::array();
  for (std::size_t i = 0; i < r.numbers.size(); ++i)
    j["numbers"].push_back(number_json(r.claim.numbers[i], r.numbers[i]));
  return j;
}

// Text of LaTeX.
std::string tex(const std::string& text) {
  std::string out;
  for (const char c : report::plain(text)) switch (c) {
      case '\\':
        out += "\\textbackslash{}";
        break;
      case '~':
        out += "\\textasciitilde{}";
        break;
      case '^':
        out += "\\textasciicircum{}";
        break;
      case '<':
        out += "\\textless{}";
        break;
      case '>':
        out += "\\textgreater{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  return out;
}

std::string tex_row(const std::string& id, const ClaimNumber& n, const NumberResult& r) {
  const NumberText t = number_text_of(n, r);
  return fmt::format("{} & {} & {} & {} & {} & {} & {} \\\\\n", tex(id), tex(n.name),
                     tex(t.published), tex(t.found), tex(t.difference), tex(t.tolerance),
                     tex(t.verdict));
}

}  // namespace

std::string claims_csv(const std::vector<ClaimResult>& results) {
  std::string out = report::csv_line({"claim", "number", "published", "unit", "relation", "found",
                                      "difference", "difference_pct", "tolerance", "verdict",
                                      "stated", "why", "source", "where", "confidence"});
  for (const ClaimResult& r : results)
    for (std::size_t i = 0; i < r.numbers.size(); ++i) {
      const ClaimNumber& n = r.claim.numbers[i];
      const NumberResult& f = r.numbers[i];
      const NumberText t = number_text_of(n, f);
      out += report::csv_line({r.claim.id, n.name, report::shortest(n.expected), n.unit,
                               relation_name(n.relation), f.found ? report::shortest(*f.found) : "",
                               f.found ? report::shortest(*f.found - n.expected) : "",
                               f.found ? report::shortest(difference_pct(n, *f.found), "") : "",
                               n.relation == Relation::within ? tolerance_text(n) : "", t.verdict,
                               name(n.stated), t.why, r.claim.published.source,
                               r.claim.published.where, r.claim.published.confidence});
    }
  return out;
}

std::string claims_json(const std::vector<ClaimResult>& results) {
  const Counts c = count(results);
  json j;
  j["schema"] = "assay.claims/1";
  j["tool"] = std::string("assay ") + ASSAY_VERSION;
  j["counts"] = {{"claims", c.claims},
                 {"reproduced", c.reproduced},
                 {"not_reproduced", c.not_reproduced},
                 {"broken", c.broken},
                 {"comparisons", c.comparisons},
                 {"left_out", c.left_out},
                 {"numbers", c.numbers},
                 {"numbers_reproduced", c.numbers_reproduced}};
  j["as_stated"] = exit_code(results, true) == 0;
  j["claims"] = json::array();
  for (const ClaimResult& r : results) j["claims"].push_back(claim_json(r));
  return j.dump(1) + "\n";
}

// Seven columns are wide: for a landscape page or a small font. Needs the packages booktabs and
// longtable.
std::string claims_tex(const std::vector<ClaimResult>& results) {
  std::string out = fmt::format("% Written by assay {}: {}.\n", ASSAY_VERSION, summary(results));
  out +=
      "\\begin{longtable}{llrrrrl}\n\\toprule\nclaim & number & published & found & difference & "
      "tolerance & verdict \\\\\n\\midrule\n\\endhead\n";
  bool first = true;
  for (const ClaimResult& r : results) {
    if (r.numbers.empty()) continue;
    if (!first) out += "\\addlinespace\n";
    first = false;
    for (std::size_t i = 0; i < r.numbers.size(); ++i)
      out += tex_row(i == 0 ? r.claim.id : "", r.claim.numbers[i], r.numbers[i]);
  }
  return out + "\\bottomrule\n\\end{longtable}\n";
}

void write_claims(const std::filesystem::path& folder, const std::vector<ClaimResult>& results) {
  report::FreshFolder fresh(folder);
  write_text(fresh.partial() / "claims.csv", claims_csv(results));
  write_text(fresh.partial() / "claims.json", claims_json(results));
  write_text(fresh.partial() / "claims.tex", claims_tex(results));
  write_text(fresh.partial() / "claims.html", claims_html(results));
  fresh.commit();
}

}  // namespace assay::claim_check
