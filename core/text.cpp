// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <unistd.h>

#include <limits>  // csv.h uses it without including it

// The library cuts file names to a fixed length on purpose; g++ -O3 warns of it where it is
// inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#endif
#define CSV_IO_NO_THREAD
#include <libfccp/csv.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace assay {
namespace {

constexpr std::size_t kNumberChars = 32;  // "-2.2250738585072014e-308" has 24

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw InputError({{file.string(), 0, "", "", why}});
}

}  // namespace

std::string number_text(double v) {
  std::array<char, kNumberChars> buffer{};
  const auto r = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
  return std::string(buffer.data(), r.ptr);
}

std::optional<double> parse_number(std::string_view text) {
  double v = 0;
  const char* end = text.data() + text.size();
  const auto [p, ec] = std::from_chars(text.data(), end, v);
  if (text.empty() || ec != std::errc() || p != end || !std::isfinite(v)) return std::nullopt;
  return v;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t v = 0;
  const char* end = text.data() + text.size();
  const auto [p, ec] = std::from_chars(text.data(), end, v);
  if (text.empty() || ec != std::errc() || p != end) return std::nullopt;
  return v;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string listed(const std::vector<std::string>& words, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < limit; ++i)
    text += (i > 0 ? ", " : "") + words[i];
  if (words.size() > limit) text += " and " + std::to_string(words.size() - limit) + " more";
  return text.empty() ? "(none)" : text;
}

std::string csv_field(std::string_view text) {
  const bool blank_end = !text.empty() && trimmed(text).size() != text.size();
  if (!blank_end && text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_text_problem(std::string_view text) {
  constexpr std::string_view kNever("\n\r\0", 3);
  if (text.find_first_of(kNever) == std::string_view::npos) return {};
  return "expected text without line breaks and zero bytes, which CSV cannot hold";
}

std::string split_csv_line(std::string_view line, std::vector<std::string>* fields) {
  fields->clear();
  std::size_t i = 0;
  while (true) {
    std::string field;
    if (i < line.size() && line[i] == '"') {
      for (++i;; ++i) {
        if (i >= line.size())
          return "a quote is not closed on its line; expected '\"' at the end of field " +
                 std::to_string(fields->size() + 1);
        if (line[i] != '"') {
          field += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          field += line[++i];
        } else {
          break;
        }
      }
      if (++i < line.size() && line[i] != ',')
        return "expected ',' after the closing quote of field " +
               std::to_string(fields->size() + 1);
    } else {
      while (i < line.size() && line[i] != ',' && line[i] != '"') field += line[i++];
      if (i < line.size() && line[i] == '"')
        return "a quote inside a field; expected field " + std::to_string(fields->size() + 1) +
               " to be quoted as a whole, with '\"\"' for a quote";
    }
    fields->push_back(std::move(field));
    if (i >= line.size()) return {};
    ++i;  // the comma
  }
}

std::vector<CsvLine> read_csv_lines(const std::filesystem::path& file, Diagnostics* diagnostics) {
  std::vector<CsvLine> lines;
  std::optional<std::string> text = read_text(file, diagnostics);
  if (!text) return lines;
  const std::string name = file.string();
  if (const std::size_t zero = text->find('\0'); zero != std::string::npos) {
    const auto end = text->begin() + static_cast<std::ptrdiff_t>(zero);
    const int line = 1 + static_cast<int>(std::count(text->begin(), end, '\n'));
    diagnostics->push_back({name, line, "", "", "a zero byte; expected text"});
    return lines;
  }
  // LineReader looks one byte past a last line that has no end.
  if (text->empty() || text->back() != '\n') *text += '\n';
  try {
    io::LineReader reader("", text->data(), text->data() + text->size());
    while (const char* raw = reader.next_line()) {
      const std::string_view line(raw);
      if (trimmed(line).empty()) continue;
      CsvLine out{static_cast<int>(reader.get_file_line()), {}};
      const std::string problem = split_csv_line(line, &out.fields);
      if (problem.empty())
        lines.push_back(std::move(out));
      else
        diagnostics->push_back({name, out.number, "", "", problem});
    }
  } catch (const io::error::line_length_limit_exceeded& e) {
    diagnostics->push_back({name, e.file_line, "", "", "expected lines of less than 16 MiB"});
  }
  return lines;
}

std::optional<std::string> read_text(const std::filesystem::path& file, Diagnostics* diagnostics) {
  std::error_code ec;
  const auto fail = [&](const std::string& why) {
    diagnostics->push_back({file.string(), 0, "", "", why});
    return std::nullopt;
  };
  if (!std::filesystem::is_regular_file(file, ec)) return fail("no such file");
  if (std::filesystem::file_size(file, ec) > kMaxTextBytes || ec)
    return fail("the file is too large; expected at most 1 GiB");
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (in.bad() || !in.is_open() || !text) return fail("the file cannot be read");
  return text.str();
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::file_status status = fs::status(file, ec);
  if (fs::exists(status) && !fs::is_regular_file(status))
    refuse(file, "cannot be written; expected a file or a name not yet in use");
  fs::path temporary = file;
  temporary += ".writing-" + std::to_string(::getpid());
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      fs::remove(temporary, ec);
      refuse(file, "cannot be written; expected an existing folder with room and permission");
    }
  }
  fs::rename(temporary, file, ec);
  if (ec) {
    const std::string why = ec.message();
    fs::remove(temporary, ec);
    refuse(file, "cannot be written: " + why);
  }
}

}  // namespace assay
