// SPDX-License-Identifier: Apache-2.0
#include "experiments/claim_check/cache.h"

#include <algorithm>
#include <exception>
#include <system_error>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/text.h"

namespace assay::claim_check {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = "assay.claim-cache/1";

// The values a line each, then the hash of all that: a file that was cut off or edited is noticed.
std::string body(const std::vector<double>& values) {
  std::string text = std::string(kSchema) + "\n";
  for (const double v : values) text += number_text(v) + "\n";
  return text;
}

std::optional<std::vector<double>> parse(const std::string& text) {
  std::vector<double> values;
  std::size_t start = 0;
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  if (lines.size() < 2 || lines.front() != kSchema) return std::nullopt;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const auto v = parse_number(lines[i]);
    if (!v) return std::nullopt;
    values.push_back(*v);
  }
  if (sha256_of_text(body(values)) != lines.back()) return std::nullopt;
  return values;
}

std::size_t located(const Claim& claim) {
  return static_cast<std::size_t>(
      std::count_if(claim.numbers.begin(), claim.numbers.end(),
                    [](const ClaimNumber& n) { return n.find.has_value(); }));
}

// Folders that are linked count as if they stood there: what is read through them decides too.
std::vector<std::string> files_below(const fs::path& folder, const std::string& without) {
  std::vector<std::string> names;
  std::vector<fs::path> above{fs::canonical(folder)};
  auto entry =
      fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    const fs::path name = entry->path().lexically_relative(folder);
    if (!without.empty() && name == without) {
      entry.disable_recursion_pending();
    } else if (entry->is_directory()) {
      const fs::path real = fs::canonical(entry->path());
      above.resize(static_cast<std::size_t>(entry.depth()) + 1);
      if (std::find(above.begin(), above.end(), real) != above.end())
        throw InputError({{entry->path().string(), 0, "", "",
                           "is a link to a folder that it lies in; expected no loop"}});
      above.push_back(real);
    }
    if (entry->is_regular_file()) names.push_back(name.generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string folder_hash(const fs::path& folder, const std::string& without) {
  std::vector<std::string> names;
  try {
    names = files_below(folder, without);
  } catch (const fs::filesystem_error& e) {  // a link to itself; no permission
    const fs::path& at = e.path1().empty() ? folder : e.path1();
    throw InputError({{at.string(), 0, "", "", "cannot be read: " + e.code().message()}});
  }
  std::string text;
  for (const std::string& name : names) text += name + " " + sha256_of_file(folder / name) + "\n";
  return sha256_of_text(text);
}

Cache::Cache(fs::path folder, std::string basis, Warn warn)
    : folder_(std::move(folder)), basis_(std::move(basis)), warn_(std::move(warn)) {}

fs::path Cache::file_of(const Claim& claim, const std::string& claim_hash) const {
  const std::string key =
      sha256_of_text(std::string(kSchema) + "\n" + basis_ + "\n" + claim.id + "\n" + claim_hash);
  return folder_ / ("claim-" + key.substr(key.find(':') + 1) + ".txt");
}

std::optional<std::vector<double>> Cache::find(const Claim& claim,
                                               const std::string& claim_hash) const {
  const fs::path file = file_of(claim, claim_hash);
  std::error_code ec;
  if (!fs::is_regular_file(file, ec)) return std::nullopt;
  Diagnostics diagnostics;
  const auto text = read_text(file, &diagnostics);
  auto values = text ? parse(*text) : std::nullopt;
  if (values && values->size() == located(claim)) return values;
  if (warn_) warn_(file.string() + ": damaged; the claim runs again");
  return std::nullopt;
}

void Cache::keep(const Claim& claim, const std::string& claim_hash,
                 const std::vector<double>& values) const {
  try {
    fs::create_directories(folder_);
    const std::string text = body(values);
    write_text(file_of(claim, claim_hash), text + sha256_of_text(text) + "\n");
  } catch (const std::exception& e) {  // the values are found; only the next run takes longer
    if (warn_) warn_(folder_.string() + ": cannot be written, nothing is kept: " + e.what());
  }
}

}  // namespace assay::claim_check
