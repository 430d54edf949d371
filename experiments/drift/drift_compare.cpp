// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/drift/drift.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"

namespace assay::drift {
namespace {

Change change_of(const Row& r) {
  if (r.before.has_value() != r.now.has_value() || r.before_n != r.now_n) return Change::drifted;
  if (r.before == r.now) return Change::equal;
  const double moved = std::abs(*r.now - *r.before);
  return moved <= std::max(r.tolerance.absolute, r.tolerance.relative * std::abs(*r.before))
             ? Change::within
             : Change::drifted;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Of errors; whether it is better is for people to say.
std::string direction(const Row& r) {
  if (r.before_n != r.now_n) return fmt::format(", n {} -> {}", r.before_n, r.now_n);
  if (!r.before || !r.now || !(ends_with(r.metric, "_pct") || ends_with(r.metric, "rms_ln")))
    return "";
  return std::abs(*r.now) < std::abs(*r.before) ? ", nearer to 0" : ", farther from 0";
}

std::string verdict(const Row& r) {
  switch (r.change) {
    case Change::equal:
      return "equal";
    case Change::within:
      return "within";
    case Change::drifted:
      return "DRIFT" + direction(r);
    case Change::vanished:
      return "VANISHED";
    case Change::added:
      return "NEW";
  }
  return "";
}

std::string value_text(const std::optional<double>& v) {
  return v ? fmt::format("{:.6g}", *v) : report::kUndefined;
}

std::string change_text(const Row& r) {
  return r.before && r.now ? fmt::format("{:+.3g}", *r.now - *r.before) : report::kUndefined;
}

std::string tolerance_text(const Tolerance& t) {
  std::string text;
  if (t.relative > 0) text = fmt::format("{:g} of it", t.relative);
  if (t.absolute > 0) text += fmt::format("{}{:g}", text.empty() ? "" : " or ", t.absolute);
  return text.empty() ? "0" : text;
}

std::vector<std::string> cells(const Row& r) {
  const bool old = r.change != Change::added, now = r.change != Change::vanished;
  return {r.metric,
          old ? value_text(r.before) : "-",
          now ? value_text(r.now) : "-",
          old && now ? change_text(r) : "-",
          old ? tolerance_text(r.tolerance) : "-",
          verdict(r)};
}

const std::vector<std::string> kHead{"metric", "old", "new", "change", "tolerance", "verdict"};

std::vector<const Row*> shown_rows(const SourceRows& s, Shown shown) {
  std::vector<const Row*> rows;
  for (const Row& r : s.rows)
    if (shown == Shown::all || r.change != Change::equal) rows.push_back(&r);
  return rows;
}

std::string summary(const SourceRows& s) {
  std::string text = fmt::format("{}: {} metrics, {} equal", s.source.name, s.rows.size(),
                                 count(s, Change::equal));
  const std::pair<Change, const char*> others[] = {{Change::within, "within the tolerance"},
                                                   {Change::drifted, "drifted"},
                                                   {Change::vanished, "vanished"},
                                                   {Change::added, "new"}};
  for (const auto& [change, what] : others)
    if (const int n = count(s, change); n > 0) text += fmt::format(", {} {}", n, what);
  return text;
}

std::string conclusion(const std::vector<SourceRows>& all) {
  std::size_t metrics = 0;
  int drifted = 0, unmatched = 0;
  for (const SourceRows& s : all) {
    metrics += s.rows.size();
    drifted += count(s, Change::drifted);
    unmatched += count(s, Change::vanished) + count(s, Change::added);
  }
  if (drifted + unmatched == 0)
    return fmt::format("No drift: {} metrics of {} source{}.", metrics, all.size(),
                       all.size() == 1 ? "" : "s");
  return fmt::format(
      "Drift: {} of {} metrics moved beyond their tolerance, {} vanished or new. An improvement is "
      "drift too: find out why, then assay drift --accept.",
      drifted, metrics, unmatched);
}

}  // namespace

SourceRows compare_metrics(const Source& source, const std::vector<Found>& found) {
  SourceRows all{source, {}};
  std::map<std::string, const Accepted*> before;
  for (const Accepted& a : source.metrics) before[a.metric] = &a;
  for (const Found& f : found) {
    Row r{f.metric, std::nullopt, f.value, 0, f.n, source.tolerance, Change::added};
    if (const auto known = before.find(f.metric); known != before.end()) {
      r.before = known->second->value;
      r.before_n = known->second->n;
      r.tolerance = known->second->tolerance.value_or(source.tolerance);
      r.change = change_of(r);
      before.erase(known);
    }
    all.rows.push_back(std::move(r));
  }
  for (const Accepted& a : source.metrics)
    if (before.count(a.metric) != 0)
      all.rows.push_back({a.metric, a.value, std::nullopt, a.n, 0,
                          a.tolerance.value_or(source.tolerance), Change::vanished});
  return all;
}

Source accepted(const SourceRows& s) {
  std::map<std::string, std::optional<Tolerance>> own;
  for (const Accepted& a : s.source.metrics) own[a.metric] = a.tolerance;
  Source out = s.source;
  out.metrics.clear();
  for (const Row& r : s.rows)
    if (r.change != Change::vanished)
      out.metrics.push_back({r.metric, r.now, r.now_n, own[r.metric]});
  return out;
}

int count(const SourceRows& s, Change change) {
  return static_cast<int>(std::count_if(s.rows.begin(), s.rows.end(),
                                        [&](const Row& r) { return r.change == change; }));
}

std::string drift_text(const std::vector<SourceRows>& all, Shown shown, bool colour) {
  std::string text;
  for (const SourceRows& s : all) {
    text += summary(s) + "\n";
    const std::vector<const Row*> rows = shown_rows(s, shown);
    if (rows.empty()) continue;
    report::Grid grid(colour);
    report::GridRow head;
    for (const std::string& h : kHead) head.push_back({h, ""});
    grid.add(head);
    grid.rule();
    for (const Row* r : rows) {
      const bool bad = r->change != Change::equal && r->change != Change::within;
      report::GridRow line;
      for (const std::string& c : cells(*r)) line.push_back({c, ""});
      if (bad) line.back().color = report::color_of("fail");
      grid.add(line);
    }
    text += grid.text() + "\n";
  }
  return text + conclusion(all) + "\n";
}

std::string drift_markdown(const std::vector<SourceRows>& all, Shown shown) {
  std::string text = "**" + conclusion(all) + "**\n";
  for (const SourceRows& s : all) {
    text += "\n" + summary(s) + "\n";
    const std::vector<const Row*> rows = shown_rows(s, shown);
    if (rows.empty()) continue;
    text += fmt::format("\n| {} |\n|---|---:|---:|---:|---:|---|\n", fmt::join(kHead, " | "));
    for (const Row* r : rows) {
      std::vector<std::string> c = cells(*r);
      c.front() = "`" + c.front() + "`";
      text += fmt::format("| {} |\n", fmt::join(c, " | "));
    }
  }
  return text;
}

std::vector<std::string> unmatched(const std::vector<SourceRows>& all) {
  std::vector<std::string> lines;
  for (const SourceRows& s : all)
    for (const Row& r : s.rows) {
      if (r.change == Change::vanished)
        lines.push_back(s.source.name + ": " + r.metric +
                        " was accepted and is not found any more");
      if (r.change == Change::added)
        lines.push_back(s.source.name + ": " + r.metric + " is new and was never accepted");
    }
  return lines;
}

}  // namespace assay::drift
