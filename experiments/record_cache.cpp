// SPDX-License-Identifier: Apache-2.0
#include "experiments/record_cache.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Part of every key: another form of the files, or of what a key is made of, is another number.
constexpr const char* kSchema = "assay.cache/1";

// The first line of a file; the records follow as they are written everywhere else.
std::string header(const std::string& key, const std::string& records) {
  return Json{{"schema", kSchema}, {"key", key}, {"records", sha256_of_text(records)}}.dump();
}

}  // namespace

RecordCache::RecordCache(fs::path folder, std::string program, Warn warn)
    : folder_(std::move(folder)), program_(std::move(program)), warn_(std::move(warn)) {}

std::string RecordCache::key_of(const std::map<std::string, std::string>& run) const {
  Json all{{"schema", kSchema}, {"program", program_}};
  for (const auto& [name, value] : run) all["run"][name] = value;
  return sha256_of_text(all.dump());
}

fs::path RecordCache::file_of(const std::string& key) const {
  return folder_ / (key.substr(key.find(':') + 1) + ".records");
}

void RecordCache::warn(const std::string& text) const {
  if (warn_) warn_(text);
}

std::optional<std::vector<Record>> RecordCache::find(
    const std::map<std::string, std::string>& run) const {
  if (folder_.empty()) return std::nullopt;
  const std::string key = key_of(run);
  const fs::path file = file_of(key);
  std::error_code failed;
  if (!fs::exists(file, failed)) return std::nullopt;
  Diagnostics diagnostics;
  const std::optional<std::string> text = read_text(file, &diagnostics);
  const std::size_t end = text ? text->find('\n') : std::string::npos;
  try {
    if (end != std::string::npos) {
      const std::string records = text->substr(end + 1);
      if (text->substr(0, end) == header(key, records))
        return records_from_json(file.string(), records);
    }
  } catch (const InputError&) {  // whole, and yet no records: said as any other damage
  }
  warn(file.string() + ": not what this run left there; it is computed again");
  return std::nullopt;
}

void RecordCache::store(const std::map<std::string, std::string>& run,
                        const std::vector<Record>& records) const {
  if (folder_.empty()) return;
  const std::string key = key_of(run), text = records_to_json(records);
  try {
    fs::create_directories(folder_);
    write_text(file_of(key), header(key, text) + "\n" + text);
  } catch (const std::exception& e) {  // the records are there all the same
    warn(std::string("the cache cannot be written: ") + e.what());
  }
}

}  // namespace assay
