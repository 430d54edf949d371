// SPDX-License-Identifier: Apache-2.0
#include "rtl/registry.h"

#include <utility>

#include "rtl/rtl.h"
#ifdef ASSAY_VERILATOR_VERSION
#include "rtl/eyeriss/eyeriss_model.h"
#include "rtl/tiled/tiled_model.h"
#endif

namespace assay::rtl {
namespace {

struct Family {
  std::vector<std::string> (*configurations)();
  std::unique_ptr<Design> (*make)(const std::string& configuration);
};

const std::vector<Family>& families() {
  static const std::vector<Family> all{
#ifdef ASSAY_VERILATOR_VERSION
      {eyeriss_configurations, make_eyeriss},
      {tiled_configurations, make_tiled},
#endif
  };
  return all;
}

}  // namespace

std::vector<std::string> configurations() {
  std::vector<std::string> all;
  for (const Family& family : families())
    for (std::string& name : family.configurations()) all.push_back(std::move(name));
  return all;
}

std::unique_ptr<Design> make_design(const std::string& configuration) {
  for (const Family& family : families())
    if (auto design = family.make(configuration)) return design;
  return nullptr;
}

std::string verilator_version() {
#ifdef ASSAY_VERILATOR_VERSION
  return ASSAY_VERILATOR_VERSION;
#else
  return {};
#endif
}

}  // namespace assay::rtl
