// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace assay::report {
namespace {

// Digits, with or without a point, but without a sign.
std::string grouped(std::string digits) {
  for (std::size_t i = std::min(digits.find('.'), digits.size()); i > 3; i -= 3) {
    digits.insert(i - 3, ",");
  }
  return digits;
}

std::string grouped(double value, int decimals) {
  return (value < 0 ? "-" : "") + grouped(fmt::format("{:.{}f}", std::fabs(value), decimals));
}

// Length of the UTF-8 sequence that starts at i; 0 if there is none.
std::size_t sequence(const std::string& text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char lead = byte(i);
  if (lead < 0x80U) return 1;
  std::size_t length = 0;
  if (lead >= 0xC2U && lead <= 0xDFU) length = 2;
  if (lead >= 0xE0U && lead <= 0xEFU) length = 3;
  if (lead >= 0xF0U && lead <= 0xF4U) length = 4;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = i + 1; k < i + length; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates and what lies beyond the last code point.
  const unsigned char second = byte(i + 1);
  if ((lead == 0xE0U && second < 0xA0U) || (lead == 0xEDU && second > 0x9FU)) return 0;
  if ((lead == 0xF0U && second < 0x90U) || (lead == 0xF4U && second > 0x8FU)) return 0;
  return length;
}

bool is_control(const std::string& text, std::size_t i, std::size_t length) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (length == 1) return byte < 0x20U || byte == 0x7FU;
  return length == 2 && byte == 0xC2U && static_cast<unsigned char>(text[i + 1]) < 0xA0U;  // C1
}

}  // namespace

std::string shortest(double value) { return std::isfinite(value) ? number_text(value) : "null"; }

std::string shortest(const std::optional<double>& value, const std::string& absent) {
  return value && std::isfinite(*value) ? shortest(*value) : absent;
}

std::string number(double value) {
  if (!std::isfinite(value)) return kUndefined;
  const double magnitude = std::fabs(value);
  if (magnitude < 1e15 && value == std::floor(value)) return grouped(value, 0);
  if (magnitude < 1e15 && magnitude >= 1e4) return grouped(value, 0);
  if (magnitude < 1e4 && magnitude >= 1e3) return grouped(value, 1);
  return fmt::format("{:.4g}", value);
}

std::string number(const std::optional<double>& value) {
  return value ? number(*value) : kUndefined;
}

std::string count(std::int64_t value) {
  const std::string digits = std::to_string(value);
  return value < 0 ? "-" + grouped(digits.substr(1)) : grouped(digits);
}

int decimals_for(const std::vector<double>& values) {
  double least = 0;
  double most = 0;
  for (const double v : values) {
    const double magnitude = std::fabs(v);
    if (!std::isfinite(v) || magnitude >= 1e15) return -1;
    if (magnitude > 0 && (least == 0 || magnitude < least)) least = magnitude;
    most = std::max(most, magnitude);
  }
  if (least == 0) return 0;
  if (most / least > 1e4) return -1;
  const int wanted = std::max(0, 2 - static_cast<int>(std::floor(std::log10(least))));
  if (wanted > 6) return -1;
  for (int decimals = 0; decimals < wanted; ++decimals) {
    const double scale = std::pow(10.0, decimals);
    const auto is_short = [&](double v) {
      return std::fabs(v * scale - std::round(v * scale)) <= 1e-9 * std::fabs(v * scale);
    };
    if (std::all_of(values.begin(), values.end(), is_short)) return decimals;
  }
  return wanted;
}

std::string number(const std::optional<double>& value, int decimals) {
  if (!value || !std::isfinite(*value) || decimals < 0) return number(value);
  return grouped(*value, decimals);
}

std::string signed_pct(double pct) {
  if (!std::isfinite(pct)) return kUndefined;
  if (pct == 0) return "0.0";
  const double magnitude = std::fabs(pct);
  if (magnitude < 0.001) return fmt::format("{:+.1e}", pct);
  if (magnitude < 0.05) return fmt::format("{:+.1g}", pct);
  if (magnitude < 999.95) return fmt::format("{:+.1f}", pct);
  if (magnitude < 1e7) return (pct < 0 ? "-" : "+") + grouped(magnitude, 0);
  return fmt::format("{:+.3g}", pct);
}

std::string signed_pct(const std::optional<double>& pct) {
  return pct ? signed_pct(*pct) : kUndefined;
}

std::string band(const std::optional<double>& error_pct) {
  if (!error_pct || std::fabs(*error_pct) <= 10) return "";
  return std::fabs(*error_pct) <= 20 ? "mid" : "far";
}

std::string plain(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence(text, i);
    if (length == 0 || is_control(text, i, length)) {
      out += '?';
      i += length == 0 ? 1 : length;
      continue;
    }
    out.append(text, i, length);
    i += length;
  }
  return out;
}

std::size_t width(const std::string& text) {
  std::size_t n = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++n;
  }
  return n;
}

std::string shortened(const std::string& text, std::size_t characters) {
  const std::string clean = plain(text);
  if (width(clean) <= characters) return clean;
  std::size_t end = 0;
  for (std::size_t n = 0; n + 1 < characters; ++n) end += sequence(clean, end);
  return clean.substr(0, end) + "…";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i)
    line += (i == 0 ? "" : ",") + csv_field(plain(fields[i]));
  return line + '\n';
}

std::string quantity_label(const ReportInput& input, const std::string& quantity) {
  const auto found = input.units.find(quantity);
  return plain(found == input.units.end() ? quantity : found->second);
}

}  // namespace assay::report
