// SPDX-License-Identifier: Apache-2.0
// Which layer of the workload a tool's layer is: by the user's list of names, or by being called
// the same; never by order. Internal to experiments/foreign/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/layer.h"
#include "experiments/foreign/reader.h"

namespace assay::foreign {

class LayerNames {
 public:
  // Reads the list of names, if there is one. The request and the workload must outlive it.
  LayerNames(const ForeignRequest& request, const Workload& workload, Diagnostics* diagnostics);

  // Every native layer's layer of the workload, nullptr where it is left out or has an error.
  std::vector<const Layer*> resolve(const std::vector<NativeLayer>& native);
  std::vector<ForeignSkip> skipped;

 private:
  struct Name {
    std::string to;  // a layer, or why it is left out
    int line = 0;
    bool used = false;
  };
  void read_list(const std::filesystem::path& file);
  const Layer* find(const std::string& name, const std::string& file, int line,
                    const std::string& key);
  const Layer* resolve_one(const NativeLayer& layer);
  void report_unused(const std::vector<NativeLayer>& native);
  const ForeignRequest& request_;
  const Workload& workload_;
  Diagnostics* diagnostics_;
  std::vector<std::string> known_;  // names of the workload's layers
  std::map<std::string, Name> names_, skip_;
};

}  // namespace assay::foreign
