// SPDX-License-Identifier: Apache-2.0
// A page as PDF, printed by headless Chromium where one is installed.
#pragma once

#include <filesystem>
#include <string>

namespace assay::report {

// "chromium", "chromium-browser" or "google-chrome", the first on the PATH; empty: none.
std::string find_browser();

// Writes pdf without dates. Returns what went wrong, or empty; then nothing is left behind. A
// browser that takes longer than `seconds` is ended.
std::string print_pdf(const std::string& browser, const std::filesystem::path& page,
                      const std::filesystem::path& pdf, int seconds = 60);

}  // namespace assay::report
