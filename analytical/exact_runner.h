// SPDX-License-Identifier: Apache-2.0
// Goes through the loops of a nest and recognises what it has seen before
// (docs/rationale/0006-exact-latency.md). Internal to exact.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "analytical/exact_machine.h"

namespace assay::analytical::exact {

class Runner {
 public:
  Runner(const Loops& loops, const Loads& loads, Edges& edges, Machine& machine, bool compress);
  void run();
  std::int64_t evaluated() const { return evaluated_; }

 private:
  using Id = Moments::Id;

  // What came of going through the loops inside some place, for one state.
  struct Record {
    std::vector<Id> start, end;  // cells
    std::int64_t new_inputs = 0;
    Trace trace;
    std::vector<std::int64_t> counted;  // by the counters
  };
  struct Node {
    std::vector<std::unique_ptr<Record>> records;
  };
  struct KeyHash {
    std::size_t operator()(const std::vector<std::int64_t>& key) const;
  };
  // A state between two iterations of a loop and the trace of the iteration before it.
  struct Boundary {
    std::vector<Id> cells;
    std::int64_t new_inputs = 0;
    std::vector<std::int64_t> counters;
    Trace trace;
  };
  static constexpr int kMaxPeriod = 8;
  static constexpr int kBoundaries = 2 * kMaxPeriod + 1;
  struct History {
    std::vector<Boundary> ring;
    Boundary& at(std::int64_t i) { return ring[static_cast<std::size_t>(i % kBoundaries)]; }
  };

  Node* find_node(int level);
  void body(int level, Node* node);
  void loop(int level);
  std::int64_t repeat(int level, std::int64_t i, std::int64_t units);
  std::int64_t last_like(int level, std::int64_t i, std::int64_t trips);
  Shape shape_at(int level, std::int64_t i);
  void edge(int level);
  void step();

  const Record* find_record(const Node& node) const;
  bool matches(const Record& r) const;
  void apply(const Record& r);
  bool periodic(History& h, std::int64_t now, std::int64_t period, Trace& block) const;
  void jump(History& h, std::int64_t now, std::int64_t period, std::int64_t times);
  Trace& push_trace();
  void pop_trace();

  const Loops& loops_;
  const Loads& loads_;
  Edges& edges_;
  Machine& machine_;
  bool compress_;
  Position at_{};
  Edge edge_;
  std::int64_t evaluated_ = 0;
  std::vector<std::int64_t> key_;
  std::unordered_map<std::vector<std::int64_t>, Node, KeyHash> nodes_;
  std::vector<int> reach_, quiet_from_;  // per loop
  std::vector<std::unique_ptr<Trace>> traces_;
  std::size_t trace_count_ = 0;
  std::vector<History> histories_;
  std::vector<Id> moved_;  // scratch: from old to new numbers of moments
};

}  // namespace assay::analytical::exact
