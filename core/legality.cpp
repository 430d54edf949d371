// SPDX-License-Identifier: Apache-2.0
#include "core/legality.h"

#include <algorithm>

#include "core/checked.h"

namespace assay {
namespace {

class Checker {
 public:
  Checker(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping)
      : layer_(layer), accelerator_(accelerator), mapping_(mapping) {}

  Diagnostics run() {
    const bool holds_ok = check_holds();
    check_coverage();
    check_arrays();
    const bool nest_ok = diagnostics_.empty();
    if (!holds_ok) return diagnostics_;
    for (Operand o : kAllOperands)
      if (layer_.has_operand(o)) check_route(o);
    if (nest_ok) check_capacity();  // tiles of a nest that does not cover the layer mean nothing
    return diagnostics_;
  }

 private:
  const Level& level(int i) const { return accelerator_.levels[static_cast<std::size_t>(i)]; }

  void fail(int line, const std::string& value, const std::string& expected) {
    diagnostics_.push_back({mapping_.file.string(), line, mapping_.name, value, expected});
  }

  std::string text(const Entry& e) const {
    if (e.kind == EntryKind::hold) {
      std::string s = "hold " + level(e.level).name + ":";
      for (Operand o : kAllOperands)
        if (holds(e, o)) s += " " + std::string(name(o));
      return s;
    }
    std::string s = e.kind == EntryKind::loop ? "for " : std::string("par ") + e.axis + " ";
    return s + std::string(name(e.dim)) + ": " + std::to_string(e.bound);
  }

  int array_level(char axis) const {
    for (std::size_t i = 0; i < accelerator_.levels.size(); ++i)
      if (accelerator_.levels[i].kind == LevelKind::array && accelerator_.levels[i].axis == axis)
        return static_cast<int>(i);
    return -1;
  }

  bool check_holds() {
    bool ok = true;
    PerOperand<int> last{};  // level of the last hold seen; the first level is implicit
    for (std::size_t i = 0; i < mapping_.nest.size(); ++i) {
      const Entry& e = mapping_.nest[i];
      if (e.kind != EntryKind::hold) continue;
      if (e.level <= 0 || static_cast<std::size_t>(e.level) >= accelerator_.levels.size() ||
          level(e.level).kind != LevelKind::storage) {
        fail(e.line, e.level == 0 ? text(e) : "", "a hold must name a storage level other than the first, which holds everything");
        ok = false;
        continue;
      }
      for (Operand o : kAllOperands)
        if (holds(e, o)) ok = check_one_hold(e, o, last[o]) && ok;
      ok = check_hold_against_arrays(e, i) && ok;
    }
    return ok;
  }

  bool check_one_hold(const Entry& e, Operand o, int& last) {
    const std::string operand(name(o));
    bool ok = true;
    const auto refuse = [&](const std::string& why) { fail(e.line, text(e), why); ok = false; };
    if (!layer_.has_operand(o)) refuse("the layer has no operand " + operand);
    if (!level(e.level).keeps[o].kept) refuse("level '" + level(e.level).name + "' does not keep " + operand);
    if (e.level == last) refuse("a second hold of " + operand + " in the same level");
    if (e.level < last) refuse("holds of " + operand + " must follow the order of the levels; '" + level(e.level).name + "' is outside '" + level(last).name + "'");
    last = std::max(last, e.level);
    return ok;
  }

  bool check_hold_against_arrays(const Entry& hold, std::size_t at) {
    bool ok = true;
    for (std::size_t i = 0; i < mapping_.nest.size(); ++i) {
      const Entry& e = mapping_.nest[i];
      if (e.kind != EntryKind::spatial) continue;
      const int array = array_level(e.axis);
      if (array < 0) continue;
      if (array > hold.level && i < at) {
        fail(hold.line, text(hold), "a level above array '" + level(array).name + "' must hold outside its loop '" + text(e) + "'");
        ok = false;
      }
      if (array < hold.level && i > at) {
        fail(hold.line, text(hold), "a level below array '" + level(array).name + "' must hold inside its loop '" + text(e) + "'");
        ok = false;
      }
    }
    return ok;
  }

