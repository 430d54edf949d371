// SPDX-License-Identifier: Apache-2.0
// Finished records of a run, on disk as soon as each is there, so that an interrupted run goes on
// where it was (docs/formats/simulation.md). The first line says of which run; a run with another
// first line is refused. One record per line; a last line without its end was cut off by whatever
// ended the writer, and is dropped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

class Journal {
 public:
  // Opens or begins the file. run: everything that decides the results, name -> value. Throws
  // InputError when the file cannot be written, is of another run, is damaged, or is in use by
  // another process. restart: the records of an existing journal, of whatever run, are thrown away.
  Journal(std::filesystem::path file, const std::map<std::string, std::string>& run, bool restart);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const std::vector<Record>& records() const { return records_; }  // those that were there
  // On disk when it returns. Throws InputError when there is no room; what was there stays.
  void append(const Record& record);

 private:
  void read_back(const std::map<std::string, std::string>& run, bool restart);
  void write_line(const std::string& line);

  std::filesystem::path file_;
  int fd_ = -1;
  std::int64_t size_ = 0;  // of the whole lines
  std::vector<Record> records_;
};

}  // namespace assay
