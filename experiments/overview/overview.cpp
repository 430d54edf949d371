// SPDX-License-Identifier: Apache-2.0
#include "experiments/overview/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "core/text.h"
#include "experiments/report/format.h"
#include "experiments/report/html.h"
#include "experiments/report/html_data.h"

namespace assay::overview {

extern const char* const kTemplate;  // template.html, compiled in by report/embed.cmake

namespace {

namespace fs = std::filesystem;
using kainjow::mustache::data;
using report::plain;

constexpr int kDepth = 2;
const std::vector<std::string> kKinds{"Claims", "Experiments", "Fits", "Explorations",
                                      "Other figures"};

std::string text_of(const fs::path& file) {
  Diagnostics ignored;
  return read_text(file, &ignored).value_or("");
}

nlohmann::json json_of(const fs::path& file) {
  return nlohmann::json::parse(text_of(file), nullptr, false);
}

// Between <title> and </title>, as HTML; the name where there is none.
std::string title_of(const fs::path& file) {
  const std::string text = text_of(file);
  const std::size_t from = text.find("<title>"), to = text.find("</title>");
  if (from == std::string::npos || to == std::string::npos || to < from)
    return plain(file.parent_path().filename().string());
  return text.substr(from + 7, to - from - 7);
}

// Files that are cut or edited give a page that fails, not one that is missing among the others.
void cannot_be_read(Entry* e) {
  e->state = "fail";
  e->word = "its verdict cannot be read";
}

// The member, null where there is none: [] of a const object is undefined without it.
nlohmann::json member(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() ? nlohmann::json() : *at;
}

void judge_experiment(const nlohmann::json& metrics, Entry* e) {
  if (!metrics.is_object()) return cannot_be_read(e);
  const nlohmann::json agree = member(metrics, "counts_agree");
  const nlohmann::json bounds = member(metrics, "bounds");
  const nlohmann::json hold = member(metrics, "bounds_hold");
  if (!(agree.is_null() || agree.is_boolean()) || !bounds.is_array() ||
      (!bounds.empty() && !hold.is_boolean()))
    return cannot_be_read(e);
  if (agree.is_boolean() && !agree.get<bool>()) {
    e->state = "fail";
    e->word = "levels of one contract differ";
  } else if (!bounds.empty()) {
    const bool holds = hold.get<bool>();
    e->state = holds ? "pass" : "fail";
    e->word = holds ? "within the stated bounds" : "outside the stated bounds";
  }
}

void judge_claims(const nlohmann::json& claims, Entry* e) {
  if (!claims.is_object()) return cannot_be_read(e);
  const nlohmann::json counts = member(claims, "counts");
  const nlohmann::json as_stated = member(claims, "as_stated");
  if (!counts.is_object() || !as_stated.is_boolean()) return cannot_be_read(e);
  std::vector<std::int64_t> numbers;
  for (const char* key : {"reproduced", "claims", "numbers_reproduced", "numbers"}) {
    const nlohmann::json number = member(counts, key);
    if (!number.is_number_integer()) return cannot_be_read(e);
    numbers.push_back(number.get<std::int64_t>());
  }
  const bool stated = as_stated.get<bool>();
  e->state = stated ? "pass" : "fail";
  e->word = fmt::format("{} of {} claims reproduced, {} of {} numbers; {}", numbers[0], numbers[1],
                        numbers[2], numbers[3], stated ? "all as stated" : "NOT as stated");
}

using Judge = void (*)(const nlohmann::json&, Entry*);

void judge(const fs::path& file, Judge by, Entry* e) {
  std::error_code ec;
  e->word = "not judged";
  if (fs::exists(file, ec) || ec) by(json_of(file), e);
}

std::optional<Entry> entry_of(const fs::path& folder) {
  Entry e;
  e.state = "none";
  const auto is = [&](const char* file, const std::string& kind) {
    std::error_code ec;
    if (!fs::is_regular_file(folder / file, ec)) return false;
    e.kind = kind;
    e.path = file;
    return true;
  };
  if (is("claims.html", kKinds[0]))
    judge(folder / "claims.json", judge_claims, &e);
  else if (is("report.html", kKinds[1]))
    judge(folder / "metrics.json", judge_experiment, &e);
  else if (!is("fit.html", kKinds[2]) && !is("explore.html", kKinds[3]) &&
           !is("plots/space.svg", kKinds[3]) && !is("score.txt", kKinds[4]))
    return std::nullopt;
  e.title = fs::path(e.path).extension() == ".html" ? title_of(folder / e.path)
                                                    : plain(folder.filename().string());
  return e;
}

void collect(const fs::path& top, const fs::path& folder, int depth, std::vector<Entry>* out) {
  std::error_code ec;  // what cannot be looked into has no entry
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (entry.is_symlink(ec) || !entry.is_directory(ec)) continue;
    if (entry.path().filename().string().front() == '.') continue;
    if (auto e = entry_of(entry.path())) {
      e->path = (entry.path().lexically_relative(top) / e->path).generic_string();
      out->push_back(std::move(*e));
    } else if (depth > 1) {
      collect(top, entry.path(), depth - 1, out);
    }
  }
}

std::ptrdiff_t rank(const std::string& kind) {
  return std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin();
}

}  // namespace

std::vector<Entry> entries_below(const fs::path& folder) {
  std::vector<Entry> entries;
  collect(folder, folder, kDepth, &entries);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(rank(a.kind), a.path) < std::pair(rank(b.kind), b.path);
  });
  return entries;
}

std::string page(const std::vector<Entry>& entries) {
  data page;
  page.set("style", report::page_style());
  page.set("tool", std::string("assay ") + ASSAY_VERSION);
  data kinds = report::list();
  int failed = 0;
  for (const std::string& kind : kKinds) {
    data rows = report::list();
    bool any = false;
    for (const Entry& e : entries) {
      if (e.kind != kind) continue;
      data row;
      row.set("path", plain(e.path));
      row.set("title", e.title);
      row.set("state", e.state);
      row.set("word", e.word);
      rows << row;
      any = true;
      failed += e.state == "fail" ? 1 : 0;
    }
    if (!any) continue;
    data section;
    section.set("kind", kind);
    section.set("rows", rows);
    kinds << section;
  }
  page.set("kinds", kinds);
  page.set("state", failed == 0 ? "pass" : "fail");
  page.set("word", failed == 0 ? "AS STATED" : "NOT AS STATED");
  page.set("summary",
           fmt::format("{} pages; {} with a verdict that fails", entries.size(), failed));
  kainjow::mustache::mustache form(kTemplate);
  if (!form.is_valid()) throw std::logic_error("template.html: " + form.error_message());
  return form.render(page);
}

}  // namespace assay::overview
