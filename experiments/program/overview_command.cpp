// SPDX-License-Identifier: Apache-2.0
// assay overview: one page that links all reports and claims below a folder.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "core/diagnostics.h"
#include "core/text.h"
#include "experiments/overview/overview.h"
#include "experiments/program/commands.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = "<!-- assay overview -->";

// Only a page of its own is written over.
void check_page(const fs::path& file) {
  if (!fs::exists(file)) return;
  Diagnostics diagnostics;
  const auto text = read_text(file, &diagnostics);
  throw_if_any(diagnostics);
  if (text->find(kMark) == std::string::npos)
    throw InputError({{file.string(), 0, "", "",
                       "is not an overview of an earlier run: expected no such file (nothing was "
                       "changed)"}});
}

int write_overview(const std::string& folder) {
  if (!fs::is_directory(folder))
    throw InputError({{folder, 0, "folder", "", "expected a folder with reports below it"}});
  const fs::path file = fs::path(folder) / "index.html";
  check_page(file);
  const auto entries = overview::entries_below(folder);
  if (entries.empty())
    throw InputError({{folder, 0, "folder", "", "no report, fit, claims or exploration below it"}});
  write_text(file, overview::page(entries));
  fmt::print("{} pages: {}\n", entries.size(), fs::absolute(file).lexically_normal().string());
  return kPass;
}

}  // namespace

void add_overview(CLI::App& app, const Guard& guard) {
  auto folder = std::make_shared<std::string>("out");
  CLI::App* c = app.add_subcommand(
      "overview", "Write index.html: links to all reports and claims below a folder");
  c->add_option("folder", *folder, "folder of outputs")->capture_default_str();
  c->footer("Example: assay overview out");
  c->callback([folder, guard] { guard([folder] { return write_overview(*folder); }); });
}

}  // namespace assay
