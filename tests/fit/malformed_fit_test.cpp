// SPDX-License-Identifier: Apache-2.0
// Fit files that the reader must refuse, each error with its line, all of a file at once.
#include <boost/test/unit_test.hpp>

#include "experiments/fit/fit_file.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::Malformed;

const std::string kValid = R"(schema: assay.fit/1
name: test
chip: eyeriss
quantity: energy_chip_uj
predict:
  - {workload: alexnet, mapping: alexnet.yaml}
  - {workload: microbenchmarks, level: simulator, records: micro.json}
measured:
  - {data: a.csv, import: a.yaml}
  - {data: b.csv, import: b.yaml, session: second}
time: measured
unknowns:
  - {name: mac, prices: [pe.-.mac]}
  - {name: spad, prices: [spad.I.read, spad.W.read], prior_sd_ln: 0.5}
  - {name: clock, power: clock, prior_mw: 50, source: guessed, confidence: assumed}
priors: {sd_ln: 0.7, common_sd_ln: 0.3}
ratios:
  - {a: spad, b: mac, ratio: 0.5, sd_ln: 0.4}
exclusions: {window_ms: 50}
split: split.json
seed: 3
notes: [a note]
)";

const std::vector<Malformed> kCases{
    {"another schema",
     {{"assay.fit/1", "assay.fit/2"}},
     {{"schema:", "schema", "expected 'assay.fit/1'"}}},
    {"an unknown quantity",
     {{"energy_chip_uj", "energy_chip_mj"}},
     {{"quantity:", "quantity", "expected"}}},
    {"a key misspelt",
     {{"split: split.json", "splitt: split.json"}},
     {{"splitt:", "splitt", "did you mean 'split'?"}}},
    {"nothing to predict with",
     {{"predict:\n  - {workload: alexnet, mapping: alexnet.yaml}\n  - {workload: microbenchmarks, "
       "level: simulator, records: micro.json}\n",
       ""}},
     {{"schema:", "predict", "the key is missing"}}},
    {"a term that is none",
     {{"[pe.-.mac]", "[pe.mac]"}},
     {{"name: mac", "unknowns[0].prices", "expected level.operand.action"}}},
    {"a price of two unknowns",
     {{"spad.I.read, ", "pe.-.mac, "}},
     {{"name: spad", "unknowns[1].prices", "belongs to two unknowns"}}},
    {"prices and a power",
     {{"[pe.-.mac]", "[pe.-.mac], power: clock2"}},
     {{"name: mac", "unknowns[0]", "expected either 'prices' or 'power'"}}},
    {"a machine value as the unknown of an energy",
     {{"power: clock, prior_mw", "power: clock, machine: clock_mhz, prior_mw"}},
     {{"name: clock", "unknowns[2].machine", "belongs to another quantity"}}},
    {"a new prior without its source",
     {{"source: guessed, ", ""}},
     {{"name: clock", "unknowns[2].source", "the key is missing"}}},
    {"a new prior of several prices",
     {{"prior_sd_ln: 0.5", "prior_pj: 1, source: s, confidence: c"}},
     {{"name: spad", "unknowns[1].prior_pj", "expected one price"}}},
    {"a prior that is certain",
     {{"prior_sd_ln: 0.5", "prior_sd_ln: 0"}},
     {{"name: spad", "unknowns[1].prior_sd_ln", "expected a number from"}}},
    {"a ratio of an unknown that is none",
     {{"b: mac, ratio", "b: macc, ratio"}},
     {{"a: spad", "ratios[0].b", "did you mean 'mac'?"}}},
    {"hardware that would have to run",
     {{"mapping: alexnet.yaml", "level: rtl"}},
     {{"workload: alexnet", "predict[0].level", "expected 'records' beside it"}}},
    {"records and a mapping",
     {{"records: micro.json", "records: micro.json, mapping: a.yaml"}},
     {{"workload: micro", "predict[1].mapping", "either 'records' or 'mapping'"}}},
    {"one data set twice",
     {{"data: b.csv", "data: a.csv"}},
     {{"session: second", "measured[1].data", "stated twice"}}},
    {"every error at once",
     {{"name: test", "name: te st"}, {"seed: 3", "seed: -3"}, {"window_ms: 50", "window: 50"}},
     {{"name: te st", "name", "letters"},
      {"seed:", "seed", "expected"},
      {"exclusions:", "exclusions.window", "did you mean 'window_ms'?"}}},
};

