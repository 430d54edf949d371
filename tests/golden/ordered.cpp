// SPDX-License-Identifier: Apache-2.0
// "Values" of docs/contract.md, section 4, literally: the nest is walked step by step, every lane
// has its partial sums, and each addition is made where and when the mapping makes it.
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "tests/golden/golden.h"
#include "tests/oracle/nest.h"

namespace assay::golden {
namespace {

using oracle::Box;
using oracle::HoldContext;
using oracle::Lanes;
using oracle::Nest;
using oracle::Path;
using oracle::Point;
using oracle::Step;
using oracle::Word;
using oracle::Words;

// Brings a sum to its bits. Every sum here has far fewer than 64.
struct Fit {
  int bits = 32;
  Overflow overflow = Overflow::wrap;

  std::int64_t operator()(std::int64_t value) const {
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    if (value >= -half && value < half) return value;
    if (overflow == Overflow::saturate) return value < 0 ? -half : half - 1;
    const std::int64_t rest = ((value % (2 * half)) + 2 * half) % (2 * half);
    return rest < half ? rest : rest - 2 * half;
  }
};

// Values of all elements of the output, once per instance of a level. What no tile covers is not
// looked at.
class Memory {
 public:
  Memory(std::size_t instances, std::int64_t elements)
      : elements_(elements), values_(instances * static_cast<std::size_t>(elements), 0) {}
  std::int64_t& at(std::int64_t instance, std::int64_t element) {
    return values_[static_cast<std::size_t>(instance * elements_ + element)];
  }

 private:
  std::int64_t elements_;
  std::vector<std::int64_t> values_;
};

// Lanes of the inside per instance of the outside.
std::int64_t positions(const Path& path) {
  std::int64_t count = 1;
  for (const auto& array : path.between) count *= array.positions;
  return count;
}

struct Valued {
  Word word;
  std::int64_t value = 0;
};

// Takes words outwards: a tree or chain adds those of one element over its positions exactly and
// fits once. The order of the lanes stays.
class Network {
 public:
  Network(Path path, std::size_t lanes, std::int64_t elements)
      : path_(std::move(path)),
        elements_(elements),
        found_(lanes * static_cast<std::size_t>(elements), 0) {}

  void reduce(std::vector<Valued>& words, const Fit& fit) {
    for (const auto& array : path_.between)
      if (oracle::counts_once(path_.network(array))) unite(array, words, fit);
  }
  std::int64_t outer_lane(const Word& word) const { return word.lane / positions(path_); }

 private:
  void unite(const oracle::ArrayPositions& array, std::vector<Valued>& words, const Fit& fit) {
    std::size_t kept = 0;
    for (Valued v : words) {
      v.word.lane -= v.word.lane / array.stride % array.positions * array.stride;
      std::size_t& place = found(v.word);
      if (place != 0) {
        words[place - 1].value += v.value;
        continue;
      }
      words[kept++] = v;
      place = kept;
    }
    words.resize(kept);
    for (Valued& v : words) {
      found(v.word) = 0;
      v.value = fit(v.value);
    }
  }
  std::size_t& found(const Word& word) {
    return found_[static_cast<std::size_t>(word.lane * elements_ + word.element)];
  }

  Path path_;
  std::int64_t elements_;
  std::vector<std::size_t> found_;  // per lane and element: place among the words + 1
};

// ---- One hold of outputs --------------------------------------------------------------------

class OutputHold {
 public:
  OutputHold(const HoldContext& context, Memory& parent, Fit psum, Fit output)
      : context_(context),
        own_(context.lanes.offset.size(), context.tensor.elements()),
        parent_(parent),
        network_(context.path, context.lanes.offset.size(), context.tensor.elements()),
        psum_(psum),
        output_(output),
        seen_(static_cast<std::size_t>(context.tensor.elements()) *
                  (context.lanes.offset.size() / static_cast<std::size_t>(positions(context.path))),
              false) {}

  // Does a visit begin at this step?
  bool changes(const Step& step) {
    context_.tuple(step, next_);
    return !any_ || next_ != tuple_;
  }
  bool any() const { return any_; }

