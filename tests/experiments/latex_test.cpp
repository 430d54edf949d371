// SPDX-License-Identifier: Apache-2.0
// The paper's files without LaTeX: environments and braces close, every row has the cells that its
// table states, and no name can be taken for a command. (LaTeX itself compiled them by hand.)
#include "experiments/report/latex.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <regex>
#include <sstream>
#include <vector>

#include "experiments/report/pdf_date.h"
#include "report_fixture.h"
#include "tests/files.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using report::LatexTable;
using test::content;
using test::TemporaryFolder;

// What is wrong with a piece of LaTeX of the kind that tables and captions are; empty: nothing.
class Structure {
 public:
  std::string problem(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; why_.empty() && std::getline(in, line);) {
      if (line.rfind('%', 0) == 0) continue;
      // Names of files are taken as they are.
      if (line.rfind("\\input", 0) == 0 || line.rfind("\\includegraphics", 0) == 0) continue;
      characters(line);
      environments(line);
      row(line);
    }
    if (why_.empty() && !open_.empty()) why_ = "not closed: " + open_.back();
    if (why_.empty() && depth_ != 0) why_ = "braces do not close";
    if (why_.empty() && math_) why_ = "$ does not close";
    return why_;
  }

 private:
  void characters(const std::string& line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '\\') {
        ++i;
        if (i < line.size() && std::string("&%$#_{}\\,").find(line[i]) == std::string::npos &&
            std::isalpha(static_cast<unsigned char>(line[i])) == 0)
          why_ = "an unknown command in: " + line;
        continue;
      }
      if (c == '{') ++depth_;
      if (c == '}' && --depth_ < 0) why_ = "a brace too many in: " + line;
      if (c == '$') math_ = !math_;
      if (c == '%' || c == '#' || ((c == '_' || c == '^') && !math_))
        why_ = "a special character in: " + line;
    }
  }

  void environments(const std::string& line) {
    static const std::regex kOpen(R"(\\begin\{([a-z*]+)\}(?:\{([lrc]+)\})?)"),
        kClose(R"(\\end\{([a-z*]+)\})");
    std::smatch m;
    if (std::regex_search(line, m, kOpen)) {
      open_.push_back(m[1]);
      if (m[1] == "tabular") columns_ = m[2].length();
    } else if (std::regex_search(line, m, kClose)) {
      if (open_.empty() || open_.back() != m[1])
        why_ = "closes what is not open: " + line;
      else
        open_.pop_back();
    }
  }

  void row(const std::string& line) {
    if (line.size() < 2 || line.compare(line.size() - 2, 2, "\\\\") != 0) return;
    static const std::regex kSpan(R"(\\multicolumn\{([0-9]+)\})");
    long cells = 1;
    for (std::size_t i = 0; i < line.size(); ++i)
      if (line[i] == '&' && (i == 0 || line[i - 1] != '\\')) ++cells;
    for (std::sregex_iterator it(line.begin(), line.end(), kSpan), end; it != end; ++it)
      cells += std::stol((*it)[1]) - 1;
    if (cells != columns_)
      why_ = std::to_string(cells) + " cells of " + std::to_string(columns_) + " in: " + line;
  }

  std::vector<std::string> open_;
  long columns_ = 0;
  int depth_ = 0;
  bool math_ = false;
  std::string why_;
};

std::string problem(const std::string& text) { return Structure().problem(text); }

