// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/text.h"
#include "experiments/provenance/provenance.h"
#include "experiments/provenance/recompute.h"
#include "experiments/provenance/tools.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownRoles = 4;

class Verifier {
 public:
  Verifier(const fs::path& report, const std::vector<fs::path>& folders)
      : report_(report), folders_(folders), chain_(read_chain(report)) {}

  Verification run() {
    if (chain_.outputs.empty() || chain_.records.empty())
      throw InputError({{(report_ / "provenance.json").string(), 0,
                         chain_.outputs.empty() ? "outputs" : "records", "",
                         "expected those of a report, at least one"}});
    outputs();
    inputs();
    pins();
    records();
    metrics();
    if (chain_.executable != executable_hash())
      out_.notes.push_back("written by another build of assay (" + chain_.version + ", " +
                           chain_.executable + "; this one is " + executable_hash() + ")");
    return std::move(out_);
  }

 private:
  void add(const char* kind, const char* side, const std::string& what, const std::string& stated,
           const std::string& found, const std::string& roles = "") {
    out_.differences.push_back({kind, side, what, roles, stated, found});
  }

  void outputs() {
    std::map<std::string, std::string> found;
    for (const OutputFile& f : outputs_of(report_)) found[f.path] = f.hash;
    for (const OutputFile& f : chain_.outputs) {
      ++out_.outputs;
      const auto now = found.find(f.path);
      if (now == found.end()) {
        add("missing", "output", f.path, f.hash, "");
        continue;
      }
      if (now->second != f.hash) add("changed", "output", f.path, f.hash, now->second);
      found.erase(now);
    }
    for (const auto& [path, hash] : found) add("added", "output", path, "", hash);
  }

  void inputs() {
    for (const InputFile& f : chain_.inputs) {
      ++out_.inputs;
      const std::string roles = listed(f.roles, kShownRoles);
      const auto now = find_now(f, folders_);
      // An input of an input, such as that of imported records, may never have been here.
      if (!now && f.place.in == kUnknownPlace)
        out_.notes.push_back("input " + f.name + " (" + roles + ", " + f.hash +
                             ") was not found where the report was written, nor is it here");
      else if (!now)
        add("missing", "input", f.place.path, f.hash, "", roles);
      else if (now->hash != f.hash)
        add("changed", "input", f.place.path, f.hash, now->hash, roles);
    }
  }

  void pins() {
    if (folders_.empty()) return;
    std::error_code ec;
    std::vector<fs::path> experiments;
    for (const auto& entry : fs::directory_iterator(folders_.front(), ec))
      if (entry.path().extension() == ".yaml" && entry.is_regular_file(ec))
        experiments.push_back(entry.path());
    std::sort(experiments.begin(), experiments.end());
    for (const fs::path& experiment : experiments) {
      try {
        for (const Pin& pin : pins_of(folders_.front(), experiment)) pin_holds(pin);
      } catch (const InputError&) {  // another experiment's file says nothing of this report
        out_.notes.push_back("pins of " + experiment.filename().string() +
                             " were not checked: the file cannot be read");
      }
    }
  }

  void pin_holds(const Pin& pin) {
    ++out_.pins;
    const std::string what = pin.data.filename().string();
    const std::string roles = "pinned by " + pin.experiment;
    const auto now = content_hash(pin.data);
    if (!now)
      add("missing", "data set", what, pin.hash, "", roles);
    else if (*now != pin.hash)
      add("changed", "data set", what, pin.hash, *now, roles);
  }

  // What a record was made of is hashed too, not only what the list of inputs owns up to.
  void records_inputs_are_listed(const std::vector<Record>& all) {
    std::set<std::string> listed_files, said;
    for (const InputFile& f : chain_.inputs) listed_files.insert(f.name + " " + f.hash);
    for (const Record& r : all)
      for (const auto& [role, file] : r.provenance.inputs)
        if (listed_files.count(file) == 0 && said.insert(file).second)
          add("missing", "input", file, "of records, role " + role, "not in the list of inputs");
  }

  // records.csv, records.json and the chain tell of the same records with the same inputs.
  void records() {
    if (!readable("records.json")) return;
    const std::vector<Record> all = read_records_json(report_ / "records.json");
    out_.records = all.size();
    records_inputs_are_listed(all);
    for (std::size_t i = 0; i < std::max(all.size(), chain_.records.size()); ++i) {
      const RecordOrigin stated = i < chain_.records.size() ? chain_.records[i] : RecordOrigin{};
      const std::string found = i < all.size() ? record_name(all[i]) : "";
      if (stated.record != found)
        add("differs", "record", "number " + std::to_string(i + 1), stated.record, found);
      else if (stated.inputs != all[i].provenance.inputs)
        add("differs", "record", found, texts(stated.inputs), texts(all[i].provenance.inputs));
    }
    if (readable("records.csv") &&
        records_to_json(read_records_csv(report_ / "records.csv")) != records_to_json(all))
      add("differs", "record", "records.csv", "the records of records.json", "others");
  }

  void metrics() {
    if (!readable("records.json") || !readable("metrics.json")) return;
    if (out_.records != chain_.records.size()) return;  // which are measured is not known
    const Recomputed r = recompute_metrics(report_, input_of(report_, chain_));
    out_.metrics = r.numbers;
    for (const std::string& part : r.others)
      out_.notes.push_back("'" + part +
                           "' of metrics.json needs more than the records: checked by its hash");
    for (const NumberDifference& d : r.differences)
      add("differs", "metric",
          d.name + (d.line > 0 ? " (metrics.json:" + std::to_string(d.line) + ")" : ""), d.stated,
          d.recomputed);
  }

  bool readable(const char* file) const {
    std::error_code ec;
    return fs::is_regular_file(report_ / file, ec);  // otherwise it is missing already
  }

  static std::string texts(const std::map<std::string, std::string>& inputs) {
    std::string text;
    for (const auto& [role, name] : inputs) text += (text.empty() ? "" : ", ") + role + ": " + name;
    return text;
  }

  fs::path report_;
  std::vector<fs::path> folders_;
  Chain chain_;
  Verification out_;
};

}  // namespace

Verification verify(const fs::path& report, const std::vector<fs::path>& folders) {
  return Verifier(report, folders).run();
}

}  // namespace assay::provenance
