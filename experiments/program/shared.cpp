// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/shared.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "core/diagnostics.h"
#include "core/record_io.h"

namespace assay {

namespace fs = std::filesystem;

Catalog find_catalog() {
  if (const char* data = std::getenv("ASSAY_DATA"); data != nullptr && *data != '\0') return {data};
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  for (const fs::path& candidate :
       {self.parent_path() / "../share/assay", self.parent_path() / "../../experiments"})
    if (!ec && fs::is_directory(candidate / "chips")) return {fs::weakly_canonical(candidate)};
  return {"experiments"};
}

bool colour() { return isatty(STDOUT_FILENO) != 0; }

void print(const std::string& text) {
  fmt::print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
}

void add_run_arguments(CLI::App* c, RunArguments* o) {
  c->add_option("chip", o->chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("workload", o->workload, "a known workload or a workload file")->required();
  c->add_option("--layers", o->layers, "only these layers, separated by commas")->delimiter(',');
  const std::string before =
      o->suffix.empty() ? "" : "CHIP/<workload>" + o->suffix + ".yaml, else ";
  c->add_option("--mapping", o->mapping,
                "mapping file (default: " + before + "CHIP/<workload>.yaml, else CHIP/any.yaml)");
  c->add_option("--parameters", o->parameters,
                "unit energies (default: CHIP/parameters.yaml, if there)");
  c->add_option("--accelerator", o->accelerator,
                "another accelerator file of the chip's folder (default: " +
                    (o->suffix.empty() ? "" : "accelerator" + o->suffix + ".yaml, else ") +
                    "accelerator.yaml)");
}

fs::path accelerator_file(const fs::path& chip, const RunArguments& o) {
  const fs::path own = chip / ("accelerator" + o.suffix + ".yaml");
  if (o.accelerator.empty()) return fs::exists(own) ? own : chip / "accelerator.yaml";
  return fs::exists(chip / o.accelerator) ? chip / o.accelerator : fs::path(o.accelerator);
}

std::optional<fs::path> parameters_file(const fs::path& chip, const RunArguments& o) {
  if (!o.parameters.empty()) return o.parameters;
  if (fs::exists(chip / "parameters.yaml")) return chip / "parameters.yaml";
  return std::nullopt;
}

RunInput run_input(const RunArguments& o) {
  const Catalog catalog = find_catalog();
  const fs::path chip = catalog.chip_folder(o.chip);
  RunInput in;
  in.accelerator = accelerator_file(chip, o);
  in.workload = catalog.workload_file(o.workload);
  const Workload workload = read_workload(in.workload);
  in.mapping = find_mapping(
      chip, workload.name,
      o.mapping.empty()
          ? std::nullopt
          : std::optional<fs::path>(fs::exists(o.mapping) ? fs::path(o.mapping) : chip / o.mapping),
      o.suffix);
  in.parameters = parameters_file(chip, o);
  in.layers = o.layers;
  return in;
}

void check_new_output(const std::string& file) {
  std::error_code ec;
  const bool sidecar = fs::path(file).extension() == ".csv";
  for (const fs::path& f : {fs::path(file), sidecar ? sidecar_of(file) : fs::path(file)})
    if (fs::exists(f, ec))
      throw InputError({{f.string(), 0, "--out", "",
                         "the file exists; expected a new name (nothing is overwritten)"}});
  const fs::path parent = fs::path(file).parent_path();
  const fs::path folder = parent.empty() ? fs::path(".") : parent;
  if (!fs::is_directory(folder, ec))
    throw InputError({{file, 0, "--out", "", "expected a name in an existing folder"}});
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw InputError({{file, 0, "--out", "", "expected a folder with permission to write"}});
}

void write_records(const std::string& file, const std::vector<Record>& records) {
  if (fs::path(file).extension() == ".csv")
    write_records_csv(file, records);
  else
    write_records_json(file, records);
}

void print_unmapped(const RunInput& input, const std::vector<std::string>& unmapped) {
  if (!unmapped.empty())
    fmt::print("not mapped by {}: {}\n", input.mapping.filename().string(),
               fmt::join(unmapped, ", "));
}

}  // namespace assay
