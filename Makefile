# The front door; the build itself is Meson's.  `make help` lists the targets.
BUILD   ?= build
PREFIX  ?= /usr/local
SUITE   ?=
SECONDS ?= 60
SEEDS   ?= 10000
JOBS    ?= $(shell nproc)
MESON   := meson setup --buildtype=release

.PHONY: all help deps demo test bench bench-duckdb soak fuzz lint format install clean

all: $(BUILD)/build.ninja ## build the library and the shell in build/
	@ninja -C $(BUILD) -j$(JOBS)

$(BUILD)/build.ninja:
	@command -v meson >/dev/null || { echo "meson is missing: run 'make deps'" >&2; exit 1; }
	@said=$$($(MESON) $(BUILD) 2>&1) || { echo "$$said" >&2; exit 1; }

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

deps: ## install what is missing (apt, as root or by sudo)
	@tools/deps.sh

demo: deps ## build and run the demonstration
	@$(MAKE) --no-print-directory all
	@examples/demo.sh $(BUILD)/app/shell/laminar

test: deps ## every suite in every build; SUITE=unit for one of them
	@tools/run_tests.py --jobs $(JOBS) $(if $(SUITE),--suite $(SUITE))

bench: all ## micro-benchmarks, with the goals beside them
	@tools/bench.py $(BUILD)

bench-duckdb: all ## batch queries and Nexmark beside DuckDB on the same data (fetches its library with npm)
	@tools/bench_duckdb.py $(BUILD)

soak: all ## every property test over SEEDS=10000 seeds
	@tools/soak.sh $(BUILD) $(SEEDS) $(JOBS)

fuzz: deps ## each fuzz target for SECONDS=60
	@tools/fuzz.sh build-fuzz $(SECONDS) $(JOBS)

lint: deps ## clang-tidy and the style gates
	@tools/lint.sh build-clang $(JOBS)

format: ## clang-format in place
	@tools/check_format.py --fix

install: all ## library, header, pkg-config file and shell, to PREFIX=/usr/local (DESTDIR too)
	@meson configure $(BUILD) --prefix=$(PREFIX)
	@meson install -C $(BUILD)

clean: ## remove every build directory
	@rm -rf build build-asan build-tsan build-clang build-fuzz
