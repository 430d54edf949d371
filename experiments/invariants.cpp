// SPDX-License-Identifier: Apache-2.0
#include "experiments/invariants.h"

#include <cmath>
#include <map>
#include <utility>

#include "core/text.h"

namespace assay {
namespace {

constexpr double kRounding = 1e-9;  // of sums of doubles, in other programs

class Invariants {
 public:
  Invariants(const Record& record, std::string who, Diagnostics* diagnostics)
      : r_(record), who_(std::move(who)), diagnostics_(diagnostics) {}

  void check() {
    for (const auto& [key, count] : r_.counts)
      if (count < 0)
        error("count " + key.component + "." + key.operand + "." + key.action,
              std::to_string(count), "expected at least 0");
    not_negative("cycles of ", r_.cycles_by_cause);
    not_negative("energy of ", r_.energy_pj_by_component);
    causes_add_up();
    for (const char* unit : {"_cycles", "_ms"}) {
      not_below(std::string("total") + unit, std::string("processing") + unit);
      not_below(std::string("execution") + unit, std::string("total") + unit);
    }
    not_below("energy_uj", "energy_chip_uj");
  }

 private:
  void error(const std::string& what, const std::string& value, const std::string& expected) {
    diagnostics_->push_back({"", 0, who_ + " " + what, value, expected});
  }

  void not_negative(const std::string& what, const std::map<std::string, double>& parts) {
    for (const auto& [name, value] : parts)
      if (value < 0) error(what + name, number_text(value), "expected at least 0");
  }

  void causes_add_up() {
    const auto cycles = r_.values.find("processing_cycles");
    if (r_.cycles_by_cause.empty() || cycles == r_.values.end()) return;
    double sum = 0;
    for (const auto& part : r_.cycles_by_cause) sum += part.second;
    if (std::abs(sum - cycles->second) > kRounding * std::abs(cycles->second))
      error("cycles by cause", number_text(sum),
            "expected them to add up to processing_cycles, " + number_text(cycles->second));
  }

  void not_below(const std::string& larger, const std::string& smaller) {
    const auto a = r_.values.find(larger), b = r_.values.find(smaller);
    if (a == r_.values.end() || b == r_.values.end()) return;
    if (a->second < b->second - kRounding * std::abs(b->second))
      error(larger, number_text(a->second),
            "expected at least " + smaller + ", " + number_text(b->second));
  }

  const Record& r_;
  std::string who_;
  Diagnostics* diagnostics_;
};

}  // namespace

void check_invariants(const Record& record, const std::string& who, Diagnostics* diagnostics) {
  Invariants(record, who, diagnostics).check();
}

}  // namespace assay
