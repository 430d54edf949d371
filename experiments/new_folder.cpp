// SPDX-License-Identifier: Apache-2.0
#include "experiments/new_folder.h"

#include "core/diagnostics.h"

namespace assay {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& folder) : folder_(folder) {
  std::error_code ec;
  if (fs::exists(folder, ec) && !(fs::is_directory(folder, ec) && fs::is_empty(folder, ec)))
    throw InputError({{folder.string(), 0, "--out", "",
                       "the folder exists; expected a new name (nothing is overwritten)"}});
  fs::path whole = fs::absolute(folder).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "name/"
  partial_ = whole.parent_path() / ("." + whole.filename().string() + ".partial");
  // Somebody's, or of a run that was killed or is at work: which of these cannot be told.
  const fs::file_status there = fs::symlink_status(partial_, ec);
  if (fs::exists(there) && !(fs::is_directory(there) && fs::is_empty(partial_, ec)))
    throw InputError({{partial_.string(), 0, "--out", "",
                       "the folder is needed for unfinished files and is not empty (is another run "
                       "at work, or was one killed?); expected no such name"}});
  fs::remove(partial_, ec);
  if (!fs::create_directories(partial_, ec))
    throw InputError({{folder.string(), 0, "--out", "",
                       "expected a name in a folder with permission to write"}});
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

void NewFolder::commit() {
  std::error_code ignored;
  fs::remove(folder_, ignored);
  fs::rename(partial_, folder_.has_filename() ? folder_ : folder_.parent_path());
  partial_.clear();
}

}  // namespace assay
