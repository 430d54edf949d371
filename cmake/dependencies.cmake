# SPDX-License-Identifier: Apache-2.0
# Everything here is a Debian package (packages.txt); nothing is downloaded.
find_package(Threads REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost REQUIRED COMPONENTS iostreams system filesystem)
# Debian ships no CMake package of SystemC; its library exists for C++17 only.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
if(ASSAY_BUILD_TESTS)
  find_package(Eigen3 REQUIRED NO_MODULE)
  find_package(Boost REQUIRED COMPONENTS unit_test_framework)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
