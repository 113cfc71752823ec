# The project's commands. `make` alone lists them.

.DEFAULT_GOAL := help

# What `make audit` looks at: make audit ENVIRONMENT=… AGENT=… SEED=… REPORT=…
ENVIRONMENT ?= frozen-lake-8x8
AGENT ?= dyna
SEED ?= 0
REPORT ?= audit.html

# More flags for the test build, such as TEST_FLAGS="--filter Lambda".
TEST_FLAGS ?=

# Other libraries to measure against in `make bench`; `make bench PEERS=` leaves them out.
PEERS ?= yes
BENCH_FLAGS ?=

# Every Swift file that is tracked, or new and not ignored: so no `.build` folder at any depth. `wildcard` leaves
# out files that were deleted but not yet committed; `sort` drops repeats.
SWIFT_FILES = $(sort Package.swift $(wildcard $(shell git ls-files -co --exclude-standard '*.swift')))

.PHONY: help setup audit test check format lint bench docs clean

help: ## List these commands
	@echo "Usage: make COMMAND"
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

setup: ## Install what the build needs and this machine lacks
	@bash .ci/dependencies

audit: setup ## Train an agent, audit it and write the report (ENVIRONMENT, AGENT, SEED, REPORT)
	swift build -c release --product assay
	"$$(swift build -c release --show-bin-path)/assay" audit $(ENVIRONMENT) --agent $(AGENT) --seed $(SEED) \
	  --report $(REPORT)

test: setup ## Run the tests (TEST_FLAGS)
	swift test $(TEST_FLAGS)

check: ## Run everything that must pass before a change goes in
	@bash .ci/run

format: ## Format every Swift file in place
	@swift format format --in-place --parallel $(SWIFT_FILES)

lint: ## Report every Swift file that is not as `make format` and the rules in .swift-format want it
	@echo "Linting $(words $(SWIFT_FILES)) Swift files"
	@swift format lint --strict --parallel $(SWIFT_FILES)

bench: setup $(if $(PEERS),.build/peers/installed) ## Measure speed, beside other libraries (PEERS, BENCH_FLAGS)
	swift run -c release --package-path Tests/Benchmarks benchmarks \
	  $(if $(PEERS),--peers "$(CURDIR)/.build/peers/bin/python") $(BENCH_FLAGS)

# A Python environment of the benchmarks' own, made anew when what it should hold changes.
.build/peers/installed: Tests/Benchmarks/peers/requirements.txt
	python3 -m venv --clear .build/peers
	.build/peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

docs: setup ## Build the documentation's pages
	swift package --allow-writing-to-directory .build/docs generate-documentation --target Assay \
	  --target AssayNetworks --enable-experimental-combined-documentation --output-path .build/docs --warnings-as-errors
	@echo "The pages are in .build/docs. To read them: python3 -m http.server --directory .build/docs," \
	  "then http://localhost:8000/documentation/assay"

clean: ## Remove what builds left, nested packages' too
	rm -rf .build .build-* .build_* Tests/*/.build audit.html
