// SPDX-License-Identifier: Apache-2.0
// The only place that runs gnuplot.
#include <fmt/format.h>
#include <gnuplot-iostream.h>

#include <fstream>
#include <iterator>

#include "core/text.h"
#include "experiments/report/figures.h"
#include "experiments/report/pdf_date.h"

namespace assay::report {
namespace {

constexpr const char* kErrors = "gnuplot.log";

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string terminal(const Figure& f, const char* kind) {
  if (std::string(kind) == "svg") {
    return fmt::format(
        "set terminal svg size {},{} dynamic name '{}' font 'sans-serif,13' noenhanced background "
        "rgb "
        "'white'\nset output '{}.svg'\n",
        f.width, f.height, f.name, f.name);
  }
  // Twice the size; cairo's font sizes are points, of which 3 are 4 pixels.
  return fmt::format(
      "reset\nset terminal pngcairo size {},{} font 'sans,13' fontscale 1.5 pointscale 2.6 "
      "linewidth 2 "
      "noenhanced background rgb 'white'\nset output '{}.png'\n",
      2 * f.width, 2 * f.height, f.name);
}

// As wide as one column of a paper, or two; labels of 6.8 points. Lines and points shrink with the
// figure, letters a little less than that, for which layouts leave room.
std::string pdf_terminal(const Figure& f, const std::filesystem::path& file) {
  constexpr double kColumnCm = 8.8, kLabelPoints = 6.8, kLabelSize = 13;
  constexpr double kPangoPoints = 72.0 / 96;  // its points are those of a screen
  const double cm = kColumnCm / kFigureWidth;
  return fmt::format(
      "reset\nset terminal pdfcairo size {:.4f}cm,{:.4f}cm font 'sans,13' fontscale {:.4f} "
      "pointscale 0.55 linewidth 0.6 noenhanced\nset output {}\n",
      f.width * cm, f.height * cm, kPangoPoints * kLabelPoints / kLabelSize, quoted(file.string()));
}

// One process per figure, so that a broken one does not take the others with it. What gnuplot does
// not read is drained, or writing to it would end the program; its own start-up files are not read.
void run(const Figure& figure, const std::filesystem::path& folder, const std::string& gnuplot,
         const std::filesystem::path& pdf) {
  const std::string command = "{ cd " + shell_quoted(folder.string()) + " && " + gnuplot +
                              " -d >/dev/null 2>" + kErrors + "; } || cat >/dev/null";
  gnuplotio::Gnuplot pipe(command);
  for (const char* kind : {"svg", "png"})
    pipe << terminal(figure, kind) << figure.script << "unset output\n";
  if (!pdf.empty()) pipe << pdf_terminal(figure, pdf) << figure.script << "unset output\n";
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line) && line.find_first_not_of(" \t\r") == std::string::npos) {
  }
  return line;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

bool made(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return !error && size > 0;
}

Drawn draw_one(const Figure& figure, const std::filesystem::path& folder,
               const std::string& gnuplot, const std::filesystem::path& paper) {
  Drawn drawn;
  drawn.problem = figure.missing;
  if (!figure.csv.empty()) {
    drawn.csv = "plots/" + figure.name + ".csv";
    write_text(folder / (figure.name + ".csv"), figure.csv);
  }
  if (figure.script.empty()) return drawn;
  const std::filesystem::path pdf = paper.empty() ? paper : paper / (figure.name + ".pdf");
  run(figure, folder, gnuplot, pdf);
  const std::filesystem::path svg = folder / (figure.name + ".svg");
  const std::filesystem::path png = folder / (figure.name + ".png");
  drawn.inlined = inline_svg(content(svg), figure);
  if (!drawn.inlined.empty()) drawn.svg = "plots/" + figure.name + ".svg";
  if (!drawn.inlined.empty() && made(png)) drawn.png = "plots/" + figure.name + ".png";
  if (!drawn.inlined.empty() && !pdf.empty() && made(pdf)) {
    remove_pdf_dates(pdf);
    drawn.pdf = "paper/" + figure.name + ".pdf";
  }
  if (drawn.pdf.empty() && !pdf.empty()) std::filesystem::remove(pdf);
  if (drawn.svg.empty()) std::filesystem::remove(svg);  // half a file
  if (drawn.png.empty()) std::filesystem::remove(png);
  if (drawn.inlined.empty()) {
    const std::string said = first_line(folder / kErrors);
    drawn.problem = "gnuplot did not draw it" + (said.empty() ? std::string() : " (" + said + ")") +
                    "; the numbers are in the CSV file";
  }
  std::filesystem::remove(folder / kErrors);
  return drawn;
}

}  // namespace

std::vector<Drawn> draw(const std::vector<Figure>& figures, const std::filesystem::path& folder,
                        const std::string& gnuplot, const std::filesystem::path& paper) {
  std::vector<Drawn> all;
  for (const Figure& f : figures) all.push_back(draw_one(f, folder, gnuplot, paper));
  return all;
}

}  // namespace assay::report
