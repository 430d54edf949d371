// SPDX-License-Identifier: Apache-2.0
// Runs the built program in a folder of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/files.h"

namespace assay::test {

namespace fs = std::filesystem;

inline const fs::path kSource = ASSAY_SOURCE_DIR;

struct Result {
  int code = -1;
  std::string out, err;
};

// A folder of its own, in which the program runs; gone at the end of the test.
class Sandbox {
 public:
  Sandbox() { fs::create_directory(folder()); }

  fs::path folder() const { return base_ / "work"; }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder() / name, std::ios::binary) << text;
    return folder() / name;
  }

  Result run(const std::string& arguments) const {
    return result(std::system(command(arguments).c_str()));
  }

  // SIGINT to the program alone as soon as when(its process) holds. It may end
  // before that.
  template <class Condition>
  Result interrupt(const std::string& arguments, const Condition& when) const {
    return result(signalled(arguments, SIGINT, when));
  }

  // The same with SIGKILL; false: it ended before that.
  template <class Condition>
  bool kill(const std::string& arguments, const Condition& when) const {
    return WIFSIGNALED(signalled(arguments, SIGKILL, when));
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder()))
      names.push_back(fs::relative(entry.path(), folder()).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string before;                       // shell commands to run first
  fs::path data = kSource / "experiments";  // the program's data folder

 private:
  // The wait status of the program, after the signal or without it.
  template <class Condition>
  int signalled(const std::string& arguments, int signal, const Condition& when) const {
    const pid_t process = ::fork();
    BOOST_REQUIRE(process >= 0);
    if (process == 0) {
      ::execl("/bin/sh", "sh", "-c", command(arguments).c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(process, &status, WNOHANG)) == 0 && !when(process)) ::usleep(1000);
    if (ended == 0) {
      ::kill(process, signal);
      ::waitpid(process, &status, 0);
    }
    return status;
  }
  std::string command(const std::string& arguments) const {
    return "cd '" + folder().string() + "' && " + before + " ASSAY_DATA='" + data.string() +
           "' exec '" + ASSAY_PROGRAM + "' " + arguments + " >'" + (base_ / "out").string() +
           "' 2>'" + (base_ / "err").string() + "' </dev/null";
  }
  Result result(int status) const {
    BOOST_REQUIRE(WIFEXITED(status));
    return {WEXITSTATUS(status), content(base_ / "out"), content(base_ / "err")};
  }

  TemporaryFolder base_;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Exit code 2, nothing on stdout, every message on stderr, nothing written.
inline void refuses(const Sandbox& box, const std::string& arguments,
                    const std::vector<std::string>& messages) {
  const std::vector<std::string> before = box.files();
  const Result r = box.run(arguments);
  BOOST_TEST_CONTEXT(arguments << "\n" << r.err) {
    BOOST_TEST(r.code == 2);
    BOOST_TEST(r.out.empty());
    for (const std::string& m : messages) BOOST_TEST(contains(r.err, m), m);
    BOOST_TEST(box.files() == before);
  }
}

}  // namespace assay::test
