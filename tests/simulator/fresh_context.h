// SPDX-License-Identifier: Apache-2.0
// SystemC elaborates once per simulation context. A test that builds a machine swaps in a context
// of its own: the global pointer is exported by 2.3.x, though no part of the standard. Production
// code uses a process per machine instead.
#pragma once

#include <systemc>

#if SC_VERSION_MAJOR != 2 || SC_VERSION_MINOR != 3
#error "the swap of contexts was tried with SystemC 2.3.x only"
#endif

namespace assay::simulator {

// Lives longer than the machine.
class FreshContext {
 public:
  FreshContext() : before_(sc_core::sc_curr_simcontext), own_(new sc_core::sc_simcontext) {
    sc_core::sc_curr_simcontext = own_;
  }
  ~FreshContext() {
    delete own_;
    sc_core::sc_curr_simcontext = before_;
  }
  FreshContext(const FreshContext&) = delete;
  FreshContext& operator=(const FreshContext&) = delete;

 private:
  sc_core::sc_simcontext* before_;
  sc_core::sc_simcontext* own_;
};

}  // namespace assay::simulator
