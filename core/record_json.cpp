// SPDX-License-Identifier: Apache-2.0
// Records as JSON, and the sidecar of records as CSV (docs/formats/records.md).
#include <nlohmann/json.hpp>

#include "core/json_reader.h"
#include "core/record.h"
#include "core/record_io.h"
#include "core/text.h"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;
using Kind = JsonValue::Kind;
constexpr const char* kSchema = "assay.records/1";
constexpr const char* kMetaSchema = "assay.records-meta/1";

// ---- writing -----------------------------------------------------------------------------

Json identity(const Record& r) {
  Json j = Json::object();
  j["level"] = r.level;
  j["chip"] = r.chip;
  j["workload"] = r.workload;
  j["layer"] = r.layer;
  j["variant"] = r.variant;
  j["batch"] = r.batch;
  return j;
}

template <class Value>
void put(Json* to, const char* name, const std::map<std::string, Value>& from) {
  if (from.empty()) return;
  Json& section = (*to)[name] = Json::object();
  for (const auto& [key, value] : from) section[key] = value;
}

Json to_json(const Provenance& p) {
  Json j = Json::object();
  j["tool"] = p.tool;
  j["source"] = p.source;
  j["confidence"] = p.confidence;
  put(&j, "inputs", p.inputs);
  return j;
}

Json to_json(const Record& r) {
  Json j = identity(r);
  j["repeat"] = r.repeat;
  put(&j, "values", r.values);
  if (!r.counts.empty()) {
    Json& counts = j["counts"] = Json::object();
    for (const auto& [key, count] : r.counts)
      counts[key.component][key.operand][key.action] = count;
  }
  put(&j, "cycles_by_cause", r.cycles_by_cause);
  put(&j, "energy_pj_by_component", r.energy_pj_by_component);
  put(&j, "notes", r.notes);
  j["provenance"] = to_json(r.provenance);
  return j;
}

template <class ToJson>
std::string document(const std::string& file, const char* schema,
                     const std::vector<Record>& records, ToJson one) {
  Diagnostics diagnostics;
  check_records(file, records, {}, &diagnostics);
  throw_if_any(diagnostics);
  Json list = Json::array();
  for (const Record& r : records) list.push_back(one(r));
  Json top = Json::object();
  top["schema"] = schema;
  top["records"] = std::move(list);
  try {
    return top.dump(1) + "\n";
  } catch (const Json::type_error&) {
    throw InputError({{file, 0, "", "", "a text of a record is not UTF-8; expected UTF-8"}});
  }
}

std::string records_document(const std::string& file, const std::vector<Record>& records) {
  return document(file, kSchema, records, [](const Record& r) { return to_json(r); });
}

// ---- reading -----------------------------------------------------------------------------

void read_map(JsonMap* from, const std::string& name, std::map<std::string, double>* to) {
  const JsonValue* section = from->map(name);
  if (section == nullptr) return;
  for (const auto& [key, v] : section->members) {
    if (v.kind == Kind::integer || v.kind == Kind::real)
      (*to)[key] = v.real;
    else
      from->error(v.line, name + "." + key, v.shown(), "expected a number");
  }
}

void read_map(JsonMap* from, const std::string& name, std::map<std::string, std::string>* to) {
  const JsonValue* section = from->map(name);
  if (section == nullptr) return;
  for (const auto& [key, v] : section->members) {
    if (v.kind == Kind::text)
      (*to)[key] = v.text;
    else
      from->error(v.line, name + "." + key, v.shown(), "expected text");
  }
}

void read_counts(JsonMap* from, std::map<CountKey, std::int64_t>* to) {
  const JsonValue* section = from->map("counts");
  if (section == nullptr) return;
  for (const auto& [component, operands] : section->members) {
    const std::string path = "counts." + component;
    if (operands.kind != Kind::map)
      from->error(operands.line, path, operands.shown(), "expected a mapping from operands");
    for (const auto& [operand, actions] : operands.members) {
      if (actions.kind != Kind::map)
        from->error(actions.line, path + "." + operand, actions.shown(),
                    "expected a mapping from actions");
      for (const auto& [action, count] : actions.members) {
        if (count.kind == Kind::integer)
          (*to)[{component, operand, action}] = count.integer;
        else
          from->error(count.line, path + "." + operand + "." + action, count.shown(),
                      "expected a whole number of at most 64 bits");
      }
    }
  }
}

