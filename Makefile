# Thin targets over scripts/; `make help` lists them.
# JOBS: parallel jobs (default: all cores). LIMPID_CUDA: AUTO, ON or OFF. PREFIX: where `make install` puts limpid.
PREFIX ?= /usr/local
export JOBS LIMPID_CUDA

.DEFAULT_GOAL := help
.PHONY: help build demo test test-long tsan fuzz lint format bench release install clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

build:  ## the program, build/limpid; installs what is missing
	@scripts/build.sh

demo: build  ## explain 10,000 rows of the loans example and show what matters most
	@examples/loans/demo.sh

test:  ## unit, property and emulator tests, sanitizers, oracles; the time of each part at the end
	@scripts/test.sh

test-long:  ## the corners of the grid of models that `make test` leaves out
	@scripts/test_long.sh

tsan:  ## the tests that have threads under the thread sanitizer
	@scripts/tsan.sh

fuzz:  ## every fuzzer for LIMPID_FUZZ_SECONDS (default 20) each: executions, coverage, crashers
	@scripts/fuzz.sh

lint:  ## format, clang-tidy, order of includes, headers alone, sizes
	@scripts/lint/lint.sh

format:  ## format all C++ and CUDA files in place
	@scripts/lint/format.sh --fix

bench:  ## micro benchmarks of every kernel
	@scripts/bench.sh

release:  ## an archive with the program for every supported GPU (CPU only without nvcc)
	@scripts/release.sh

install: build  ## copy the program with its Arrow libraries to PREFIX
	@scripts/install.sh "$(PREFIX)"

clean:  ## remove everything that was built; .venv stays
	@rm -rf build
