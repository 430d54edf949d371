// SPDX-License-Identifier: Apache-2.0
// A folder that appears complete or not at all.
#pragma once

#include <filesystem>

namespace assay::report {

// Collects a report's files in a hidden sibling of `folder`; commit() puts it in place of what an
// earlier report left there. Without commit() nothing of it remains. The constructor throws
// InputError if the folder holds anything but an earlier report (recognised by its marker file) or
// is not a folder.
class FreshFolder {
 public:
  explicit FreshFolder(const std::filesystem::path& folder);
  ~FreshFolder();
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;

  const std::filesystem::path& partial() const { return partial_; }  // write here
  const std::filesystem::path& folder() const { return folder_; }    // it will be this
  void commit();

 private:
  std::filesystem::path folder_;
  std::filesystem::path partial_;
  std::filesystem::path old_;
  bool committed_ = false;
};

}  // namespace assay::report
