// SPDX-License-Identifier: Apache-2.0
// How busy everything is: layers down, multiply-accumulates, lanes and ports across, in per cent.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kRowHeight = 30;
constexpr double kLowRowHeight = 22;
constexpr std::size_t kMostHighRows = 20;
constexpr std::size_t kMostColumns = 11;     // of a narrow figure
constexpr std::size_t kMostCharacters = 30;  // of a column's name
constexpr int kShades = 15;
constexpr const char* kPortPrefix = "port_busy_pct.";

struct Column {
  std::string name;  // in the picture
  std::string key;   // in the CSV
  std::vector<std::optional<double>> pct;
};

std::vector<const LevelRow*> layers_of(const LevelTable& table) {
  std::vector<const LevelRow*> rows;
  for (const LevelRow& r : table.rows)
    if (!r.network) rows.push_back(&r);
  return rows;
}

std::optional<double> value_of(const Record& r, const std::string& quantity) {
  const auto found = r.values.find(quantity);
  return found == r.values.end() ? std::nullopt : std::optional<double>(found->second);
}

// Of all lanes, in the time that the chip took.
std::optional<double> measured_utilisation(const LevelRow& row) {
  const auto simulated = value_of(*row.simulated, "utilisation_pct");
  if (!simulated || !row.simulator || !row.measured_cycles) return std::nullopt;
  return *simulated * row.simulator->cycles / *row.measured_cycles;
}

std::vector<std::string> port_keys(const std::vector<const LevelRow*>& rows) {
  std::vector<std::string> keys;
  for (const LevelRow* row : rows)
    for (const auto& [key, value] : row->simulated->values)
      if (key.rfind(kPortPrefix, 0) == 0 && std::find(keys.begin(), keys.end(), key) == keys.end())
        keys.push_back(key);
  return keys;
}

std::vector<Column> columns_of(const std::vector<const LevelRow*>& rows) {
  std::vector<Column> columns{{"MACs, chip", "utilisation_pct_chip", {}},
                              {"MACs, analytical", "utilisation_pct_analytical", {}},
                              {"MACs, simulator", "utilisation_pct_simulator", {}},
                              {"lanes busy", "lanes_busy_pct", {}}};
  for (const LevelRow* row : rows) {
    columns[0].pct.push_back(measured_utilisation(*row));
    columns[1].pct.push_back(value_of(*row->predicted, "utilisation_pct"));
    columns[2].pct.push_back(value_of(*row->simulated, "utilisation_pct"));
    columns[3].pct.push_back(value_of(*row->simulated, "lanes_busy_pct"));
  }
  for (const std::string& key : port_keys(rows)) {
    Column column{plain(key.substr(std::string(kPortPrefix).size())), key, {}};
    for (const LevelRow* row : rows) column.pct.push_back(value_of(*row->simulated, key));
    columns.push_back(std::move(column));
  }
  columns.erase(std::remove_if(columns.begin(), columns.end(),
                               [](const Column& c) {
                                 return std::none_of(c.pct.begin(), c.pct.end(),
                                                     [](const auto& v) { return v.has_value(); });
                               }),
                columns.end());
  return columns;
}

std::string csv_of(const LevelTable& table, const std::vector<const LevelRow*>& rows,
                   const std::vector<Column>& columns) {
  std::vector<std::string> header{"variant", "layer"};
  for (const Column& c : columns) header.push_back(c.key);
  std::string csv = csv_line(header);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::string> line{table.variant, rows[i]->layer};
    for (const Column& c : columns) line.push_back(shortest(c.pct[i], ""));
    csv += csv_line(line);
  }
  return csv;
}

std::string cell_text(double pct) {
  if (pct == 0) return "0";
  if (pct < 0.1) return "<0.1";
  return pct < 9.95 ? fmt::format("{:.1f}", pct) : fmt::format("{:.0f}", pct);
}

// Boxes of one shade together; the paper shines through, whatever its colour.
void add_cells(Canvas* canvas, const std::vector<Column>& columns, std::size_t rows) {
  std::map<int, std::vector<std::vector<double>>> boxes;
  for (std::size_t c = 0; c < columns.size(); ++c)
    for (std::size_t i = 0; i < rows; ++i) {
      if (!columns[c].pct[i]) continue;
      const auto x = static_cast<double>(c), y = static_cast<double>(rows - 1 - i);
      const double pct = *columns[c].pct[i];
      const double share = std::clamp(pct / 100, 0.0, 1.0);
      boxes[static_cast<int>(std::lround(share * kShades))].push_back(
          {x, y, x - 0.48, x + 0.48, y - 0.46, y + 0.46});
      canvas->text(canvas->px(x), canvas->py(y), cell_text(pct), "center font ',12'");
    }
  for (const auto& [shade, cells] : boxes)
    canvas->plot(fmt::format(
        "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs transparent solid {:.2f} noborder",
        canvas->data(cells), series_color(0), 0.05 + 0.65 * shade / kShades));
}

}  // namespace

Figure utilisation_figure(const LevelTable& table, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Utilisation" + (table.variant.empty() ? "" : ", " + plain(table.variant)) +
                 ": how busy everything is [%]";
  const std::vector<const LevelRow*> rows = layers_of(table);
  const std::vector<Column> columns = columns_of(rows);
  if (rows.empty() || columns.empty()) {
    figure.missing = "no record of the simulator says how busy its lanes and ports were";
    return figure;
  }
  figure.csv = csv_of(table, rows, columns);
  figure.caption =
      "Of the processing latency, " + table.name() +
      ", in per cent. MACs: multiply-accumulates over cycles times all lanes, of the chip, the "
      "analytical level and the simulator. Lanes busy: lanes in steps. LEVEL.PORT: the time in "
      "which one instance of that port moves data (off-chip ones: of the total latency). Both in "
      "the "
      "simulator.";
  if (columns.size() > kMostColumns) figure.width = kWideFigure;
  std::vector<std::string> across, down;
  for (const Column& c : columns) across.push_back(c.name);
  for (const LevelRow* row : rows) down.push_back(row->layer);
  std::reverse(down.begin(), down.end());
  const double height =
      (rows.size() > kMostHighRows ? kLowRowHeight : kRowHeight) * static_cast<double>(rows.size());
  Canvas canvas(figure.title, name_axis(across, kMostCharacters), name_axis(down), {}, figure.width,
                static_cast<int>(height));
  add_cells(&canvas, columns, rows.size());
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
