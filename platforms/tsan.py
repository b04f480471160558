#!/usr/bin/env python3
"""Runs tests with ThreadSanitizer in the library, its dependencies, std and C programs.

If std were not instrumented, ThreadSanitizer would not see its locks, and would report data races
that do not exist.
"""

from __future__ import annotations

import os
import subprocess
import sys

from targets import Target
from toolchain import BUILD, CARGO, HOST, ROOT, RUSTC, install

# Has the LLVM version of Debian's Rust, which lacks the runtime of ThreadSanitizer.
CLANG = "clang-22"
RUNTIME = "/usr/lib/llvm-22/lib/clang/22/lib/linux/libclang_rt.tsan-x86_64.a"
SYMBOLIZER = "/usr/bin/addr2line"
TESTS = [
    "cancellation",
    "client",
    "connections",
    "c_programs",
    "prefetch",
    "soak",
    "tsan",
]
# Compares durations, most of which are the overhead of ThreadSanitizer.
SKIPPED = "iteration_takes_about_half_the_time"


def main() -> int:
    """Return 1 if a test failed or a data race was reported."""
    packages = {CLANG: f"/usr/bin/{CLANG}", "libclang-rt-22-dev": RUNTIME, "binutils": SYMBOLIZER}
    install([Target(HOST, tier=1, packages=packages)])
    home = BUILD / "tsan"
    home.mkdir(parents=True, exist_ok=True)
    for report in home.glob("report.*"):
        report.unlink()
    name = HOST.replace("-", "_")
    instrument = "-fsanitize=thread"
    variables = {
        **os.environ,
        "RUSTC": RUSTC,
        "RUSTC_BOOTSTRAP": "1",  # for -Z build-std and -Z sanitizer
        "RUSTFLAGS": "-Zsanitizer=thread -Zexternal-clangrt "
        f"-Clinker={CLANG} -Clink-arg={instrument}",
        # The C code of ring, and the programs of the tests.
        f"CC_{name}": CLANG,
        f"CFLAGS_{name}": instrument,
        "CC": f"{CLANG} {instrument}",
        # Also shows reports of programs that the tests expect to fail.
        "TSAN_OPTIONS": f"log_path={home / 'report'} external_symbolizer_path={SYMBOLIZER}",
        "DC_TEST_SOAK_SECONDS": os.environ.get("DC_TEST_SOAK_SECONDS", "10"),
    }
    command = [CARGO, "test", "--quiet", "--locked", "--no-fail-fast", "-p", "data_connectors"]
    command += [argument for test in TESTS for argument in ("--test", test)]
    command += ["-Z", "build-std=std,panic_unwind,test", "--target", HOST]
    command += ["--target-dir", str(home), "--", "--include-ignored", "--skip", SKIPPED]
    status = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
    reports = list(home.glob("report.*"))
    for report in reports:
        print(report.read_text())
    print(f"ThreadSanitizer: {len(reports)} processes with reports")
    return int(status != 0 or bool(reports))


if __name__ == "__main__":
    sys.exit(main())
