// SPDX-License-Identifier: Apache-2.0
#include "experiments/scaffold/scaffold.h"

#include <algorithm>
#include <kainjow/mustache.hpp>

#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/parameters.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/new_folder.h"
#include "experiments/run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using kainjow::mustache::data;

// Shared by all templates; files of this name are written once for each workload.
constexpr const char* kCommon = "common";
constexpr const char* kPerWorkload = "WORKLOAD";
constexpr const char* kMicrobenchmarks = "microbenchmarks";
constexpr std::size_t kLongestName = 64;

void check_name(const std::string& name, Diagnostics* d) {
  constexpr const char* kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool letter = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0;
  const std::vector<std::string> words{"null", "true", "false", "yes", "no"};  // of YAML
  if (!letter || name.find_first_not_of(kLetters) != std::string::npos ||
      name.size() > kLongestName || std::count(words.begin(), words.end(), name) != 0)
    d->push_back(
        {"", 0, "name", name, "expected at most 64 letters, digits, '_' and '-', a letter first"});
}

std::string rendered(const fs::path& file, const data& values) {
  Diagnostics d;
  const auto text = read_text(file, &d);
  throw_if_any(d);
  kainjow::mustache::mustache form(*text);
  form.set_custom_escape([](const std::string& s) { return s; });
  if (!form.is_valid())
    throw InputError({{file.string(), 0, "template", "", form.error_message()}});
  return form.render(values);
}

int count_todos(const std::string& text) {
  int lines = 0;
  for (std::size_t at = 0; (at = text.find("TODO", at)) != std::string::npos; ++lines)
    at = std::min(text.find('\n', at), text.size());
  return lines;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

class Writer {
 public:
  Writer(const NewChip& chip, fs::path folder) : chip_(chip), folder_(std::move(folder)) {
    const std::string& first = chip.workloads.front();
    values_.set("chip", chip.name);
    values_.set("template", chip.style);
    values_.set("name", chip.name + "-" + first);
    values_.set("chip_path", ".");
    values_.set("workload", first);
    values_.set("mapping", "any.yaml");
    data all(data::type::list);
    for (const std::string& w : chip.workloads) all << data("workload", w);
    values_.set("workloads", all);
  }

  // Every file of a folder of templates.
  void copy(const fs::path& from) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(from))
      if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), from));
    std::sort(files.begin(), files.end());
    for (const fs::path& f : files) {
      if (f.filename().string().find(kPerWorkload) == std::string::npos) {
        write(f.string(), rendered(from / f, values_));
        continue;
      }
      std::vector<std::string> workloads = chip_.workloads;
      workloads.emplace_back(kMicrobenchmarks);
      for (const std::string& w : workloads) {
        data own = values_;
        own.set("workload", w);
        write(replaced(f.string(), kPerWorkload, w), rendered(from / f, own));
      }
    }
  }

  std::vector<WrittenFile> files() {
    std::sort(files_.begin(), files_.end(),
              [](const WrittenFile& a, const WrittenFile& b) { return a.name < b.name; });
    return files_;
  }

 private:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    write_text(folder_ / name, text);
    files_.push_back({name, count_todos(text)});
  }

  const NewChip& chip_;
  fs::path folder_;
  data values_;
  std::vector<WrittenFile> files_;
};

// Every layer that the template maps is legal, or nothing is written.
void check_runs(const fs::path& folder, const std::vector<std::string>& workloads,
                const Catalog& catalog) {
  for (const std::string& w : workloads) {
    RunInput in;
    in.accelerator = folder / "accelerator.yaml";
    in.workload = catalog.workload_file(w);
    in.mapping = folder / "any.yaml";
    in.parameters = folder / "parameters.yaml";
    prepare(in);
  }
}

NewChip checked(NewChip chip, const Catalog& catalog) {
  Diagnostics d;
  check_name(chip.name, &d);
  const std::vector<std::string> chips = catalog.chips(), styles = catalog.templates();
  if (std::count(chips.begin(), chips.end(), chip.name) != 0)
    d.push_back({"", 0, "name", chip.name,
                 "a known chip has this name, which would be taken for it; expected another"});
  if (std::count(styles.begin(), styles.end(), chip.style) == 0) {
    const std::string hint = nearest(chip.style, styles);
    d.push_back(
        {"", 0, "--template", chip.style,
         "expected " + one_of(styles) + (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
  }
  const std::vector<std::string> known = catalog.workloads();
  std::vector<std::string> seen;
  for (const std::string& w : chip.workloads) {
    const std::string hint = nearest(w, known);
    if (std::count(known.begin(), known.end(), w) == 0)
      d.push_back({"", 0, "--workloads", w,
                   "expected known workloads (assay list)" +
                       (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    else if (std::count(seen.begin(), seen.end(), w) != 0)
      d.push_back({"", 0, "--workloads", w, "stated twice; expected once"});
    seen.push_back(w);
  }
  if (chip.workloads.empty()) d.push_back({"", 0, "--workloads", "", "expected at least one"});
  throw_if_any(d);
  return chip;
}

}  // namespace

std::vector<WrittenFile> write_chip(const NewChip& given, const Catalog& catalog) {
  const NewChip chip = checked(given, catalog);
  NewFolder fresh(chip.out);
  Writer writer(chip, fresh.partial());
  writer.copy(catalog.data / "templates" / kCommon);
  writer.copy(catalog.data / "templates" / chip.style);
  check_runs(fresh.partial(), chip.workloads, catalog);
  fresh.commit();
  return writer.files();
}

WrittenFile write_experiment(const NewExperiment& e, const Catalog& catalog) {
  Diagnostics d;
  check_name(e.name, &d);
  throw_if_any(d);
  const std::vector<std::string> chips = catalog.chips();
  const fs::path folder = catalog.chip_folder(e.chip);
  const bool known = std::count(chips.begin(), chips.end(), e.chip) != 0;
  const Workload workload = read_workload(catalog.workload_file(e.workload));
  std::error_code ec;
  if (fs::exists(e.out, ec))
    throw InputError({{e.out.string(), 0, "--out", "",
                       "the file exists; expected a new name (nothing is overwritten)"}});
  const fs::path home = fs::absolute(e.out).parent_path();
  data values;
  values.set("name", e.name);
  values.set("chip", read_accelerator(folder / "accelerator.yaml").name);
  values.set("chip_path",
             known ? e.chip : fs::absolute(folder).lexically_relative(home).generic_string());
  values.set("workload", workload.name);
  values.set("mapping", find_mapping(folder, workload.name, std::nullopt).filename().string());
  const std::string text =
      rendered(catalog.data / "templates" / kCommon / "experiment.yaml", values);
  write_text(e.out, text);
  return {e.out.string(), count_todos(text)};
}

}  // namespace assay
