// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "experiments/claim_check/claim_report.h"
#include "experiments/claim_check/commands.h"
#include "experiments/report/format.h"
#include "experiments/report/html.h"
#include "experiments/report/html_data.h"

namespace assay::claim_check {

extern const char* const kTemplate;  // template.html, compiled in by report/embed.cmake

namespace {

using kainjow::mustache::data;
using report::list;
using report::plain;

std::string state_of(const ClaimResult& r) {
  if (r.left_out() || r.verdict == Verdict::shown) return "none";
  return r.verdict == Verdict::reproduced ? "pass" : "fail";
}

data numbers_of(const ClaimResult& r) {
  data rows = list();
  for (std::size_t i = 0; i < r.numbers.size(); ++i) {
    const NumberText t = number_text_of(r.claim.numbers[i], r.numbers[i]);
    data row;
    row.set("name", plain(r.claim.numbers[i].name));
    row.set("published", plain(t.published));
    row.set("found", plain(t.found));
    row.set("difference", t.difference);
    row.set("tolerance", t.tolerance);
    row.set("verdict", t.verdict);
    row.set("state", t.state);
    row.set("why", plain(t.why));
    rows << row;
  }
  return rows;
}

data claim_data(const ClaimResult& r) {
  data c;
  c.set("id", plain(r.claim.id));
  c.set("title", plain(r.claim.title.empty() ? r.claim.id : r.claim.title));
  c.set("verdict", verdict_text(r));
  c.set("state", state_of(r));
  c.set("statement", plain(r.claim.published.statement));
  c.set("source", plain(r.claim.published.source));
  c.set("where", plain(r.claim.published.where));
  c.set("confidence", plain(r.claim.published.confidence));
  const bool read = !r.claim.numbers.empty();
  c.set("read", read);
  c.set("judged", !r.claim.comparison);
  c.set("reason", plain(r.claim.reason));
  c.set("has_reason", r.verdict == Verdict::not_reproduced && !r.claim.reason.empty());
  c.set("note", plain(r.claim.note));
  c.set("has_note", !r.claim.note.empty());
  c.set("problem", plain(r.problem));
  c.set("has_problem", !r.problem.empty());
  c.set("numbers", numbers_of(r));
  std::string commands;
  for (const Command& command : r.claim.commands) commands += command_text(command) + "\n";
  c.set("commands", plain(commands).empty() ? "" : commands);
  c.set("has_commands", !commands.empty());
  c.set("hash", r.hash);
  int reproduced = 0;
  for (const NumberResult& n : r.numbers) reproduced += n.verdict == Verdict::reproduced ? 1 : 0;
  c.set("share", r.claim.comparison || !read
                     ? std::string(report::kUndefined)
                     : fmt::format("{} of {}", reproduced, r.numbers.size()));
  return c;
}

}  // namespace

std::string claims_html(const std::vector<ClaimResult>& results) {
  data page;
  page.set("style", report::page_style());
  page.set("tool", std::string("assay ") + ASSAY_VERSION);
  page.set("summary", summary(results));
  const int code = exit_code(results, true);
  page.set("state", code == 0 ? "pass" : "fail");
  page.set("word", code == 0 ? "AS STATED" : code == 1 ? "NOT AS STATED" : "BROKEN");
  data claims = list();
  for (const ClaimResult& r : results) claims << claim_data(r);
  page.set("claims", claims);
  kainjow::mustache::mustache form(kTemplate);
  if (!form.is_valid()) throw std::logic_error("template.html: " + form.error_message());
  return form.render(page);
}

}  // namespace assay::claim_check
