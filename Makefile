# Everything a person or a machine does with this repository; `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PACKAGES := libgit2-dev libsqlite3-dev libssl-dev pkg-config
TEST_PACKAGES := git gnupg gpgv openssh-client openssl python3
SERVER_PACKAGES := openssh-server
BENCH_PACKAGES := golang-go golang-github-hashicorp-hcl-v2-dev python3
GIT_BENCH_PACKAGES := git golang-go golang-github-go-git-go-git-dev python3 time
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
STRICT := --explicit-target-dependency-import-check error
FORMAT := swift format
CODE := Package.swift Sources Tests

.PHONY: help setup setup-bench setup-bench-git setup-servers setup-test build test poll-curve kill-sweep demo lint format protos conformance coverage bench-git bench-hcl bench-history bench-plan growth-hcl fuzz

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Installs what is missing of a list of packages: $(call install,PACKAGE…)
define install
@missing=""; for package in $(1); do \
  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
if [ -n "$$missing" ]; then \
  $(SUDO) apt-get update -qq && \
  $(SUDO) env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $$missing; \
fi
endef

setup: ## Install the system packages that a build needs
	$(call install,$(PACKAGES))

setup-bench:
	$(call install,$(BENCH_PACKAGES))

setup-bench-git:
	$(call install,$(GIT_BENCH_PACKAGES))

setup-test: setup
	$(call install,$(TEST_PACKAGES))

setup-servers: ## Install the servers that some tests need, which else skip; some start by themselves
	$(call install,$(SERVER_PACKAGES))

build: setup ## Build everything, in debug
	swift build $(STRICT)

test: setup-test ## Build and run every test
	swift build --build-tests $(STRICT)
	swift test --skip-build --parallel --skip '^(IntegrationTests|GitTests)\.'
	swift test --skip-build --parallel --filter '^GitTests\.'
	swift test --skip-build --filter '^IntegrationTests\.Talos'
	swift test --skip-build --no-parallel --filter '^IntegrationTests\.' --skip '^IntegrationTests\.Talos'

poll-curve: setup-test ## Print what ten thousand polls of Git leave behind: make poll-curve POLLS=10000
	swift build --build-tests $(STRICT)
	UPREV_POLL_CURVE=$(or $(POLLS),10000) swift test --skip-build --filter PollCurveTests

kill-sweep: setup-test ## Kill the Git worker before every single call that changes a file
	swift build --build-tests $(STRICT)
	UPREV_KILL_EVERY=1 swift test --skip-build --filter MirrorKillTests

demo: setup-test ## Reconcile a simulated six-node cluster from a real Git repository
	swift build $(STRICT) --product uprev
	swift build $(STRICT) --product uprev-demo
	.build/debug/uprev-demo

lint: ## Check formatting and documentation of the code
	$(FORMAT) lint --strict --recursive --parallel $$(git ls-files 'Package.swift' 'Sources/*.swift' 'Tests/*.swift' | grep -v /Generated/)

format: ## Format the code
	$(FORMAT) --in-place --recursive --parallel $$(git ls-files 'Package.swift' 'Sources/*.swift' 'Tests/*.swift' | grep -v /Generated/)

coverage: setup-test ## Measure how much of the planner its tests execute; fails below 95 %
	Tests/Coverage/run 95

conformance: build ## Print the score on HCL cases: make conformance CASES=file.jsonl
	@python3 Tests/Support/conformance.py .build/debug/uprev $(CASES)

bench-git: setup setup-bench-git ## Measure the Git library against git and go-git
	swift build -c release --product git-bench --static-swift-stdlib --scratch-path .build/git-bench/swift
	Tests/Benchmarks/git/run.py .build/git-bench/swift/release/git-bench

bench-hcl: setup setup-bench ## Measure the HCL library against the reference implementation
	swift build -c release --product hcl-bench --scratch-path .build/hcl-bench/swift
	Tests/Benchmarks/hcl/run.py .build/hcl-bench/swift/release/hcl-bench

bench-plan: setup ## Measure the planner by the size of the cluster
	Tests/Benchmarks/planning/run

bench-history: setup ## Measure plan and history as whole processes
	swift build -c release --product uprev --static-swift-stdlib --scratch-path .build/history-bench/swift
	Tests/Benchmarks/history/run.py .build/history-bench/swift/release/uprev

growth-hcl: ## Show how the HCL library's time grows with the size of its input
	swift build -c release --product hcl-growth --scratch-path .build/hcl-bench/swift
	.build/hcl-bench/swift/release/hcl-growth $(WORD)

fuzz: ## Fuzz the HCL library until interrupted, or make fuzz SECONDS=600
	Tests/HCLFuzz/run $(if $(SECONDS),-max_total_time=$(SECONDS))

protos: ## Generate the Talos messages anew from Sources/TalosMessages/Protos
	Sources/TalosMessages/Protos/generate.sh
