// SPDX-License-Identifier: Apache-2.0
#include "experiments/claim_check/commands.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

namespace assay::claim_check {
namespace {

namespace fs = std::filesystem;

constexpr int kCannotStart = 127;  // as shells say
constexpr std::size_t kLastLines = 3;

struct Prepared {
  std::vector<std::string> texts;
  std::vector<char*> arguments;
  std::string data, out, err, folder, program;
};

Prepared prepare(const Command& c, const Places& places, const fs::path& program) {
  Prepared p;
  p.program = program.string();
  p.folder = places.run.string();
  p.data = places.data.string();
  p.out = c.output.empty() ? "/dev/null" : (places.run / c.output).string();
  p.err = (places.run / ".stderr").string();
  p.texts.push_back("assay");
  for (const std::string& a : c.arguments) p.texts.push_back(placed(a, places));
  for (std::string& text : p.texts) p.arguments.push_back(text.data());
  p.arguments.push_back(nullptr);
  return p;
}

bool redirect(const char* file, int flags, int to) {
  const int fd = ::open(file, flags | O_CLOEXEC, 0644);
  return fd >= 0 && ::dup2(fd, to) == to;
}

// In the child. What a claim gives must not depend on the caller's terminal or data folder.
[[noreturn]] void execute(const Prepared& p, pid_t parent) {
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);
  if (::getppid() == parent && ::chdir(p.folder.c_str()) == 0 &&
      ::setenv("ASSAY_DATA", p.data.c_str(), 1) == 0 &&
      redirect("/dev/null", O_RDONLY, STDIN_FILENO) &&
      redirect(p.out.c_str(), kWrite, STDOUT_FILENO) &&
      redirect(p.err.c_str(), kWrite, STDERR_FILENO))
    ::execv(p.program.c_str(), p.arguments.data());
  ::_exit(kCannotStart);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  return status;
}

std::string last_lines(const fs::path& file, const Places& places) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  std::string text;
  const std::size_t first = lines.size() - std::min(lines.size(), kLastLines);
  for (std::size_t i = first; i < lines.size(); ++i) text += "; " + lines[i];
  return unplaced(text, places);
}

std::string run(const Command& c, const Places& places, const fs::path& program) {
  const Prepared p = prepare(c, places, program);
  if (!c.output.empty()) fs::create_directories((places.run / c.output).parent_path());
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) execute(p, self);
  const int status = wait_for(child);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (std::find(c.exit_codes.begin(), c.exit_codes.end(), code) != c.exit_codes.end()) return {};
  const std::string how = code >= 0 ? "exit code " + std::to_string(code)
                                    : "ended by signal " + std::to_string(WTERMSIG(status));
  return "'" + command_text(c) + "' failed: " + how + last_lines(p.err, places);
}

}  // namespace

WorkFolder::WorkFolder() {
  std::string pattern = (fs::temp_directory_path() / "assay-claim-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), pattern);
  path_ = fs::canonical(pattern);
}

WorkFolder::~WorkFolder() {
  // A process that a command left behind may still write into the folder.
  constexpr int kTries = 20;
  constexpr std::chrono::milliseconds kPause{50};
  for (int i = 0; i < kTries; ++i) {
    std::error_code ec;
    fs::remove_all(path_, ec);
    if (!ec) return;
    std::this_thread::sleep_for(kPause);
  }
}

std::string run_commands(const std::vector<Command>& commands, const Places& places,
                         const fs::path& program) {
  for (const Command& c : commands)
    if (std::string problem = run(c, places, program); !problem.empty()) return problem;
  return {};
}

std::string command_text(const Command& c) {
  std::string text = "assay";
  for (const std::string& a : c.arguments) text += " " + a;
  return text + (c.output.empty() ? "" : " > " + c.output);
}

}  // namespace assay::claim_check