const std::string kLatency = R"(schema: assay.fit/1
name: test
chip: eyeriss
quantity: execution_ms
predict:
  - {workload: alexnet, mapping: alexnet.yaml}
measured:
  - {data: a.csv, import: a.yaml}
unknowns:
  - {name: link, machine: dram.link.bandwidth_bits_per_cycle, prior_sd_ln: 0.5}
  - {name: start, machine: layer_overhead_us, prior: 50, source: guessed, confidence: assumed}
priors: {sd_ln: 0.7}
seed: 3
)";

const std::vector<Malformed> kLatencyCases{
    {"no unknowns",
     {{"unknowns:\n  - {name: link, machine: dram.link.bandwidth_bits_per_cycle, prior_sd_ln: "
       "0.5}\n"
       "  - {name: start, machine: layer_overhead_us, prior: 50, source: guessed, confidence: "
       "assumed}\n",
       ""}},
     {{"schema:", "unknowns", "expected a list of {name: ..., machine: ...}"}}},
    {"a price as the unknown of a latency",
     {{"machine: layer_overhead_us", "machine: layer_overhead_us, prices: [pe.-.mac]"}},
     {{"name: start", "unknowns[1].prices", "belongs to another quantity"}}},
    {"an unknown of nothing",
     {{"machine: layer_overhead_us, ", ""}},
     {{"name: start", "unknowns[1].machine", "the key is missing"}}},
    {"one value of two unknowns",
     {{"machine: layer_overhead_us", "machine: dram.link.bandwidth_bits_per_cycle"}},
     {{"name: start", "unknowns[1].machine", "belongs to two unknowns"}}},
    {"a prior without its source",
     {{"source: guessed, ", ""}},
     {{"name: start", "unknowns[1].source", "the key is missing"}}},
    {"a prior below 0",
     {{"prior: 50", "prior: -50"}},
     {{"name: start", "unknowns[1].prior", "expected a number from"}}},
    {"another level than the predictor",
     {{"mapping: alexnet.yaml", "level: simulator"}},
     {{"predict:", "predict", "expected level 'analytical'"}}},
    {"a time of constant powers",
     {{"seed: 3", "time: measured"}},
     {{"time:", "time", "belongs to energies"}}},
    {"every error at once",
     {{"seed: 3", "finer: [{workload: alexnet}]"},
      {"sd_ln: 0.7", "rest_sd_ln: 0.7"},
      {"name: link,", "name: start,"}},
     {{"finer:", "finer", "belongs to energies"},
      {"priors:", "priors.rest_sd_ln", "belongs to energies"},
      {"name: start, machine: layer", "unknowns[1].name", "two unknowns have this name"}}},
};

BOOST_AUTO_TEST_SUITE(malformed_fit)

BOOST_AUTO_TEST_CASE(the_valid_file_is_read) {
  const assay::test::TemporaryFile file(kValid);
  const assay::fit::FitFile f = assay::fit::read_fit(file.path());
  BOOST_TEST(f.unknowns.size() == 3U);
  BOOST_TEST(f.unknowns[1].prices[1].text() == "spad.W.read");
  BOOST_TEST(f.common_sd_ln == 0.3);
  BOOST_TEST(f.exclusions.window_ms == 50.0);
  BOOST_TEST(f.exclusions.clock_pct == 1.0);
  BOOST_TEST(f.measured[1].session == "second");
  BOOST_TEST(f.predict[1].records == "micro.json");
}

BOOST_AUTO_TEST_CASE(every_malformed_file_is_refused_where_it_is_wrong) {
  for (const Malformed& c : kCases)
    check_malformed(kValid, c, [](const auto& file) { assay::fit::read_fit(file); });
}

BOOST_AUTO_TEST_CASE(the_valid_latency_file_is_read) {
  const assay::test::TemporaryFile file(kLatency);
  const assay::fit::FitFile f = assay::fit::read_fit(file.path());
  BOOST_TEST(f.latency());
  BOOST_TEST(f.parameters.empty());
  BOOST_REQUIRE(f.unknowns.size() == 2U);
  BOOST_TEST(f.unknowns[0].machine == "dram.link.bandwidth_bits_per_cycle");
  BOOST_TEST(f.unknowns[1].prior.value_or(0) == 50.0);
}

BOOST_AUTO_TEST_CASE(every_malformed_latency_file_is_refused_where_it_is_wrong) {
  for (const Malformed& c : kLatencyCases)
    check_malformed(kLatency, c, [](const auto& file) { assay::fit::read_fit(file); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
