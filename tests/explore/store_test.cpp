// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/store.h"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <fstream>

#include "core/diagnostics.h"
#include "tests/files.h"

namespace {

using namespace assay;
namespace fs = std::filesystem;

struct Folder {
  test::TemporaryFolder folder;
  fs::path path = folder.path();
  fs::path file() const { return path / "s.sqlite"; }
};

const std::map<std::string, std::string> kRun{{"seed", "1"}, {"input", "a"}};
const std::vector<std::string> kNames{"latency_cycles", "energy_pj"};

BOOST_FIXTURE_TEST_SUITE(store, Folder)

BOOST_AUTO_TEST_CASE(gives_back_what_was_committed_bit_for_bit) {
  const std::vector<double> values{0.1 + 0.2, 1e300 / 3};
  {
    Store s(file(), kRun, kNames, Store::Open::fresh);
    BOOST_TEST(!s.resumed());
    s.put("conv1", "front", {"b", values, "second"});
    s.put("conv1", "front", {"a", {1, 2}, "first"});
    s.put("conv1", "sample", {"c", {3, 4}, "elsewhere"});
    s.put("conv2", "front", {"d", {5, 6}, "elsewhere"});
    s.commit("conv1", "state of conv1");
  }
  const Store s(file(), kRun, kNames, Store::Open::resume);
  BOOST_TEST(s.resumed());
  BOOST_TEST(s.state("conv1").value_or("") == "state of conv1");
  BOOST_TEST(!s.state("conv2"));
  const auto designs = s.designs("conv1", "front");
  BOOST_REQUIRE(designs.size() == 2U);
  BOOST_TEST(designs[0].key == "a");
  BOOST_TEST(designs[1].detail == "second");
  BOOST_TEST(std::memcmp(designs[1].objectives.data(), values.data(), 16) == 0);
}

BOOST_AUTO_TEST_CASE(forgets_what_was_not_committed) {
  {
    Store s(file(), kRun, kNames, Store::Open::fresh);
    s.put("u", "front", {"kept", {1, 2}, ""});
    s.commit("u", "1");
    s.clear("u", "front");
    s.put("u", "front", {"lost", {1, 2}, ""});
  }
  const Store s(file(), kRun, kNames, Store::Open::resume);
  const auto designs = s.designs("u", "front");
  BOOST_REQUIRE(designs.size() == 1U);
  BOOST_TEST(designs[0].key == "kept");
}

BOOST_AUTO_TEST_CASE(refuses_the_file_of_another_run_and_tells_every_difference) {
  { const Store s(file(), kRun, kNames, Store::Open::fresh); }
  try {
    const Store s(file(), {{"seed", "2"}, {"other", "x"}}, kNames, Store::Open::resume);
    BOOST_FAIL("no error");
  } catch (const InputError& e) {
    BOOST_TEST(e.diagnostics().size() == 3U);
  }
}

BOOST_AUTO_TEST_CASE(refuses_an_existing_file_unless_told_to_resume_or_restart) {
  {
    Store s(file(), kRun, kNames, Store::Open::fresh);
    s.commit("u", "1");
  }
  BOOST_CHECK_THROW(Store(file(), kRun, kNames, Store::Open::fresh), InputError);
  const Store s(file(), {{"seed", "9"}}, kNames, Store::Open::restart);
  BOOST_TEST(!s.resumed());
  BOOST_TEST(!s.state("u"));
}

BOOST_AUTO_TEST_CASE(refuses_a_file_in_use_and_a_file_that_is_no_database) {
  const Store first(file(), kRun, kNames, Store::Open::fresh);
  BOOST_CHECK_THROW(Store(file(), kRun, kNames, Store::Open::resume), InputError);
  const fs::path other = path / "text";
  std::ofstream(other) << std::string(5000, 'x');
  BOOST_CHECK_THROW(Store(other, kRun, kNames, Store::Open::resume), InputError);
  BOOST_CHECK_THROW(Store(path / "no" / "folder", kRun, kNames, Store::Open::fresh), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
