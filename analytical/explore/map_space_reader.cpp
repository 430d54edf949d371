// SPDX-License-Identifier: Apache-2.0
// Reading of map space files (docs/formats/mapspace.md).
#include <algorithm>
#include <set>

#include "analytical/explore/map_space.h"
#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay::analytical {
namespace {

constexpr unsigned kAll = (1U << kDims) - 1;
constexpr const char* kShape =
    "expected one of 'block NAME: {...}', 'par x: {...}', 'par y: {...}' or 'hold LEVEL: operands'";
constexpr const char* kRule = "expected a whole number, 'up to K' or 'rest'";
constexpr const char* kDim = "expected a dimension: N, G, M, C, P, Q, R or S";

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

std::optional<BoundRule> parse_rule(const std::string& text) {
  const std::vector<std::string> w = words_of(text);
  const auto number = [](const std::string& t) -> std::optional<std::int64_t> {
    const auto n = parse_integer(t);
    return n && *n >= 1 && *n <= kMaxBound ? n : std::nullopt;
  };
  if (w.size() == 1 && w[0] == "rest") return BoundRule{BoundRule::Kind::rest, kMaxBound};
  if (w.size() == 1)
    if (const auto n = number(w[0])) return BoundRule{BoundRule::Kind::fill, *n};
  if (w.size() == 3 && w[0] == "up" && w[1] == "to")
    if (const auto n = number(w[2])) return BoundRule{BoundRule::Kind::up_to, *n};
  return std::nullopt;
}

class SpaceReader {
 public:
  SpaceReader(YamlMap& top, const Accelerator& accelerator)
      : top_(top), accelerator_(accelerator) {}

  void nests(MapSpace* space) {
    YamlMap all = top_.map("nests");
    for (const auto& [name, list] : all.entries()) {
      const std::string path = "nests." + name;
      if (!list.IsSequence()) {
        all.error(name, "", "expected a list of pieces such as '- block outer: {}'");
        continue;
      }
      optional_.clear();
      Skeleton s;
      s.name = name;
      for (const auto& item : list) piece(path, item, &s);
      check(all, name, s);
      expand(s, space);
      if (space->skeletons.size() > kMaxSkeletons) {
        all.error(name, "",
                  "expected at most " + std::to_string(kMaxSkeletons) +
                      " nests, each choice of optional operands being one");
        return;
      }
    }
  }

  void factors(MapSpace* space) {
    space->factors.fill(Factors::perfect);
    if (!top_.has("factors")) return;
    const YAML::Node node = top_.raw("factors");
    if (node.IsScalar()) {
      const auto f = factor("factors", node);
      if (f) space->factors.fill(*f);
      return;
    }
    YamlMap map = top_.child("factors", node);
    for (const auto& [key, value] : map.entries()) {
      const auto dim = parse_dim(key);
      const auto f = factor("factors." + key, value);
      if (key == "default" && f)
        for (Dim d : kAllDims) {
          if (!map.has(std::string(name(d)))) space->factors[d] = *f;
        }
      else if (dim && f)
        space->factors[*dim] = *f;
      else if (!dim && key != "default")
        top_.error_at(value, "factors." + key, "", std::string(kDim) + ", or 'default'");
    }
  }

 private:
  std::optional<Factors> factor(const std::string& key, const YAML::Node& node) {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    if (text == "perfect") return Factors::perfect;
    if (text == "ceil") return Factors::ceil;
    top_.error_at(node, key, text, "expected 'perfect' or 'ceil'");
    return std::nullopt;
  }

