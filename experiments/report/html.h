// SPDX-License-Identifier: Apache-2.0
// report.html: the template filled in. All text is escaped; only the drawn figures go in as they
// are.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/figures.h"

namespace assay::report {

// template.html, compiled in by embed.cmake.
extern const char* const kTemplate;

// page.css as a <style> element: what every page of the program shares.
std::string page_style();

// figures and drawn have the same length.
std::string html(const ReportInput& input, const std::vector<Figure>& figures,
                 const std::vector<Drawn>& drawn);

}  // namespace assay::report
