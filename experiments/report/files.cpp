// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/files.h"

#include <string>
#include <system_error>

#include "core/diagnostics.h"
#include "core/text.h"

namespace assay::report {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = ".assay-report";

[[noreturn]] void refuse(const fs::path& folder, const std::string& expected) {
  throw InputError({Diagnostic{folder.string(), 0, "", "", expected}});
}

bool is_ours_or_empty(const fs::path& folder) {
  return fs::is_empty(folder) || fs::is_regular_file(folder / kMarker);
}

fs::path sibling(const fs::path& folder, const char* suffix) {
  return folder.parent_path() / ("." + folder.filename().string() + suffix);
}

// Left behind by a run that was killed: removed if it is ours.
void clear_leftover(const fs::path& folder) {
  if (!fs::exists(fs::symlink_status(folder))) return;
  if (!fs::is_directory(fs::symlink_status(folder)) || !is_ours_or_empty(folder)) {
    refuse(folder, "is in the way of the report: expected no such file");
  }
  fs::remove_all(folder);
}

}  // namespace

FreshFolder::FreshFolder(const fs::path& folder)
    : folder_(fs::weakly_canonical(fs::absolute(folder))) {
  if (folder_.filename().empty()) folder_ = folder_.parent_path();  // a trailing slash
  if (folder_.filename().empty()) refuse(folder, "expected a folder for the report, not the root");
  if (fs::exists(folder_)) {
    if (!fs::is_directory(folder_)) refuse(folder_, "is a file: expected a folder for the report");
    if (!is_ours_or_empty(folder_)) {
      refuse(folder_,
             "is not empty and not an earlier report: expected a new folder (nothing was changed)");
    }
  }
  partial_ = sibling(folder_, ".partial");
  old_ = sibling(folder_, ".old");
  fs::create_directories(folder_.parent_path());
  clear_leftover(partial_);
  clear_leftover(old_);
  fs::create_directory(partial_);
  write_text(partial_ / kMarker, "assay.report/1\n");
}

FreshFolder::~FreshFolder() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

void FreshFolder::commit() {
  const bool replaces = fs::exists(folder_);
  if (replaces) fs::rename(folder_, old_);
  try {
    fs::rename(partial_, folder_);
  } catch (...) {
    if (replaces) fs::rename(old_, folder_);
    throw;
  }
  committed_ = true;
  if (replaces) fs::remove_all(old_);
}

}  // namespace assay::report
