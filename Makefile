# Each target is one thought; `make help` lists them.
TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/venv
PYTHON ?= python3
CC ?= cc
PYTHON_DIR := bindings/python
LIBRARY := libdata_connectors.so

.PHONY: help demo test test-rust test-python test-wheel test-package test-asan test-languages conformance-prefix load test-msrv fuzz \
	header reference sandbox library staged fit install uninstall docs bench lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

include install/install.mk

# The compiler goes by a name of its own: cargo would build ring again for another CC.
demo: ## list 137 connectors of a sandbox from C and from Python
	@TARGET=$(TARGET) DEMO_CC="$(CC)" PYTHON=$(PYTHON) sh examples/demo.sh

test: test-rust test-python ## every test: Rust, C programs, Python

test-rust: ## the Rust tests, which compile and run the C programs
	@PYTHON=$(PYTHON) sh tests/lacks.sh
	DC_TEST_VALGRIND=$$(command -v valgrind) cargo test --locked --workspace --no-fail-fast

test-python: $(VENV)/ready ## the Python package's tests
	cargo build --quiet --locked -p data_connectors
	cargo build --quiet --locked -p data-connectors-sandbox
	cd $(PYTHON_DIR) && DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) \
		DC_TEST_SANDBOX=$(abspath $(TARGET)/debug/data-connectors-sandbox) \
		PYTHONPATH=$(abspath $(PYTHON_DIR))/src PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m pytest -p no:cacheprovider

# Away from the tree, the sdist's copy of the sources still finds its dependencies built.
test-wheel: $(VENV)/ready ## that Python's wheel and sdist build, and work on every Python to be had
	cargo build --quiet --locked -p data-connectors-sandbox
	DC_TEST_SANDBOX=$(abspath $(TARGET)/debug/data-connectors-sandbox) CARGO_TARGET_DIR=$(abspath $(TARGET)) \
		$(VENV)/bin/python $(PYTHON_DIR)/check_wheel.py

test-package: ## that the crate could be published, and builds by itself
	cargo publish --dry-run --allow-dirty --quiet --locked -p data_connectors

# What the other languages are built against and run with: installed as a user would.
conformance-prefix:
	@$(MAKE) --no-print-directory library >/dev/null
	@$(MAKE) --no-print-directory install PREFIX=$(abspath $(TARGET))/conformance/prefix DESTDIR= >/dev/null
	cargo build --quiet --release --locked -p data-connectors-sandbox

# What a language needs and this machine lacks is named; --all makes that a failure.
test-languages: $(VENV)/ready conformance-prefix ## the cases and examples in every language to be had (options: make test-languages ARGS="--help")
	@cd tests/conformance && PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m unittest --quiet
	@cd examples/load && PYTHONDONTWRITEBYTECODE=1 $(abspath $(VENV))/bin/python -m unittest --quiet
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python tests/conformance/run.py --with-tests $(ARGS)

LOAD := $(PYTHON) examples/load/load.py --sandbox $(TARGET)/release/data-connectors-sandbox
LOAD_SECONDS ?= 30
PREFIX_LIB := $(abspath $(TARGET))/conformance/prefix/lib

load: conformance-prefix ## the services in Go and Node under load (LOAD_SECONDS=30)
	cd examples/service-go && PKG_CONFIG_PATH=$(PREFIX_LIB)/pkgconfig go build -o $(abspath $(TARGET))/conformance/service-go .
	node bindings/node/build.mjs --include $(PREFIX_LIB)/../include --library $(PREFIX_LIB)/libdata_connectors.so.1
	npm --prefix examples/service-node install --silent --no-package-lock
	LD_LIBRARY_PATH=$(PREFIX_LIB) $(LOAD) --seconds $(LOAD_SECONDS) -- $(TARGET)/conformance/service-go
	$(LOAD) --seconds $(LOAD_SECONDS) -- node examples/service-node/service.js

# The stable compiler knows the sanitizers, but for this variable.
test-asan: ## the faults, connections, walks and a soak, with AddressSanitizer
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=$(TARGET)/asan cargo test --locked --no-fail-fast \
		--target $$(rustc -vV | sed -n 's/^host: //p') --lib \
		--test faults --test connections --test trust --test attempts --test client --test prefetch --test soak

# The fuzzer's instrumentation is the compiler's own, but for this variable. What it has found stays in the target folder.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1

