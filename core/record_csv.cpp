// SPDX-License-Identifier: Apache-2.0
// Records as CSV in long form: a row per value, with the record's key on each
// (docs/formats/records.md).
#include <array>
#include <map>

#include "core/record.h"
#include "core/record_io.h"
#include "core/text.h"

namespace assay {
namespace {

enum Column {
  kLevel,
  kChip,
  kWorkload,
  kLayer,
  kVariant,
  kBatch,
  kRepeat,
  kSection,
  kName,
  kOperand,
  kAction,
  kValue,
  kColumns
};
const std::array<const char*, kColumns> kHeader = {"level",   "chip",    "workload", "layer",
                                                   "variant", "batch",   "repeat",   "section",
                                                   "name",    "operand", "action",   "value"};
const std::vector<std::string> kSections = {
    "values", "counts", "cycles_by_cause", "energy_pj_by_component", "notes", "provenance"};

std::string header_line() {
  std::string text;
  for (const char* name : kHeader) text += (text.empty() ? "" : ",") + std::string(name);
  return text;
}

// ---- writing -----------------------------------------------------------------------------

class Writer {
 public:
  explicit Writer(const std::string& file) : file_(file) { text_ = header_line() + "\n"; }

  void add(const Record& r) {
    key_ = key_text(r);
    prefix_.clear();
    for (const std::string& s : {r.level, r.chip, r.workload, r.layer, r.variant})
      prefix_ += field(s) + ",";
    prefix_ += std::to_string(r.batch) + "," + std::to_string(r.repeat) + ",";
    // The tool's row is always there: a record without any value is still a record.
    row("provenance", "tool", r.provenance.tool);
    if (!r.provenance.source.empty()) row("provenance", "source", r.provenance.source);
    if (!r.provenance.confidence.empty()) row("provenance", "confidence", r.provenance.confidence);
    numbers("values", r.values);
    for (const auto& [k, count] : r.counts)
      row("counts", k.component, std::to_string(count), k.operand, k.action);
    numbers("cycles_by_cause", r.cycles_by_cause);
    numbers("energy_pj_by_component", r.energy_pj_by_component);
    for (const auto& [name, note] : r.notes) row("notes", name, note);
  }

  std::string finish() {
    throw_if_any(diagnostics_);
    return std::move(text_);
  }

 private:
  std::string field(const std::string& text) {
    if (const std::string problem = csv_text_problem(text); !problem.empty())
      diagnostics_.push_back({file_, 0, key_, text, problem});
    return csv_field(text);
  }
  void numbers(const char* section, const std::map<std::string, double>& values) {
    for (const auto& [name, value] : values) row(section, name, number_text(value));
  }
  void row(const char* section, const std::string& name, const std::string& value,
           const std::string& operand = "", const std::string& action = "") {
    text_ += prefix_ + section + "," + field(name) + "," + field(operand) + "," + field(action) +
             "," + field(value) + "\n";
  }

