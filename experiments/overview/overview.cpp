// SPDX-License-Identifier: Apache-2.0
#include "experiments/overview/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

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

void judge_experiment(const fs::path& folder, Entry* e) {
  const nlohmann::json metrics = json_of(folder / "metrics.json");
  e->word = "not judged";
  if (!metrics.is_object() || !metrics.contains("bounds")) return;
  if (!metrics["counts_agree"].is_null() && metrics["counts_agree"] == false) {
    e->state = "fail";
    e->word = "levels of one contract differ";
  } else if (!metrics["bounds"].empty()) {
    const bool holds = metrics["bounds_hold"] == true;
    e->state = holds ? "pass" : "fail";
    e->word = holds ? "within the stated bounds" : "outside the stated bounds";
  }
}

void judge_claims(const fs::path& folder, Entry* e) {
  const nlohmann::json claims = json_of(folder / "claims.json");
  if (!claims.is_object() || !claims.contains("counts")) return;
  const bool stated = claims.value("as_stated", false);
  const auto number = [&](const char* key) { return claims["counts"].value(key, 0); };
  e->state = stated ? "pass" : "fail";
  e->word = fmt::format("{} of {} claims reproduced, {} of {} numbers; {}", number("reproduced"),
                        number("claims"), number("numbers_reproduced"), number("numbers"),
                        stated ? "all as stated" : "NOT as stated");
}

std::optional<Entry> entry_of(const fs::path& folder) {
  Entry e;
  e.state = "none";
  const auto is = [&](const char* file, const std::string& kind) {
    if (!fs::is_regular_file(folder / file)) return false;
    e.kind = kind;
    e.path = file;
    return true;
  };
  if (is("claims.html", kKinds[0]))
    judge_claims(folder, &e);
  else if (is("report.html", kKinds[1]))
    judge_experiment(folder, &e);
  else if (!is("fit.html", kKinds[2]) && !is("explore.html", kKinds[3]) &&
           !is("plots/space.svg", kKinds[3]) && !is("score.txt", kKinds[4]))
    return std::nullopt;
  e.title = fs::path(e.path).extension() == ".html" ? title_of(folder / e.path)
                                                    : plain(folder.filename().string());
  return e;
}

void collect(const fs::path& top, const fs::path& folder, int depth, std::vector<Entry>* out) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory() || entry.is_symlink()) continue;
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
