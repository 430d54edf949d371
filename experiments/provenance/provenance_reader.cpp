// SPDX-License-Identifier: Apache-2.0
// provenance.json, read strictly: it is what everything else in the folder is judged by.
#include "core/json_reader.h"
#include "core/text.h"
#include "experiments/provenance/provenance.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;

class ChainReader {
 public:
  ChainReader(std::string file, Diagnostics* diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  Chain read(const JsonValue& root) {
    JsonMap map(root, "", file_, diagnostics_);
    map.schema("assay.provenance/1");
    Chain chain;
    chain.experiment = map.text("experiment", "");
    chain.command = map.text("command", "");
    if (const JsonValue* program = map.map("program")) {
      JsonMap inner(*program, map.child("program"), file_, diagnostics_);
      inner.text("name");
      chain.version = inner.text("version");
      chain.executable = hash(&inner, "executable");
      inner.finish();
    } else {
      map.error(map.line(), "program", "", "expected a mapping");
    }
    if (const JsonValue* tools = map.map("tools")) chain.tools = texts(*tools, "tools");
    each(&map, "inputs", [&](JsonMap* m) { chain.inputs.push_back(input(m)); });
    each(&map, "outputs", [&](JsonMap* m) {
      chain.outputs.push_back({relative(m, "path"), hash(m, "sha256")});
    });
    each(&map, "records", [&](JsonMap* m) { chain.records.push_back(record(m)); });
    map.finish();
    return chain;
  }

 private:
  template <class Read>
  void each(JsonMap* map, const std::string& key, const Read& read) {
    const JsonValue* items = map->list(key);
    if (items == nullptr) return;
    for (std::size_t i = 0; i < items->items.size(); ++i) {
      JsonMap item(items->items[i], key + "[" + std::to_string(i) + "]", file_, diagnostics_);
      read(&item);
      item.finish();
    }
  }

  InputFile input(JsonMap* m) {
    InputFile f;
    f.place.path = relative(m, "path");
    f.place.in = m->text("in");
    f.name = m->text("name");
    f.hash = hash(m, "sha256");
    if (f.place.in != kInData && f.place.in != kInWork && f.place.in != kUnknownPlace)
      m->error(m->line(), m->child("in"), f.place.in, "expected data, work or unknown");
    if (const JsonValue* roles = m->list("roles"))
      for (const JsonValue& role : roles->items) f.roles.push_back(role.text);
    return f;
  }

  RecordOrigin record(JsonMap* m) {
    RecordOrigin r;
    r.record = m->text("record");
    const std::string side = m->text("side");
    r.measured = side == "measured";
    if (!r.measured && side != "predicted")
      m->error(m->line(), m->child("side"), side, "expected predicted or measured");
    if (const JsonValue* inputs = m->map("inputs")) r.inputs = texts(*inputs, m->child("inputs"));
    return r;
  }

  std::map<std::string, std::string> texts(const JsonValue& map, const std::string& path) {
    std::map<std::string, std::string> all;
    JsonMap inner(map, path, file_, diagnostics_);
    for (const auto& member : map.members) all[member.first] = inner.text(member.first, "");
    return all;
  }

  std::string hash(JsonMap* m, const std::string& key) {
    const std::string text = m->text(key);
    if (!text.empty() && !split_name_and_hash("x " + text))
      m->error(m->line(), m->child(key), text, "expected sha256: and 64 hexadecimal digits");
    return text;
  }

  // A report tells of its own folder and of places below named ones; it may not send a reader
  // elsewhere.
  std::string relative(JsonMap* m, const std::string& key) {
    const std::string text = m->text(key);
    if (fs::path(text).is_absolute())
      m->error(m->line(), m->child(key), text, "expected a relative path");
    return text;
  }

  std::string file_;
  Diagnostics* diagnostics_;
};

}  // namespace

Chain read_chain(const fs::path& folder) {
  const fs::path file = folder / kFile;
  Diagnostics diagnostics;
  if (!fs::is_directory(folder))
    throw InputError({{folder.string(), 0, "", "", "no such folder; expected that of a report"}});
  if (!fs::is_regular_file(file))
    throw InputError({{file.string(), 0, "", "",
                       "no such file: the folder is no report of assay validate or assay report, "
                       "or of a version without provenance"}});
  const auto text = read_text(file, &diagnostics);
  throw_if_any(diagnostics);
  const auto root = parse_json(file.string(), *text, &diagnostics);
  Chain chain;
  if (root) chain = ChainReader(file.string(), &diagnostics).read(*root);
  throw_if_any(diagnostics);
  return chain;
}

}  // namespace assay::provenance
