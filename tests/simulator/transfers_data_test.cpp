// SPDX-License-Identifier: Apache-2.0
// What transfers move, with data: fills and drains are carried out tile by tile through the tables,
// in memories that are poisoned before.
#include <algorithm>
#include <sstream>

#include "tests/simulator/transfers_fixture.h"

using namespace assay;
using oracle::Triple;
using simulator::Crossing;
using simulator::Tile;
using simulator::Transfers;
using test::Walked;

namespace {

using Words = std::vector<std::int32_t>;

constexpr std::int32_t kPoison = -1234567;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::int32_t sum(std::int32_t a, std::int32_t b) {  // wraps
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

// Memories of the levels that hold one operand, and which tile each is at.
class Memories {
 public:
  Memories(const Walked& walked, Operand operand)
      : walked_(walked),
        transfers_(walked.layer(), walked.accelerator(), walked.simulated, true),
        operand_(operand),
        tensor_(at(transfers_.tensor(operand).words), kPoison),
        memory_(walked.tiles.size()),
        current_(walked.tiles.size(), -1) {
    for (std::size_t h = 0; h < memory_.size(); ++h) {
      if (walked.nest.holds[h].operand != operand) continue;
      holds_.push_back(h);
      memory_[h].assign(at(transfers_.instances(static_cast<int>(h)) * slots(h) * tile_words(h)),
                        kPoison);
    }
  }

 protected:
  const simulator::Hold& hold(std::size_t h) const { return walked_.simulated.holds[h]; }
  std::int64_t slots(std::size_t h) const { return hold(h).slots; }
  std::int64_t tile_words(std::size_t h) const {
    return transfers_.layout(static_cast<int>(h)).words;
  }
  const Tile& tile(std::size_t h) const { return walked_.tiles[h][at(current_[h])]; }
  bool begins(std::size_t h, std::int64_t step) const {
    const auto next = at(current_[h] + 1);
    return next < walked_.tiles[h].size() && walked_.tiles[h][next].first_step == step;
  }

  // Where the slot of a tile begins in the memory of the hold.
  std::int32_t* slot(std::size_t h, std::int64_t number) {
    return memory_[h].data() + number % slots(h) * tile_words(h);
  }
  // Where the parent's words of the hold's current tile begin.
  std::int32_t* parent_base(std::size_t h) {
    const bool outermost = hold(h).parent == simulator::kFirstLevel;
    const auto parent = at(outermost ? 0 : hold(h).parent);
    std::int32_t* slot_of_parent = outermost ? tensor_.data() : slot(parent, current_[parent]);
    const simulator::Point start = outermost ? simulator::Point{} : tile(parent).start;
    return slot_of_parent + transfers_.parent_base(static_cast<int>(h), tile(h).start, start);
  }

  void poison(std::size_t h, std::int64_t number) {
    for (std::int64_t i = 0; i < transfers_.instances(static_cast<int>(h)); ++i)
      std::fill_n(slot(h, number) + i * slots(h) * tile_words(h), tile_words(h), kPoison);
  }

  // Calls visit(lane, tensor address, address relative to the slot) for every place of every lane
  // that is active at the first step of the hold's current tile, padding included.
  template <class Visitor>
  void for_each_place(std::size_t h, Visitor visit) const {
    const oracle::HoldContext& c = *walked_.contexts[h];
    simulator::Point size;
    for (Dim d : kAllDims) size[d] = std::min(c.length[d], c.layer.size[d]);
    const oracle::Box largest = c.tensor.box(oracle::Point{}, size);
    for (std::size_t lane = 0; lane < c.lanes.offset.size(); ++lane) {
      oracle::Point start, rest;
      if (!oracle::lane_start(c.layer, tile(h).start, c.lanes.offset[lane], start)) continue;
      for (Dim d : kAllDims) rest[d] = std::min(size[d], c.layer.size[d] - start[d]);
      const oracle::Box box = c.tensor.box(start, rest);
      const std::int64_t instance = static_cast<std::int64_t>(lane) * slots(h) * tile_words(h);
      for_each_element(box, [&](const simulator::Coordinates& place) {
        std::int64_t local = 0;
        for (std::size_t a = 0; a < place.size(); ++a)
          local = local * (largest[a].end - largest[a].begin) + place[a] - box[a].begin;
        visit(lane, tensor_address(place), instance + local);
      });
    }
  }

  template <class Visitor>
  static void for_each_element(const oracle::Box& box, Visitor visit) {
    simulator::Coordinates x{};
    for (x[0] = box[0].begin; x[0] < box[0].end; ++x[0])
      for (x[1] = box[1].begin; x[1] < box[1].end; ++x[1])
        for (x[2] = box[2].begin; x[2] < box[2].end; ++x[2])
          for (x[3] = box[3].begin; x[3] < box[3].end; ++x[3])
            for (x[4] = box[4].begin; x[4] < box[4].end; ++x[4]) visit(x);
  }

  // Of an element, negative in the padding of the input.
  std::int64_t tensor_address(simulator::Coordinates place) const {
    if (operand_ == Operand::I) {
      place[3] += walked_.layer().pad_top;
      place[4] += walked_.layer().pad_left;
    }
    const simulator::Layout& tensor = transfers_.tensor(operand_);
    std::int64_t address = 0;
    for (std::size_t a = 0; a < place.size(); ++a) address = address * tensor.extent[a] + place[a];
    return address;
  }

  const Walked& walked_;
  Transfers transfers_;
  Operand operand_;
  std::vector<std::size_t> holds_;  // of the operand, outermost first
  Words tensor_;
  std::vector<Words> memory_;  // per hold
  std::vector<std::int64_t> current_;
  std::string fault_;
};

// ---- Fills ----------------------------------------------------------------------------------

class Fills : public Memories {
 public:
  Fills(const Walked& walked, Operand operand) : Memories(walked, operand) {
    std::int32_t number = 0;
    for (std::int32_t& word : tensor_) word = ++number;
    const bool clipped = operand == Operand::I && walked.accelerator().padding == Padding::clipped;
    wanted_ = tensor_;
    if (clipped) empty_padding();
  }

  std::string run() {
    for (std::int64_t step = 0; step <= walked_.tiles[holds_.front()].back().last_step; ++step)
      for (const std::size_t h : holds_)
        if (begins(h, step)) fill(h);
    return fault_;
  }

 private:
  // The padding is never read and must be made at the child.
  void empty_padding() {
    const simulator::Layout& tensor = transfers_.tensor(Operand::I);
    const Layer& layer = walked_.layer();
    const auto inside = [](std::int64_t x, std::int64_t pad, std::int64_t size) {
      return x >= pad && x < pad + size;
    };
    for (std::int64_t i = 0; i < tensor.words; ++i) {
      const std::int64_t h = i / tensor.stride[3] % tensor.extent[3], w = i % tensor.extent[4];
      if (inside(h, layer.pad_top, layer.input_h) && inside(w, layer.pad_left, layer.input_w))
        continue;
      tensor_[at(i)] = kPoison;
      wanted_[at(i)] = 0;
    }
  }

  void fill(std::size_t h) {
    const std::int64_t before = current_[h]++;
    const simulator::Transfer& fill = transfers_.fill(static_cast<int>(h), tile(h));
    std::int32_t* child = slot(h, current_[h]);
    if (!tile(h).slide || slots(h) > 1) poison(h, current_[h]);
    if (tile(h).slide) fill.kept_to.copy_from(fill.kept_from, slot(h, before), child);
    Words words(at(fill.parent_words));
    fill.parent.gather(parent_base(h), words.data());
    for (auto x = fill.crossings.rbegin(); x != fill.crossings.rend(); ++x) {
      if (x->outer.empty()) continue;
      Words inside(at(x->inside_words));
      for (std::size_t k = 0; k < inside.size(); ++k) inside[k] = words[at(x->outer[k])];
      words = std::move(inside);
    }
    if (static_cast<std::int64_t>(words.size()) != fill.child.size()) fault_ = "words got lost";
    if (!fault_.empty()) return;
    fill.child.scatter(words.data(), child);
    fill.padding.fill(child, 0);
    check(h, child);
  }

  void check(std::size_t h, const std::int32_t* child) {
    for_each_place(h, [&](std::size_t lane, std::int64_t element, std::int64_t place) {
      if (child[place] == wanted_[at(element)] || !fault_.empty()) return;
      std::ostringstream text;
      text << "hold " << h << " tile " << current_[h] << " lane " << lane << ": "
           << wanted_[at(element)] << " expected, found " << child[place] << '\n';
      fault_ = text.str();
    });
  }

  Words wanted_;
};

std::string fault_of_fills(const Triple& t) {
  const Walked walked(t);
  std::string fault;
  for (const Operand o : {Operand::I, Operand::W})
    if (walked.nest.innermost[o] != 0) fault += Fills(walked, o).run();
  return fault;
}

// ---- Drains and read-backs ------------------------------------------------------------------

// Every lane adds numbers of its own to its sums in every step; at the end the tensor must hold
// each element's total.
class Drains : public Memories {
 public:
  explicit Drains(const Walked& walked)
      : Memories(walked, Operand::O),
        on_drain_(walked.accelerator().accumulate == Accumulate::on_drain),
        wanted_(tensor_.size(), 0) {
    if (walked.accelerator().first_visit == FirstVisit::read)
      std::fill(tensor_.begin(), tensor_.end(), 0);
  }

  std::string run() {
    const std::int64_t steps = walked_.tiles[holds_.front()].back().last_step + 1;
    for (std::int64_t step = 0; step < steps && fault_.empty(); ++step) {
      for (const std::size_t h : holds_)
        if (begins(h, step)) begin(h);
      accumulate(holds_.back());
      for (auto h = holds_.rbegin(); h != holds_.rend(); ++h)
        if (tile(*h).last_step == step) drain(*h);
    }
    for (std::size_t i = 0; i < tensor_.size() && fault_.empty(); ++i)
      if (tensor_[i] != wanted_[i]) fault_ = "element " + std::to_string(i) + " is wrong\n";
    return fault_;
  }

 private:
  void begin(std::size_t h) {
    ++current_[h];
    const simulator::Transfer& back = transfers_.read_back(static_cast<int>(h), tile(h));
    std::int32_t* child = slot(h, current_[h]);
    poison(h, current_[h]);
    back.all.fill(child, 0);
    for_each_place(h, [&](std::size_t, std::int64_t, std::int64_t place) {
      if (child[place] != 0) fault_ = "a place does not start at 0\n";
    });
    if (!on_drain_ && back.exists()) back.child.scatter(read(h, back).data(), child);
  }

  Words read(std::size_t h, const simulator::Transfer& back) {
    Words words(at(back.parent_words));
    back.parent.gather(parent_base(h), words.data());
    for (std::size_t k = 0; k < words.size(); ++k)
      if (!back.first_of_element[k]) words[k] = 0;
    return words;
  }

  void accumulate(std::size_t h) {
    std::int32_t* child = slot(h, current_[h]);
    for_each_place(h, [&](std::size_t, std::int64_t element, std::int64_t place) {
      random_ = random_ * 6364136223846793005U + 1442695040888963407U;
      const auto number = static_cast<std::int32_t>(random_ >> 33U);
      child[place] = sum(child[place], number);
      wanted_[at(element)] = sum(wanted_[at(element)], number);
    });
  }

  void drain(std::size_t h) {
    const simulator::Transfer& drain = transfers_.drain(static_cast<int>(h), tile(h));
    Words words(at(drain.lane_words));
    drain.child.gather(slot(h, current_[h]), words.data());
    for (const Crossing& x : drain.crossings) {
      if (x.outer.empty()) continue;
      Words outside(at(x.outside_words), 0);
      for (std::size_t k = 0; k < words.size(); ++k)
        outside[at(x.outer[k])] = sum(outside[at(x.outer[k])], words[k]);
      words = std::move(outside);
    }
    check_order(h, drain);
    if (on_drain_) join(h, words);
    write(drain, words, parent_base(h));
    poison(h, current_[h]);
  }

  // Read-back word i is the word joined[i] of the drain.
  void check_order(std::size_t h, const simulator::Transfer& drain) {
    const simulator::Transfer& back = transfers_.read_back(static_cast<int>(h), tile(h));
    if (!back.exists()) return;
    std::vector<std::int64_t> drained, read;
    drain.parent.for_each([&](std::int64_t, std::int64_t a) { drained.push_back(a); });
    back.parent.for_each([&](std::int64_t, std::int64_t a) { read.push_back(a); });
    if (back.joined.size() != back.parent_words || back.parent.size() != back.parent_words)
      fault_ = "lists of different lengths\n";
    back.joined.for_each([&](std::int64_t i, std::int64_t k) {
      if (!fault_.empty()) return;
      if (read[at(i)] != drained[at(k)] ||
          back.first_of_element[at(i)] != drain.first_of_element[at(k)])
        fault_ = "a read-back joins another word\n";
    });
  }

  void join(std::size_t h, Words& words) {
    const simulator::Transfer& back = transfers_.read_back(static_cast<int>(h), tile(h));
    if (!back.exists()) return;
    const Words read_back = read(h, back);
    back.joined.for_each([&](std::int64_t i, std::int64_t k) {
      words[at(k)] = sum(words[at(k)], read_back[at(i)]);
    });
  }

  static void write(const simulator::Transfer& drain, const Words& words, std::int32_t* parent) {
    drain.parent.for_each([&](std::int64_t k, std::int64_t address) {
      std::int32_t& word = parent[address];
      word = drain.first_of_element[at(k)] ? words[at(k)] : sum(word, words[at(k)]);
    });
  }

  bool on_drain_;
  Words wanted_;
  std::uint64_t random_ = 1;
};

std::string fault_of_drains(const Triple& t) {
  const Walked walked(t);
  return walked.nest.innermost[Operand::O] == 0 ? "" : Drains(walked).run();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfers)

BOOST_AUTO_TEST_CASE(fills_bring_every_element_to_its_place) {
  test::for_random_triples(fault_of_fills);
}

BOOST_AUTO_TEST_CASE(drains_and_read_backs_lose_and_double_nothing) {
  test::for_random_triples(fault_of_drains);
}

BOOST_AUTO_TEST_CASE(sums_of_two_arrays_reach_the_first_level) {
  for (const Accumulate accumulate : {Accumulate::preload, Accumulate::on_drain}) {
    Triple t = test::sums_of_two_arrays();
    t.accelerator.accumulate = accumulate;
    BOOST_TEST(fault_of_drains(t) == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
