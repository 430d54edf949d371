// SPDX-License-Identifier: Apache-2.0
// What an exploration has found, on disk while it runs (SQLite, docs/formats/explore.md): designs
// as they come, and for every unit of work (a layer, a part of a design space) the text from which
// it goes on. Designs and the state they belong to become durable together, in one transaction:
// after a kill the file is as of the last commit, and an exploration that goes on from there ends
// as an unbroken one does.
//
// One thread uses a store; one process a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay {

struct StoredDesign {
  std::string key;  // unique within unit and kind, and the order in which designs are given back
  std::vector<double> objectives;  // in the order of the store's names; bit for bit what was put
  std::string detail;              // the explorer's own
};

class Store {
 public:
  enum class Open : std::uint8_t {
    fresh,    // the file must not exist
    resume,   // it may exist, and is then of the same run
    restart,  // what exists is thrown away
  };

  // run: everything that decides the results, name -> value (hashes of the inputs, seed, options).
  // Throws InputError when the file cannot be used: it exists, is of another run (each difference
  // is told), is damaged, or is in use.
  Store(const std::filesystem::path& file, const std::map<std::string, std::string>& run,
        const std::vector<std::string>& objectives, Open open);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  bool resumed() const;  // an earlier run's file was found

  // Part of the next commit. kind: "front", "sample", ...; a key that is there is replaced.
  void put(const std::string& unit, const std::string& kind, const StoredDesign& design);
  void clear(const std::string& unit, const std::string& kind);
  // Everything since the last commit and the unit's state, durable when it returns.
  void commit(const std::string& unit, const std::string& state);

  std::optional<std::string> state(const std::string& unit) const;
  // In the order of the keys (byte by byte).
  std::vector<StoredDesign> designs(const std::string& unit, const std::string& kind) const;
  void each(const std::string& unit, const std::string& kind,
            const std::function<void(const StoredDesign&)>& visit) const;

 private:
  class Database;
  std::unique_ptr<Database> database_;
};

}  // namespace assay
