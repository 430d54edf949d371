// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/exhaustive.h"

#include <algorithm>
#include <map>

#include "core/checked.h"

namespace assay::analytical {

// The designs of one pattern and order.
class Exhaustive::TemplateSearch {
 public:
  TemplateSearch(const Exhaustive& all, const Pattern& pattern, Scorer* scorer, Found* found)
      : all_(all), scorer_(*scorer), found_(*found) {
    for (std::size_t i = 0; i < all.dims_.size(); ++i)
      chosen_.push_back({all.dims_[i], &all.groups_[i][pattern[i]].list, {}, {}});
    // The longest lists last: what is left out early takes most with it.
    std::stable_sort(chosen_.begin(), chosen_.end(), [](const Chosen& a, const Chosen& b) {
      return a.list->size() < b.list->size();
    });
    design_.skeleton = static_cast<std::int16_t>(all.space_.skeleton());
  }

  void run(const std::array<Order, kMaxSlots>& order) {
    design_.order = order;
    for (Chosen& c : chosen_) set(c, (*c.list)[0]);
    all_.space_.write(design_, &mapping_);
    if (!scorer_.structure_is_legal(mapping_)) {
      found_.counts.invalid += static_cast<std::int64_t>(leaves(0));
      return;
    }
    if (all_.prune_) prepare(order);
    descend(0, all_.bounds_.none());
  }

 private:
  struct Chosen {
    Dim dim;
    const std::vector<Factorisation>* list;
    std::vector<Share> shares;
    Share least;
  };

  void set(const Chosen& c, const Factorisation& f) {
    for (std::size_t s = 0; s < all_.space_.slots().size(); ++s)
      design_.bound[s][c.dim] = f.bound[s];
  }

  double leaves(std::size_t from) const {
    double n = 1;
    for (std::size_t i = from; i < chosen_.size(); ++i)
      n *= static_cast<double>(chosen_[i].list->size());
    return n;
  }

  void prepare(const std::array<Order, kMaxSlots>& order) {
    const BoundModel::Template t = all_.bounds_.make_template(order);
    for (Chosen& c : chosen_) {
      c.shares.clear();
      for (const Factorisation& f : *c.list) {
        c.shares.push_back(all_.bounds_.share(c.dim, f, t));
        if (c.shares.size() == 1) c.least = c.shares.front();
        BoundModel::minimum(&c.least, c.shares.back());
      }
    }
  }

  // Whether what is fixed rules out all designs below.
  bool cut(std::size_t next, BoundModel::Partial p) {
    for (std::size_t i = next; i < chosen_.size(); ++i)
      all_.bounds_.multiply(&p, chosen_[i].dim, chosen_[i].least);
    if (!all_.bounds_.may_fit(p)) {
      found_.counts.invalid += static_cast<std::int64_t>(leaves(next));
      return true;
    }
    if (!found_.front.excludes(all_.bounds_.bound(p))) return false;
    found_.counts.pruned += static_cast<std::int64_t>(leaves(next));
    return true;
  }

  void descend(std::size_t at, const BoundModel::Partial& p) {
    if (all_.prune_ && cut(at, p)) return;
    if (at == chosen_.size()) {
      evaluate();
      return;
    }
    const Chosen& c = chosen_[at];
    for (std::size_t i = 0; i < c.list->size(); ++i) {
      set(c, (*c.list)[i]);
      BoundModel::Partial with = p;
      if (all_.prune_) all_.bounds_.multiply(&with, c.dim, c.shares[i]);
      descend(at + 1, with);
    }
  }

  void evaluate() {
    if (!all_.space_.fits_arrays(design_)) {
      ++found_.counts.invalid;
      return;
    }
    all_.space_.write(design_, &mapping_);
    const auto costs = scorer_.costs(mapping_);
    if (costs)
      found_.add(*costs, design_);
    else
      ++found_.counts.invalid;
  }

