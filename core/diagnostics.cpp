// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostics.h"

#include <algorithm>
#include <numeric>

namespace assay {
namespace {

std::string joined(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& d : diagnostics) {
    if (!text.empty()) text += '\n';
    text += to_string(d);
  }
  return text;
}

// One line of a terminal, whatever the file holds.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
      continue;
    }
    out += "\\x";
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return text.size() > kLongest ? out + "..." : out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row[b.size()];
}

// The shortest candidate that the word begins, for a unit or an ending left out: "limit" for "limit_pct".
std::string shortest_continuation(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  if (word.size() < 3) return best;
  for (const auto& c : candidates)
    if (std::string_view(c).substr(0, word.size()) == word && (best.empty() || c.size() < best.size())) best = c;
  return best;
}

}  // namespace

std::string to_string(const Diagnostic& d) {
  std::string text = d.file;
  if (d.line > 0) text += ":" + std::to_string(d.line);
  if (!text.empty()) text += ": ";
  if (!d.key.empty()) text += printable(d.key);
  if (!d.value.empty()) text += (d.key.empty() ? "'" : " = '") + printable(d.value) + "'";
  if (!d.key.empty() || !d.value.empty()) text += ": ";
  return text + d.expected;
}

InputError::InputError(Diagnostics diagnostics)
    : std::runtime_error(joined(diagnostics)), diagnostics_(std::move(diagnostics)) {}

void throw_if_any(const Diagnostics& diagnostics) {
  if (!diagnostics.empty()) throw InputError(diagnostics);
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > 200) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const auto& c : candidates) {
    const std::size_t longer = std::max(c.size(), word.size());
    if (longer - std::min(c.size(), word.size()) >= best_distance) continue;
    const std::size_t d = edit_distance(word, c);
    if (d < best_distance) {
      best_distance = d;
      best = c;
    }
  }
  return best.empty() ? shortest_continuation(word, candidates) : best;
}

}  // namespace assay
