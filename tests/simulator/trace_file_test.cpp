// SPDX-License-Identifier: Apache-2.0
// The file of a trace: cut short, refused, unfinished, on a full disk.
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "core/diagnostics.h"
#include "tests/simulator/trace_fixture.h"

using namespace assay;
using namespace assay::test;

namespace {

// The message of the InputError that `what` throws; empty when it throws none.
std::string refusal(const std::function<void()>& what) {
  try {
    what();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace)

BOOST_AUTO_TEST_CASE(after_the_last_event_allowed_the_trace_says_from_where_it_is_incomplete) {
  const TemporaryFolder folder;
  ChromeTrace trace(tiny(), folder / "t.json", "", 6);
  small_run(trace);  // 2 + 2 + 1 events
  BOOST_TEST((trace.events() == 5 && !trace.truncated()));
  trace.transfer(from_dram(Operand::I, 0, 60, 70));  // would be two
  BOOST_TEST((trace.events() == 5 && trace.truncated()));
  trace.transfer(from_reg(Kind::drain, 3, 41, 43));  // one, but the trace would have a hole
  trace.step({1, 50, 54, 60, 15});
  BOOST_TEST((trace.events() == 5 && trace.first_cycle_not_recorded() == 41));
  trace.finish();
  const Json read = Json::parse(content(folder / "t.json"));
  const Json& other = read.at("otherData");
  BOOST_TEST(other.at("truncated") == true);
  BOOST_TEST(other.at("first_cycle_not_recorded") == 41);
  BOOST_TEST((other.at("transfers_not_recorded") == 2 && other.at("steps_not_recorded") == 1));
  BOOST_TEST((other.at("last_cycle") == 90 && other.at("recorded_events") == 6));
  BOOST_TEST(events_of(read, "C").back().at("args").at("lanes") == 0);  // ends the counter
}

BOOST_AUTO_TEST_CASE(the_file_grows_while_the_run_lasts_and_gets_its_name_at_the_end) {
  const TemporaryFolder folder;
  const fs::path file = folder / "trace.json", temporary = folder / "trace.json.tmp";
  {
    ChromeTrace trace(tiny(), file, "");
    for (std::int64_t i = 0; i < 50'000; ++i) trace.transfer(from_dram(Operand::W, i, i, i + 1));
    BOOST_TEST(!fs::exists(file));
    const std::uintmax_t before = fs::file_size(temporary);
    BOOST_TEST(before > 10'000'000U);
    trace.finish();
    BOOST_TEST(!fs::exists(temporary));
    BOOST_TEST(fs::file_size(file) - before < 1'100'000U);
    BOOST_TEST(Json::parse(content(file)).at("traceEvents").size() > 100'000U);
  }
  BOOST_TEST(fs::exists(file));
  BOOST_TEST(written(longer_run) == written(longer_run));
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_no_file) {
  const TemporaryFolder folder;
  {
    ChromeTrace trace(tiny(), folder / "trace.json", "");
    longer_run(trace);
    BOOST_TEST(!fs::is_empty(folder.path()));
  }
  BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten) {
  const TemporaryFolder folder;
  const auto open = [&](const std::string& name) {
    return refusal([&] { ChromeTrace(tiny(), folder / name, ""); });
  };
  std::ofstream(folder / "old.json") << "old";
  BOOST_TEST(
      mentions(open("old.json"), "old.json: exists and is not overwritten; expected a name"));
  BOOST_TEST(content(folder / "old.json") == "old");
  fs::create_directory(folder / "folder");
  BOOST_TEST(mentions(open("folder"), "folder: exists"));
  fs::create_symlink("nowhere", folder / "link");
  BOOST_TEST(mentions(open("link"), "link: exists"));
  BOOST_TEST(mentions(refusal([] { ChromeTrace(tiny(), "/dev/full", ""); }), "/dev/full: exists"));
  // Two runs, one trace.
  ChromeTrace first(tiny(), folder / "new.json", "");
  BOOST_TEST(
      mentions(open("new.json"), "new.json.tmp: exists: another run writes it or was stopped"));
  small_run(first);
  std::ofstream(folder / "new.json") << "came first";
  BOOST_TEST(mentions(refusal([&] { first.finish(); }), "new.json: exists"));
  BOOST_TEST(content(folder / "new.json") == "came first");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_created_is_named) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name) {
    const std::string why = refusal([&] { ChromeTrace(tiny(), folder / name, ""); });
    return mentions(why, name + ": cannot be written: ") && mentions(why, "; expected an existing");
  };
  BOOST_TEST(refused("missing/trace.json"));
  std::ofstream(folder / "file") << "";
  BOOST_TEST(refused("file/trace.json"));
  BOOST_TEST(refused(std::string(300, 'n')));
  for (const char* no_name : {"", "/", "folder/"})
    BOOST_TEST(mentions(refusal([&] { ChromeTrace(tiny(), no_name, ""); }), "expected the name"));
  if (geteuid() == 0) return;  // may write everywhere
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  BOOST_TEST(refused("locked/trace.json"));
}

// A limit on the size of files stands for a full disk.
BOOST_AUTO_TEST_CASE(a_full_disk_is_reported_and_leaves_no_file) {
  struct FullDisk {
    rlimit before{};
    void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
    FullDisk() {
      getrlimit(RLIMIT_FSIZE, &before);
      rlimit small = before;
      small.rlim_cur = 1'500'000;
      setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk() {
      setrlimit(RLIMIT_FSIZE, &before);
      std::signal(SIGXFSZ, handler);
    }
  };
  const TemporaryFolder folder;
  std::string during, again, at_end, short_run;
  std::int64_t accepted = 0;
  {
    const FullDisk full;
    ChromeTrace trace(tiny(), folder / "t.json", "");
    during = refusal([&] {
      for (; accepted < 50'000; ++accepted)
        trace.transfer(from_dram(Operand::W, accepted, accepted, accepted + 1));
    });
    for (int i = 0; i < 50'000; ++i) trace.step({i, i, i + 1, 1, 1});  // do nothing
    again = refusal([&] { trace.throw_if_failed(); });
    at_end = refusal([&] { trace.finish(); });
    // What fits the buffer fails at the end.
    rlimit none = full.before;
    none.rlim_cur = 100;
    setrlimit(RLIMIT_FSIZE, &none);
    ChromeTrace little(tiny(), folder / "l.json", "");
    small_run(little);
    short_run = refusal([&] { little.finish(); });
  }
  BOOST_TEST(accepted < 50'000);
  BOOST_TEST(mentions(during, "t.json: cannot be written: "), during);
  BOOST_TEST((again == during && at_end == during));
  BOOST_TEST(mentions(short_run, "l.json: cannot be written: "), short_run);
  BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_SUITE_END()
