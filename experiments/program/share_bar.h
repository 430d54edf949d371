// SPDX-License-Identifier: Apache-2.0
// One line at the bottom of a terminal: how much of a work is done, how long the rest takes.
#pragma once

#include <string>

namespace assay {

std::string share_line(double share, double seconds, int width);

// Shows it on standard error when that is a terminal; gone when destroyed.
class ShareBar {
 public:
  ShareBar();
  ~ShareBar();
  ShareBar(const ShareBar&) = delete;
  ShareBar& operator=(const ShareBar&) = delete;

  void show(double share, double seconds);  // as often as one likes

 private:
  bool terminal_;
  bool shown_ = false;
  double latest_ = -1;
};

}  // namespace assay
