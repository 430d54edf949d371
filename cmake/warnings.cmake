# SPDX-License-Identifier: Apache-2.0
# Warnings are errors for our own targets.
add_library(assay_warnings INTERFACE)
target_compile_options(assay_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror)

if(ASSAY_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

if(ASSAY_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage for the fuzz targets (tests/fuzz)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
