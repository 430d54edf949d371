// SPDX-License-Identifier: Apache-2.0
// Machine values fitted to latencies that the predictor gave of a machine whose values only the
// test knows.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "core/hash.h"
#include "core/machine.h"
#include "core/text.h"
#include "experiments/fit/energy_score.h"
#include "experiments/fit/fit_report.h"
#include "experiments/fit/latency_problem.h"
#include "experiments/run.h"
#include "tests/fit/generated.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;
using test::content;
using test::TemporaryFolder;

const std::string kLink = "dram.link.bandwidth_bits_per_cycle";
const std::string kSums = "buffer.sums.bandwidth_bits_per_cycle";
const std::string kInterval = "mac.initiation_interval_cycles";

const char* const kAccelerator = R"(schema: assay.accelerator/1
name: small
description: sixteen lanes under one buffer
source: made up for this test
clock_mhz: 100
technology: {node_nm: 28, supply_v: 0.9}
precision: {input_bits: 8, weight_bits: 8, psum_bits: 32, output_bits: 8}
padding: clipped
halo: slide
outputs: {first_visit: zero, accumulate: preload}
levels:
  - storage: dram
    off_chip: true
    keeps: {I: {}, W: {}, O: {}}
    ports:
      - {name: link, bandwidth_bits_per_cycle: 8, serves: [I.read, W.read, O.read, O.write]}
  - storage: buffer
    capacity_bytes: 1048576
    keeps: {I: {slots: 2}, W: {slots: 2}, O: {slots: 2}}
    unlimited: [I.fill, W.fill, O.fill, O.drain, I.read, W.read]
    ports:
      - {name: sums, bandwidth_bits_per_cycle: 1.6, serves: [O.read, O.write]}
  - array: x
    size: 16
    networks: {I: multicast, W: unicast, O: none}
  - storage: accumulator
    keeps: {O: {slots: 2, capacity_bytes: 8}}
  - compute: mac
    reads_per_mac: {I: 1, W: 1, O: 1}
    psum_writes_per_mac: 1
sources:
  - {key: dram, source: "the whole memory", confidence: low}
  - {key: dram.link, source: "a data sheet", confidence: high}
)";

const char* const kMapping = R"(schema: assay.mapping/1
name: small
accelerator: small
source: made up for this test
any_layer:
  - for N: rest
  - hold buffer: I, W, O
  - for M: rest
  - par x M: max 16
  - hold accumulator: O
  - for C: rest
)";

const char* const kUnknowns = R"(unknowns:
  - {name: link, machine: dram.link.bandwidth_bits_per_cycle}
  - {name: interval, machine: mac.initiation_interval_cycles, prior_sd_ln: 0.5}
)";
const char* const kOverhead =
    "  - {name: overhead, machine: layer_overhead_us, prior: 40, source: guessed, confidence: "
    "low}\n";

struct Options {
  std::string quantity = "execution_ms";
  std::string unknowns = std::string(kUnknowns) + kOverhead;
  bool narrow = true;  // every other layer
  int shallow = 0;     // layers whose sums leave faster than their port takes them
  double noise_ln = 0.01;
  std::uint64_t seed = 1;
};

