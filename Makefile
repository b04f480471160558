# `make help` lists the targets.
TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/venv
FLEET_VENV := $(TARGET)/fleet-venv
PYTHON ?= python3
CC ?= cc
PYTHON_DIR := bindings/python

.PHONY: help demo test test-rust test-python test-wheel test-package test-asan test-tsan test-languages test-fleet conformance-prefix platforms dist dist-check load test-msrv fuzz mutants \
	header reference sandbox library staged check-folders install uninstall docs bench lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

include install/install.mk

# Not passed as CC: cargo would rebuild ring for another value of CC.
demo: ## list the connectors of a local sandbox from C and Python
	@TARGET=$(TARGET) DEMO_CC="$(CC)" PYTHON=$(PYTHON) MAKE="$(MAKE)" sh examples/demo.sh

test: test-rust test-python ## run the Rust, C and Python tests

test-rust: ## run the Rust tests, which compile and run C programs
	@PYTHON=$(PYTHON) sh tests/check_tools.sh
	DC_TEST_VALGRIND=$$(command -v valgrind) cargo test --locked --workspace --no-fail-fast

test-python: $(VENV)/ready ## run the tests of the Python package
	cargo build --quiet --locked -p data_connectors
	cargo build --quiet --locked -p data-connectors-sandbox
	cd $(PYTHON_DIR) && DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) \
		DC_TEST_SANDBOX=$(abspath $(TARGET)/debug/data-connectors-sandbox) \
		PYTHONPATH=$(abspath $(PYTHON_DIR))/src PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m pytest -p no:cacheprovider

# CARGO_TARGET_DIR lets the unpacked sdist reuse the compiled dependencies.
test-wheel: $(VENV)/ready ## build the Python wheel and sdist, and test them with every installed Python
	cargo build --quiet --locked -p data-connectors-sandbox
	DC_TEST_SANDBOX=$(abspath $(TARGET)/debug/data-connectors-sandbox) CARGO_TARGET_DIR=$(abspath $(TARGET)) \
		$(VENV)/bin/python $(PYTHON_DIR)/check_wheel.py

test-package: ## check that the crate can be published and builds on its own
	cargo publish --dry-run --allow-dirty --quiet --locked -p data_connectors

# The installed library that the other languages are built and run with.
conformance-prefix:
	@$(MAKE) --no-print-directory install PREFIX=$(abspath $(TARGET))/conformance/prefix DESTDIR= >/dev/null
	cargo build --quiet --release --locked -p data-connectors-sandbox

# Languages whose tools are not installed are reported and skipped; with --all they are a failure.
test-languages: $(VENV)/ready conformance-prefix ## run the conformance cases and examples of every installed language (ARGS="--help" lists options)
	@cd tests/conformance && PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m unittest --quiet
	@cd examples/load && PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m unittest --quiet
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python tests/conformance/run.py --with-tests $(ARGS)

