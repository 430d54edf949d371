// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/diagnostics.h"
#include "core/yaml_reader.h"
#include "experiments/board/board.h"

namespace assay::board {
namespace {

constexpr RealRange kClock{0.001, 1e6};
constexpr IntRange kSmall{1, 1 << 20};

class Reader {
 public:
  Reader(YamlMap top, Board* board) : top_(std::move(top)), b_(board) {}

  void read() {
    top_.schema("assay.board/1");
    b_->name = top_.text("name");
    read_base(top_.text("accelerator"));
    b_->main_clock_mhz = top_.real("main_clock_mhz", kClock);
    read_clocks();
    read_array(top_.map("array"));
    YamlMap word = top_.map("word");
    b_->word_channels = word.integer("channels", kSmall);
    b_->word_pixels = word.integer("pixels", kSmall);
    word.finish();
    YamlMap dram = top_.map("dram");
    b_->dram = slot(dram, "port", ".bandwidth_bits_per_cycle");
    b_->dram_bits_per_main_cycle = dram.real("bits_per_main_cycle", {1e-3, 1e9});
    dram.finish();
    b_->xbus = slot(top_, "xbus", ".bandwidth_bits_per_cycle");
    b_->outputs = slot(top_, "outputs", ".bandwidth_bits_per_cycle");
    b_->outputs_latency = b_->outputs;
    b_->outputs_latency.kind = MachineSlot::Kind::latency;
    for (YamlMap& map : top_.maps("unknowns")) read_unknown(map);
    top_.finish();
  }

 private:
  void read_base(const std::string& name) {
    try {
      b_->base = read_accelerator(b_->file.parent_path() / name);
    } catch (const InputError& e) {
      top_.diagnostics()->insert(top_.diagnostics()->end(), e.diagnostics().begin(),
                                 e.diagnostics().end());
    }
    for (const auto& [key, found] : machine_slots(b_->base)) {
      names_.push_back(key);
      slots_.push_back(found);
    }
  }

  void read_clocks() {
    if (top_.has("header_clock_mhz")) b_->header_clock_mhz = top_.real("header_clock_mhz", kClock);
    YamlMap clocks = top_.map("clocks_mhz");
    std::vector<std::string> names;
    for (const auto& entry : clocks.entries()) names.push_back(entry.first);
    for (const std::string& name : names) b_->clocks_mhz[name] = clocks.real(name, kClock);
    clocks.finish();
  }

  void read_array(YamlMap array) {
    b_->pixels = level(array, "pixels");
    b_->channels = level(array, "channels");
    b_->channels_per_row = array.integer("channels_per_row", kSmall);
    b_->skew_cycles = array.integer("skew_cycles", {0, 1 << 20});
    b_->chain_main_cycles = array.real("chain_main_cycles", {0, 1e6});
    array.finish();
  }

  std::size_t level(YamlMap& map, const std::string& key) {
    const std::string name = map.text(key);
    const int at = b_->base.find(name);
    if (at >= 0 && b_->base.levels[static_cast<std::size_t>(at)].kind == LevelKind::array)
      return static_cast<std::size_t>(at);
    map.error(key, name, "expected an array of the accelerator");
    return 0;
  }

  MachineSlot slot(YamlMap& map, const std::string& key, const std::string& ending) {
    const std::string name = map.text(key) + ending;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name) return slots_[i];
    const std::string hint = nearest(name, names_);
    map.error(key, name,
              "the accelerator has no such value" +
                  (hint.empty() ? "" : "; did you mean '" + hint + "'?"));
    return {};
  }

  void read_unknown(YamlMap& map) {
    BoardUnknown u;
    u.machine.key = map.text("key");
    slot(map, "key", "");
    u.machine.scale = map.has("scale");
    if (u.machine.scale == map.has("value"))
      map.error("", u.machine.key, "expected either 'value' or 'scale', and not both");
    const RealRange positive{1e-5, 1e12};
    u.prior.prior = map.real(u.machine.scale ? "scale" : "value", positive);
    u.prior.prior_sd_ln = map.real("sd_ln", {1e-6, 10});
    u.prior.name = u.machine.key;
    u.prior.unit = u.machine.scale ? "times the stated value" : "as the key says";
    u.prior.source = map.text("source");
    u.prior.confidence = map.text("confidence");
    map.finish();
    b_->unknowns.push_back(std::move(u));
  }

  YamlMap top_;
  Board* b_;
  std::vector<std::string> names_;
  std::vector<MachineSlot> slots_;
};

}  // namespace

Board read_board(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Board board;
  board.file = file;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  Reader(yaml.map(), &board).read();
  throw_if_any(diagnostics);
  return board;
}

}  // namespace assay::board