fuzz: ## look for answers that are read otherwise than by serde_json (FUZZ_SECONDS=60)
	RUSTC_BOOTSTRAP=1 RUSTFLAGS="$(FUZZ_FLAGS)" CARGO_TARGET_DIR=$(TARGET)/fuzz cargo build --quiet --release --locked \
		--manifest-path fuzz/Cargo.toml --target $$(rustc -vV | sed -n 's/^host: //p')
	@mkdir -p $(TARGET)/fuzz/corpus
	$(TARGET)/fuzz/$$(rustc -vV | sed -n 's/^host: //p')/release/page -dict=fuzz/page.dict -max_len=4096 \
		-max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(TARGET)/fuzz/ $(TARGET)/fuzz/corpus fuzz/seeds

MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

test-msrv: ## that the oldest Rust we name compiles it
	@if cargo +$(MSRV) --version >/dev/null 2>&1; then \
		CARGO_TARGET_DIR=$(TARGET)/msrv cargo +$(MSRV) check --quiet --locked --workspace --all-targets; \
	else echo "Rust $(MSRV) is not here (rustup toolchain install $(MSRV)): not checked against it"; fi

header: ## make include/data_connectors.h from the sources again
	@UPDATE_HEADER=1 cargo test --quiet --locked --test header is_made_from_the_sources >/dev/null
	@echo "include/data_connectors.h is made; git diff shows what changed"

reference: $(VENV)/ready ## make docs/python.md from the docstrings again
	cargo build --quiet --locked -p data_connectors
	DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) PYTHONPATH=$(PYTHON_DIR)/src PYTHONDONTWRITEBYTECODE=1 \
		$(VENV)/bin/python $(PYTHON_DIR)/reference.py

docs: $(VENV)/ready ## the references of C, C++, Python and Rust in one folder, target/site
	cargo build --quiet --locked -p data_connectors
	@DATA_CONNECTORS_LIBRARY=$(abspath $(TARGET)/debug/$(LIBRARY)) PYTHONPATH=$(PYTHON_DIR)/src PYTHONDONTWRITEBYTECODE=1 \
		sh docs/site/build.sh $(TARGET)/site $(VERSION) $(VENV)/bin/python

sandbox: ## run a local stand-in for the service (options: make sandbox ARGS="--help")
	@cargo run --quiet --release --locked -p data-connectors-sandbox -- $(ARGS)

# With the crate's rlib among its kinds cargo would leave out link-time optimisation.
library: ## build the release library, target/release/libdata_connectors.{a,so}
	@[ -z "$(CARGO_BUILD_TARGET)" ] || { echo "CARGO_BUILD_TARGET is set, but this builds for this machine: unset it"; exit 1; }
	cargo rustc --release --locked -p data_connectors --lib --crate-type staticlib,cdylib
	@ln -sf $(LIBRARY) $(TARGET)/release/$(LIBRARY).1

lint: $(VENV)/ready ## formatting and lints of all languages
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet --locked
	$(CC) -std=c99 -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror -fsyntax-only -Iinclude examples/c/*.c
	$(CC) -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror -fsyntax-only -Iinclude \
		$(filter-out benches/c/count% benches/c/curl% %_curl.c,$(wildcard benches/c/*.c))
	$(VENV)/bin/ruff check --no-cache $(PYTHON_DIR)
	$(VENV)/bin/ruff check --no-cache --config $(PYTHON_DIR)/pyproject.toml --ignore D examples benches tests/conformance
	$(VENV)/bin/ruff format --no-cache --check --config $(PYTHON_DIR)/pyproject.toml $(PYTHON_DIR) examples benches tests/conformance
	$(VENV)/bin/mypy --strict --cache-dir $(abspath $(TARGET))/mypy-conformance tests/conformance/*.py
	cd $(PYTHON_DIR) && $(abspath $(VENV))/bin/mypy --cache-dir $(abspath $(TARGET))/mypy src tests *.py
	cd $(PYTHON_DIR) && $(abspath $(VENV))/bin/pyright --warnings --pythonpath $(abspath $(VENV))/bin/python

# The C compiler goes by a name of its own, as for the demo.
bench: library ## measure ours beside libcurl, httpx and the publisher's SDK (options: make bench ARGS="--help")
	@CARGO_TARGET_DIR=$(abspath $(TARGET)) BENCH_CC="$(CC)" PYTHONDONTWRITEBYTECODE=1 $(PYTHON) benches/run.py $(ARGS)

# A virtual environment with what the Python tests and lints need.
$(VENV)/ready: $(PYTHON_DIR)/requirements-dev.txt
	@mkdir -p $(TARGET)
	@$(PYTHON) -m venv $(VENV) || { echo "python3 lacks its venv module (Debian package python3-venv)"; exit 1; }
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clean: ## remove all that was built
	cargo clean
