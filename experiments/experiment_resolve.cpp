// SPDX-License-Identifier: Apache-2.0
// resolved.yaml: what an experiment came to be, as an experiment file. Running it gives the same
// records, or says which input is another one.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/hash.h"
#include "core/text.h"
#include "experiments/experiment_data.h"
#include "experiments/experiment_levels.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

class Resolved {
 public:
  Resolved(const Experiment& e, const Catalog& catalog, const fs::path& folder)
      : e_(e), catalog_(catalog), folder_(folder) {}

  std::string text() {
    out_ << YAML::BeginMap;
    key("schema", "assay.experiment/1");
    for (const auto& [name, value] :
         {std::pair{"name", e_.name}, {"title", e_.title}, {"question", e_.question}})
      key(name, value);
    names("quantities", e_.quantities);
    key("headline_quantity", e_.headline_quantity);
    if (e_.allow_clock_difference) key("allow_clock_difference", *e_.allow_clock_difference);
    list("cases", e_.cases, [&](const ExperimentCase& c) { write(c); });
    out_ << YAML::Key << "units" << YAML::Value << YAML::BeginMap;
    for (const std::string& q : e_.quantities) key(q, e_.units.count(q) != 0 ? e_.units.at(q) : q);
    for (const auto& [q, unit] : e_.units)
      if (std::find(e_.quantities.begin(), e_.quantities.end(), q) == e_.quantities.end())
        key(q, unit);
    out_ << YAML::EndMap;
    judgement();
    list("inputs", std::vector<fs::path>(files_.begin(), files_.end()), [&](const fs::path& file) {
      key("file", name_of(file));
      key("sha256", digits_of(file));
    });
    out_ << YAML::EndMap;
    return std::string("# ") + e_.name + " with every default, and the hash of every input\n" +
           out_.c_str() + "\n";
  }