// Four networks of eight products of matrices.
class Chip {
 public:
  explicit Chip(const Options& o) : random_(o.seed), normal_(o.seed + 1) {
    BOOST_TEST_MESSAGE("seed " << o.seed);
    folder.write("accelerator.yaml", kAccelerator);
    folder.write("any.yaml", kMapping);
    folder.write("hidden.yaml",
                 "schema: assay.parameters/1\nname: hidden\nchip: small\nmachine:\n" +
                     machine(kLink, "5") + machine(kInterval, "1.25") + machine(kSums, "1") +
                     machine("layer_overhead_us", "100"));
    std::string text = "schema: assay.fit/1\nname: small\nchip: " + folder.path().string() +
                       "\nquantity: " + o.quantity + "\npredict:\n";
    std::string csv = "workload,layer,ms,source,confidence\n";
    for (int n = 0; n < 4; ++n) {
      const std::string name = "net" + std::to_string(n);
      text += "  - {workload: " + name + ".yaml, mapping: any.yaml}\n";
      folder.write(name + ".yaml", workload(name, n == 0 ? o.shallow : 0, o.narrow));
      for (const Record& r : truth(name))
        csv += name + "," + r.layer + "," +
               number_text(r.values.at(o.quantity) * std::exp(o.noise_ln * normal_())) +
               ",made up,none\n";
    }
    folder.write("measured.csv", csv);
    folder.write("import.yaml",
                 "schema: assay.import/1\nname: small\nkind: measured\nlevel: chip\nchip: small\n"
                 "workload: {column: workload}\nlayer: {column: layer}\nsource: {column: source}\n"
                 "confidence: {column: confidence}\nvalues:\n  - {quantity: " +
                     o.quantity + ", column: ms}\n");
    fit = folder.write(
        "fit.yaml",
        text + "measured:\n  - {data: measured.csv, import: import.yaml}\n" + o.unknowns);
  }

  TemporaryFolder folder;
  fs::path fit;

 private:
  static std::string machine(const std::string& key, const std::string& value) {
    return "  - {key: " + key + ", value: " + value + ", source: hidden, confidence: none}\n";
  }

  std::string size(int least, int most) {
    return std::to_string(std::uniform_int_distribution<int>(least, most)(random_));
  }

  // Narrow layers wait for the link, wide ones for the lanes or, where shallow, for the sums.
  std::string columns(int layer, int shallow, bool narrow) {
    return layer < shallow ? "256" : narrow && layer % 2 == 1 ? "16" : size(64, 256);
  }

  std::string workload(const std::string& name, int shallow, bool narrow) {
    std::string text = "schema: assay.workload/1\nname: " + name +
                       "\ndescription: made up\nsource: made up\nlayers:\n";
    for (int l = 0; l < 8; ++l)
      text += "  - {name: layer" + std::to_string(l) + ", kind: matmul, rows: " + size(32, 64) +
              ", inner: " + (l < shallow ? "4" : size(256, 512)) +
              ", columns: " + columns(l, shallow, narrow) + ", operands: weights}\n";
    return text;
  }

  std::vector<Record> truth(const std::string& name) const {
    RunInput in;
    in.accelerator = folder / "accelerator.yaml";
    in.workload = folder / (name + ".yaml");
    in.mapping = folder / "any.yaml";
    in.parameters = folder / "hidden.yaml";
    return run_analytical(in).records;
  }

  std::mt19937_64 random_;
  test::Normal normal_;
};

Catalog catalog() { return {fs::path(ASSAY_SOURCE_DIR) / "experiments"}; }

fit::FitResult run(const Chip& c) { return fit::run_fit(fit::read_fit(c.fit), catalog()); }