  void begin(const Step& step) {
    context_.tuple(step, tuple_);
    any_ = true;
    words_.clear();
    const std::vector<Box> boxes = context_.boxes(step);
    for (std::size_t lane = 0; lane < boxes.size(); ++lane)
      context_.tensor.append(boxes[lane], Box{}, static_cast<std::int64_t>(lane), words_);
    const bool first = oracle::reduction_state(context_, step).at_zero;
    reads_back_ = !first || context_.accelerator.first_visit == FirstVisit::read;
    for (const Word& word : words_) own_.at(word.lane, word.element) = 0;
    if (reads_back_ && !joins()) preload();
  }

  void note(const Step& step) { at_last_ = oracle::reduction_state(context_, step).at_last; }

  void drain() {
    std::vector<Valued> words = valued();
    for (Valued& v : words) v.value = own_.at(v.word.lane, v.word.element);
    network_.reduce(words, psum_);
    for_each_at_parent(words, [&](const Valued& v, std::int64_t& there, bool first) {
      const bool adds = !first || (reads_back_ && joins());
      there = adds ? psum_(there + v.value) : v.value;
    });
    if (at_last_)
      for_each_at_parent(words, [&](const Valued&, std::int64_t& there, bool first) {
        if (first) there = output_(there);
      });
  }

  Memory& memory() { return own_; }

 private:
  bool joins() const { return context_.accelerator.accumulate == Accumulate::on_drain; }

  std::vector<Valued> valued() const {
    std::vector<Valued> words;
    for (const Word& word : words_) words.push_back({word, 0});
    return words;
  }

  // The words read back are those that a drain writes; the first lane that a word stands for, and
  // of each element at one parent the first word, gets the value.
  void preload() {
    std::vector<Valued> words = valued();
    network_.reduce(words, psum_);
    for_each_at_parent(words, [&](const Valued& v, const std::int64_t& there, bool first) {
      if (first) own_.at(v.word.first, v.word.element) = there;
    });
  }

  // visit(word, the parent's value, is it the first word of the element at its parent)
  template <class Visitor>
  void for_each_at_parent(const std::vector<Valued>& words, Visitor visit) {
    const std::int64_t elements = context_.tensor.elements();
    const auto place = [&](const Valued& v) {
      return static_cast<std::size_t>(network_.outer_lane(v.word) * elements + v.word.element);
    };
    for (const Valued& v : words) {
      visit(v, parent_.at(network_.outer_lane(v.word), v.word.element), !seen_[place(v)]);
      seen_[place(v)] = true;
    }
    for (const Valued& v : words) seen_[place(v)] = false;
  }

