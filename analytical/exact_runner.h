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
  struct Keeping {
    bool compress = true;
    std::size_t most_bytes = 0;  // compressed: throws TooLarge beyond
  };
  Runner(const Loops& loops, const Loads& loads, Edges& edges, Machine& machine,
         const Keeping& keeping);
  void run();
  std::int64_t evaluated() const { return evaluated_; }

 private:
  using Id = Moments::Id;

  // What came of going through the loops inside some place.
  struct Record {
    std::vector<Id> start, end;  // cells
    std::int64_t new_inputs = 0;
    Piece piece;
    std::vector<std::int64_t> counted;  // by the counters
  };
  struct Node {
    std::vector<std::unique_ptr<Record>> records;
  };
  struct KeyHash {
    std::size_t operator()(const std::vector<std::int64_t>& key) const;
  };
  // A state between two iterations of a loop, and what the one before it did.
  struct Boundary {
    std::vector<Id> cells;
    std::int64_t new_inputs = 0;
    std::vector<std::int64_t> counters;
    Piece piece;
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

  const Record* find_record(Node& node) const;
  bool matches(const Record& r) const;
  void apply(const Record& r);
  std::int64_t lasting_period(History& h, std::int64_t first, std::int64_t now, std::int64_t period,
                              std::int64_t most);
  void jump(History& h, std::int64_t now, std::int64_t period, std::int64_t times);
  void keep_bytes(std::size_t more);
  std::size_t bytes_of(const Record& r) const;
  std::size_t bytes_of_tracker() const;
  void push_tracker();
  void pop_tracker();
  Tracker& top() { return *trackers_[tracker_count_ - 1]; }

  const Loops& loops_;
  const Loads& loads_;
  Edges& edges_;
  Machine& machine_;
  bool compress_;
  std::size_t most_bytes_, kept_bytes_ = 0;  // besides moments
  Position at_{};
  Edge edge_;
  std::int64_t evaluated_ = 0;
  std::vector<std::int64_t> key_;
  std::unordered_map<std::vector<std::int64_t>, Node, KeyHash> nodes_;
  std::vector<int> reach_, quiet_from_;  // per loop
  std::vector<std::unique_ptr<Tracker>> trackers_;
  std::size_t tracker_count_ = 0;
  Tracker block_;
  std::vector<History> histories_;
  std::vector<Id> before_;
};

}  // namespace assay::analytical::exact