  void check_coverage() {
    for (Dim d : kAllDims) check_coverage(d);
  }

  void check_coverage(Dim d) {
    std::int64_t inside = 1;
    const Entry* outermost = nullptr;
    std::int64_t inside_outermost = 1;
    for (auto e = mapping_.nest.rbegin(); e != mapping_.nest.rend(); ++e) {
      if (e->kind == EntryKind::hold || e->dim != d) continue;
      outermost = &*e;
      inside_outermost = inside;
      if (e->bound < 2 || __builtin_mul_overflow(inside, e->bound, &inside)) {
        fail(e->line, text(*e), "expected a bound of at least 2 whose product with the inner bounds fits 64 bits");
        return;
      }
    }
    report_coverage(d, outermost, inside, inside_outermost);
  }

  void report_coverage(Dim d, const Entry* outermost, std::int64_t covered, std::int64_t inside) {
    const std::int64_t size = layer_.size[d];
    const std::string dim(name(d));
    if (covered < size) {
      fail(outermost != nullptr ? outermost->line : mapping_.line, dim,
           "the loops over " + dim + " cover " + std::to_string(covered) + " of " + std::to_string(size));
    } else if (outermost != nullptr && outermost->bound != ceil_div(size, inside)) {
      fail(outermost->line, text(*outermost),
           "iterations without work: expected bound " + std::to_string(ceil_div(size, inside)) + ", as " + dim + " is " +
               std::to_string(size) + " and the loops inside cover " + std::to_string(inside));
    }
  }

  void check_arrays() {
    for (const char axis : {'x', 'y'}) {
      const int array = array_level(axis);
      std::int64_t used = 1;
      const Entry* last = nullptr;
      for (const Entry& e : mapping_.nest) {
        if (e.kind != EntryKind::spatial || e.axis != axis) continue;
        last = &e;
        if (__builtin_mul_overflow(used, e.bound, &used)) used = INT64_MAX;
      }
      if (last == nullptr) continue;
      if (array < 0)
        fail(last->line, text(*last), std::string("the accelerator has no array '") + axis + "'");
      else if (used > level(array).size)
        fail(last->line, text(*last), std::string("the loops on axis ") + axis + " need " + std::to_string(used) +
                 " lanes; the array has " + std::to_string(level(array).size));
    }
  }

  // Walks the levels that hold the operand down to compute: arrays crossed must carry it, ports must serve it.
  void check_route(Operand o) {
    int parent = 0;
    for (std::size_t i = 0; i < mapping_.nest.size(); ++i) {
      const Entry& e = mapping_.nest[i];
      if (!holds(e, o)) continue;
      check_crossing(o, parent, e.level, e.line);
      check_ports(o, parent, e.level, i);
      parent = e.level;
    }
    check_crossing(o, parent, static_cast<int>(accelerator_.levels.size()) - 1, mapping_.line);
  }

  void check_crossing(Operand o, int from, int to, int line) {
    for (int i = from + 1; i < to; ++i)
      if (level(i).kind == LevelKind::array && level(i).network[o] == Network::absent)
        fail(line, std::string(name(o)), "cannot travel from '" + level(from).name + "' to '" + level(to).name + "': array '" +
                 level(i).name + "' names no network for it");
  }

  void check_ports(Operand o, int parent, int child, std::size_t at) {
    if (o != Operand::O) {
      check_port(o, parent, Transfer::read, at);
      check_port(o, child, Transfer::fill, at);
      return;
    }
    check_port(o, parent, Transfer::write, at);
    check_port(o, child, Transfer::drain, at);
    if (!reads_back(parent, child, at)) return;
    check_port(o, parent, Transfer::read, at);
    if (accelerator_.accumulate == Accumulate::preload) check_port(o, child, Transfer::fill, at);
  }

