// SPDX-License-Identifier: Apache-2.0
// Records that contradict themselves are refused, whoever wrote them.
#include "experiments/invariants.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "experiments/compare.h"

using namespace assay;

namespace {

Record sound(const std::string& level) {
  Record r;
  r.level = level;
  r.chip = "c";
  r.workload = "w";
  r.layer = "l";
  r.values = {
      {"processing_cycles", 100}, {"total_cycles", 100}, {"energy_chip_uj", 2}, {"energy_uj", 3}};
  r.cycles_by_cause = {{"compute", 60}, {"wait", 40}};
  r.counts = {{{"glb", "I", "read"}, 0}};
  r.energy_pj_by_component = {{"pe", 0}};
  return r;
}

struct Spoilt {
  const char* what;
  std::function<void(Record&)> act;
  const char* says;
};

const std::vector<Spoilt> kSpoilt{
    {"a negative count",
     [](Record& r) {
       r.counts[{"glb", "I", "read"}] = -1;
     },
     "count glb.I.read = '-1': expected at least 0"},
    {"a negative stall",
     [](Record& r) {
       r.cycles_by_cause = {{"compute", 101}, {"wait", -1}};
     },
     "cycles of wait = '-1': expected at least 0"},
    {"a negative energy", [](Record& r) { r.energy_pj_by_component["pe"] = -2; },
     "energy of pe = '-2': expected at least 0"},
    {"causes that leave a cycle", [](Record& r) { r.cycles_by_cause["wait"] = 39; },
     "expected them to add up to processing_cycles, 100"},
    {"a total below its part", [](Record& r) { r.values["total_cycles"] = 99; },
     "total_cycles = '99': expected at least processing_cycles, 100"},
    {"an execution below the total", [](Record& r) { r.values["execution_cycles"] = 99; },
     "execution_cycles = '99': expected at least total_cycles, 100"},
    {"an energy below the chip's", [](Record& r) { r.values["energy_uj"] = 1; },
     "energy_uj = '1': expected at least energy_chip_uj, 2"},
};

std::string refusal(const Record& p, const Record& m) {
  try {
    compare({p}, {m}, {});
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invariants)

BOOST_AUTO_TEST_CASE(sound_records_pass_at_their_limits) {
  BOOST_TEST(refusal(sound("mine"), sound("chip")) == "");
}

BOOST_AUTO_TEST_CASE(either_side_is_refused_with_its_record) {
  for (const Spoilt& s : kSpoilt) {
    Record r = sound("mine");
    s.act(r);
    std::string said = refusal(r, sound("chip"));
    BOOST_TEST((said.find(s.says) != std::string::npos), s.what << ": " << said);
    BOOST_TEST((said.find("predicted mine c/w/l batch 1") != std::string::npos), said);
    r.level = "chip";
    said = refusal(sound("mine"), r);
    BOOST_TEST((said.find("measured c/w/l batch 1") != std::string::npos), said);
  }
}

BOOST_AUTO_TEST_SUITE_END()
