// SPDX-License-Identifier: Apache-2.0
// A fixed sequence of word addresses relative to a base, kept as runs where they are consecutive:
// the address generator of a transfer.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::simulator {

class AddressList {
 public:
  void append(std::int64_t address) { append(address, 1); }
  void append(std::int64_t first, std::int64_t count);  // consecutive ones
  std::int64_t size() const { return words_; }
  bool empty() const { return words_ == 0; }
  std::int64_t runs() const { return static_cast<std::int64_t>(runs_.size()); }
  // Gives back what appending reserved.
  void shrink() { runs_.shrink_to_fit(); }

  // words[k] = base[address k]; and back.
  void gather(const std::int32_t* base, std::int32_t* words) const;
  void scatter(const std::int32_t* words, std::int32_t* base) const;
  void fill(std::int32_t* base, std::int32_t value) const;
  // to[address k] = from[address k of `source`], in order: right also within one memory as long as
  // no word is written before it is read. Lists of equal size.
  void copy_from(const AddressList& source, const std::int32_t* from, std::int32_t* to) const;
  // Calls visit(k, address).
  template <class Visitor>
  void for_each(Visitor visit) const {
    std::int64_t k = 0;
    for (const Run& run : runs_)
      for (std::int32_t i = 0; i < run.count; ++i) visit(k++, run.first + i);
  }

 private:
  struct Run {
    std::int64_t first;
    std::int32_t count;
  };
  std::vector<Run> runs_;
  std::int64_t words_ = 0;
};

}  // namespace assay::simulator
