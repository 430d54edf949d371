// SPDX-License-Identifier: Apache-2.0
#include "fuzz_input.h"

#include <unistd.h>

#include <fstream>

namespace assay::fuzz {
namespace {

namespace fs = std::filesystem;

// Memory where there is some: a target writes a file in each run.
class Folder {
 public:
  Folder()
      : path_((fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
              ("assay-fuzz-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

fs::path input_file(const std::string& name, const std::string& text) {
  static const Folder folder;
  const fs::path file = folder.path() / name;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) std::abort();
  return file;
}

fs::path input_file(const std::string& name, const std::uint8_t* data, std::size_t size) {
  return input_file(name, std::string(data, data + size));
}

fs::path source_file(const std::string& path) { return fs::path(ASSAY_SOURCE_DIR) / path; }

void refusing(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& e) {
    if (e.diagnostics().empty()) std::abort();
    for (const Diagnostic& d : e.diagnostics())
      if (d.file.empty() || d.expected.empty() || d.line < 0) std::abort();
  }
}

void counting(const std::function<void()>& work) {
  try {
    work();
  } catch (const OverflowError&) {
  }
}

fs::path corpus_folder(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (argv[i][0] != '-' && fs::is_directory(argv[i])) return argv[i];
  return {};
}

}  // namespace assay::fuzz