void read_identity(JsonMap* from, Record* r) {
  r->level = from->text("level");
  r->chip = from->text("chip");
  r->workload = from->text("workload");
  r->layer = from->text("layer");
  r->variant = from->text("variant", "");
  r->batch = from->positive("batch", 1);
}

void read_provenance(JsonMap* from, const std::string& file, Diagnostics* diagnostics,
                     Provenance* to) {
  const JsonValue* section = from->map("provenance");
  if (section == nullptr) return;
  JsonMap map(*section, from->child("provenance"), file, diagnostics);
  to->tool = map.text("tool", "");
  to->source = map.text("source", "");
  to->confidence = map.text("confidence", "");
  read_map(&map, "inputs", &to->inputs);
  map.finish();
}

Record read_record(JsonMap* from, const std::string& file, Diagnostics* diagnostics, bool whole) {
  Record r;
  read_identity(from, &r);
  if (whole) {
    r.repeat = from->positive("repeat", 1);
    read_map(from, "values", &r.values);
    read_counts(from, &r.counts);
    read_map(from, "cycles_by_cause", &r.cycles_by_cause);
    read_map(from, "energy_pj_by_component", &r.energy_pj_by_component);
    read_map(from, "notes", &r.notes);
  }
  read_provenance(from, file, diagnostics, &r.provenance);
  from->finish();
  return r;
}

std::vector<Record> parse_document(const std::string& file, const std::string& text,
                                   const char* schema, bool whole, Diagnostics* diagnostics) {
  std::vector<Record> records;
  const std::optional<JsonValue> tree = parse_json(file, text, diagnostics);
  if (!tree) return records;
  JsonMap top(*tree, "", file, diagnostics);
  top.schema(schema);
  const std::size_t errors = diagnostics->size();
  std::vector<int> lines;
  if (const JsonValue* list = top.list("records")) {
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      JsonMap item(list->items[i], "records[" + std::to_string(i) + "]", file, diagnostics);
      records.push_back(read_record(&item, file, diagnostics, whole));
      lines.push_back(item.line());
    }
  }
  top.finish();
  // Keys that could not be read would be called repeated or empty here.
  if (diagnostics->size() == errors) check_records(file, records, lines, diagnostics);
  return records;
}

std::vector<Record> read_document(const std::filesystem::path& path, const char* schema, bool whole,
                                  Diagnostics* diagnostics) {
  const std::optional<std::string> text = read_text(path, diagnostics);
  if (!text) return {};
  return parse_document(path.string(), *text, schema, whole, diagnostics);
}

}  // namespace

std::string records_to_json(const std::vector<Record>& records) {
  return records_document("", records);
}

void write_records_json(const std::filesystem::path& file, const std::vector<Record>& records) {
  write_text(file, records_document(file.string(), records));
}

std::vector<Record> read_records_json(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  std::vector<Record> records = read_document(file, kSchema, true, &diagnostics);
  throw_if_any(diagnostics);
  return records;
}

std::vector<Record> records_from_json(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  std::vector<Record> records = parse_document(name, text, kSchema, true, &diagnostics);
  throw_if_any(diagnostics);
  return records;
}

std::string provenance_to_json(const std::string& file, const std::vector<Record>& records) {
  return document(file, kMetaSchema, records, [](const Record& r) {
    Json j = identity(r);
    j["provenance"] = to_json(r.provenance);
    return j;
  });
}

std::vector<Record> read_provenance_json(const std::filesystem::path& file,
                                         Diagnostics* diagnostics) {
  return read_document(file, kMetaSchema, false, diagnostics);
}

}  // namespace assay
