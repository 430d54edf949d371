// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/print_pdf.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include "experiments/report/pdf_date.h"

namespace assay::report {
namespace {

namespace fs = std::filesystem;

// The browser's profile; gone when it has printed.
class Profile {
 public:
  Profile() {
    std::string pattern = (fs::temp_directory_path() / "assay_browser_XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Profile() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Characters that end a path in an address, or have a meaning there.
std::string file_address(const fs::path& file) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string out = "file://";
  for (const char c : fs::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string("/-_.~").find(c) != std::string::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

std::vector<std::string> arguments(const std::string& browser, const fs::path& page,
                                   const fs::path& pdf, const fs::path& profile) {
  std::vector<std::string> all{browser,
                               "--headless",
                               "--disable-gpu",
                               "--disable-background-networking",
                               "--disable-component-update",
                               "--no-first-run",
                               "--user-data-dir=" + profile.string(),
                               "--no-pdf-header-footer",
                               "--print-to-pdf=" + fs::absolute(pdf).string()};
  // As root, as in a container, its sandbox does not start.
  if (::geteuid() == 0) all.emplace_back("--no-sandbox");
  all.push_back(file_address(page));
  return all;
}

[[noreturn]] void become(const std::vector<std::string>& all) {
  std::vector<char*> pointers;
  for (const std::string& text : all) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  ::setsid();  // a group of its own, to be ended with all its helpers
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
  ::execvp(pointers.front(), pointers.data());
  ::_exit(127);
}

// True where it ended by itself, with success.
bool run(const std::vector<std::string>& all, int seconds) {
  const pid_t process = ::fork();
  if (process < 0) return false;
  if (process == 0) become(all);
  int status = 0;
  constexpr int kStep = 20000;  // microseconds
  for (long waited = 0; waited < seconds * 1000000L; waited += kStep) {
    if (::waitpid(process, &status, WNOHANG) == process) {
      ::kill(-process, SIGKILL);  // helpers that outlive it
      return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    ::usleep(kStep);
  }
  ::kill(-process, SIGKILL);
  ::waitpid(process, &status, 0);
  return false;
}

}  // namespace

std::string find_browser() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
      if (const fs::path file = fs::path(folder) / name; ::access(file.c_str(), X_OK) == 0)
        return file.string();
  }
  return {};
}

std::string print_pdf(const std::string& browser, const fs::path& page, const fs::path& pdf,
                      int seconds) {
  const Profile profile;
  if (profile.path().empty()) return "no folder for the browser's profile could be made";
  const bool printed = run(arguments(browser, page, pdf, profile.path()), seconds);
  std::error_code ec;
  if (!printed || !fs::is_regular_file(pdf, ec) || fs::file_size(pdf, ec) == 0) {
    fs::remove(pdf, ec);
    return fs::path(browser).filename().string() + " did not print it";
  }
  remove_pdf_dates(pdf);
  return {};
}

}  // namespace assay::report
