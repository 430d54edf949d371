// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace assay::report {

// Dates of making in a PDF become the first of January 1970, so that the same report has the same
// bytes. Lengths stay, and with them the table of offsets.
void remove_pdf_dates(const std::filesystem::path& file);

}  // namespace assay::report
