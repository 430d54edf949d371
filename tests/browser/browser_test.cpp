// SPDX-License-Identifier: Apache-2.0
// Every page that the program writes, opened from the file system. ASSAY_SCREENSHOTS=FOLDER keeps a
// picture of each.
#include "browser.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <set>

#include "experiments/report/print_pdf.h"
#include "tests/program/sandbox.h"

namespace {

using namespace assay::test;

constexpr int kWide = 1280, kNarrow = 390;

Browser& browser() {
  static Browser one(assay::report::find_browser());
  return one;
}

// The pages below a folder.
std::vector<fs::path> pages_of(const fs::path& folder) {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".html") pages.push_back(entry.path());
  std::sort(pages.begin(), pages.end());
  return pages;
}

void keep_picture(const fs::path& page, const Screen& screen) {
  const char* folder = std::getenv("ASSAY_SCREENSHOTS");
  if (folder == nullptr) return;
  browser().screenshot(fs::path(folder) /
                       (page.parent_path().filename().string() + "-" + page.stem().string() + "-" +
                        std::to_string(screen.width) + (screen.dark ? "-dark" : "-light") +
                        ".png"));
}

void opens_well(const fs::path& page) {
  for (const Screen& screen :
       {Screen{kWide, false}, Screen{kWide, true}, Screen{kNarrow, false}, Screen{kNarrow, true}}) {
    const Visit v = browser().visit(page, screen);
    BOOST_TEST_CONTEXT(page.parent_path().filename().string()
                       << "/" << page.filename().string() << ", " << screen.width << " pixels, "
                       << (screen.dark ? "dark" : "light")) {
      BOOST_TEST(v.dark == screen.dark);
      BOOST_TEST(v.width == screen.width);
      for (const std::string& m : v.messages) BOOST_ERROR(m);
      for (const std::string& r : v.requests) BOOST_ERROR("request of " << r);
      for (const std::string& p : v.problems) BOOST_ERROR(p);
      for (const std::string& f : v.files)
        BOOST_TEST(fs::exists(page.parent_path() / f), "no such file: " << f);
    }
    keep_picture(page, screen);
  }
}

// Runs the program and opens every page that it left.
void writes_pages_that_open(const std::vector<std::string>& commands) {
  const Sandbox box;
  for (const std::string& command : commands) {
    const Result r = box.run(command);
    BOOST_TEST((r.code == 0 || r.code == 1), command << "\n" << r.err);
  }
  const std::vector<fs::path> pages = pages_of(box.folder());
  BOOST_TEST(!pages.empty());
  for (const fs::path& page : pages) opens_well(page);
}

// A page that is right but for what is put into its body.
Visit visit_of(const std::string& body) {
  const TemporaryFolder scratch;
  return browser().visit(
      scratch.write("page.html",
                    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
                    "name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                    "<title>t</title></head><body><p id=\"a\">text</p>" +
                        body + "</body></html>"),
      {kNarrow, false});
}

bool has(const std::vector<std::string>& all, const std::string& part) {
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& s) { return contains(s, part); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(a_page_that_is_right_has_no_problem) {
  const Visit v = visit_of(
      "<a href=\"#a\">there</a><svg width=\"50\" height=\"50\"><rect width=\"9\" height=\"9\"/>"
      "</svg>");
  BOOST_TEST(v.problems.empty());
  BOOST_TEST(v.messages.empty());
  BOOST_TEST(v.requests.empty());
}

BOOST_AUTO_TEST_CASE(whatever_is_wrong_with_a_page_is_seen) {
  const std::map<std::string, std::string> wrong = {
      {"wider than the window", "<div style=\"width:900px\">x</div>"},
      {"id given twice", "<p id=\"a\">again</p>"},
      {"leads nowhere", "<a href=\"#b\">b</a>"},
      {"a picture without a size", "<svg width=\"0\" height=\"0\"><rect/></svg>"},
      {"an empty picture", "<svg width=\"50\" height=\"50\"></svg>"},
      {"a picture that is not there", "<img width=\"50\" height=\"50\" src=\"none.png\">"},
      {"contrast 2.", "<p style=\"color:#999\">faint</p>"}};
  for (const auto& [problem, body] : wrong)
    BOOST_TEST(has(visit_of(body).problems, problem), problem);
}

BOOST_AUTO_TEST_CASE(errors_warnings_and_requests_are_seen) {
  BOOST_TEST(has(visit_of("<script>console.error('no')</script>").messages, "error"));
  BOOST_TEST(has(visit_of("<script>console.warn('no')</script>").messages, "warning"));
  BOOST_TEST(has(visit_of("<script>nothing.at.all()</script>").messages, "exception"));
  BOOST_TEST(has(visit_of("<img src=\"http://127.0.0.1:9/x.png\">").requests, "127.0.0.1:9"));
  BOOST_TEST(has(visit_of("<link rel=\"stylesheet\" href=\"x.css\">").requests, "x.css"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(reports_of_experiments) {
  writes_pages_that_open({"validate eyeriss-alexnet", "validate fpga15-alexnet"});
}

BOOST_AUTO_TEST_CASE(report_of_a_fit) {
  writes_pages_that_open(
      {"fit " + (kSource / "experiments/chips/eyeriss/fit.yaml").string() + " --out fit"});
}

BOOST_AUTO_TEST_CASE(pages_of_claims_and_the_overview) {
  writes_pages_that_open({"check eyeriss-processing-latency --out out/claims", "overview"});
}

BOOST_AUTO_TEST_SUITE_END()