test-fleet: $(VENV)/ready $(FLEET_VENV)/ready conformance-prefix ## test the Dask example (examples/fleet)
	MYPYPATH=$(PYTHON_DIR)/src $(VENV)/bin/mypy --strict --allow-untyped-calls --disable-error-code import-untyped \
		--cache-dir $(TARGET)/mypy-fleet --python-executable $(FLEET_VENV)/bin/python examples/fleet/*.py
	cd examples/fleet && DATA_CONNECTORS_LIBRARY=$(PREFIX_LIB)/libdata_connectors.so.1 \
		DC_TEST_SANDBOX=$(abspath $(TARGET))/release/data-connectors-sandbox PYTHONPATH=$(abspath $(PYTHON_DIR))/src \
		PYTHONDONTWRITEBYTECODE=1 $(abspath $(FLEET_VENV))/bin/python -m unittest --quiet

# Keeps its builds in target/platforms; the first one takes about six minutes of CPU time per target.
platforms: ## run the tests for other platforms, under qemu and wine (ARGS="--only aarch64-unknown-linux-gnu")
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) platforms/test.py $(ARGS)

dist: ## build all packages of a release in target/dist (ARGS="--help" lists options)
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) platforms/dist.py $(ARGS)

dist-check: ## install and run the packages in target/dist, under qemu and wine for other platforms
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) platforms/check.py

LOAD := $(PYTHON) examples/load/load.py --sandbox $(TARGET)/release/data-connectors-sandbox
LOAD_SECONDS ?= 30
PREFIX_LIB := $(abspath $(TARGET))/conformance/prefix/lib

load: conformance-prefix ## run a load test of the Go and Node services (LOAD_SECONDS=30)
	cd examples/services/go && PKG_CONFIG_PATH=$(PREFIX_LIB)/pkgconfig go build -o $(abspath $(TARGET))/conformance/service-go .
	node bindings/node/build.mjs --include $(PREFIX_LIB)/../include --library $(PREFIX_LIB)/libdata_connectors.so.1
	npm --prefix examples/services/node install --silent --no-package-lock
	LD_LIBRARY_PATH=$(PREFIX_LIB) $(LOAD) --seconds $(LOAD_SECONDS) -- $(TARGET)/conformance/service-go
	$(LOAD) --seconds $(LOAD_SECONDS) -- node examples/services/node/service.js

# The integration tests that make calls.
CALL_TESTS := faults connections tls client_certificates proxy retries client prefetch soak

# RUSTC_BOOTSTRAP enables sanitizers in the stable compiler.
test-asan: ## run fault, connection, prefetch and soak tests with AddressSanitizer
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=$(TARGET)/asan cargo test --locked --no-fail-fast \
		--target $$(rustc -vV | sed -n 's/^host: //p') --lib $(addprefix --test ,$(CALL_TESTS))

# Builds the standard library, from Debian's sources.
test-tsan: ## run the multithreaded tests with ThreadSanitizer
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) platforms/tsan.py

# RUSTC_BOOTSTRAP enables the fuzzer's instrumentation in the stable compiler. Findings are kept in the target folder.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1

fuzz: ## search for responses that are parsed differently from serde_json, and invalid snapshots (FUZZ_SECONDS=60)
	RUSTC_BOOTSTRAP=1 RUSTFLAGS="$(FUZZ_FLAGS)" CARGO_TARGET_DIR=$(TARGET)/fuzz cargo build --quiet --release --locked \
		--manifest-path fuzz/Cargo.toml --target $$(rustc -vV | sed -n 's/^host: //p')
	@mkdir -p $(TARGET)/fuzz/corpus
	$(TARGET)/fuzz/$$(rustc -vV | sed -n 's/^host: //p')/release/page -dict=fuzz/page.dict -max_len=4096 \
		-max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(TARGET)/fuzz/ $(TARGET)/fuzz/corpus fuzz/seeds

# Every eighth mutant: about 200, which take an hour.
MUTANTS ?= 0/8

mutants: ## check that the tests detect changes of the code (MUTANTS=0/8: every eighth change)
	DC_TEST_SOAK_SECONDS=2 sh tests/mutants.sh $(MUTANTS) $(CALL_TESTS) cancellation processes

MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

test-msrv: ## check that the minimum supported Rust version compiles it
	@if cargo +$(MSRV) --version >/dev/null 2>&1; then \
		CARGO_TARGET_DIR=$(TARGET)/msrv cargo +$(MSRV) check --quiet --locked --workspace --all-targets; \
	else echo "skipped: Rust $(MSRV) is not installed (rustup toolchain install $(MSRV))"; fi

header: ## regenerate the header, abi/data_connectors.json and docs/options.md from the sources
	@UPDATE_HEADER=1 cargo test --quiet --locked --test header is_up_to_date >/dev/null
	@echo "regenerated include/data_connectors.h, abi/data_connectors.json and docs/options.md; git diff shows the changes"

reference: $(VENV)/ready ## regenerate docs/python.md from the docstrings
	cargo build --quiet --locked -p data_connectors
	DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) PYTHONPATH=$(PYTHON_DIR)/src PYTHONDONTWRITEBYTECODE=1 \
		$(VENV)/bin/python $(PYTHON_DIR)/reference.py

docs: $(VENV)/ready ## build the C, C++, Python and Rust references in target/site
	cargo build --quiet --locked -p data_connectors
	@DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) PYTHONPATH=$(PYTHON_DIR)/src PYTHONDONTWRITEBYTECODE=1 \
		sh docs/site/build.sh $(TARGET)/site $(VERSION) $(VENV)/bin/python

# Announces the compilation only if cargo is going to compile.
SANDBOX := $(TARGET)/release/data-connectors-sandbox
sandbox: ## run a local stand-in for the Intercom API (ARGS="--help" lists options)
	@if [ ! -x $(SANDBOX) ] || [ -n "$$(find sandbox/src -newer $(SANDBOX))" ]; then \
		echo "compiling the sandbox (about a minute the first time)" >&2; fi
	@cargo run --quiet --release --locked -p data-connectors-sandbox -- $(ARGS)

# Prints the message only if cargo will compile. Without the rlib crate type, which disables link-time
# optimization. cargo restores its own archive each time.
library: $(STAGE)/data_connectors.map ## build the release library, target/release/libdata_connectors.{a,so}
	@[ -z "$(CARGO_BUILD_TARGET)" ] || { echo "CARGO_BUILD_TARGET is set, but make library builds for this machine: unset it"; exit 1; }
	@if [ ! -f $(TARGET)/release/$(LIBRARY) ] || [ -n "$$(find src Cargo.lock -newer $(TARGET)/release/$(LIBRARY))" ]; then \
		echo "compiling the library (about a minute the first time)" >&2; fi
	@cargo rustc --quiet --release --locked -p data_connectors --lib --features capi --crate-type staticlib,cdylib
	@$(if $(WINDOWS),,ln -sf $(LIBRARY) $(TARGET)/release/$(LIBRARY).1)
	@$(convert_archive)
	@ln -f $(ARCHIVE) $(TARGET)/release/libdata_connectors.a

ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

lint: $(VENV)/ready ## check the formatting and lints of all languages
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@cargo metadata --quiet --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet --locked
	$(CC) -std=c99 -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror -fsyntax-only -Iinclude examples/c/*.c
	$(CC) -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror -fsyntax-only -Iinclude \
		$(filter-out benches/c/count% benches/c/curl% %_curl.c,$(wildcard benches/c/*.c))
	$(VENV)/bin/ruff check --no-cache $(PYTHON_DIR)
	$(VENV)/bin/ruff check --no-cache --config $(PYTHON_DIR)/pyproject.toml --ignore D examples benches platforms tests
	$(VENV)/bin/ruff format --no-cache --check --config $(PYTHON_DIR)/pyproject.toml $(PYTHON_DIR) examples benches platforms tests
	$(VENV)/bin/mypy --strict --cache-dir $(abspath $(TARGET))/mypy-conformance tests/conformance/*.py
	cd platforms && $(abspath $(VENV))/bin/mypy --strict --cache-dir $(abspath $(TARGET))/mypy-platforms *.py
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON) platforms/table.py
	cd $(PYTHON_DIR) && $(abspath $(VENV))/bin/mypy --cache-dir $(abspath $(TARGET))/mypy src tests *.py
	cd $(PYTHON_DIR) && $(abspath $(VENV))/bin/pyright --warnings --pythonpath $(abspath $(VENV))/bin/python
	go run $(ACTIONLINT) -shellcheck= -pyflakes=

# Not passed as CC, as for the demo.
bench: library ## compare with libcurl, httpx, Intercom's SDK and others (ARGS="--help" lists options)
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) BENCH_CC="$(CC)" PYTHONDONTWRITEBYTECODE=1 $(PYTHON) benches/run.py $(ARGS)

# The virtual environments of the Python tests and lints, and of the example that uses Dask.
$(VENV)/ready: $(PYTHON_DIR)/requirements-dev.txt
$(FLEET_VENV)/ready: examples/fleet/requirements.txt
$(VENV)/ready $(FLEET_VENV)/ready:
	@mkdir -p $(TARGET)
	@$(PYTHON) -m venv $(@D) || { echo "could not create a virtual environment: install the Debian package python3-venv"; exit 1; }
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clean: ## remove the build output
	cargo clean