 private:
  void key(const std::string& name, const std::string& value) {
    out_ << YAML::Key << name << YAML::Value << YAML::DoubleQuoted << value;
  }
  void plain(const std::string& name, const std::string& value) {
    out_ << YAML::Key << name << YAML::Value << value;
  }
  void names(const std::string& name, const std::vector<std::string>& values) {
    out_ << YAML::Key << name << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& v : values) out_ << YAML::DoubleQuoted << v;
    out_ << YAML::EndSeq;
  }
  template <class T, class Write>
  void list(const std::string& name, const std::vector<T>& items, const Write& write) {
    if (items.empty()) return;
    out_ << YAML::Key << name << YAML::Value << YAML::BeginSeq;
    for (const T& item : items) {
      out_ << YAML::BeginMap;
      write(item);
      out_ << YAML::EndMap;
    }
    out_ << YAML::EndSeq;
  }

  static std::string digits_of(const fs::path& file) {
    const std::string hash = sha256_of_file(file);
    return hash.substr(hash.find(':') + 1);
  }
  // In the data folder by its place there, else from where the file will stand.
  std::string name_of(const fs::path& file) const {
    const fs::path inside =
        fs::weakly_canonical(file).lexically_relative(fs::weakly_canonical(catalog_.data));
    if (!inside.empty() && *inside.begin() != "..") return inside.generic_string();
    return fs::weakly_canonical(file)
        .lexically_relative(fs::weakly_canonical(fs::absolute(folder_)))
        .generic_string();
  }
  void uses(const fs::path& file) { files_.insert(file); }

  void write(const ExperimentCase& c) {
    chip_ = chip_of(e_, c, catalog_);
    const fs::path workload = workload_of(e_, c, catalog_);
    uses(workload);
    place(c);
    const std::vector<std::string> layers = layers_of(c);
    if (!layers.empty()) names("layers", layers);
    if (c.parameters) key("parameters", *c.parameters);
    if (c.split) key("split", *c.split);
    list("variants", c.variants, [&](const ExperimentVariant& v) { write(c, v); });
    list("measured", c.measured, [&](const ExperimentData& d) {
      write(d);
      key("import", d.mapping);
    });
    list("predictions", c.predictions, [&](const ExperimentPrediction& p) { write(p); });
    list("derived", c.derived, [&](const DerivedQuantity& d) {
      key("quantity", d.quantity);
      std::vector<std::string> terms;
      for (const CountKey& t : d.terms)
        terms.push_back(t.component + "." + t.operand + "." + t.action);
      names("terms", terms);
    });
    if (c.split) uses(chip_ / *c.split);
  }

  // Known by name, else from where the file will stand.
  void place(const ExperimentCase& c) {
    const bool chip = fs::exists(catalog_.data / "chips" / c.chip / "accelerator.yaml");
    const bool workload = fs::exists(catalog_.data / "workloads" / (c.workload + ".yaml"));
    key("chip", chip ? c.chip : name_of(chip_of(e_, c, catalog_)));
    key("workload", workload ? c.workload : name_of(workload_of(e_, c, catalog_)));
  }

  // Of all variants; where they differ, the file states none, as it did.
  std::vector<std::string> layers_of(const ExperimentCase& c) {
    if (!c.layers.empty()) return c.layers;
    std::set<std::vector<std::string>> found;
    for (const ExperimentVariant& v : c.variants) {
      std::vector<std::string> layers;
      for (const PlannedLayer& l : prepare(run_input(e_, c, v, catalog_)).layers)
        layers.push_back(l.layer.name);
      found.insert(layers);
    }
    return found.size() == 1 ? *found.begin() : std::vector<std::string>();
  }

  void write(const ExperimentCase& c, const ExperimentVariant& v) {
    key("name", v.name);
    key("accelerator", v.accelerator);
    key("mapping", v.mapping);
    key("description", v.description);
    plain("headline", v.headline ? "true" : "false");
    names("levels", v.levels);
    if (!v.rtl_layers.empty()) names("rtl_layers", v.rtl_layers);
    if (v.parameters) key("parameters", *v.parameters);
    uses(chip_ / v.accelerator);
    uses(chip_ / v.mapping);
    if (const auto& parameters = v.parameters ? v.parameters : c.parameters)
      uses(chip_ / *parameters);
  }

  void write(const ExperimentData& d) {
    key("data", d.data);
    key("sha256", d.sha256);
    if (!d.mapping.empty()) uses(chip_ / d.mapping);
  }

  void write(const ExperimentPrediction& p) {
    write(static_cast<const ExperimentData&>(p));
    if (p.from.empty()) {
      key("import", p.mapping);
    } else {
      key("from", p.from);
      if (!p.layers.empty()) key("layers", p.layers);
      if (!p.layers.empty()) uses(chip_ / p.layers);
      if (!p.variant.empty()) key("variant", p.variant);
      plain("batch", std::to_string(p.batch));
      plain("clock_mhz",
            number_text(p.clock_mhz ? *p.clock_mhz
                                    : read_accelerator(chip_ / "accelerator.yaml").clock.value));
    }
    key("description", p.description);
    key("source", p.source);
    list("not_compared", p.not_compared, [&](const NotCompared& n) {
      key("quantity", n.quantity);
      key("why", n.why);
    });
  }

  void judgement() {
    list("bounds", e_.bounds, [&](const ExperimentBound& b) {
      const ExperimentCase& c = e_.cases[b.of_case];
      key("quantity", b.quantity);
      key("variant", b.variant);
      place(c);
      key("level", b.level);
      key("statistic", b.statistic);
      plain("limit_pct", number_text(b.limit));
      if (!b.except_layers.empty()) names("except_layers", b.except_layers);
    });
    list("agreements", e_.agreements, [&](const Agreement& a) {
      key("quantity", a.quantity);
      if (!a.variant.empty()) key("variant", a.variant);
      key("kind", a.kind);
      key("why", a.why);
    });
    if (!e_.notes.empty()) names("notes", e_.notes);
    names("statistics", e_.statistics.empty() ? kShownStatistics : e_.statistics);
    names("plots", e_.plots.empty() ? kPlotKinds : e_.plots);
  }

  const Experiment& e_;
  const Catalog& catalog_;
  fs::path folder_, chip_;
  std::set<fs::path> files_;
  YAML::Emitter out_;
};

}  // namespace

std::string resolved_yaml(const Experiment& experiment, const Catalog& catalog,
                          const fs::path& folder) {
  return Resolved(experiment, catalog, folder).text();
}

}  // namespace assay
