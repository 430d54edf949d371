// SPDX-License-Identifier: Apache-2.0
// Experiment files that the reader, or the run, must refuse.
#include <boost/test/unit_test.hpp>

#include "experiments/experiment.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::Malformed;

const std::string kHash = "a6968180d968a9643e8b4e057fa091b57d8760ffdb5bb3433a440f1d64a6949c";

const std::string kValid = R"(schema: assay.experiment/1
name: test
title: A test
question: Is it read?
chip: eyeriss
workload: alexnet
layers: [conv1, conv2]
variants:
  - {name: D, mapping: alexnet.yaml, headline: true, description: the chip}
  - {name: other, accelerator: accelerator-overlapped.yaml, mapping: alexnet.yaml,
     description: another}
measured:
  - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml,
     sha256: )" + kHash +
                           R"(}
derived:
  - quantity: traffic_glb_mb
    terms: [glb.I.read, glb.O.write]
quantities: [processing_ms, traffic_glb_mb]
headline_quantity: processing_ms
units:
  processing_ms: ms
bounds:
  - {quantity: processing_ms, variant: D, statistic: mape_pct, limit_pct: 50,
     except_layers: [conv1]}
agreements:
  - {quantity: traffic_glb_mb, variant: D, kind: prediction, why: no figure was used}
notes: [a note]
)";

