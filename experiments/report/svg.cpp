// SPDX-License-Identifier: Apache-2.0
// gnuplot's SVG file as an element of the page: without prologue and background, neutral colours
// taken from the page's theme, ids made unique, one title.
#include <fmt/format.h>

#include <cstdlib>

#include "experiments/report/figures.h"

namespace assay::report {
namespace {

void replace_all(std::string* text, const std::string& from, const std::string& to) {
  for (std::size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

void remove_between(std::string* text, const std::string& open, const std::string& close) {
  for (std::size_t at = text->find(open); at != std::string::npos; at = text->find(open, at)) {
    const std::size_t end = text->find(close, at);
    if (end == std::string::npos) return;
    text->erase(at, end + close.size() - at);
  }
}

// gnuplot writes a colour in two ways.
void replace_color(std::string* text, const std::string& hex, const std::string& to) {
  const auto part = [&](std::size_t i) {
    return std::strtol(hex.substr(i, 2).c_str(), nullptr, 16);
  };
  replace_all(text, fmt::format("rgb({:3}, {:3}, {:3})", part(1), part(3), part(5)), to);
  replace_all(text, fmt::format("rgb({},{},{})", part(1), part(3), part(5)), to);
}

std::string escaped(const std::string& text) {
  std::string out = text;
  replace_all(&out, "&", "&amp;");
  replace_all(&out, "<", "&lt;");
  replace_all(&out, ">", "&gt;");
  replace_all(&out, "\"", "&quot;");
  return out;
}

}  // namespace

std::string inline_svg(const std::string& svg, const Figure& figure) {
  const std::size_t start = svg.find("<svg");
  const std::size_t head = start == std::string::npos ? start : svg.find('>', start);
  const std::size_t end = svg.rfind("</svg>");
  if (head == std::string::npos || end == std::string::npos || end < head) return {};
  std::string body = svg.substr(head + 1, end - head - 1);
  remove_between(&body, "<title>", "</title>");
  remove_between(&body, "<desc>", "</desc>");
  remove_between(&body, "<rect x=\"0\" y=\"0\"", "/>");  // the white background
  remove_between(&body, "<filter", "</filter>");
  replace_all(&body, "stroke-width='0.190'",
              "stroke-width='0.34'");  // of points, in units of their size
  replace_color(&body, kInk, "var(--ink)");
  replace_color(&body, kGrid, "var(--grid)");
  replace_color(&body, kPaper, "var(--paper)");
  for (const char* quote : {"'", "\""}) {
    replace_all(&body, std::string("id=") + quote + "gp",
                std::string("id=") + quote + figure.name + "_gp");
    replace_all(&body, std::string("id=") + quote + "gnuplot_canvas",
                std::string("id=") + quote + figure.name + "_canvas");
  }
  replace_all(&body, "xlink:href='#gp", "href='#" + figure.name + "_gp");
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">{}</svg>",
      figure.width, figure.height, escaped(figure.title), body);
}

}  // namespace assay::report