  void piece(const std::string& path, const YAML::Node& item, Skeleton* s) {
    if (!item.IsMap() || item.size() != 1 || !item.begin()->first.IsScalar()) {
      top_.error_at(item, path, item.IsScalar() ? item.Scalar() : "", kShape);
      return;
    }
    const YAML::Node head = item.begin()->first, value = item.begin()->second;
    const std::vector<std::string> words = words_of(head.Scalar());
    Piece p;
    const std::string key = path + "." + head.Scalar();
    if (words.size() == 2 && words[0] == "hold") {
      hold(key, head, value, words[1], s);
    } else if (words.size() == 2 && words[0] == "block") {
      p.name = words[1];
      if (free_piece(key, value, &p)) s->pieces.push_back(p);
    } else if (words.size() == 2 && words[0] == "par") {
      p.kind = Piece::Kind::lanes;
      if (lanes(key, head, words[1], &p) && free_piece(key, value, &p)) s->pieces.push_back(p);
    } else {
      top_.error_at(head, path, head.Scalar(), kShape);
    }
  }

  bool lanes(const std::string& key, const YAML::Node& head, const std::string& axis, Piece* p) {
    for (std::size_t l = 0; l < accelerator_.levels.size(); ++l)
      if (accelerator_.levels[l].kind == LevelKind::array &&
          std::string(1, accelerator_.levels[l].axis) == axis)
        p->level = static_cast<int>(l);
    p->axis = axis.front();
    if (p->level < 0)
      top_.error_at(head, key, axis,
                    "expected the axis of an array of '" + accelerator_.name + "'");
    return p->level >= 0;
  }

  std::vector<Dim> dims(const std::string& key, const YAML::Node& list) {
    std::vector<Dim> out;
    std::vector<YAML::Node> items;
    if (list.IsSequence())
      for (const auto& i : list) items.push_back(i);
    else
      items.push_back(list);
    for (const YAML::Node& i : items) {
      const std::string text = i.IsScalar() ? i.Scalar() : "";
      const auto dim = parse_dim(text);
      if (!dim)
        top_.error_at(i, key, text, kDim);
      else if (std::find(out.begin(), out.end(), *dim) != out.end())
        top_.error_at(i, key, text, "the dimension appears twice; expected it once");
      else
        out.push_back(*dim);
    }
    return out;
  }

  bool free_piece(const std::string& key, const YAML::Node& value, Piece* p) {
    if (!value.IsMap()) {
      top_.error_at(value, key, value.IsScalar() ? value.Scalar() : "",
                    "expected {dims: [...], order: [...], DIM: bound}, or {} for anything");
      return false;
    }
    unsigned stated = 0, ruled = 0;
    bool has_dims = false;
    for (const auto& entry : value) {
      const std::string word = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const auto dim = parse_dim(word);
      if (word == "dims") {
        has_dims = true;
        for (Dim d : dims(key + ".dims", entry.second)) stated |= bit(d);
      } else if (word == "order" && p->kind == Piece::Kind::block) {
        p->order = dims(key + ".order", entry.second);
        for (Dim d : p->order) ruled |= bit(d);
      } else if (dim) {
        ruled |= bit(*dim);
        const auto rule = parse_rule(entry.second.IsScalar() ? entry.second.Scalar() : "");
        if (rule)
          p->rule[*dim] = *rule;
        else
          top_.error_at(entry.second, key + "." + word,
                        entry.second.IsScalar() ? entry.second.Scalar() : "", kRule);
      } else {
        top_.error_at(entry.first, key, word,
                      p->kind == Piece::Kind::block ? "expected 'dims', 'order' or a dimension"
                                                    : "expected 'dims' or a dimension");
      }
    }
    p->dims = has_dims ? stated : ruled != 0 ? ruled : kAll;
    if (has_dims && (ruled & ~stated) != 0)
      top_.error_at(value, key, "", "a bound or an order names a dimension that 'dims' leaves out");
    if (!p->order.empty())
      for (Dim d : kAllDims)
        if ((p->dims & bit(d)) != 0 &&
            std::find(p->order.begin(), p->order.end(), d) == p->order.end())
          top_.error_at(
              value, key + ".order", "",
              "expected every dimension of the block; " + std::string(name(d)) + " is missing");
    return true;
  }

