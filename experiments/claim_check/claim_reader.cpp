// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/yaml_reader.h"
#include "experiments/claim_check/claim.h"

namespace assay::claim_check {
namespace {

namespace fs = std::filesystem;
using Kind = Locator::Kind;

constexpr RealRange kAnyNumber{-1e300, 1e300};
const std::vector<std::pair<std::string, Kind>> kKinds{
    {"metric", Kind::metric},   {"record", Kind::record},         {"csv", Kind::csv},
    {"json", Kind::json},       {"constant", Kind::constant},     {"sum", Kind::sum},
    {"product", Kind::product}, {"difference", Kind::difference}, {"ratio", Kind::ratio},
    {"largest", Kind::largest}};
const std::vector<std::string> kVerdicts{"reproduced", "not reproduced"};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& [text, kind] : kKinds) names.push_back(text);
  return names;
}

// Inside the folder in which the commands ran, or in the data or the claim's folder.
void check_path(YamlMap& map, const std::string& key, const std::string& path) {
  const bool placed = path.rfind("{data}/", 0) == 0 || path.rfind("{claim}/", 0) == 0;
  const fs::path p = path;
  const bool climbs = std::find(p.begin(), p.end(), fs::path("..")) != p.end();
  if (p.is_absolute() || climbs || (!placed && path.find('{') != std::string::npos))
    map.error(key, path, "expected a path below the commands' folder, {data}/ or {claim}/");
}

std::string path_text(YamlMap& map, const std::string& key) {
  std::string path = map.text(key);
  check_path(map, key, path);
  return path;
}

RecordQuery read_query(YamlMap map) {
  RecordQuery q;
  q.layer = map.text("layer", "");
  q.level = map.text("level");
  q.variant = map.text("variant", "");
  q.quantity = map.text("quantity", "");
  q.count = map.text("count", "");
  q.energy = map.text("energy", "");
  const int named = static_cast<int>(!q.quantity.empty()) + (q.count.empty() ? 0 : 1) +
                    (q.energy.empty() ? 0 : 1);
  if (named != 1) map.error("", "", "expected exactly one of 'quantity', 'count' and 'energy'");
  map.finish();
  return q;
}

Locator read_locator(YamlMap map);

std::vector<Locator> read_terms(YamlMap& map, const std::string& key, Kind kind) {
  std::vector<Locator> terms;
  for (YamlMap& term : map.maps(key)) terms.push_back(read_locator(std::move(term)));
  const bool two = kind == Kind::ratio || kind == Kind::difference;
  if (two ? terms.size() != 2 : terms.empty())
    map.error(key, std::to_string(terms.size()) + " terms",
              two ? "expected two: the first and what it is divided by or lessened by"
                  : "expected at least one");
  return terms;
}

void read_cell(YamlMap& map, Locator* l) {
  l->file = path_text(map, "csv");
  YamlMap row = map.map("row");
  for (const auto& [column, node] : row.entries())
    l->row[column] = node.IsScalar() ? node.Scalar() : std::string();
  l->name = map.text("column");
}

Locator read_locator(YamlMap map) {
  Locator l;
  std::vector<std::string> found;
  for (const auto& [text, kind] : kKinds) {
    if (!map.has(text)) continue;
    found.push_back(text);
    l.kind = kind;
  }
  if (found.size() != 1) {
    map.error("", found.empty() ? "" : one_of(found),
              "expected exactly one of " + one_of(kind_names()));
    return l;
  }
  switch (l.kind) {
    case Kind::metric:
      l.name = map.text("metric");
      l.file = path_text(map, "file");
      break;
    case Kind::record:
      l.record = read_query(map.map("record"));
      l.file = path_text(map, "file");
      break;
    case Kind::csv:
      read_cell(map, &l);
      break;
    case Kind::json:
      l.file = path_text(map, "json");
      l.path = map.texts("at");
      break;
    case Kind::constant:
      l.value = map.real("constant", kAnyNumber);
      break;
    default:
      l.terms = read_terms(map, found.front(), l.kind);
  }
  map.finish();
  return l;
}