  const HoldContext& context_;
  Memory own_;
  Memory& parent_;
  Network network_;
  Fit psum_, output_;
  std::vector<bool> seen_;  // per parent instance and element
  std::vector<std::int64_t> tuple_, next_;
  Words words_;  // of every lane that is active at the first step
  bool any_ = false, reads_back_ = false, at_last_ = false;
};

// ---- Multiply-accumulates -------------------------------------------------------------------

std::int64_t offset(const Point& at, std::initializer_list<Dim> axes, const Layer& layer) {
  std::int64_t place = 0;
  for (Dim d : axes) place = place * layer.size[d] + at[d];
  return place;
}

std::int64_t input_at(const Layer& layer, const Values& input, const Point& at) {
  const std::int64_t h =
      at[Dim::P] * layer.stride_h + at[Dim::R] * layer.dilation_h - layer.pad_top;
  const std::int64_t w =
      at[Dim::Q] * layer.stride_w + at[Dim::S] * layer.dilation_w - layer.pad_left;
  if (h < 0 || h >= layer.input_h || w < 0 || w >= layer.input_w) return 0;
  const std::int64_t plane = offset(at, {Dim::N, Dim::G, Dim::C}, layer);
  return input[static_cast<std::size_t>((plane * layer.input_h + h) * layer.input_w + w)];
}

std::int64_t output_number(const Layer& layer, const Point& at) {
  return offset(at, {Dim::N, Dim::G, Dim::M, Dim::P, Dim::Q}, layer);
}

std::int64_t product_at(const Layer& layer, const Values& input, const Values& weights,
                        const Point& at) {
  const std::int64_t x = input_at(layer, input, at);
  if (!layer.has_weights()) return x;
  const std::int64_t w = offset(at, {Dim::G, Dim::M, Dim::C, Dim::R, Dim::S}, layer);
  return x * weights[static_cast<std::size_t>(w)];
}

bool arrays_between(const Accelerator& accelerator, int above) {
  for (std::size_t level = static_cast<std::size_t>(above); level < accelerator.levels.size();
       ++level)
    if (accelerator.levels[level].kind == LevelKind::array) return true;
  return false;
}

class Run {
 public:
  Run(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping)
      : layer_(layer),
        nest_(oracle::read_nest(layer, accelerator, mapping)),
        lanes_(oracle::make_lanes(accelerator, nest_, nest_.loops.size())),
        elements_(tensor_elements(layer, Operand::O)),
        network_(oracle::make_path(accelerator, Operand::O, lanes_, nest_.innermost[Operand::O],
                                   static_cast<int>(accelerator.levels.size()) - 1),
                 lanes_.offset.size(), elements_),
        fit_products_(arrays_between(accelerator, nest_.innermost[Operand::O])),
        outermost_(1, elements_) {
    const Precision bits = effective_precision(accelerator, layer);
    psum_ = {bits.psum_bits, accelerator.overflow.value()};
    output_ = {bits.output_bits, accelerator.overflow.value()};
    for (const oracle::Hold& hold : nest_.holds) {
      if (hold.operand != Operand::O) continue;
      contexts_.push_back(std::make_unique<HoldContext>(layer, accelerator, nest_, hold));
      Memory& parent = holds_.empty() ? outermost_ : holds_.back()->memory();
      holds_.push_back(std::make_unique<OutputHold>(*contexts_.back(), parent, psum_, output_));
    }
  }

  Values outputs(const Values& input, const Values& weights) {
    oracle::for_each_step(layer_, nest_, nest_.loops.size(), [&](const Step& step) {
      change_tiles(step);
      accumulate(step, input, weights);
    });
    for (auto hold = holds_.rbegin(); hold != holds_.rend(); ++hold) (*hold)->drain();
    Values result;
    for (std::int64_t e = 0; e < elements_; ++e) {
      const std::int64_t value = outermost_.at(0, e);
      result.push_back(static_cast<std::int32_t>(holds_.empty() ? output_(value) : value));
    }
    return result;
  }

 private:
  // Drains first, inner level first; then read-backs, outer level first.
  void change_tiles(const Step& step) {
    for (auto hold = holds_.rbegin(); hold != holds_.rend(); ++hold)
      if ((*hold)->any() && (*hold)->changes(step)) (*hold)->drain();
    for (const auto& hold : holds_) {
      if (hold->changes(step)) hold->begin(step);
      hold->note(step);
    }
  }

  // One temporal iteration of all lanes.
  void accumulate(const Step& step, const Values& input, const Values& weights) {
    words_.clear();
    for (std::size_t lane = 0; lane < lanes_.offset.size(); ++lane) {
      Point at;
      if (!oracle::lane_start(layer_, step.start, lanes_.offset[lane], at)) continue;
      const auto number = static_cast<std::int64_t>(lane);
      const std::int64_t product = product_at(layer_, input, weights, at);
      words_.push_back(
          {{number, output_number(layer_, at), number}, fit_products_ ? psum_(product) : product});
    }
    if (fit_products_) network_.reduce(words_, psum_);
    Memory& psums = holds_.empty() ? outermost_ : holds_.back()->memory();
    for (const Valued& v : words_) {
      std::int64_t& psum = psums.at(network_.outer_lane(v.word), v.word.element);
      psum = psum_(psum + v.value);
    }
  }

  const Layer& layer_;
  Nest nest_;
  Lanes lanes_;
  std::int64_t elements_;
  Network network_;
  bool fit_products_;
  Memory outermost_;
  Fit psum_, output_;
  std::vector<std::unique_ptr<HoldContext>> contexts_;
  std::vector<std::unique_ptr<OutputHold>> holds_;  // outermost first
  std::vector<Valued> words_;
};

}  // namespace

Values ordered(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
               const Values& input, const Values& weights) {
  return Run(layer, accelerator, mapping).outputs(input, weights);
}

}  // namespace assay::golden
