// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/program.h"

#include <algorithm>
#include <cmath>

// The same source for three instruction sets; the linker picks at run time. Contraction is off for
// this library, so all of them give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define ASSAY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ASSAY_CLONES
#endif

namespace assay::analytical::batch {
namespace {

bool is_leaf(OpKind kind) { return kind == OpKind::input || kind == OpKind::constant; }
bool has_two(OpKind kind) {
  return kind == OpKind::multiply || kind == OpKind::add || kind == OpKind::subtract ||
         kind == OpKind::divide || kind == OpKind::greater || kind == OpKind::maximum ||
         kind == OpKind::minimum || kind == OpKind::select;
}

template <class F>
[[gnu::always_inline]] inline void each(double* s, const Op& op, const F& f) {
  double* to = s + static_cast<std::size_t>(op.to) * kBlock;
  const double* a = s + static_cast<std::size_t>(op.a) * kBlock;
  const double* b = s + static_cast<std::size_t>(op.b) * kBlock;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
  for (std::size_t i = 0; i < kBlock; ++i) to[i] = f(a[i], b[i]);
}

[[gnu::always_inline]] inline void choose(double* s, const Op& op) {
  const double* no = s + static_cast<std::size_t>(op.other) * kBlock;
  double* to = s + static_cast<std::size_t>(op.to) * kBlock;
  const double* condition = s + static_cast<std::size_t>(op.a) * kBlock;
  const double* yes = s + static_cast<std::size_t>(op.b) * kBlock;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
  for (std::size_t i = 0; i < kBlock; ++i) {
    const double y = yes[i], n = no[i];
    to[i] = condition[i] != 0 ? y : n;
  }
}

ASSAY_CLONES void run_ops(const Op* op, const Op* end, double* s) {
  for (; op != end; ++op) switch (op->kind) {
      case OpKind::input:
        break;
      case OpKind::constant:
        each(s, *op, [c = op->c](double, double) { return c; });
        break;
      case OpKind::multiply:
        each(s, *op, [](double a, double b) { return a * b; });
        break;
      case OpKind::add:
        each(s, *op, [](double a, double b) { return a + b; });
        break;
      case OpKind::subtract:
        each(s, *op, [](double a, double b) { return a - b; });
        break;
      case OpKind::scale:
        each(s, *op, [c = op->c](double a, double) { return a * c; });
        break;
      case OpKind::divide:
        each(s, *op, [](double a, double b) { return a / b; });
        break;
      case OpKind::greater:
        each(s, *op, [](double a, double b) { return a > b ? 1.0 : 0.0; });
        break;
      case OpKind::select:
        choose(s, *op);
        break;
      case OpKind::maximum:
        each(s, *op, [](double a, double b) { return a < b ? b : a; });
        break;
      case OpKind::minimum:
        each(s, *op, [](double a, double b) { return b < a ? b : a; });
        break;
      case OpKind::floor:
        each(s, *op, [](double a, double) { return std::floor(a); });
        break;
      case OpKind::ceil:
        each(s, *op, [](double a, double) { return std::ceil(a); });
        break;
    }
}

}  // namespace

void Program::run(double* slots) const { run_ops(ops_.data(), ops_.data() + ops_.size(), slots); }

int Builder::put(const Node& node) {
  nodes_.push_back(node);
  const auto m = [&](int i) { return magnitude_[static_cast<std::size_t>(i)]; };
  double magnitude = 1;
  if (node.kind == OpKind::constant) magnitude = std::max(1.0, std::fabs(node.c));
  if (node.kind == OpKind::multiply) magnitude = m(node.a) * m(node.b);
  if (node.kind == OpKind::add || node.kind == OpKind::subtract) magnitude = m(node.a) + m(node.b);
  if (node.kind == OpKind::scale) magnitude = m(node.a) * std::max(1.0, std::fabs(node.c));
  magnitude_.push_back(magnitude);
  return static_cast<int>(nodes_.size()) - 1;
}

int Builder::input() { return put({OpKind::input, -1, -1, 0, -1}); }

int Builder::constant(double c) { return node(OpKind::constant, -1, -1, c); }

int Builder::node(OpKind kind, int a, int b, double c, int other) {
  if ((kind == OpKind::multiply || kind == OpKind::add) && a > b) std::swap(a, b);
  const auto [at, fresh] = known_.try_emplace({kind, a, b, c, other}, 0);
  if (fresh) at->second = put({kind, a, b, c, other});
  return at->second;
}

double Builder::magnitude(int node) const { return magnitude_[static_cast<std::size_t>(node)]; }

Program Builder::finish(std::vector<int>& wanted, std::vector<int>& inputs) const {
  const std::size_t n = nodes_.size();
  // The last operation that reads a node; wanted ones and inputs keep their slots to the end.
  std::vector<std::size_t> last_use(n, 0);
  std::vector<bool> needed(n, false);
  for (int w : wanted) {
    needed[static_cast<std::size_t>(w)] = true;
    last_use[static_cast<std::size_t>(w)] = n;
  }
  const auto read = [&](int node, std::size_t by) {
    needed[static_cast<std::size_t>(node)] = true;
    last_use[static_cast<std::size_t>(node)] =
        std::max(last_use[static_cast<std::size_t>(node)], by);
  };
  for (std::size_t i = n; i-- > 0;) {
    if (!needed[i] || is_leaf(nodes_[i].kind)) continue;
    read(nodes_[i].a, i);
    if (has_two(nodes_[i].kind)) read(nodes_[i].b, i);
    if (nodes_[i].kind == OpKind::select) read(nodes_[i].other, i);
  }
  Program program;
  std::vector<int> slot(n, 0), free;
  const auto fresh_slot = [&] {
    if (free.empty()) return static_cast<int>(program.slots_++);
    const int s = free.back();
    free.pop_back();
    return s;
  };
  for (int& i : inputs) {
    const auto at = static_cast<std::size_t>(i);
    i = needed[at] ? slot[at] = fresh_slot() : -1;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Node& node = nodes_[i];
    if (!needed[i] || node.kind == OpKind::input) continue;
    Op op{node.kind, 0, 0, 0, 0, node.c};
    const auto release = [&](int operand) {  // once, also where it is read twice
      const auto at = static_cast<std::size_t>(operand);
      if (last_use[at] != i || nodes_[at].kind == OpKind::input) return;
      free.push_back(slot[at]);
      last_use[at] = n;
    };
    if (!is_leaf(node.kind)) op.a = op.b = slot[static_cast<std::size_t>(node.a)];
    if (has_two(node.kind)) op.b = slot[static_cast<std::size_t>(node.b)];
    if (node.kind == OpKind::select) op.other = slot[static_cast<std::size_t>(node.other)];
    if (!is_leaf(node.kind)) release(node.a);
    if (has_two(node.kind)) release(node.b);
    if (node.kind == OpKind::select) release(node.other);
    op.to = slot[i] = fresh_slot();
    program.ops_.push_back(op);
  }
  for (int& w : wanted) w = slot[static_cast<std::size_t>(w)];
  return program;
}

}  // namespace assay::analytical::batch