  const Exhaustive& all_;
  Scorer& scorer_;
  Found& found_;
  std::vector<Chosen> chosen_;
  Design design_;
  Mapping mapping_;
};

Exhaustive::Exhaustive(const LayerSpace& space, const ScoreInput& input, bool prune)
    : space_(space), input_(input), bounds_(space, input), prune_(prune) {
  for (Dim d : kAllDims) {
    if ((space.dims() & bit(d)) == 0) continue;
    dims_.push_back(d);
    groups_.emplace_back();
    list(d, &groups_.back());
    patterns_ = mul(patterns_, static_cast<std::int64_t>(groups_.back().size()));
  }
}

Exhaustive::~Exhaustive() = default;

std::int64_t Exhaustive::patterns() const { return patterns_; }

void Exhaustive::list(Dim dim, std::vector<Group>* out) const {
  std::map<unsigned, std::vector<Factorisation>> by_mask;
  Factorisation f;
  f.bound.fill(1);
  const std::size_t slots = space_.slots().size();
  const auto descend = [&](const auto& self, std::size_t inside, std::int64_t left,
                           unsigned mask) -> void {
    if (inside == 0) {
      if (left == 1) by_mask[mask].push_back(f);
      return;
    }
    std::vector<std::int64_t> bounds;
    space_.choices(dim, inside - 1, left, &bounds);
    for (const std::int64_t b : bounds) {
      f.bound[inside - 1] = b;
      self(self, inside - 1, ceil_div(left, b), b > 1 ? mask | 1U << (inside - 1) : mask);
    }
    f.bound[inside - 1] = 1;
  };
  descend(descend, slots, space_.layer().size[dim], 0);
  for (auto& [mask, factorisations] : by_mask) out->push_back({mask, std::move(factorisations)});
}

Exhaustive::Pattern Exhaustive::pattern(std::int64_t index) const {
  Pattern p{};
  for (std::size_t i = 0; i < dims_.size(); ++i) {
    const auto n = static_cast<std::int64_t>(groups_[i].size());
    p[i] = static_cast<std::size_t>(index % n);
    index /= n;
  }
  return p;
}

std::array<unsigned, kMaxSlots> Exhaustive::active(const Pattern& p) const {
  std::array<unsigned, kMaxSlots> a{};
  for (std::size_t i = 0; i < dims_.size(); ++i)
    for (std::size_t s = 0; s < kMaxSlots; ++s)
      if (((groups_[i][p[i]].mask >> s) & 1U) != 0) a[s] |= bit(dims_[i]);
  return a;
}

double Exhaustive::combinations(const Pattern& p) const {
  double n = 1;
  for (std::size_t i = 0; i < dims_.size(); ++i)
    n *= static_cast<double>(groups_[i][p[i]].list.size());
  const auto a = active(p);
  for (std::size_t s = 0; s < space_.slots().size(); ++s)
    if (space_.slots()[s].ordered) n *= static_cast<double>(space_.orders(s, a).size());
  return n;
}

std::int64_t Exhaustive::next(std::int64_t from, double designs) const {
  double seen = 0;
  while (from < patterns_ && seen < designs) seen += combinations(pattern(from++));
  return from;
}

void Exhaustive::search(std::int64_t from, std::int64_t to, Scorer* scorer, Found* found) const {
  for (std::int64_t index = from; index < to; ++index) {
    const Pattern p = pattern(index);
    const auto a = active(p);
    TemplateSearch search(*this, p, scorer, found);
    std::array<Order, kMaxSlots> order;
    for (Order& o : order) o.fill(kNoDim);
    const auto descend = [&](const auto& self, std::size_t slot) -> void {
      if (slot == space_.slots().size()) {
        search.run(order);
        return;
      }
      for (const Order& o : space_.orders(slot, a)) {
        order[slot] = o;
        self(self, slot + 1);
      }
    };
    descend(descend, 0);
  }
}

}  // namespace assay::analytical