std::string errors_of(const Chip& c) {
  try {
    run(c);
  } catch (const InputError& e) {
    std::string text;
    for (const Diagnostic& d : e.diagnostics()) text += to_string(d) + "\n";
    return text;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const calibration::UnknownResult& unknown(const fit::FitResult& r, const std::string& name) {
  for (const calibration::UnknownResult& u : r.analysis.unknowns.unknowns)
    if (u.name == name) return u;
  throw std::out_of_range(name);
}

double error_of(const fit::FitResult& r, const std::string& name, double truth) {
  const calibration::UnknownResult& u = unknown(r, name);
  const double off = std::log(u.value / truth);
  BOOST_TEST_MESSAGE(name << ": " << u.value << " for " << truth << ", " << u.low << " to "
                          << u.high << ", active in " << u.active);
  return off;
}

BOOST_AUTO_TEST_SUITE(fit_latency)

BOOST_AUTO_TEST_CASE(hidden_machine_values_are_recovered_and_the_fit_is_recommended) {
  const Chip c({});
  const fit::FitResult r = run(c);
  const std::pair<const char*, double> hidden[] = {
      {"link", 5}, {"interval", 1.25}, {"overhead", 100}};
  for (const auto& [name, truth] : hidden) {
    BOOST_TEST(std::fabs(error_of(r, name, truth)) < 0.05, name);
    BOOST_TEST(unknown(r, name).low < truth, name);
    BOOST_TEST(unknown(r, name).high > truth, name);
    BOOST_TEST((unknown(r, name).learned == calibration::Learned::learned), name);
  }
  BOOST_TEST(r.model.starts == 5);
  BOOST_TEST(r.analysis.map.starts_agree);
  BOOST_REQUIRE(r.analysis.verdict.recalibrate.has_value());
  BOOST_TEST(*r.analysis.verdict.recalibrate, r.analysis.verdict.text);
  const std::string text = fit::fit_tables(r, false);
  for (const char* part :
       {"bound at the fit", "compute", "dram.link", "5 starts", "bits per cycle"})
    BOOST_TEST(contains(text, part), part << " in\n" << text);
  BOOST_TEST(!contains(text, "constant powers"));
}

BOOST_AUTO_TEST_CASE(the_prior_rung_is_the_predictor_s_own_latency_in_every_quantity) {
  for (const char* quantity : {"processing_ms", "total_ms", "execution_ms"}) {
    Options o;
    o.quantity = quantity;
    if (o.quantity != "execution_ms") o.unknowns = kUnknowns;
    const Chip c(o);
    const fit::FitFile file = fit::read_fit(c.fit);
    const fit::FitData data = fit::collect(file, catalog());
    const fit::FitProblem p = fit::latency_problem(file, catalog(), data);
    Eigen::VectorXd theta(static_cast<Eigen::Index>(p.problem.unknowns.size())), ms;
    for (Eigen::Index j = 0; j < theta.size(); ++j)
      theta[j] = p.problem.unknowns[static_cast<std::size_t>(j)].prior;
    p.problem.model->predict(theta, &ms, nullptr);
    for (std::size_t i = 0; i < data.records.size(); ++i) {
      const auto& values = data.records[i].activity.record.values;
      const bool execution = o.quantity == "execution_ms";
      const double expected =
          execution ? values.at("total_ms") + 40e-3 : values.at(o.quantity);  // overhead: 40 us
      BOOST_TEST(ms[static_cast<Eigen::Index>(i)] == expected, boost::test_tools::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(sources_of_priors_are_those_of_the_accelerator_unless_one_is_stated) {
  const Chip c({});
  const fit::FitFile file = fit::read_fit(c.fit);
  const fit::FitProblem p = fit::latency_problem(file, catalog(), fit::collect(file, catalog()));
  BOOST_TEST(p.problem.unknowns[0].prior == 8.0);
  BOOST_TEST(p.problem.unknowns[0].source == "a data sheet");
  BOOST_TEST(p.problem.unknowns[0].confidence == "high");
  BOOST_TEST(p.problem.unknowns[1].prior == 1.0);
  BOOST_TEST(p.problem.unknowns[1].source == "made up for this test");
  BOOST_TEST(p.problem.unknowns[2].prior == 40.0);
  BOOST_TEST(p.problem.unknowns[2].source == "guessed");
  BOOST_TEST(p.problem.unknowns[2].unit == "us");
}

BOOST_AUTO_TEST_CASE(a_branch_that_two_records_take_is_weak_and_one_that_none_takes_is_prior_only) {
  Options o;
  o.quantity = "processing_ms";
  o.unknowns = std::string(kUnknowns) + "  - {name: sums, machine: " + kSums + "}\n";
  o.narrow = false;
  for (const int shallow : {2, 3}) {
    o.shallow = shallow;
    const Chip c(o);
    const fit::FitResult r = run(c);
    BOOST_TEST(std::fabs(error_of(r, "sums", 1)) < 0.05);
    BOOST_TEST(unknown(r, "sums").active == shallow);
    BOOST_TEST(unknown(r, "sums").learned_share > 0.5);
    BOOST_TEST((unknown(r, "sums").learned ==
                (shallow < 3 ? calibration::Learned::weak : calibration::Learned::learned)));
    // Processing latency has no off-chip time.
    BOOST_TEST(unknown(r, "link").active == 0);
    BOOST_TEST((unknown(r, "link").learned == calibration::Learned::prior_only));
    BOOST_TEST(unknown(r, "link").value == 8.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(
        contains(fit::fit_tables(r, false), "buffer.sums (" + std::to_string(shallow) + ")"));
  }
}

BOOST_AUTO_TEST_CASE(the_parameters_that_are_left_predict_what_the_fit_predicts) {
  const Chip c({});
  const fit::FitResult r = run(c);
  const fs::path file = c.folder / "fitted.json";
  write_text(file, calibration::parameters_to_json(fit::fitted_parameters(r)));
  const calibration::FittedParameters back = calibration::read_fitted(file, "small");
  BOOST_REQUIRE(back.parameters.machine.size() == 3U);
  BOOST_TEST(back.parameters.machine[0].key == kLink);
  BOOST_TEST(*back.parameters.machine[0].value == unknown(r, "link").value);
  BOOST_TEST(contains(back.parameters.machine[0].source, "prior: a data sheet"));
  BOOST_TEST(back.fit.unknowns[0].terms.front() == "machine " + kLink);
  RunInput in;
  in.accelerator = c.folder / "accelerator.yaml";
  in.workload = c.folder / "net0.yaml";
  in.mapping = c.folder / "any.yaml";
  in.parameters = file;
  const std::vector<Record> records = run_analytical(in).records;
  const auto& predicted = r.analysis.rungs[fit::rung(r.analysis, "MAP")].predicted;
  for (std::size_t i = 0; i < records.size(); ++i)
    BOOST_TEST(records[i].values.at("execution_ms") == predicted[static_cast<Eigen::Index>(i)],
               boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_folder_of_a_latency_fit_is_written_and_is_the_same_twice) {
  const Chip c({});
  const fit::FitResult a = run(c), b = run(c);
  BOOST_TEST(fit::fit_to_json(a) == fit::fit_to_json(b));
  const fit::FitFiles files = fit::write_fit(c.folder / "out", a, "no-such-gnuplot");
  BOOST_TEST(contains(content(files.html), "machine " + kLink));
  BOOST_TEST(contains(content(files.json), "\"by\": \"dram.link\""));
}

struct Refused {
  const char* why;
  std::string unknowns, quantity, expected;
};

BOOST_AUTO_TEST_CASE(what_the_machine_does_not_have_or_a_fit_cannot_find_is_refused) {
  const auto one = [](const std::string& key) {
    return "unknowns:\n  - {name: u, machine: " + key + "}\n";
  };
  const Refused cases[] = {
      {"misspelt", one("dram.lnk.bandwidth_bits_per_cycle"), "total_ms", "did you mean '" + kLink},
      {"whole cycles", one("dram.link.latency_cycles"), "total_ms", "whole number of cycles"},
      {"whole cycles", one("mac.step_overhead_cycles"), "total_ms", "whole number of cycles"},
      {"not in the quantity", one("layer_overhead_us"), "total_ms", "is no part of total_ms"},
      {"no prior", one("layer_overhead_us"), "execution_ms", "expected prior with source"},
      {"no overhead", kUnknowns, "execution_ms", "no layer_overhead_us is known"},
  };
  for (const Refused& refused : cases) {
    Options o;
    o.quantity = refused.quantity;
    o.unknowns = refused.unknowns;
    const std::string said = errors_of(Chip(o));
    BOOST_TEST(contains(said, refused.expected), refused.why << ": " << said);
    BOOST_TEST(contains(said, "fit.yaml"), said);
  }
}

BOOST_AUTO_TEST_CASE(latencies_are_not_scored_as_energies) {
  const Chip c({});
  BOOST_CHECK_THROW(fit::score_energy(fit::read_fit(c.fit), catalog()), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
