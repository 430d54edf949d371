// SPDX-License-Identifier: Apache-2.0
#include "experiments/board/board_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/diagnostics.h"
#include "core/text.h"
#include "core/yaml_reader.h"

namespace assay::board {
namespace {

constexpr std::int64_t kLargest = 1 << 20;  // of any size: products of three stay far below 2^63
const char* const kCycles = "fpga_mean_main_cycles_250MHz";

struct Column {
  const char* name;
  std::int64_t BoardRow::*field;
  std::int64_t least;
};
constexpr Column kSizes[] = {
    {"M", &BoardRow::m, 1},
    {"P", &BoardRow::p, 1},
    {"OC_padded", &BoardRow::out_channels, 1},
    {"IC_padded", &BoardRow::in_channels, 1},
    {"H", &BoardRow::height, 1},
    {"W", &BoardRow::width, 1},
    {"KH", &BoardRow::kernel_h, 1},
    {"KW", &BoardRow::kernel_w, 1},
    {"strideH", &BoardRow::stride_h, 1},
    {"strideW", &BoardRow::stride_w, 1},
    {"padL", &BoardRow::pad_left, 0},
    {"padR", &BoardRow::pad_right, 0},
    {"padU", &BoardRow::pad_top, 0},
    {"padD", &BoardRow::pad_bottom, 0},
    {"OH", &BoardRow::out_height, 1},
    {"OW", &BoardRow::out_width, 1},
};

std::int64_t outputs(std::int64_t size, std::int64_t pads, std::int64_t kernel,
                     std::int64_t stride) {
  return size + pads < kernel ? 0 : (size + pads - kernel) / stride + 1;
}

std::string id_of(const BoardRow& r) {
  const auto n = [](std::int64_t v) { return std::to_string(v); };
  return r.config + " k" + n(r.kernel_h) + "x" + n(r.kernel_w) + "s" + n(r.stride_h) +
         (r.stride_w == r.stride_h ? "" : "x" + n(r.stride_w)) + "-" + n(r.in_channels) + "x" +
         n(r.height) + "x" + n(r.width) + "-" + n(r.out_channels) + "-p" + n(r.pad_left) +
         n(r.pad_right) + n(r.pad_top) + n(r.pad_bottom) + (r.dynamic ? " dyn" : " sta");
}

class Reader {
 public:
  Reader(std::string file, Diagnostics* diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  std::vector<BoardRow> read(const std::vector<CsvLine>& lines) {
    if (!find_columns(lines.front())) return {};
    for (std::size_t i = 1; i < lines.size(); ++i) read_line(lines[i]);
    line_ = 0;
    if (rows_.empty() && diagnostics_->empty()) error("", "", "expected at least one row");
    return std::move(rows_);
  }

 private:
  void error(const std::string& column, const std::string& value, const std::string& expected) {
    if (diagnostics_->size() < kMaxErrors)
      diagnostics_->push_back({file_, line_, column, value, expected});
  }

  bool find_columns(const CsvLine& header) {
    line_ = header.number;
    std::vector<std::string> names;
    for (const std::string& f : header.fields) names.emplace_back(trimmed(f));
    width_ = names.size();
    std::vector<std::string> needed{"config", "weight_mode", kCycles, "networks"};
    for (const Column& c : kSizes) needed.emplace_back(c.name);
    for (const std::string& name : needed) {
      const auto at = std::find(names.begin(), names.end(), name);
      const std::string hint = nearest(name, names);
      if (at == names.end())
        error(name, "",
              "the column is missing" + (hint.empty() ? std::string() : "; is it '" + hint + "'?"));
      else if (std::count(names.begin(), names.end(), name) > 1)
        error(name, "", "the column appears twice; expected it once");
      else
        column_[name] = static_cast<std::size_t>(at - names.begin());
    }
    return diagnostics_->empty();
  }

  std::string cell(const CsvLine& line, const std::string& column) const {
    return std::string(trimmed(line.fields[column_.at(column)]));
  }

  void read_line(const CsvLine& line) {
    line_ = line.number;
    if (line.fields.size() != width_)
      return error("", "",
                   "the line has " + std::to_string(line.fields.size()) + " fields; expected " +
                       std::to_string(width_));
    const std::size_t before = diagnostics_->size();
    BoardRow r;
    r.line = line.number;
    r.config = cell(line, "config");
    if (r.config.empty()) error("config", "", "expected the name of the configuration");
    for (const Column& c : kSizes) r.*c.field = size(c, cell(line, c.name));
    read_mode(cell(line, "weight_mode"), &r);
    read_cycles(cell(line, kCycles), &r);
    read_networks(cell(line, "networks"), &r);
    if (diagnostics_->size() == before) check_shape(r);
    if (diagnostics_->size() != before) return;
    r.id = id_of(r);
    if (!ids_.insert(r.id).second) error("", r.id, "stands twice; expected once");
    rows_.push_back(std::move(r));
  }

  std::int64_t size(const Column& c, const std::string& text) {
    const auto v = parse_integer(text);
    if (v && *v >= c.least && *v <= kLargest) return *v;
    error(c.name, text,
          "expected a whole number from " + std::to_string(c.least) + " to " +
              std::to_string(kLargest));
    return c.least;
  }

  void read_mode(const std::string& text, BoardRow* r) {
    r->dynamic = text == "dyn";
    if (text != "dyn" && text != "sta") error("weight_mode", text, "expected 'dyn' or 'sta'");
  }

  void read_cycles(const std::string& text, BoardRow* r) {
    const auto v = parse_number(text);
    if (v && *v > 0)
      r->main_cycles = *v;
    else
      error(kCycles, text, "expected a number above 0");
  }

  void read_networks(const std::string& text, BoardRow* r) {
    std::string word;
    for (const char c : text + " ") {
      if (c != ' ') {
        word += c;
        continue;
      }
      if (!word.empty()) r->networks.push_back(std::exchange(word, {}));
    }
    if (r->networks.empty()) error("networks", text, "expected the names of one or more networks");
  }

  void check_shape(const BoardRow& r) {
    const auto check = [&](const char* name, std::int64_t stated, std::int64_t computed) {
      if (stated != computed)
        error(name, std::to_string(stated),
              "expected " + std::to_string(computed) + ", from size, padding, kernel and stride");
    };
    check("OH", r.out_height, outputs(r.height, r.pad_top + r.pad_bottom, r.kernel_h, r.stride_h));
    check("OW", r.out_width, outputs(r.width, r.pad_left + r.pad_right, r.kernel_w, r.stride_w));
  }

  std::string file_;
  Diagnostics* diagnostics_;
  int line_ = 0;
  std::size_t width_ = 0;
  std::map<std::string, std::size_t> column_;
  std::set<std::string> ids_;
  std::vector<BoardRow> rows_;
};

}  // namespace

std::vector<BoardRow> read_board_rows(const std::filesystem::path& csv_file) {
  Diagnostics diagnostics;
  const std::vector<CsvLine> lines = read_csv_lines(csv_file, &diagnostics);
  if (lines.empty() && diagnostics.empty())
    diagnostics.push_back({csv_file.string(), 0, "", "", "the file is empty; expected a header"});
  throw_if_any(diagnostics);
  std::vector<BoardRow> rows = Reader(csv_file.string(), &diagnostics).read(lines);
  throw_if_any(diagnostics);
  return rows;
}

}  // namespace assay::board
