// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace assay {

inline constexpr int kPass = 0;
inline constexpr int kOutsideBounds = 1;
inline constexpr int kBadInput = 2;
inline constexpr int kInterrupted = 130;  // as shells say of SIGINT

using Guard = std::function<void(const std::function<int()>&)>;

// Adds every subcommand; each runs its work through the guard, which turns exceptions into messages
// and an exit code.
void add_commands(CLI::App& app, const Guard& guard);
void add_simulate(CLI::App& app, const Guard& guard);  // some of them
void add_rtl(CLI::App& app, const Guard& guard);
void add_import(CLI::App& app, const Guard& guard);
void add_import_network(CLI::App& app, const Guard& guard);
void add_score(CLI::App& app, const Guard& guard);
void add_validate(CLI::App& app, const Guard& guard);
void add_check(CLI::App& app, const Guard& guard);
void add_roofline(CLI::App& app, const Guard& guard);
void add_overview(CLI::App& app, const Guard& guard);
void add_explore(CLI::App& app, const Guard& guard);
void add_microbenchmarks(CLI::App& app, const Guard& guard);
void add_virtual_chip(CLI::App& app, const Guard& guard);
void add_explore_hardware(CLI::App& app, const Guard& guard);
void add_fit(CLI::App& app, const Guard& guard);
void add_score_energy(CLI::App& app, const Guard& guard);
void add_split(CLI::App& app, const Guard& guard);
void add_new(CLI::App& app, const Guard& guard);
void add_drift(CLI::App& app, const Guard& guard);
void add_verify(CLI::App& app, const Guard& guard);
void add_explain(CLI::App& app, const Guard& guard);

}  // namespace assay