void read_tolerance(YamlMap& map, ClaimNumber* n) {
  const std::string relation = map.choice("relation", {"within", "at most", "at least"}, "within");
  n->relation = relation == "at most"    ? Relation::at_most
                : relation == "at least" ? Relation::at_least
                                         : Relation::within;
  if (n->relation != Relation::within) {
    if (map.has("tolerance"))
      map.error("tolerance", "", "expected none: a bound is its own tolerance");
    return;
  }
  const bool stated = map.has("tolerance");
  YamlMap tolerance = map.map("tolerance");  // says where it is missing
  if (!stated) return;
  n->tolerance_in_percent = tolerance.has("percent");
  const bool absolute = tolerance.has("absolute");
  if (n->tolerance_in_percent == absolute) {
    tolerance.error("", "", "expected exactly one of 'percent' and 'absolute'");
    return;
  }
  n->tolerance = tolerance.real(absolute ? "absolute" : "percent", {0, 1e300});
  if (n->tolerance_in_percent && n->expected == 0)
    tolerance.error("percent", "", "per cent of 0 mean nothing; expected 'absolute'");
  tolerance.finish();
}

// What is not reproduced says so beforehand, and why.
void read_verdict(YamlMap& map, ClaimNumber* n) {
  const bool checkable = !map.has("not_checkable");
  if (!checkable) {
    n->stated = Verdict::not_checkable;
    n->reason = map.text("not_checkable");
    for (const char* key : {"find", "verdict", "reason"})
      if (map.has(key)) map.error(key, "", "expected none beside 'not_checkable'");
    return;
  }
  n->find = read_locator(map.map("find"));
  if (map.choice("verdict", kVerdicts, kVerdicts[0]) == kVerdicts[0]) return;
  n->stated = Verdict::not_reproduced;
  n->reason = map.text("reason");
}

ClaimNumber read_number(YamlMap map, bool comparison) {
  ClaimNumber n;
  n.name = map.text("name");
  n.expected = map.real("expected", kAnyNumber);
  n.unit = map.text("unit");
  if (comparison) {
    n.stated = Verdict::shown;
    if (map.has("find")) n.find = read_locator(map.map("find"));
  } else {
    if (map.has("not_checkable"))
      map.has("tolerance"), map.has("relation");  // may be stated, decide nothing
    else
      read_tolerance(map, &n);
    read_verdict(map, &n);
  }
  map.finish();
  return n;
}

// Whatever lies elsewhere would decide the numbers and not be in the hash under which they are
// kept.
void check_argument(YamlMap& map, const std::string& argument) {
  const bool option = argument.rfind("--", 0) == 0;  // "--out=/tmp/x"
  const std::size_t value = option ? argument.find('=') : std::string::npos;
  const fs::path path = value == std::string::npos ? argument : argument.substr(value + 1);
  if (path.is_absolute())
    map.error("assay", argument, "expected a path below the commands' folder, {data}/ or {claim}/");
}

Command read_command(YamlMap map) {
  Command c;
  c.arguments = map.texts("assay");
  if (c.arguments.empty()) map.error("assay", "", "expected the arguments of a command");
  if (!c.arguments.empty() && c.arguments.front() == "check")
    map.error("assay", "check", "expected another command: claims do not check claims");
  for (const std::string& a : c.arguments) check_argument(map, a);
  c.output = map.text("output", "");
  if (!c.output.empty()) check_path(map, "output", c.output);
  if (c.output.rfind('{', 0) == 0)
    map.error("output", c.output, "expected a file in the commands' own folder");
  if (map.has("exit_codes")) {
    c.exit_codes.clear();
    for (const std::int64_t code : map.integers("exit_codes", {0, 255}))
      c.exit_codes.push_back(static_cast<int>(code));
  }
  map.finish();
  return c;
}

// The claim's own verdict follows from its numbers; stating both keeps either from being
// overlooked.
void check_verdicts(YamlMap& map, const Claim& claim) {
  if (claim.comparison) return;
  const bool all =
      std::all_of(claim.numbers.begin(), claim.numbers.end(),
                  [](const ClaimNumber& n) { return n.stated == Verdict::reproduced; });
  if (all != (claim.stated == Verdict::reproduced))
    map.error("verdict", name(claim.stated),
              all ? "expected 'reproduced', or a number with a verdict of its own"
                  : "expected 'not reproduced', as at least one number is");
}

