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

# The moments that `make pictures` shows, as NAME:POLICY:STEP. A world that is not named here is shown after four
# steps at random. An episode that is over before is shown at its end.
MOMENTS = \
  frozen-lake-8x8:best:9 cliff-walking:best:7 taxi:best:9 blackjack:random:0 cart-pole:random:9 \
  mountain-car:right:25 mountain-car-continuous:1:30 acrobot:random:60 \
  random-walk-5:random:1 random-walk-19:random:9 two-armed-bandit:random:0 k-armed-bandit:random:0 \
  two-bump-bandit:0.6:1 grid-world-4x4:random:0 dyna-maze:best:9 windy-grid:best:8 access-control:random:30 \
  maximisation-bias:0:1 discounting-chain:random:9 line-toy:random:2 five-chain:forward:3 river-swim:right:6 \
  deep-sea:best:4 one-dimensional-maze:random:0 cheese-maze:random:30 partially-observable-pacman:random:30 \
  tic-tac-toe:random:3 connect-four:random:9 othello:random:9 coin-corridor:random:0 coin-platformer:best:5 \
  maze-with-cheese:random:30 score-in-the-corner:random:9 reward-button:best:6 tomato-watering:random:30 \
  rocks-and-diamonds:best:5 fallible-evaluator:polish:2 off-switch-corridor:best:3 safe-interruptibility:best:2 \
  vase-and-box:random:9 lava:best:5 tightrope-and-bridge:best:3 symmetric-fork:random:2 shortcut-maze:best:5

.PHONY: help setup audit test check format lint bench pictures docs clean

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

# Only what shows something: the random processes, for one, have no picture but a line of text.
pictures: setup ## Draw a still of every world for the documentation
	swift build -c release --product assay
	@set -e; assay=$$(swift build -c release --show-bin-path)/assay; folder=.build/pictures; rm -rf $$folder; mkdir -p $$folder; \
	pictures=Environments/AssayEnvironments.docc/Resources; mkdir -p $$pictures; rm -f $$pictures/*.svg; \
	for name in $$($$assay list environments | sed -nE 's/^([a-z][a-z0-9-]*)  .*/\1/p'); do \
	  policy=random step=4; \
	  for moment in $(MOMENTS); do \
	    case $$moment in $$name:*) policy=$${moment#*:}; step=$${policy##*:}; policy=$${policy%:*} ;; esac; \
	  done; \
	  steps=$$((step > 0 ? step : 1)); \
	  $$assay render $$name --policy $$policy --steps $$steps --seed 1 --out $$folder/$$name >/dev/null; \
	  still=$$folder/$$name/$$(printf 'frame-%03d.svg' $$step); \
	  [ -f $$still ] || still=$$(printf '%s\n' $$folder/$$name/frame-*.svg | tail -n 1); \
	  if grep -qE 'class="(shape|stroke)' $$still; then cp $$still $$pictures/$$name.svg; fi; \
	done; \
	echo "$$(ls $$pictures | wc -l) pictures are in $$pictures"

docs: setup ## Build the documentation's pages
	swift package --allow-writing-to-directory .build/docs generate-documentation --target Assay \
	  --target AssayNetworks --target AssayEnvironments --enable-experimental-combined-documentation \
	  --output-path .build/docs --warnings-as-errors
	@echo "The pages are in .build/docs. To read them: python3 -m http.server --directory .build/docs," \
	  "then http://localhost:8000/documentation/assay"

clean: ## Remove what builds left, nested packages' too
	rm -rf .build .build-* .build_* Tests/*/.build audit.html
