// SPDX-License-Identifier: Apache-2.0
// A folder that did not exist before, and that appears as a whole or not at all.
#pragma once

#include <filesystem>

namespace assay {

// Collects files in a hidden sibling of `folder`; commit() gives it its name. Without commit()
// nothing of it remains. The constructor throws InputError when the folder or the sibling exists
// and is not empty: nothing is overwritten.
class NewFolder {
 public:
  explicit NewFolder(const std::filesystem::path& folder);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::filesystem::path& partial() const { return partial_; }  // write here
  void commit();

 private:
  std::filesystem::path folder_, partial_;
};

}  // namespace assay
