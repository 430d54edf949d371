// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/resource_problem.h"

#include <algorithm>
#include <set>

#include "core/hash.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/fit/fit_priors.h"

namespace assay::fit {
namespace {

// The table, of which only the columns that the fit file names are read.
class Table {
 public:
  Table(const FitFile& fit, std::filesystem::path file) : fit_(fit), file_(std::move(file)) {}

  void read(FitData* data) {
    const std::vector<CsvLine> lines = read_csv_lines(file_, &diagnostics_);
    throw_if_any(diagnostics_);
    if (lines.empty()) wrong(0, "", "", "the file is empty; expected a header");
    throw_if_any(diagnostics_);
    find_columns(lines.front());
    throw_if_any(diagnostics_);
    for (std::size_t i = 1; i < lines.size(); ++i) read_line(lines[i], data);
    if (data->records.empty() && diagnostics_.empty())
      wrong(0, fit_.quantity, "", "no configuration has the quantity");
    throw_if_any(diagnostics_);
  }

 private:
  void wrong(int line, const std::string& column, const std::string& value,
             const std::string& expected) {
    if (diagnostics_.size() < kMaxErrors)
      diagnostics_.push_back({file_.string(), line, column, value, expected});
  }

  void find_columns(const CsvLine& header) {
    for (const std::string& f : header.fields) names_.emplace_back(trimmed(f));
    column(header.number, fit_.configurations.name);
    column(header.number, fit_.quantity);
    for (const UnknownEntry& u : fit_.unknowns)
      for (const std::string& factor : u.columns)
        if (column(header.number, factor)) factors_.insert(factor);
  }

  bool column(int line, const std::string& name) {
    const auto n = std::count(names_.begin(), names_.end(), name);
    if (n == 1) return true;
    const std::string hint = nearest(name, names_);
    wrong(line, name, "",
          n > 1 ? "the column appears twice; expected it once"
                : "the column is missing" +
                      (hint.empty() ? std::string() : "; did you mean '" + hint + "'?"));
    return false;
  }

  std::string cell(const CsvLine& line, const std::string& name) const {
    const auto at = std::find(names_.begin(), names_.end(), name) - names_.begin();
    return std::string(trimmed(line.fields[static_cast<std::size_t>(at)]));
  }

  void read_line(const CsvLine& line, FitData* data) {
    if (line.fields.size() != names_.size())
      return wrong(line.number, "", "",
                   "the line has " + std::to_string(line.fields.size()) + " fields; expected " +
                       std::to_string(names_.size()));
    FitRecord r;
    r.id = r.group = cell(line, fit_.configurations.name);
    if (r.id.empty() || !ids_.insert(r.id).second)
      wrong(line.number, fit_.configurations.name, r.id,
            "expected a name that no other configuration has");
    for (const std::string& name : factors_)
      r.activity.record.values[name] = number(line, name).value_or(0);
    const std::string stated = cell(line, fit_.quantity);
    if (stated.empty()) {
      data->left_out.push_back({r.id, "the quantity was not measured"});
      return;
    }
    r.measured = number(line, fit_.quantity).value_or(1);
    if (!(r.measured > 0)) {
      data->left_out.push_back({r.id, "the measured value is not positive"});
      return;
    }
    r.activity.kind = "configuration";
    r.activity.record.level = file_.filename().string();
    r.source = fit_.configurations.source;
    r.confidence = fit_.configurations.confidence;
    data->records.push_back(std::move(r));
  }

  std::optional<double> number(const CsvLine& line, const std::string& name) {
    const std::string text = cell(line, name);
    const auto v = parse_number(text);
    if (v && *v >= 0) return v;
    wrong(line.number, name, text, "expected a number from 0");
    return std::nullopt;
  }

  const FitFile& fit_;
  std::filesystem::path file_;
  std::vector<std::string> names_;
  std::set<std::string> factors_, ids_;
  Diagnostics diagnostics_;
};

double product(const UnknownEntry& u, const FitRecord& r) {
  double value = 1;
  for (const std::string& factor : u.columns) value *= r.activity.record.values.at(factor);
  return value;
}

std::string text_of(const UnknownEntry& u) {
  std::string text;
  for (const std::string& factor : u.columns) text += (text.empty() ? "" : " * ") + factor;
  return text.empty() ? "1" : text;
}

}  // namespace

FitData collect_configurations(const FitFile& fit, const Catalog& catalog) {
  FitData data;
  const std::filesystem::path folder = catalog.chip_folder(fit.chip, fit.file.parent_path());
  const std::filesystem::path accelerator = resolve(fit, folder, fit.accelerator),
                              table = resolve(fit, folder, fit.configurations.data);
  data.accelerator = read_accelerator(accelerator);
  data.parameters.chip = data.accelerator.name;
  Table(fit, table).read(&data);
  data.data[fit.configurations.data] = sha256_of_file(table);
  data.inputs["fit"] = name_and_hash(fit.file);
  return data;
}

FitProblem resource_problem(const FitFile& fit, const Catalog& catalog, const FitData& data) {
  FitProblem out;
  out.parameters = data.parameters;
  Eigen::MatrixXd activity(static_cast<Eigen::Index>(data.records.size()),
                           static_cast<Eigen::Index>(fit.unknowns.size()));
  for (std::size_t j = 0; j < fit.unknowns.size(); ++j) {
    const UnknownEntry& u = fit.unknowns[j];
    out.problem.unknowns.push_back({u.name, fit.quantity, *u.prior,
                                    u.prior_sd_ln.value_or(fit.prior_sd_ln), u.source,
                                    u.confidence});
    Priced p;
    p.terms = {text_of(u)};
    out.priced.push_back(std::move(p));
    for (std::size_t i = 0; i < data.records.size(); ++i)
      activity(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          product(u, data.records[i]);
  }
  for (const FitRecord& r : data.records)
    out.problem.observations.push_back(
        {r.id, r.group, data.accelerator.name, r.activity.kind, "chip", r.measured, 0});
  out.problem.model = std::make_shared<calibration::LinearModel>(std::move(activity));
  put_priors(fit, catalog, &out.problem);
  return out;
}

}  // namespace assay::fit
