# SPDX-License-Identifier: Apache-2.0
# The usual commands in one word each. `make` alone lists them. Nothing but make and git has to be installed before.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
# SKIP_PACKAGES=1: leave the installed packages alone.
SKIP_PACKAGES ?=
BUILD := build/release
COMPILE := cmake --build --parallel $(JOBS) --preset
EXPERIMENTS := $(wildcard experiments/eyeriss-alexnet.yaml experiments/fpga15-alexnet.yaml)

.PHONY: help packages packages-dev configure build validate reproduce test without-rtl bench synthesis asan tidy format clean

help: ## List these commands
	@echo "Assay: how far to trust a DNN accelerator model, and why"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done
	@echo "Variables: JOBS=n (default: all cores), SKIP_PACKAGES=1 (install nothing)"

packages: ## Install the Debian packages that are missing (root or sudo)
	@[[ -n "$(SKIP_PACKAGES)" ]] || bash tools/install-packages.sh packages.txt

packages-dev: packages ## The same, with those for asan, tidy and format
	@[[ -n "$(SKIP_PACKAGES)" ]] || bash tools/install-packages.sh packages-dev.txt

configure: packages
	@cmake --preset release

build: configure ## Build the program and the tests in build/release
	@$(COMPILE) release

validate: configure ## Build the program, compare its models with measured chips, write reports to out/
	@$(COMPILE) release --target assay
	@failed=0; for experiment in $(EXPERIMENTS); do \
	  echo; echo "== $$experiment"; $(BUILD)/assay validate "$$experiment" || failed=1; done; exit $$failed

reproduce: configure ## Regenerate every report, check every published claim: out/index.html
	@$(COMPILE) release --target assay
	@bash tools/reproduce.sh $(BUILD)/assay

test: build ## Build, then run all tests
	@ctest --preset release

without-rtl: packages ## Build as without Verilator, then run the tests that notice
	@cmake --preset without-rtl
	@$(COMPILE) without-rtl --target assay test_experiments test_program test_layering
	@ctest --preset without-rtl

bench: configure ## Build the benchmark, then measure the speed of the predictor
	@$(COMPILE) release --target assay-bench
	@$(BUILD)/assay-bench

synthesis: configure ## Synthesise both accelerators, simulate every netlist, write the tables (hours; needs yosys)
	@$(COMPILE) release --target synthesis

asan: packages-dev ## Run all tests with address and undefined-behaviour sanitizers (clang)
	@cmake --preset asan
	@$(COMPILE) asan
	@ctest --preset asan

tidy: packages-dev ## Build under clang-tidy
	@cmake --preset tidy
	@$(COMPILE) tidy

format: packages-dev ## Format every source in place
	@git ls-files -z '*.h' '*.cpp' | xargs -0 --no-run-if-empty clang-format -i

clean: ## Remove build/ (reports in out/ stay)
	rm -rf build