void check_numbers(YamlMap& map, const Claim& claim) {
  std::vector<std::string> names;
  for (const ClaimNumber& n : claim.numbers) {
    if (std::find(names.begin(), names.end(), n.name) != names.end())
      map.error("numbers", n.name, "stated twice; expected once");
    names.push_back(n.name);
  }
  if (names.empty()) map.error("numbers", "", "expected at least one number");
  const bool finds = std::any_of(claim.numbers.begin(), claim.numbers.end(),
                                 [](const ClaimNumber& n) { return n.find.has_value(); });
  if (finds == claim.commands.empty())
    map.error("commands", "",
              finds ? "expected at least one: a number is found in its output"
                    : "expected none: no number is found in their output");
}

Publication read_publication(YamlMap map) {
  Publication p;
  p.statement = map.text("statement");
  p.source = map.text("source");
  p.where = map.text("where");
  p.confidence = map.text("confidence");
  map.finish();
  return p;
}

void read_body(YamlMap& map, Claim* claim) {
  claim->title = map.text("title");
  claim->comparison = map.choice("kind", {"claim", "comparison"}) == "comparison";
  claim->published = read_publication(map.map("published"));
  if (map.has("commands"))
    for (YamlMap& c : map.maps("commands")) claim->commands.push_back(read_command(std::move(c)));
  if (map.has("needs")) claim->needs = map.texts("needs");
  for (const std::string& need : claim->needs)
    if (need != "rtl") map.error("needs", need, "expected 'rtl'");
  claim->minutes = map.real("minutes", {0, 600});
  if (claim->comparison) {
    claim->stated = Verdict::shown;
  } else if (map.choice("verdict", kVerdicts) == kVerdicts[1]) {
    claim->stated = Verdict::not_reproduced;
    claim->reason = map.text("reason");
  }
  claim->note = map.text("note", "");
  for (YamlMap& n : map.maps("numbers"))
    claim->numbers.push_back(read_number(std::move(n), claim->comparison));
}

bool is_id(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
}

}  // namespace

Claim read_claim(const fs::path& folder) {
  Diagnostics diagnostics;
  Claim claim;
  claim.file = folder / "claim.yaml";
  claim.id = fs::absolute(folder).lexically_normal().filename().string();
  if (claim.id.empty()) claim.id = fs::absolute(folder).lexically_normal().parent_path().filename();
  const YamlFile file(claim.file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap map = file.map();
  map.schema("assay.claim/1");
  if (!is_id(claim.id))
    map.error("", claim.id, "expected a folder name of lower-case letters, digits, '-', '_', '.'");
  read_body(map, &claim);
  map.finish();
  if (diagnostics.empty()) {
    check_numbers(map, claim);
    check_verdicts(map, claim);
  }
  throw_if_any(diagnostics);
  return claim;
}

std::vector<fs::path> claim_folders(const fs::path& claims, const std::vector<std::string>& ids) {
  std::vector<std::string> known;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(claims, ec))
    if (fs::is_regular_file(entry.path() / "claim.yaml"))
      known.push_back(entry.path().filename().string());
  std::sort(known.begin(), known.end());
  std::vector<fs::path> folders;
  if (ids.empty()) {
    for (const std::string& id : known) folders.push_back(claims / id);
    if (folders.empty())
      throw InputError({{claims.string(), 0, "", "", "expected folders with a claim.yaml"}});
    return folders;
  }
  Diagnostics diagnostics;
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) {
      folders.push_back(claims / id);
    } else if (fs::is_regular_file(fs::path(id) / "claim.yaml", ec)) {
      folders.emplace_back(id);
    } else {
      const std::string hint = nearest(id, known);
      diagnostics.push_back({"", 0, "claim", id,
                             "expected a folder with a claim.yaml or one of " + one_of(known) +
                                 (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    }
  }
  throw_if_any(diagnostics);
  return folders;
}

}  // namespace assay::claim_check
