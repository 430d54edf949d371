// SPDX-License-Identifier: Apache-2.0
#include "experiments/import_mapping.h"

#include <set>

#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

// Wide enough for any change of unit; a product with a cell is checked again.
constexpr RealRange kAnyReal = {-1e300, 1e300};

CellSource constant(const std::string& key, const std::string& text) {
  CellSource source;
  source.key = key;
  source.constant = text;
  return source;
}

void read_names(YamlMap* map, CellSource* source) {
  if (!map->has("names")) return;
  YamlMap names = map->map("names");
  for (const auto& [cell, node] : names.entries()) {
    if (node.IsScalar() && !node.Scalar().empty())
      source->names[cell] = node.Scalar();
    else
      names.error(cell, "", "expected text");
  }
  if (source->names.empty()) map->error("names", "", "expected at least one cell: name");
  source->keep_unnamed = map->choice("others", {"refuse", "keep"}, "refuse") == "keep";
}

// "key: text" or "key: {column: c, names: {cell: text}, others: keep}".
CellSource read_cell(YamlMap* top, const std::string& key, bool required,
                     const std::string& absent) {
  CellSource source = constant(key, absent);
  source.line = top->line(key);
  const YAML::Node node = top->raw(key);
  if (!node.IsDefined()) {
    if (required) top->error(key, "", "the key is missing");
    return source;
  }
  if (!node.IsMap()) {
    source.constant = top->text(key);
    return source;
  }
  YamlMap map = top->child(key, node);
  source.constant.reset();
  source.column = map.text("column");
  read_names(&map, &source);
  map.finish();
  return source;
}

// As read_cell; a constant must be a whole number of at least 1.
CellSource read_count(YamlMap* top, const std::string& key) {
  CellSource source = read_cell(top, key, false, "1");
  if (!source.constant) return source;
  const std::optional<std::int64_t> v = parse_integer(*source.constant);
  if (!v || *v < 1 || *v > kMaxBound)
    top->error(key, *source.constant, "expected a whole number from 1 to 2^40, or {column: ...}");
  return source;
}

void read_filters(YamlMap* top, const std::string& key, ImportMapping* mapping) {
  if (!top->has(key)) return;
  for (YamlMap item : top->maps(key)) {
    RowFilter filter;
    filter.line = item.line();
    filter.column = item.text("column");
    filter.cells = item.texts("equals");
    filter.reason = item.text("reason");
    filter.keep = key == "keep";
    item.finish();
    mapping->filters.push_back(std::move(filter));
  }
}

void read_values(YamlMap* top, ImportMapping* mapping) {
  std::set<std::string> seen;
  for (YamlMap item : top->maps("values")) {
    ImportedValue value;
    value.line = item.line();
    value.quantity = item.text("quantity");
    if (item.has("value"))
      value.constant = item.real("value", kAnyReal);
    else
      value.column = item.text("column");
    if (value.constant)
      for (const char* key : {"column", "scale", "offset"})
        if (item.has(key)) item.error(key, "", "expected either 'value' or 'column', not both");
    value.scale = item.real("scale", kAnyReal, 1);
    value.offset = item.real("offset", kAnyReal, 0);
    item.text("unit", "");  // for the human reader
    if (value.scale == 0) item.error("scale", "0", "expected a number other than 0");
    if (!value.quantity.empty() && !seen.insert(value.quantity).second)
      item.error("quantity", value.quantity, "the quantity appears twice; expected it once");
    item.finish();
    mapping->values.push_back(std::move(value));
  }
  if (mapping->values.empty() && top->has("values"))
    top->error("values", "", "expected at least one {quantity: ..., column: ...}");
}

}  // namespace

ImportMapping read_import_mapping(const std::filesystem::path& file, Diagnostics* diagnostics) {
  ImportMapping mapping;
  mapping.file = file.string();
  const YamlFile yaml(file, diagnostics);
  if (!yaml.ok()) return mapping;
  YamlMap top = yaml.map();
  top.schema("assay.import/1");
  mapping.name = top.text("name");
  top.text("description", "");
  // A measurement without its source is hearsay; another tool's figures need none but its name.
  const bool measured = top.choice("kind", {"measured", "predicted"}) == "measured";
  mapping.level = top.text("level");
  mapping.tool = top.text("tool", mapping.level);
  mapping.chip = read_cell(&top, "chip", true, "");
  mapping.workload = read_cell(&top, "workload", true, "");
  mapping.layer = read_cell(&top, "layer", true, "");
  mapping.variant = read_cell(&top, "variant", false, "");
  mapping.batch = read_count(&top, "batch");
  mapping.repeat = read_count(&top, "repeat");
  mapping.source = read_cell(&top, "source", measured, "");
  mapping.confidence = read_cell(&top, "confidence", measured, "");
  if (top.has("absent")) mapping.absent = top.texts("absent");
  read_filters(&top, "keep", &mapping);
  read_filters(&top, "skip", &mapping);
  read_values(&top, &mapping);
  for (const char* optional : {"tool", "absent", "keep", "skip"}) top.raw(optional);
  top.finish();
  return mapping;
}

}  // namespace assay