  void hold(const std::string& key, const YAML::Node& head, const YAML::Node& value,
            const std::string& level_name, Skeleton* s) {
    Piece p;
    p.kind = Piece::Kind::hold;
    p.level = accelerator_.find(level_name);
    const bool storage =
        p.level >= 0 &&
        accelerator_.levels[static_cast<std::size_t>(p.level)].kind == LevelKind::storage;
    if (!storage) top_.error_at(head, key, level_name, unknown_level(level_name));
    unsigned optional = 0;
    for (std::string word : words_of(value.IsScalar() ? value.Scalar() : "?")) {
      const bool may = word.size() > 1 && word.back() == '?';
      if (may) word.pop_back();
      const auto operand = parse_operand(word);
      if (!operand) {
        top_.error_at(
            head, key, word,
            "expected operands: I, W, O, or several separated by commas; 'I?' is optional");
        continue;
      }
      const unsigned mask = 1U << static_cast<unsigned>(index(*operand));
      if ((p.operands & mask) != 0)
        top_.error_at(head, key, word, "the operand appears twice; expected it once");
      if (storage && !accelerator_.levels[static_cast<std::size_t>(p.level)].keeps[*operand].kept)
        top_.error_at(head, key, word, "level '" + level_name + "' does not keep it");
      p.operands |= mask;
      if (may) optional |= mask;
    }
    if (!storage) return;
    s->pieces.push_back(p);
    optional_.emplace_back(s->pieces.size() - 1, optional);
  }

  std::string unknown_level(const std::string& word) const {
    std::vector<std::string> names;
    for (const Level& l : accelerator_.levels)
      if (l.kind == LevelKind::storage) names.push_back(l.name);
    const std::string hint = nearest(word, names);
    return "expected a storage level of accelerator '" + accelerator_.name + "': " + one_of(names) +
           (hint.empty() ? "" : "; did you mean '" + hint + "'?");
  }

  void check(YamlMap& all, const std::string& name, const Skeleton& s) {
    const auto slots = std::count_if(s.pieces.begin(), s.pieces.end(),
                                     [](const Piece& p) { return p.kind != Piece::Kind::hold; });
    if (slots == 0 || slots > kMaxSlots)
      all.error(name, std::to_string(slots),
                "expected 1 to " + std::to_string(kMaxSlots) + " blocks and lanes");
  }

  // One nest per choice of the optional operands.
  void expand(const Skeleton& s, MapSpace* space) const {
    std::vector<Skeleton> all{s};
    for (const auto& [at, optional] : optional_)
      for (Operand o : kAllOperands) {
        const unsigned mask = 1U << static_cast<unsigned>(index(o));
        if ((optional & mask) == 0 || all.size() > kMaxSkeletons) continue;
        const std::size_t n = all.size();
        for (std::size_t i = 0; i < n; ++i) {
          all.push_back(all[i]);
          all.back().pieces[at].operands &= ~mask;
          all.back().name += " without " + std::string(assay::name(o)) + " in " +
                             accelerator_.levels[static_cast<std::size_t>(s.pieces[at].level)].name;
        }
      }
    space->skeletons.insert(space->skeletons.end(), all.begin(), all.end());
  }

  YamlMap& top_;
  const Accelerator& accelerator_;
  std::vector<std::pair<std::size_t, unsigned>> optional_;  // piece -> operands
};

}  // namespace

MapSpace read_map_space(const std::filesystem::path& file, const Accelerator& accelerator) {
  Diagnostics diagnostics;
  MapSpace space;
  space.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  YamlMap top = yaml.map();
  top.schema("assay.mapspace/1");
  space.name = top.text("name");
  space.accelerator = top.accelerator(accelerator.name);
  space.source = top.text("source");
  SpaceReader reader(top, accelerator);
  reader.factors(&space);
  reader.nests(&space);
  top.finish();
  throw_if_any(diagnostics);
  return space;
}

}  // namespace assay::analytical
