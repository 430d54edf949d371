// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/level_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/diagnostics.h"
#include "experiments/program/commands.h"
#include "experiments/program/progress_bar.h"
#include "experiments/program/record_table.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

volatile std::sig_atomic_t flagged = 0;

void check_out(const LevelArguments& a) {
  const std::string extension = fs::path(a.out).extension().string();
  if (extension != ".json" && extension != ".csv")
    throw InputError({{a.out, 0, "--out", "", "expected a name that ends in .json or .csv"}});
  check_new_output(a.out);
}

std::string figures(const char* did, const LayerRuns& s) {
  if (s.cycles <= 0 || s.cpu_seconds <= 0) return "";
  return fmt::format(
      "{} {:.1f} kcycles in {:.2f} s of processor time: {:.1f} kcycles/s, {:.3f} G "
      "PE-cycles/s, {:.3f} GMAC/s\n",
      did, s.cycles * 1e-3, s.cpu_seconds, s.cycles * 1e-3 / s.cpu_seconds,
      s.lane_cycles * 1e-9 / s.cpu_seconds, s.macs * 1e-9 / s.cpu_seconds);
}

void show(const LevelArguments& a, const LevelOptions& o, const char* did, const LayerRuns& s) {
  if (a.json) {
    print(records_to_json(s.run.records));
    return;
  }
  if (!s.run.records.empty()) print(record_table(s.run.records, colour()));
  print_unmapped(o.input, s.run.unmapped);
  print(figures(did, s));
}

void say_where_it_stands(const LevelOptions& o, const LayerRuns& s) {
  const std::size_t layers = s.run.layers.size(), finished = s.run.records.size();
  if (s.resumed > 0) fmt::print(stderr, "resumed: {} of {} layers\n", s.resumed, layers);
  for (const LayerFailure& f : s.failures)
    fmt::print(stderr, "error: layer {}: {}\n", f.layer, f.why);
  if (!s.stopped && s.failures.empty()) return;
  fmt::print(stderr, "{}: {} of {} layers finished", s.stopped ? "interrupted" : "failed", finished,
             layers);
  if (o.journal)
    fmt::print(stderr, " and kept in {}; the same command goes on from there", o.journal->string());
  fmt::print(stderr, "\n");
}

// The file is complete before the journal goes.
void write_out(const LevelArguments& a, const LayerRuns& s) {
  if (a.out.empty()) return;
  write_records(a.out, s.run.records);
  fmt::print(a.json ? stderr : stdout, "{} records written to {}\n", s.run.records.size(), a.out);
  std::error_code ignored;
  if (a.journal.empty() && s.whole_journal) fs::remove(a.out + ".partial", ignored);
}

}  // namespace

Signals::Signals() {
  flagged = 0;
  struct sigaction flag {};
  flag.sa_handler = [](int) { flagged = 1; };
  flag.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &flag, &before_[0]);
  ::sigaction(SIGTERM, &flag, &before_[1]);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &before_[2]);
}

Signals::~Signals() {
  ::sigaction(SIGINT, &before_[0], nullptr);
  ::sigaction(SIGTERM, &before_[1], nullptr);
  ::sigaction(SIGXFSZ, &before_[2], nullptr);
}

bool interrupted() { return flagged != 0; }

CLI::Option* add_level_arguments(CLI::App* c, LevelArguments* a) {
  add_run_arguments(c, &a->run);
  a->options.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  c->add_option("-j,--jobs", a->options.jobs, "layers at a time (default: number of cores)")
      ->check(CLI::Range(1, 1024));
  CLI::Option* seed =
      c->add_option("--seed", a->options.seed, "of the random data")->capture_default_str();
  c->add_option("--out", a->out,
                "write records here (.json or .csv); finished layers are kept in OUT.partial "
                "until then, and an interrupted run goes on from there");
  c->add_option("--journal", a->journal, "keep finished layers here instead, and for good");
  c->add_flag("--restart", a->options.restart, "throw away what an earlier run has kept");
  c->add_flag("--json", a->json, "print {\"schema\": ..., \"records\": [...]}");
  return seed;
}

LevelOptions level_options(const LevelArguments& a, bool writes_of_layer) {
  if (!a.out.empty()) check_out(a);
  LevelOptions o = a.options;
  o.input = run_input(a.run);
  if (!a.journal.empty())
    o.journal = a.journal;
  else if (!a.out.empty() && !writes_of_layer)
    o.journal = a.out + ".partial";
  return o;
}

int run_level(const LevelArguments& a, LevelOptions* o, const char* did,
              const std::function<LayerRuns()>& run,
              const std::function<void(const LayerRuns&)>& more) {
  const Signals signals;
  LayerRuns s;
  {
    ProgressBar bar;
    o->progress = [&bar](const std::vector<LayerProgress>& layers) { bar.show(layers); };
    o->stop = interrupted;
    s = run();
  }
  const bool complete = !s.stopped && s.failures.empty();
  if (complete || a.out.empty()) {
    show(a, *o, did, s);
    if (more) more(s);
  }
  say_where_it_stands(*o, s);
  if (complete) write_out(a, s);
  return complete ? kPass : s.stopped ? kInterrupted : kBadInput;
}

}  // namespace assay
