// SPDX-License-Identifier: Apache-2.0
// What a run of any hardware may be asked besides its result: how far it is, and a waveform.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "tests/rtl/eyeriss_fixture.h"
#include "tests/rtl/tiled_fixture.h"

using namespace assay;

namespace {

namespace fs = std::filesystem;

// A layer of a few thousand cycles on each design.
struct Job {
  std::unique_ptr<rtl::Design> design;
  Layer layer;
  Mapping mapping;
  rtl::LayerData data;

  rtl::RunResult run(const rtl::RunOptions& options) const {
    return design->run(layer, mapping, data, options);
  }
};

Job tiled() {
  auto design = rtl::make_tiled("tiled-4x3");
  PerDim<std::int64_t> size;
  size[Dim::N] = size[Dim::G] = 1;
  size[Dim::M] = 16;
  size[Dim::C] = 12;
  size[Dim::P] = size[Dim::Q] = 12;
  size[Dim::R] = size[Dim::S] = 3;
  const auto c =
      tiled_test::make_case(tiled_test::convolution(size), {4, 3, 4, 4}, design->description(), 1);
  return {std::move(design), c.layer, c.mapping, c.data};
}

Job row_stationary() {
  auto design = rtl::make_eyeriss("eyeriss-4x5");
  rtl::EyerissPlan plan;
  plan.images = 2;
  plan.c_passes = 8;
  plan.x_p = 5;
  plan.q = 12;
  plan.r = plan.s = 3;
  plan.c = 2;
  plan.m = 8;
  const auto c = eyeriss_test::case_of(plan, {}, 1, 0, 1);
  return {std::move(design), c.layer, c.mapping, c.data};
}

void tells_its_cycles(const Job& job) {
  for (const Diagnostic& d : job.design->check(job.layer, job.mapping)) BOOST_ERROR(to_string(d));
  std::vector<std::int64_t> told;
  rtl::RunOptions options;
  options.progress = [&](std::int64_t cycles) { told.push_back(cycles); };
  const rtl::RunResult asked = job.run(options), plain = job.run({});
  BOOST_TEST(asked.cycles == plain.cycles);
  BOOST_TEST((asked.output == plain.output));
  BOOST_REQUIRE(plain.cycles > 2 * rtl::kProgressCycles);
  BOOST_TEST(static_cast<std::int64_t>(told.size()) >= plain.cycles / rtl::kProgressCycles);
  for (std::size_t i = 0; i < told.size(); ++i)
    BOOST_TEST(told[i] == static_cast<std::int64_t>(i) * rtl::kProgressCycles);
}

// The file is whole when the run returns; builds without waveforms refuse it and write nothing.
void writes_waves_or_refuses(const Job& job, const std::string& name) {
  const fs::path file =
      fs::temp_directory_path() / ("assay_" + std::to_string(::getpid()) + "_" + name + ".fst");
  rtl::RunOptions options;
  options.fst = file.string();
  options.max_cycles = 500;
  if (!job.design->has_waveforms()) {
    BOOST_CHECK_THROW(job.run(options), std::invalid_argument);
    BOOST_TEST(!fs::exists(file));
    return;
  }
  job.run(options);
  BOOST_REQUIRE(fs::exists(file));
  const auto size = fs::file_size(file);
  BOOST_TEST(size > 1000U);
  // A block of type 0 of 329 bytes is the header of every such file.
  std::ifstream in(file, std::ios::binary);
  char first[9] = {};
  in.read(first, sizeof first);
  BOOST_TEST((first[0] == 0 && first[7] == 1 && first[8] == 73));
  job.run({});  // without a waveform, which leaves the file alone
  BOOST_TEST(fs::file_size(file) == size);
  fs::remove(file);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_run_options)

BOOST_AUTO_TEST_CASE(tiled_tells_its_cycles) { tells_its_cycles(tiled()); }
BOOST_AUTO_TEST_CASE(row_stationary_tells_its_cycles) { tells_its_cycles(row_stationary()); }
BOOST_AUTO_TEST_CASE(tiled_writes_waves_or_refuses) { writes_waves_or_refuses(tiled(), "tiled"); }
BOOST_AUTO_TEST_CASE(row_stationary_writes_waves_or_refuses) {
  writes_waves_or_refuses(row_stationary(), "eyeriss");
}

BOOST_AUTO_TEST_SUITE_END()
