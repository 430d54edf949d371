# SPDX-License-Identifier: Apache-2.0
# Compiles an HTML template or a style sheet into the program, so that an installed program needs no data file for its reports.
#
#   include(report/embed.cmake)                                             # from experiments/CMakeLists.txt
#   assay_embed_template(assay_experiments report/template.html report::kTemplate)   # after add_library(...)
#   assay_embed_template(assay_experiments report/page.css report::kPageCss)
#
# makes `extern const char* const kTemplate` of namespace assay::report. At build time the same file runs as a script
# (cmake -DINPUT=... -DOUTPUT=... -DFOLDER=... -DSYMBOL=... -P embed.cmake).
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${INPUT}" text)
  set(delimiter "assay_html")
  string(FIND "${text}" ")${delimiter}\"" found)
  if(NOT found EQUAL -1)
    message(FATAL_ERROR "${INPUT} contains the delimiter of the string literal")
  endif()
  file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: Apache-2.0
// Generated from ${FOLDER}/${NAME} by embed.cmake.
namespace assay::${FOLDER} {
extern const char* const ${SYMBOL};
const char* const ${SYMBOL} = R\"${delimiter}(${text})${delimiter}\";
}  // namespace assay::${FOLDER}
")
  return()
endif()

set(ASSAY_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/embed.cmake")
function(assay_embed_template target template symbol)
  string(REPLACE "::" ";" parts "${symbol}")
  list(GET parts 0 folder)
  list(GET parts 1 name)
  set(input "${CMAKE_CURRENT_SOURCE_DIR}/${template}")
  get_filename_component(file "${template}" NAME)
  get_filename_component(stem "${template}" NAME_WE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${folder}_${stem}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}" "-DFOLDER=${folder}" "-DNAME=${file}" "-DSYMBOL=${name}"
            -P "${ASSAY_EMBED_SCRIPT}"
    DEPENDS "${input}" "${ASSAY_EMBED_SCRIPT}"
    COMMENT "Embedding ${template}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