// Names as no paper would have them.
ReportInput hostile() {
  ReportInput in = test::eyeriss();
  const std::string layer = "a_b%c\\d{e}&f$g#h~i^j|k\"l\nm µ×≤ ü 中";
  for (auto* records : {&in.predicted, &in.measured})
    for (Record& r : *records) {
      if (r.layer == "conv3") r.layer = layer;
      if (r.variant == "fitted_mapping") r.variant = "50% & {more}\\";
    }
  in.title = "\\input{/etc/passwd} 100 %";
  in.units["processing_ms"] = "latency_{ms} & 5 %";
  in.comparison =
      compare(in.predicted, in.measured, {{"processing_ms", "energy_chip_uj"}, false, false});
  in.roof.reset();
  return in;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(latex)

BOOST_AUTO_TEST_CASE(text_is_escaped) {
  using report::latex_escaped;
  BOOST_TEST(latex_escaped("a_b 5% {x} #1 $ & ~^\\") ==
             "a\\_b 5\\% \\{x\\} \\#1 \\$ \\& \\textasciitilde{}\\textasciicircum{}"
             "\\textbackslash{}");
  BOOST_TEST(latex_escaped("µJ ±2 ü 中") == "\\textmu{}J $\\pm$2 ü [U+4E2D]");
  BOOST_TEST(latex_escaped("<a>|\"b\"\n") == "\\textless{}a\\textgreater{}\\textbar{}''b''?");
}

BOOST_AUTO_TEST_CASE(the_check_of_structure_sees_what_is_wrong) {
  const std::string good = report::latex_tabular({"lr", "", {"a", "b"}, {{"1", "2"}, {"3", "4"}}});
  BOOST_TEST(problem(good).empty(), problem(good));
  BOOST_TEST(!problem(report::latex_tabular({"lr", "", {"a", "b"}, {{"1", "2", "3"}}})).empty());
  BOOST_TEST(!problem(report::latex_tabular({"lr", "", {"a_b", "b"}, {{"1", "2"}}})).empty());
  BOOST_TEST(!problem(report::latex_tabular({"lr", "", {"a", "b"}, {{"{1", "2"}}})).empty());
  BOOST_TEST(!problem(report::latex_tabular({"lr", "", {"a", "5 %"}, {{"1", "2"}}})).empty());
  BOOST_TEST(!problem(good.substr(0, good.find("\\end"))).empty());
}

BOOST_AUTO_TEST_CASE(tables_have_the_rows_of_the_report_whatever_the_names) {
  for (const ReportInput& in : {test::eyeriss(), hostile()}) {
    const auto files = report::paper_tables(in);
    BOOST_REQUIRE(files.size() == 4U);  // two quantities
    for (const report::PaperFile& f : files) {
      BOOST_TEST(problem(f.text).empty(), f.name << ": " << problem(f.text));
      BOOST_TEST(problem(f.caption).empty(), f.name << ": " << problem(f.caption));
    }
    const std::string document = report::paper_document(in, files, {}, {});
    BOOST_TEST(problem(document).empty(), problem(document));
  }
  const auto files = report::paper_tables(test::eyeriss());
  BOOST_TEST(files[0].name == "layers_processing_ms.tex");
  BOOST_TEST(files[1].name == "statistics_processing_ms.tex");
  const std::string& layers = files[0].text;
  // 39.2 x 0.962 = 37.71; -3.8 per cent.
  BOOST_TEST(layers.find("conv2 & 39.2 & 37.71 & $-$3.8 & ") != std::string::npos, layers);
  BOOST_TEST(layers.find("analytical published\\_mapping$^*$") != std::string::npos);
  BOOST_TEST(files[1].text.find("$\\tau_b$") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_undefined_is_a_dash_never_zero) {
  ReportInput in = test::eyeriss();
  for (Record& r : in.predicted)
    if (r.variant == "fitted_mapping" && r.layer == "conv3") r.values.erase("processing_ms");
  in.comparison = compare(in.predicted, in.measured, {{"processing_ms"}, false, false});
  const std::string text = report::paper_tables(in)[0].text;
  BOOST_TEST(text.find("conv3 & 21.8 & 22.19 & $+$1.8 & -- & -- & ") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(dates_of_a_pdf_are_removed_without_moving_a_byte) {
  const TemporaryFolder scratch;
  const std::string text =
      "%PDF /CreationDate (D:20261123162904Z)\n/ModDate (D:20261123162905+01'30')>> (D:2026)";
  const fs::path file = scratch.write("a.pdf", text);
  report::remove_pdf_dates(file);
  BOOST_TEST(content(file) ==
             "%PDF /CreationDate (D:19700101000000Z)\n/ModDate (D:19700101000000+00'00')>> "
             "(D:2026)");
}

BOOST_AUTO_TEST_CASE(a_report_has_a_pdf_for_every_picture_and_the_same_bytes_again) {
  const TemporaryFolder scratch;
  const ReportInput in = test::eyeriss();
  const ReportFiles files = write_report(scratch / "a", in);
  if (!fs::exists(scratch / "a/plots/parity_processing_ms.svg")) {
    BOOST_TEST_MESSAGE("no gnuplot: no pictures");
    return;
  }
  std::size_t pictures = 0;
  for (const fs::path& plot : files.plots) {
    if (plot.extension() != ".svg") continue;
    ++pictures;
    const fs::path pdf = scratch / "a/paper" / (plot.stem().string() + ".pdf");
    BOOST_TEST(content(pdf).rfind("%PDF-", 0) == 0U, pdf);
    BOOST_TEST(content(pdf).find("D:19700101") != std::string::npos, pdf);
  }
  BOOST_TEST(pictures > 4U);
  write_report(scratch / "b", in);
  for (const auto& entry : fs::directory_iterator(scratch / "a/paper"))
    BOOST_TEST(
        content(entry.path()) == content(scratch / "b/paper" / entry.path().filename().string()),
        entry.path().filename());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