  void check_port(Operand o, int at_level, Transfer t, std::size_t at) {
    const Level& l = level(at_level);
    if (l.ports.empty() || l.unlimited[o][static_cast<std::size_t>(t)]) return;
    for (const Port& port : l.ports)
      if (port.serves[o][static_cast<std::size_t>(t)]) return;
    const Entry& e = mapping_.nest[at];
    fail(e.line, text(e), "no port of level '" + l.name + "' serves (nor lists as unlimited) " + std::string(name(o)) + "." + std::string(name(t)));
  }

  // Whether partial sums can come back to this hold at all.
  bool reads_back(int parent, int child, std::size_t at) const {
    if (accelerator_.first_visit == FirstVisit::read) return true;
    bool relevant_inside = false;
    for (std::size_t i = at; i-- > 0;) {
      const Entry& e = mapping_.nest[i];
      if (e.kind == EntryKind::hold) continue;
      const bool relevant = is_relevant(Operand::O, e.dim);
      if (e.kind == EntryKind::loop) {
        if (!relevant && relevant_inside) return true;
        relevant_inside = relevant_inside || relevant;
      } else if (!relevant) {
        const int array = array_level(e.axis);
        if (array > parent && array < child && level(array).network[Operand::O] == Network::none) return true;
      }
    }
    return false;
  }

  void check_capacity() {
    std::vector<std::int64_t> shared(accelerator_.levels.size(), 0);
    std::vector<std::int64_t> fifo(accelerator_.levels.size(), 0);
    std::vector<std::string> parts(accelerator_.levels.size());
    for (std::size_t i = 0; i < mapping_.nest.size(); ++i) {
      const Entry& e = mapping_.nest[i];
      if (e.kind != EntryKind::hold) continue;
      const auto l = static_cast<std::size_t>(e.level);
      for (Operand o : kAllOperands) {
        if (!holds(e, o)) continue;
        const std::int64_t bytes = resident_bytes(layer_, accelerator_, mapping_, i, o);
        const Keep& keep = accelerator_.levels[l].keeps[o];
        if (keep.capacity_bytes) {
          if (bytes > add(*keep.capacity_bytes, keep.fifo_bytes)) own_capacity(e, o, bytes, keep);
        } else {
          shared[l] = add(shared[l], bytes);
          fifo[l] = add(fifo[l], keep.fifo_bytes);
          parts[l] += (parts[l].empty() ? "" : " + ") + std::string(name(o)) + " " + std::to_string(bytes);
        }
      }
    }
    for (std::size_t l = 0; l < shared.size(); ++l)
      if (const auto& cap = accelerator_.levels[l].capacity_bytes; cap && shared[l] > add(*cap, fifo[l]))
        fail(mapping_.line, accelerator_.levels[l].name, "tiles need " + parts[l] + " = " + std::to_string(shared[l]) +
                 " bytes; the level has " + std::to_string(add(*cap, fifo[l])));
  }

  void own_capacity(const Entry& e, Operand o, std::int64_t bytes, const Keep& keep) {
    fail(e.line, text(e), std::string(name(o)) + " needs " + std::to_string(bytes) + " bytes with " + std::to_string(keep.slots) +
             " slot(s); level '" + level(e.level).name + "' has " + std::to_string(*keep.capacity_bytes) +
             (keep.fifo_bytes > 0 ? " and a FIFO of " + std::to_string(keep.fifo_bytes) : "") + " for it");
  }

  const Layer& layer_;
  const Accelerator& accelerator_;
  const Mapping& mapping_;
  Diagnostics diagnostics_;
};

}  // namespace

Diagnostics check(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  try {
    return Checker(layer, accelerator, mapping).run();
  } catch (const OverflowError& e) {
    return {{mapping.file.string(), mapping.line, mapping.name, "", e.what()}};
  }
}

}  // namespace assay
