// SPDX-License-Identifier: Apache-2.0
// Explorations that are killed, time and again, as soon as their store has more than before.
#pragma once

#include <sqlite3.h>

#include <map>
#include <string>
#include <vector>

#include "sandbox.h"

namespace assay::test {

using States = std::map<std::string, std::string>;

// What a folder's store says of every unit of work, read in a copy, where what is half written is
// rolled back: the store itself is left to the program that goes on. Of a running program the copy
// may be torn, and is then a hint.
inline States states(const fs::path& folder) {
  const fs::path copy = folder.string() + "-copy";
  std::error_code gone;  // a file may vanish while it is copied
  fs::remove_all(copy, gone);
  fs::copy(folder, copy, fs::copy_options::recursive, gone);
  States found;
  sqlite3* db = nullptr;
  sqlite3_stmt* select = nullptr;
  if (sqlite3_open_v2((copy / "explore.sqlite").c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) ==
          SQLITE_OK &&
      sqlite3_prepare_v2(db, "SELECT unit, state FROM state", -1, &select, nullptr) == SQLITE_OK)
    while (sqlite3_step(select) == SQLITE_ROW)
      found[reinterpret_cast<const char*>(sqlite3_column_text(select, 0))] =
          reinterpret_cast<const char*>(sqlite3_column_text(select, 1));
  sqlite3_finalize(select);
  sqlite3_close(db);
  return found;
}

// Whether the store says something else than before; looks only where the file was written to.
class Progress {
 public:
  explicit Progress(fs::path folder) : folder_(std::move(folder)), before_(states(folder_)) {}
  bool operator()() {
    std::error_code none;
    const auto time = fs::last_write_time(folder_ / "explore.sqlite", none);
    if (none || time == seen_) return false;
    seen_ = time;
    const States now = states(folder_);
    return !now.empty() && now != before_;
  }
  const States& before() const { return before_; }

 private:
  fs::path folder_;
  States before_;
  fs::file_time_type seen_{};
};

// Kills a run into `out` `kills` times in the middle; false: it was too quick for that.
inline bool kill_often(const Sandbox& box, const std::string& rest, const fs::path& out, int kills,
                       const fs::path& last) {
  int all = 0;
  for (int k = 0; k < kills; ++all) {
    BOOST_REQUIRE(all < 20 * kills);
    Progress progress(out);
    const bool killed = box.kill(rest, [&](pid_t) { return progress(); });
    if (!killed || fs::exists(last)) return false;
    const States after = states(out);
    for (const auto& [unit, state] : progress.before()) BOOST_TEST(after.count(unit) == 1U, unit);
    k += after != progress.before() ? 1 : 0;  // else the hint was wrong
  }
  BOOST_TEST_MESSAGE("killed " << all << " times, " << kills << " of them with progress");
  return true;
}

// Runs `command` whole into folder "whole", and into folder "killed" with a SIGKILL after each of
// `kills` steps of progress and --resume after each kill; both end with the same files, of which
// the first is written at the end alone. On a busy machine a kill may come after the end: then it
// begins anew.
inline void killed_and_resumed(const std::string& command, int kills,
                               const std::vector<std::string>& files) {
  const Sandbox box;
  const Result whole = box.run(command + "--out whole");
  BOOST_REQUIRE_MESSAGE(whole.code == 0, whole.err);
  const fs::path out = box.folder() / "killed";
  const std::string rest = command + "--resume --out killed";
  int tries = 0;
  while (!kill_often(box, rest, out, kills, out / files.front())) {
    BOOST_REQUIRE_MESSAGE(++tries < 10, "kills come too late: the search is too short");
    fs::remove_all(out);
  }
  const Result resumed = box.run(rest);
  BOOST_TEST(resumed.code == 0, resumed.err);
  for (const std::string& file : files)
    BOOST_TEST(content(box.folder() / "whole" / file) == content(out / file), file);
  BOOST_TEST(!content(out / files.front()).empty());
}

}  // namespace assay::test
