# SPDX-License-Identifier: Apache-2.0
# Compiles template.html into the program, so that an installed program needs no data file for its reports.
#
#   include(report/embed.cmake)                        # from experiments/CMakeLists.txt
#   assay_embed_report_template(assay_experiments)     # after add_library(assay_experiments ...)
#
# At build time the same file runs as a script (cmake -DINPUT=... -DOUTPUT=... -P embed.cmake).
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${INPUT}" text)
  set(delimiter "assay_html")
  string(FIND "${text}" ")${delimiter}\"" found)
  if(NOT found EQUAL -1)
    message(FATAL_ERROR "${INPUT} contains the delimiter of the string literal")
  endif()
  file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: Apache-2.0
// Generated from template.html by embed.cmake.
#include \"experiments/report/html.h\"

namespace assay::report {
const char* const kTemplate = R\"${delimiter}(${text})${delimiter}\";
}  // namespace assay::report
")
  return()
endif()

set(ASSAY_REPORT_FOLDER "${CMAKE_CURRENT_LIST_DIR}")
function(assay_embed_report_template target)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/report_template.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${ASSAY_REPORT_FOLDER}/template.html" "-DOUTPUT=${output}"
            -P "${ASSAY_REPORT_FOLDER}/embed.cmake"
    DEPENDS "${ASSAY_REPORT_FOLDER}/template.html" "${ASSAY_REPORT_FOLDER}/embed.cmake"
    COMMENT "Embedding the report's template"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