const std::vector<Malformed> kCases{
    {"another schema",
     {{"assay.experiment/1", "assay.experiments/1"}},
     {{"schema:", "schema", "= 'assay.experiments/1': expected 'assay.experiment/1'"}}},
    {"a name that leaves its folder",
     {{"name: test", "name: ../test"}},
     {{"name: ../test", "name", "= '../test': expected letters, digits"}}},
    {"a name that is the folder above",
     {{"name: test", "name: .."}},
     {{"name: ..", "name", "no '.' first"}}},
    {"a statistic and a plot that do not exist, and a plot twice",
     {{"notes: [a note]", "notes: [a note]\nstatistics: [mape]\nplots: [parity, paritty, parity]"}},
     {{"statistics:", "statistics", "did you mean 'mape_pct'?"},
      {"plots:", "plots", "= 'paritty': expected 'waterfall', 'parity'"},
      {"plots:", "plots", "stated twice"}}},
    {"the unit of a quantity that is not there",
     {{"processing_ms: ms", "procesing_ms: ms"}},
     {{"procesing_ms: ms", "units.procesing_ms", "expected a quantity of this file"}}},
    {"no question",
     {{"question: Is it read?\n", ""}},
     {{"schema:", "question", "the key is missing"}}},
    {"a key misspelt",
     {{"headline_quantity", "headline_quantiti"}},
     {{"schema:", "headline_quantity", "the key is missing"},
      {"headline_quantiti", "headline_quantiti", "did you mean 'headline_quantity'?"}}},
    {"an optional key misspelt",
     {{"agreements:", "agreement:"}},
     {{"agreement:", "agreement", "did you mean 'agreements'?"}}},
    {"no layers at all",
     {{"layers: [conv1, conv2]", "layers: []"}},
     {{"layers:", "layers", "expected at least one name"}}},
    {"a layer twice",
     {{"layers: [conv1, conv2]", "layers: [conv1, conv1]"}},
     {{"layers:", "layers", "= 'conv1': stated twice; expected once"}}},
    {"no variant is the headline",
     {{", headline: true", ""}},
     {{"variants:", "variants", "expected exactly one variant with headline: true"}}},
    {"two headline variants",
     {{"description: another", "headline: true, description: another"}},
     {{"variants:", "variants", "= '2 with headline: true': expected exactly one"}}},
    {"a headline that is a number",
     {{"headline: true", "headline: yes"}},
     {{"name: D", "variants[0].headline", "= 'yes': expected true or false"},
      {"variants:", "variants", "= '0 with headline: true'"}}},
    {"two variants of one name",
     {{"name: other", "name: D"}},
     {{"name: D, accelerator", "variants[1].name", "two variants have this name"}}},
    {"a variant without a mapping",
     {{"mapping: alexnet.yaml, headline", "headline"}},
     {{"name: D", "variants[0].mapping", "the key is missing"}}},
    {"variants that are one mapping",
     {{"variants:\n  - {name: D", "variants:\n  {name: D"},
      {"  - {name: other, accelerator: accelerator-overlapped.yaml, mapping: alexnet.yaml,\n"
       "     description: another}\n",
       ""}},
     {{"variants:", "variants", "= '(a mapping)': expected a list of mappings"}}},
    {"nothing measured",
     {{"measured:\n  - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml,\n"
       "     sha256: " +
           kHash + "}",
       "measured: []"}},
     {{"measured:", "measured", "expected at least one {data: ..., import: ..., sha256: ...}"}}},
    {"a hash that is none",
     {{kHash, "sha256:" + kHash}},
     {{"sha256: sha256:", "measured[0].sha256", "expected 64 hexadecimal digits, in lower case"}}},
    {"measured data without its import file",
     {{", import: measured/alexnet.import.yaml", ""}},
     {{"- {data", "measured[0].import", "the key is missing"}}},
    {"predictions of an unknown tool, of two kinds and of none",
     {{"derived:",
       "predictions:\n"
       "  - {data: a.csv, from: maestr, sha256: x, description: d, source: s}\n"
       "  - {data: b.csv, from: maestro, import: i.yaml, batch: 0, description: d, source: s}\n"
       "  - {data: c.csv, clock_mhz: 1, description: d}\n"
       "  - {data: d.csv, import: i.yaml, batch: 4, description: d, source: s,\n"
       "     not_compared: [{quantity: processing_m, why: w}]}\n"
       "derived:"}},
     {{"a.csv", "predictions[0].from", "did you mean 'maestro'?"},
      {"a.csv", "predictions[0].sha256", "= 'x': expected 64 hexadecimal digits"},
      {"b.csv", "predictions[1].import", "expected either 'from' or 'import', not both"},
      {"b.csv", "predictions[1].batch", "= '0': expected"},
      {"c.csv", "predictions[2]", "expected 'import' (any CSV) or 'from'"},
      {"c.csv", "predictions[2].source", "the key is missing"},
      {"d.csv", "predictions[3].batch", "goes with 'from'"},
      {"processing_m,", "predictions[3].not_compared[0].quantity",
       "did you mean 'processing_ms'?"}}},
    {"a derived quantity of no terms",
     {{"terms: [glb.I.read, glb.O.write]", "terms: []"}},
     {{"terms:", "derived[0].terms", "expected at least one term"}}},
    {"a term that is no count",
     {{"glb.I.read", "glb.read"}},
     {{"terms:", "derived[0].terms",
       "= 'glb.read': expected level.operand.action such as glb.I.read"}}},
    {"a term of an operand that does not exist",
     {{"glb.I.read", "glb.B.read"}},
     {{"terms:", "derived[0].terms", "= 'glb.B.read': expected"}}},
    {"a quantity derived twice",
     {{"quantities:", "  - quantity: traffic_glb_mb\n    terms: [glb.I.read]\nquantities:"}},
     {{"  - quantity: traffic_glb_mb\n    terms: [glb.I.read]\n", "derived[1].quantity",
       "derived twice"}}},
    {"no quantity is compared",
     {{"quantities: [processing_ms, traffic_glb_mb]", "quantities: []"}},
     {{"quantities:", "quantities", "expected at least one name"}}},
    {"a quantity compared twice",
     {{"[processing_ms, traffic_glb_mb]", "[processing_ms, traffic_glb_mb, processing_ms]"}},
     {{"quantities:", "quantities", "= 'processing_ms': stated twice"}}},
    {"a headline quantity that is not compared",
     {{"headline_quantity: processing_ms", "headline_quantity: processing_m"}},
     {{"headline_quantity:", "headline_quantity", "did you mean 'processing_ms'?"}}},
    {"a unit that is a list",
     {{"processing_ms: ms", "processing_ms: [ms]"}},
     {{"processing_ms: [ms]", "units.processing_ms", "= '(a list)': expected text"}}},
    {"a bound on a variant that does not exist",
     {{"variant: D, statistic", "variant: d, statistic"}},
     {{"statistic:", "bounds[0].variant", "= 'd': expected 'D' or 'other'; did you mean 'D'?"}}},
    {"a bound on a quantity that is not compared",
     {{"{quantity: processing_ms", "{quantity: total_ms"}},
     {{"statistic:", "bounds[0].quantity",
       "= 'total_ms': expected 'processing_ms' or 'traffic_glb_mb'"}}},
    {"a statistic that does not exist",
     {{"statistic: mape_pct", "statistic: mean_pct"}},
     {{"statistic:", "bounds[0].statistic", "did you mean 'mape_pct'?"}}},
    {"a negative limit",
     {{"limit_pct: 50", "limit_pct: -5"}},
     {{"statistic:", "bounds[0].limit_pct", "= '-5': expected a number from 0"}}},
    {"a bound that leaves out a layer that is not run",
     {{"except_layers: [conv1]", "except_layers: [conv3]"}},
     {{"except_layers:", "bounds[0].except_layers",
       "= 'conv3': expected one of 'layers': 'conv1' or 'conv2'"}}},
    {"a level that does not exist",
     {{"variants:", "levels: [analytical, simulater]\nvariants:"}},
     {{"levels:", "levels",
       "= 'simulater': expected 'analytical', 'exact', 'simulator' or 'rtl'; did you mean "
       "'simulator'?"}}},
    {"a level twice",
     {{"variants:", "levels: [simulator, analytical, simulator]\nvariants:"}},
     {{"levels:", "levels", "= 'simulator': stated twice; expected once"}}},
    {"no level",
     {{"variants:", "levels: []\nvariants:"}},
     {{"levels:", "levels",
       "expected at least one of 'analytical', 'exact', 'simulator' or 'rtl'"}}},
    {"a level of a variant that does not exist",
     {{"     description: another}", "     levels: [chip], description: another}"}},
     {{"levels: [chip]", "variants[1].levels",
       "= 'chip': expected 'analytical', 'exact', 'simulator' or 'rtl'"}}},
    {"layers for hardware of a variant that does not run there",
     {{"headline: true,", "headline: true, rtl_layers: [conv1],"}},
     {{"name: D", "variants[0].rtl_layers", "expected 'rtl' among the levels of variant 'D'"}}},
    {"layers for hardware that are not run, or twice",
     {{"headline: true,",
       "headline: true, levels: [analytical, rtl], rtl_layers: [conv3, conv1, conv1],"}},
     {{"name: D", "variants[0].rtl_layers",
       "= 'conv3': expected one of 'layers': 'conv1' or 'conv2'"},
      {"name: D", "variants[0].rtl_layers", "= 'conv1': stated twice; expected once"}}},
    {"no layers for hardware",
     {{"headline: true,", "headline: true, levels: [analytical, rtl], rtl_layers: [],"}},
     {{"name: D", "variants[0].rtl_layers", "expected at least one name"}}},
    {"a headline variant that is only simulated",
     {{"headline: true,", "headline: true, levels: [simulator],"}},
     {{"name: D", "variants[0].levels",
       "expected 'analytical' among the levels of the headline variant"},
      {"statistic:", "bounds[0].level", "= 'analytical': expected a level of variant 'D'"}}},
    {"a bound of a level that does not exist",
     {{"{quantity: processing_ms, variant: D,",
       "{quantity: processing_ms, level: chip, variant: D,"}},
     {{"statistic:", "bounds[0].level",
       "= 'chip': expected 'analytical', 'exact', 'simulator' or 'rtl'"}}},
    {"a bound of a level that the variant does not run",
     {{"{quantity: processing_ms, variant: D,",
       "{quantity: processing_ms, level: simulator, variant: D,"}},
     {{"statistic:", "bounds[0].level",
       "= 'simulator': expected a level of variant 'D': 'analytical'"}}},
    {"an agreement of a kind that does not exist",
     {{"kind: prediction", "kind: fit"}},
     {{"kind:", "agreements[0].kind", "= 'fit': expected 'prediction', 'description' or 'input'"}}},
    {"an agreement on a quantity that is not compared",
     {{"{quantity: traffic_glb_mb", "{quantity: energy_uj"}},
     {{"kind:", "agreements[0].quantity",
       "= 'energy_uj': expected 'processing_ms' or 'traffic_glb_mb'"}}},
    {"an agreement without a reason",
     {{", why: no figure was used", ""}},
     {{"kind:", "agreements[0].why", "the key is missing"}}},
    {"a note that is a mapping",
     {{"notes: [a note]", "notes: [a note, {b: c}]"}},
     {{"notes:", "notes", "= '(a mapping)': expected text"}}},
    {"errors in five sections",
     {{"name: other", "nam: other"},
      {"glb.I.read", "glb.I.reed"},
      {"limit_pct: 50", "limit: 50"},
      {"kind: prediction", "kind: predictoin"},
      {"chip: eyeriss", "chip: [eyeriss]"}},
     {{"chip:", "chip", "= '(a list)': expected text"},
      {"nam: other", "variants[1].name", "the key is missing"},
      {"nam: other", "variants[1].nam", "did you mean 'name'?"},
      {"terms:", "derived[0].terms", "= 'glb.I.reed': expected"},
      {"limit: 50", "bounds[0].limit_pct", "the key is missing"},
      {"limit: 50", "bounds[0].limit", "did you mean 'limit_pct'?"},
      {"kind:", "agreements[0].kind", "did you mean 'prediction'?"}}},
};

