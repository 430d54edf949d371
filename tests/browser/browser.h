// SPDX-License-Identifier: Apache-2.0
// Headless Chromium, driven through a pipe by its DevTools protocol.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/files.h"

namespace assay::test {

struct Screen {
  int width = 1280;
  bool dark = false;
};

// What a page did while it was loaded, and what is wrong with what it shows.
struct Visit {
  std::vector<std::string> messages;  // errors and warnings, of the console and of the browser
  std::vector<std::string> requests;  // of anything but the page itself
  std::vector<std::string> problems;  // found by the script of checks
  std::vector<std::string> files;     // what links of the page lead to, beside it
  bool dark = false;                  // which theme the page saw
  int width = 0;
};

class Browser {
 public:
  explicit Browser(const std::string& program);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  Visit visit(const std::filesystem::path& page, const Screen& screen);
  // A picture of the top of the page that was visited last.
  void screenshot(const std::filesystem::path& png);

 private:
  using Json = nlohmann::json;
  Json call(const std::string& method, const Json& parameters);
  Json receive();                          // the next message
  void wait_for_load(const Json& loader);  // of a navigation
  void note(const Json& event, const std::string& address, Visit* visit) const;

  TemporaryFolder profile_;
  pid_t process_ = -1;
  int to_ = -1, from_ = -1;
  int last_id_ = 0;
  std::string session_, buffer_;
  std::vector<Json> events_;
};

}  // namespace assay::test
