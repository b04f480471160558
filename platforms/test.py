#!/usr/bin/env python3
"""Builds the library for other platforms and runs its tests there, under qemu or wine.

Prints one line per target: PLATFORM TARGET PASSED/TOTAL HOW. Targets whose programs cannot be run
here are linked or checked. Needs Debian 12 on x86-64; installs the missing packages if run as root.
The standard library is built from Debian's sources of Rust, once per target.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import macos
from targets import TARGETS, Target
from toolchain import BUILD, CARGO, ROOT, compiler, environment, folder, install, zigbuild

SANDBOX = BUILD / "debug/data-connectors-sandbox"


@dataclass
class Results:
    """Which tests of a target were run, and how many passed."""

    passed: int = 0
    total: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str, passed: int, total: int = 1) -> None:
        """Add the results of a program."""
        self.names.append(name)
        self.passed += passed
        self.total += total


def cargo(target: Target, command: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that builds the crate and the standard library, and its variables."""
    variables = environment(target)
    # It takes time and disk, and panics report their line without it.
    variables["CARGO_PROFILE_DEV_DEBUG"] = "0"
    program = [CARGO] if target.compiler else zigbuild(variables)
    if target.is_musl:
        variables["RUSTFLAGS"] = "-Ctarget-feature=-crt-static"
    line = [*program, command, "--quiet", "--locked", "-p", "data_connectors", *arguments]
    return [*line, "--target", target.triple, "--target-dir", str(folder(target))], variables


def rust_tests(target: Target, results: Results) -> None:
    """Run the unit tests and the integration tests."""
    tests = [argument for name in target.tests for argument in ("--test", name)]
    skipped = [argument for name in target.skipped for argument in ("--skip", name)]
    command, variables = cargo(
        target, "test", "--no-fail-fast", "--lib", *tests, "-Zbuild-std=std,panic_unwind,test"
    )
    # Emulated, the default takes minutes.
    variables.setdefault("DC_TEST_SEEDS", "50")
    # The output of the build goes to standard error.
    done = subprocess.run(
        [*command, "--", *skipped],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed", done.stdout)
    passed, failed = (sum(int(result[index]) for result in found) for index in (0, 1))
    if done.returncode != 0:
        print(done.stdout)
        # A program that could not be built, or that ended early, has no result.
        failed = max(failed, 1)
    results.add(", ".join(["unit", *target.tests]), passed, passed + failed)


def lists(target: Target, name: str, source: str, flags: list[str], expected: int) -> bool:
    """Compile a program, run it with a sandbox on this machine, and compare its number of lines."""
    home = folder(target)
    built = home / target.triple / "debug/deps"
    library = next(path for path in built.iterdir() if target.library.startswith(path.name))
    # The loader finds the library by its soname, beside the program.
    library = Path(shutil.copy(library, home / target.library))
    program = home / f"{name}.exe"
    command = [*compiler(target, source), *flags, f"-I{ROOT / 'include'}", str(ROOT / source)]
    command += ["-static"] if target.is_windows else ["-pthread", "-Wl,-rpath,$ORIGIN"]
    subprocess.run([*command, "-o", program, library], check=True)
    with subprocess.Popen([SANDBOX], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        argument = ["--base-url", url] if source.endswith(".c") else [url]
        done = subprocess.run(
            [*target.runner, program, *argument],
            env={**environment(target), "INTERCOM_ACCESS_TOKEN": "any"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        server.kill()
    passed = done.returncode == 0 and len(done.stdout.splitlines()) == expected
    if not passed:
        print(done.stdout.decode()[-1000:], done.stderr.decode()[-1000:])
    return passed


def test(target: Target) -> tuple[str, bool]:
    """Run the tests of a target."""
    results = Results()
    rust_tests(target, results)
    results.add(
        "C example",
        lists(target, "list_connectors", "examples/c/list_connectors.c", ["-std=c99"], 138),
    )
    results.add(
        "C++ wrapper", lists(target, "wrapper", "tests/consumers/wrapper.cpp", ["-std=c++17"], 1)
    )
    line = f"{results.passed}/{results.total} {target.how}: {', '.join(results.names)}"
    line += "".join(f"; not {test} ({reason})" for test, reason in target.skipped.items())
    return line, results.passed == results.total


def link(target: Target) -> tuple[str, bool]:
    """Link the library of a target for macOS, and compare what it exports with the header."""
    command, variables = cargo(
        target, "rustc", "--lib", "--crate-type", "cdylib", "-Zbuild-std=std,panic_unwind"
    )
    macos.prepare(target, variables)
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    library = folder(target) / target.triple / "debug/libdata_connectors.dylib"
    return f"linked: {macos.examine(library)}", True


def check(target: Target) -> tuple[str, bool]:
    """Check the types of the crate for a target."""
    command, variables = cargo(target, "check", "--lib", "-Zbuild-std=std,panic_unwind")
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    return "checked", True


def step_of(target: Target) -> Callable[[Target], tuple[str, bool]]:
    """Return what is done for a target."""
    if target.tests:
        return test
    return link if target.is_macos else check


def main() -> int:
    """Test the selected targets; return 1 if a test failed."""
    targets = [target for target in TARGETS if target.tests or not target.how]
    names = [target.triple for target in targets]
    parser = argparse.ArgumentParser(prog="make platforms", description=__doc__.split("\n")[0])
    parser.add_argument("--only", metavar="TARGETS", help=f"comma-separated, of {', '.join(names)}")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else names
    if unknown := set(only) - set(names):
        parser.error(f"unknown target {', '.join(sorted(unknown))}: use {', '.join(names)}")
    targets = [target for target in targets if target.triple in only]
    install(targets)
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "data-connectors-sandbox"],
        cwd=ROOT,
        check=True,
    )
    has_failed = False
    for target in targets:
        started, used = time.monotonic(), os.times()
        try:
            line, has_passed = step_of(target)(target)
        except (
            subprocess.CalledProcessError,
            subprocess.TimeoutExpired,
            macos.InvalidLibraryError,
        ) as error:
            line, has_passed = f"failed: {error}", False
        print(f"PLATFORM {target.triple} {line}", flush=True)
        processor = sum(os.times()[2:4]) - sum(used[2:4])
        seconds = time.monotonic() - started
        message = f"{target.triple}: {seconds:.0f} s, {processor:.0f} s of CPU"
        print(message, file=sys.stderr, flush=True)
        has_failed |= not has_passed
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