void read_file(const std::filesystem::path& file) { assay::read_experiment(file); }

void run(const std::filesystem::path& file) {
  const assay::Catalog catalog{std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments"};
  assay::run_experiment(assay::read_experiment(file), catalog);
}

// Contradictions between the experiment and the files it names, found by the run.
const std::vector<Malformed> kContradictions{
    {"measured data of another content",
     {{kHash, std::string(64, 'a')}},
     {{"- {data", "measured[0].sha256",
       "alexnet.csv now has sha256: " + kHash + ". A changed file is a new data set"}}},
    {"measured data without their hash",
     {{",\n     sha256: " + kHash, ""}},
     {{"- {data", "measured[0].sha256", "alexnet.csv has sha256: " + kHash}}},
    {"predictions of another content, and a quantity that a tool does not state",
     {{"derived:",
       "predictions:\n"
       "  - {data: predicted/maestro.csv, from: maestro, description: d, source: s}\n"
       "  - {data: predicted/dnn-chip-predictor, from: dnn-chip-predictor, description: d,\n"
       "     source: s, sha256: " +
           kHash + "}\nderived:"}},
     {{"maestro.csv", "predictions[0].sha256", "maestro.csv has sha256: d903f58757a9"},
      {"from: dnn", "predictions[1].sha256", "dnn-chip-predictor now has sha256: 57b6b0524e5b"}}},
    {"a term of a level that the accelerator does not have",
     {{"glb.I.read", "gbl.I.read"}},
     {{"", "derived.traffic_glb_mb", "= 'gbl': accelerator 'eyeriss' has no such level"},
      {"", "derived.traffic_glb_mb", "= 'gbl': accelerator 'eyeriss' has no such level"}}},
    {"a derived quantity that the prediction has",
     {{"- quantity: traffic_glb_mb", "- quantity: total_ms"},
      {"quantities: [processing_ms, traffic_glb_mb]", "quantities: [processing_ms]"},
      {"{quantity: traffic_glb_mb", "{quantity: processing_ms"}},
     {{"", "derived.quantity", "= 'total_ms': the prediction has this quantity"},
      {"", "derived.quantity", "= 'total_ms': the prediction has this quantity"}}},
    {"a bound that leaves out a layer that the workload does not have",
     {{"layers: [conv1, conv2]\n", ""}, {"except_layers: [conv1]", "except_layers: [conv9]"}},
     {{"", "bounds.except_layers", "= 'conv9': workload 'alexnet' has no such layer"}}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(malformed_experiment)

BOOST_AUTO_TEST_CASE(the_unedited_file_is_accepted) {
  BOOST_TEST(assay::test::errors_of(kValid, read_file).empty());
}

BOOST_AUTO_TEST_CASE(levels_are_those_of_the_experiment_unless_the_variant_states_its_own) {
  using Levels = std::vector<std::string>;
  const auto read = [](const std::vector<assay::test::Edit>& edits) {
    const assay::test::TemporaryFile file(assay::test::edited(kValid, edits));
    return assay::read_experiment(file.path());
  };
  const auto plain = read({});
  for (const auto& v : plain.cases.at(0).variants) BOOST_TEST((v.levels == Levels{"analytical"}));
  const auto e = read({{"variants:", "levels: [simulator, exact, analytical]\nvariants:"},
                       {"     description: another}", "     levels: simulator, description: b}"}});
  BOOST_TEST((e.cases[0].variants[0].levels == Levels{"analytical", "exact", "simulator"}));
  BOOST_TEST((e.cases[0].variants[1].levels == Levels{"simulator"}));
  BOOST_TEST(e.bounds[0].level == "analytical");
}

BOOST_AUTO_TEST_CASE(every_error_is_reported_with_its_place_and_expectation) {
  for (const Malformed& c : kCases) check_malformed(kValid, c, read_file);
}

BOOST_AUTO_TEST_CASE(contradictions_with_the_files_it_names_are_reported) {
  for (const Malformed& c : kContradictions) check_malformed(kValid, c, run);
}

BOOST_AUTO_TEST_CASE(a_chip_that_is_not_known_is_reported_with_the_nearest_name) {
  const assay::test::TemporaryFile file(
      assay::test::edited(kValid, {{"chip: eyeriss", "chip: eyeris"}}));
  try {
    run(file.path());
    BOOST_FAIL("the experiment was run");
  } catch (const assay::InputError& e) {
    BOOST_TEST(std::string(e.what()).find("did you mean 'eyeriss'?") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
