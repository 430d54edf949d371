// SPDX-License-Identifier: Apache-2.0
#include "experiments/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/diagnostics.h"
#include "core/text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "assay.journal/1";
constexpr const char* kKey = "journal";

[[noreturn]] void refuse(const fs::path& file, int line, const std::string& why) {
  throw InputError({{file.string(), line, kKey, "", why}});
}

// The header as a line; keys are sorted, so that the same run gives the same bytes.
std::string header_line(const std::map<std::string, std::string>& run) {
  Json header = Json::object();
  header["schema"] = kSchema;
  header["run"] = run;
  return header.dump() + "\n";
}

// Records are written with one value per line; a line break inside a text is escaped, so that only
// layout goes.
std::string record_line(const Record& record) {
  std::string line;
  bool line_start = false;
  for (const char c : records_to_json({record})) {
    if (c == '\n') line_start = true;
    if (c == '\n' || (line_start && c == ' ')) continue;
    line_start = false;
    line += c;
  }
  return line + "\n";
}

// Nothing when the line is no header of a journal.
std::optional<std::map<std::string, std::string>> run_of(std::string_view line) {
  const Json header = Json::parse(line, nullptr, false);
  if (!header.is_object() || header.value("schema", Json()) != kSchema) return std::nullopt;
  std::map<std::string, std::string> run;
  const auto names = header.find("run");
  if (names == header.end() || !names->is_object()) return std::nullopt;
  for (const auto& [name, value] : names->items())
    run[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return run;
}

std::string differences(std::map<std::string, std::string> found,
                        std::map<std::string, std::string> expected) {
  std::string text;
  for (const auto& entry : expected) found.emplace(entry.first, "");
  for (const auto& [name, value] : found)
    if (value != expected[name])
      text += (text.empty() ? "" : "; ") + name + " was '" + value + "' and is '" + expected[name] +
              "'";
  return text;
}

void sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// Reads `text` after its header. Returns the bytes of whole lines.
std::size_t read_records(const fs::path& file, std::string_view text, std::size_t at,
                         std::vector<Record>* records) {
  for (int line = 2;; ++line) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return at;
    try {
      for (Record& r : records_from_json(file.string(), std::string(text.substr(at, end - at))))
        records->push_back(std::move(r));
    } catch (const InputError&) {
      refuse(file, line, "expected a record; the journal is damaged: delete it or use --restart");
    }
    at = end + 1;
  }
}

}  // namespace

Journal::Journal(fs::path file, const std::map<std::string, std::string>& run, bool restart)
    : file_(std::move(file)) {
  fd_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0)
    refuse(file_, 0,
           std::string("cannot be written: ") + std::strerror(errno) +
               "; expected a name in an existing folder with permission to write");
  try {
    read_back(run, restart);
    if (size_ > 0) return;
    write_line(header_line(run));
    sync_folder(file_);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

Journal::~Journal() { ::close(fd_); }

void Journal::read_back(const std::map<std::string, std::string>& run, bool restart) {
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    refuse(file_, 0, "another run is writing this journal");
  Diagnostics diagnostics;
  const std::optional<std::string> text = read_text(file_, &diagnostics);
  throw_if_any(diagnostics);
  const std::size_t end = text->find('\n');
  if (end != std::string::npos) {
    const auto found = run_of(std::string_view(*text).substr(0, end));
    if (!found) refuse(file_, 1, "the file is no journal; expected another name");
    if (!restart && *found != run)
      refuse(file_, 1,
             "the journal is of another run (" + differences(*found, run) +
                 "): finish that one, use --restart to throw it away, or take another name");
    if (!restart) size_ = static_cast<std::int64_t>(read_records(file_, *text, end + 1, &records_));
  } else if (header_line(run).compare(0, text->size(), *text) != 0) {
    // Not the beginning of our own header, cut off.
    refuse(file_, 1, "the file is no journal; expected another name");
  }
  if (::ftruncate(fd_, size_) != 0 || ::lseek(fd_, size_, SEEK_SET) < 0)
    refuse(file_, 0, std::string("cannot be written: ") + std::strerror(errno));
}

void Journal::append(const Record& record) { write_line(record_line(record)); }

void Journal::write_line(const std::string& line) {
  std::string_view rest = line;
  int error = 0;
  while (!rest.empty() && error == 0) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n >= 0)
      rest.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      error = errno;
  }
  // What is no file or disk cannot be synchronised.
  if (error == 0 && ::fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS) error = errno;
  if (error == 0) {
    size_ += static_cast<std::int64_t>(line.size());
    return;
  }
  if (::ftruncate(fd_, size_) == 0) ::lseek(fd_, size_, SEEK_SET);
  refuse(file_, 0,
         std::string("cannot be written: ") + std::strerror(error) +
             "; the layers finished before are kept");
}

}  // namespace assay