  std::string file_;
  std::string key_;
  std::string prefix_;
  std::string text_;
  Diagnostics diagnostics_;
};

// ---- reading -----------------------------------------------------------------------------

class Reader {
 public:
  Reader(std::string file, Diagnostics* diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  std::vector<Record> read(const std::vector<CsvLine>& lines) {
    if (lines.empty() || !header_is_right(lines.front())) return {};
    for (std::size_t i = 1; i < lines.size(); ++i) {
      line_ = lines[i].number;
      if (lines[i].fields.size() == kColumns)
        read_row(lines[i].fields);
      else
        error("", "",
              "the line has " + std::to_string(lines[i].fields.size()) + " fields; expected " +
                  std::to_string(kColumns));
    }
    return std::move(records_);
  }

 private:
  using Fields = std::vector<std::string>;

  void error(const std::string& key, const std::string& value, const std::string& expected) {
    diagnostics_->push_back({file_, line_, key, value, expected});
  }

  bool header_is_right(const CsvLine& header) {
    line_ = header.number;
    if (Fields(kHeader.begin(), kHeader.end()) == header.fields) return true;
    std::string found;
    for (const std::string& f : header.fields) found += (found.empty() ? "" : ",") + f;
    error("header", found, "expected " + header_line());
    return false;
  }

  std::int64_t positive(const Fields& row, Column column) {
    const std::optional<std::int64_t> v = parse_integer(row[column]);
    if (v && *v >= 1) return *v;
    error(kHeader[column], row[column], "expected a whole number of at least 1");
    return 1;
  }

  // The record of the row's key, new if the key is; repeat has to be the same on all of its rows.
  Record* record_of(const Fields& row) {
    Record r;
    r.level = row[kLevel];
    r.chip = row[kChip];
    r.workload = row[kWorkload];
    r.layer = row[kLayer];
    r.variant = row[kVariant];
    for (const Column c : {kLevel, kChip, kWorkload, kLayer})
      if (row[c].empty()) error(kHeader[c], "", "the cell is empty; expected text");
    r.batch = positive(row, kBatch);
    r.repeat = positive(row, kRepeat);
    const auto [place, is_new] = index_.emplace(key_of(r), records_.size());
    if (is_new) records_.push_back(std::move(r));
    Record* known = &records_[place->second];
    if (!is_new && known->repeat != r.repeat)
      error("repeat", row[kRepeat],
            "expected " + std::to_string(known->repeat) + " as on the first row of " +
                key_text(*known));
    return known;
  }

  void read_row(const Fields& row) {
    Record* r = record_of(row);
    const std::string& section = row[kSection];
    if (row[kName].empty()) error("name", "", "the cell is empty; expected a name");
    if (section != "counts")
      for (const Column c : {kOperand, kAction})
        if (!row[c].empty()) error(kHeader[c], row[c], "expected nothing in section " + section);
    if (section == "values") {
      number(row, &r->values);
    } else if (section == "cycles_by_cause") {
      number(row, &r->cycles_by_cause);
    } else if (section == "energy_pj_by_component") {
      number(row, &r->energy_pj_by_component);
    } else if (section == "counts") {
      count(row, &r->counts);
    } else if (section == "notes") {
      put(row, row[kName], row[kValue], &r->notes);
    } else if (section == "provenance") {
      provenance(row, r);
    } else {
      const std::string hint = nearest(section, kSections);
      error("section", section,
            "expected " + listed(kSections, kSections.size()) +
                (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
    }
  }

  template <class Key, class Value>
  void put(const Fields& row, const Key& key, const Value& value, std::map<Key, Value>* to) {
    if (to->emplace(key, value).second) return;
    error(row[kSection] + "." + row[kName], row[kValue], "the row appears twice; expected it once");
  }

  void number(const Fields& row, std::map<std::string, double>* to) {
    if (const std::optional<double> v = parse_number(row[kValue]))
      put(row, row[kName], *v, to);
    else
      error(row[kSection] + "." + row[kName], row[kValue], "expected a finite number");
  }

  void count(const Fields& row, std::map<CountKey, std::int64_t>* to) {
    for (const Column c : {kOperand, kAction})
      if (row[c].empty()) error(kHeader[c], "", "the cell is empty; expected text");
    if (const std::optional<std::int64_t> v = parse_integer(row[kValue]))
      put(row, CountKey{row[kName], row[kOperand], row[kAction]}, *v, to);
    else
      error("counts." + row[kName], row[kValue], "expected a whole number of at most 64 bits");
  }

  void provenance(const Fields& row, Record* r) {
    const std::string& name = row[kName];
    if (name != "tool" && name != "source" && name != "confidence")
      return error("name", name, "expected tool, source or confidence in section provenance");
    std::map<std::string, std::string>& known = provenance_[key_of(*r)];
    put(row, name, row[kValue], &known);
    Provenance& p = r->provenance;
    (name == "tool" ? p.tool : name == "source" ? p.source : p.confidence) = known[name];
  }

  std::string file_;
  Diagnostics* diagnostics_;
  int line_ = 0;
  std::vector<Record> records_;
  std::map<RecordKey, std::size_t> index_;
  std::map<RecordKey, std::map<std::string, std::string>> provenance_;  // rows seen
};

// Takes the inputs' hashes from the sidecar, which has to be of these very records.
void join_sidecar(const std::filesystem::path& sidecar, std::vector<Record>* records,
                  Diagnostics* diagnostics) {
  const std::size_t errors = diagnostics->size();
  std::map<RecordKey, Provenance> known;
  for (const Record& r : read_provenance_json(sidecar, diagnostics))
    known[key_of(r)] = r.provenance;
  if (diagnostics->size() > errors) return;
  const auto error = [&](const Record& r, const std::string& expected) {
    diagnostics->push_back({sidecar.string(), 0, key_text(r), "", expected});
  };
  for (Record& r : *records) {
    const auto found = known.find(key_of(r));
    if (found == known.end()) {
      error(r, "the record is missing; expected the sidecar written with the CSV file");
      continue;
    }
    const Provenance& p = found->second;
    if (p.tool != r.provenance.tool || p.source != r.provenance.source ||
        p.confidence != r.provenance.confidence)
      error(r, "tool, source or confidence differ from the CSV file; expected them to be equal");
    r.provenance = p;
  }
  if (known.size() > records->size())
    diagnostics->push_back({sidecar.string(), 0, "", "",
                            "has " + std::to_string(known.size()) + " records; expected the " +
                                std::to_string(records->size()) + " of the CSV file"});
}

}  // namespace

std::filesystem::path sidecar_of(const std::filesystem::path& csv_file) {
  std::filesystem::path sidecar = csv_file;
  return sidecar += ".meta.json";
}

void write_records_csv(const std::filesystem::path& file, const std::vector<Record>& records) {
  const std::string meta = provenance_to_json(file.string(), records);
  Writer writer(file.string());
  for (const Record& r : records) writer.add(r);
  const std::string text = writer.finish();
  write_text(sidecar_of(file), meta);
  write_text(file, text);
}

std::vector<Record> read_records_csv(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  const std::vector<CsvLine> lines = read_csv_lines(file, &diagnostics);
  if (lines.empty() && diagnostics.empty())
    diagnostics.push_back(
        {file.string(), 0, "header", "", "the file is empty; expected " + header_line()});
  std::vector<Record> records = Reader(file.string(), &diagnostics).read(lines);
  std::error_code ec;
  if (diagnostics.empty() && std::filesystem::exists(sidecar_of(file), ec))
    join_sidecar(sidecar_of(file), &records, &diagnostics);
  throw_if_any(diagnostics);
  return records;
}

}  // namespace assay
