// SPDX-License-Identifier: Apache-2.0
// assay check: runs the claims, judges them, says what is reproduced and what is not.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "core/diagnostics.h"
#include "experiments/claim_check/claim_report.h"
#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/program/progress_bar.h"
#include "experiments/program/shared.h"
#include "experiments/rtl_run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using claim_check::CheckInput;
using claim_check::CheckResult;
using claim_check::Claim;
using claim_check::ClaimResult;

struct CheckOptions {
  std::vector<std::string> ids, leave_out;
  std::string out, cache = "out/cache";
  bool as_stated = false, json = false, no_cache = false, list = false, markdown = false;
  int jobs = 0;
};

constexpr const char* kNotBuilt = "not-built";

int default_jobs() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

CheckInput check_input(const CheckOptions& o) {
  CheckInput in;
  in.data = fs::absolute(find_catalog().data);
  in.claims = claim_check::claim_folders(in.data / "claims", o.ids);
  for (fs::path& folder : in.claims) folder = fs::absolute(folder);
  in.program = fs::read_symlink("/proc/self/exe");
  if (has_rtl()) in.built.emplace_back("rtl");
  for (const std::string& what : o.leave_out)
    if (what != kNotBuilt)
      in.left_out.push_back(what);
    else if (!has_rtl())
      in.left_out.emplace_back("rtl");
  if (!o.no_cache) in.cache = fs::absolute(o.cache);
  in.workers = o.jobs > 0 ? o.jobs : default_jobs();
  in.warn = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); };
  return in;
}

int list_claims(const CheckOptions& o) {
  std::vector<Claim> claims;
  for (const fs::path& folder : claim_check::claim_folders(find_catalog().data / "claims", o.ids))
    claims.push_back(claim_check::read_claim(folder));
  if (o.markdown) {
    print(claim_check::claims_markdown(claims));
    return kPass;
  }
  std::size_t width = 0;
  for (const Claim& c : claims) width = std::max(width, c.id.size());
  for (const Claim& c : claims)
    fmt::print("{:<{}}  {:<14}  {}\n", c.id, width, claim_check::name(c.stated), c.title);
  return kPass;
}

int check_claims(const CheckOptions& o) {
  if (o.list) return list_claims(o);
  CheckInput in = check_input(o);
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const Signals signals;
  in.stop = interrupted;
  CheckResult result;
  {
    ProgressBar bar;
    in.progress = [&](double share) { bar.show(share, share, seconds()); };
    result = claim_check::check(in);
  }
  if (result.stopped) {
    fmt::print(stderr, "interrupted\n");
    return kInterrupted;
  }
  if (!o.out.empty()) claim_check::write_claims(o.out, result.claims);
  if (o.json)
    print(claim_check::claims_json(result.claims));
  else
    print(claim_check::terminal_text(result.claims, o.as_stated, colour()));
  const auto cached = std::count_if(result.claims.begin(), result.claims.end(),
                                    [](const ClaimResult& r) { return r.cached; });
  fmt::print(stderr, "{:.1f} s; {} of {} claims from the cache\n", seconds(), cached,
             result.claims.size());
  if (!o.out.empty() && !o.json)
    fmt::print("Report: {}\n", (fs::absolute(o.out) / "claims.html").lexically_normal().string());
  return claim_check::exit_code(result.claims, o.as_stated);
}

}  // namespace

void add_check(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<CheckOptions>();
  CLI::App* c = app.add_subcommand(
      "check", "Check published claims: run their commands, compare with what was published");
  c->add_option("claims", o->ids, "known claims (--list) or folders (default: all known)");
  c->add_flag("--as-stated", o->as_stated,
              "exit with 0 when every verdict is the one that its file states, either way");
  c->add_option("--leave-out", o->leave_out,
                "claims that need this (not-built: what this program was built without) do not run "
                "and are said to be left out")
      ->check(CLI::IsMember({"rtl", kNotBuilt}));
  c->add_option("--out", o->out, "new folder for claims.html, .csv, .json and .tex");
  c->add_flag("--json", o->json, "print claims.json instead of the table");
  c->add_option("--cache", o->cache, "folder with results of earlier runs")->capture_default_str();
  c->add_flag("--no-cache", o->no_cache, "run every claim, keep nothing");
  c->add_option("-j,--jobs", o->jobs, "processes (default: one per processor)")
      ->check(CLI::Range(1, 1024));
  CLI::Option* list =
      c->add_flag("--list", o->list, "list claims and their stated verdicts; run none");
  c->add_flag("--markdown", o->markdown, "with --list: a table in Markdown")->needs(list);
  c->footer(
      "Exit codes: 0 reproduced, 1 some not, 2 some broken.\nExample: assay check --as-stated");
  c->callback([o, guard] { guard([o] { return check_claims(*o); }); });
}

}  // namespace assay
