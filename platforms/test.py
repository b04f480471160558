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

import conformance
import macos
import windows
from targets import TARGETS, Target
from toolchain import (
    BUILD,
    ROOT,
    cargo,
    compiler,
    environment,
    folder,
    install,
    runner,
)

SANDBOX = BUILD / "debug/data-connectors-sandbox"
# What .ci/run tests: cancellation makes calls from C programs, and interrupts them in every phase.
SHORT = {"aarch64-unknown-linux-gnu", "x86_64-pc-windows-gnu"}
SHORT_TESTS = ("cancellation",)


@dataclass
class Results:
    """Which tests of a target were run, and how many passed."""

    passed: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, passed: int | bool, total: int = 1) -> None:
        """Add the results of a program."""
        self.notes.append(f"{name} {int(passed)}/{total}")
        self.passed += passed
        self.total += total


def wine_commands(target: Target) -> Path:
    """Return a folder of programs with which tests under wine run those of this machine."""
    commands = folder(target) / "commands"
    commands.mkdir(exist_ok=True)
    source, shell = ROOT / "tests/support/wine_command.c", commands / "sh.exe"
    subprocess.run([target.compiler, source, "-o", shell], check=True)
    for program in (target.compiler, target.cxx, "objdump"):
        shutil.copy(shell, commands / f"{Path(program).name}.exe")
    return commands


def c_variables(target: Target) -> dict[str, str]:
    """Return the variables with which the Rust tests compile and run C programs."""
    if not target.is_windows:
        programs = {"CC": target.compiler, "CXX": target.cxx, "RUNNER": " ".join(target.runner)}
        return {f"DC_TEST_{name}": value for name, value in programs.items()}
    path = [environment(target)["WINEPATH"], str(wine_commands(target))]
    # The libraries of threads, of C++ and of the compiler.
    path += ["/usr/x86_64-w64-mingw32/lib", "/usr/lib/gcc/x86_64-w64-mingw32/12-posix"]
    return {
        "DC_TEST_CC": Path(target.compiler).name,
        "DC_TEST_CXX": Path(target.cxx).name,
        "WINEPATH": ";".join(path),
    }


def rust_tests(target: Target, arguments: list[str], results: Results) -> None:
    """Run the selected Rust tests."""
    skipped = [argument for name in target.skipped for argument in ("--skip", name)]
    command, variables = cargo(
        target,
        "test",
        "data_connectors",
        "--no-fail-fast",
        *arguments,
        "-Zbuild-std=std,panic_unwind,test",
    )
    if target.compiler:
        variables.update(c_variables(target))
    # Emulated, the default takes minutes.
    variables.setdefault("DC_TEST_SEEDS", "50")
    variables.setdefault("DC_TEST_SOAK_SECONDS", "5")
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
    results.add("Rust", passed, passed + failed)


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
            [*runner(target), program, *argument],
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
    """Run all tests of a target."""
    results = Results()
    tests = [f"--test={name}" for name in target.tests]
    rust_tests(target, ["--lib", *tests], results)
    example = "examples/c/list_connectors.c"
    results.add("C example", lists(target, "list_connectors", example, ["-std=c99"], 138))
    wrapper = "tests/consumers/wrapper.cpp"
    results.add("C++ wrapper", lists(target, "wrapper", wrapper, ["-std=c++17"], 1))
    if target.has_conformance_tests:
        library = folder(target) / target.library
        # A program under qemu can start one of this machine.
        started = windows.sandbox() if target.is_windows else SANDBOX
        cases = conformance.run(target, library, SANDBOX, started)
        results.passed += cases.passed
        results.total += cases.total
        results.notes += cases.notes
        if target.is_windows:
            *counts, skipped = windows.python_tests(library)
            results.add("Python", *counts)
            results.notes += [f"not in Python: {reason}" for reason in skipped]
    results.notes += [f"not {name} ({reason})" for name, reason in target.skipped.items()]
    return summary(target, results)


def test_briefly(target: Target) -> tuple[str, bool]:
    """Run the tests of .ci/run."""
    results = Results()
    rust_tests(target, [f"--test={name}" for name in SHORT_TESTS], results)
    example = "examples/c/list_connectors.c"
    results.add("C example", lists(target, "list_connectors", example, ["-std=c99"], 138))
    return summary(target, results)


def summary(target: Target, results: Results) -> tuple[str, bool]:
    """Return a line with the results, and whether all tests passed."""
    line = f"{results.passed}/{results.total} {target.how}: {', '.join(results.notes)}"
    return line, results.passed == results.total


def link(target: Target) -> tuple[str, bool]:
    """Link the library of a target for macOS, and compare what it exports with the header."""
    command, variables = cargo(target, "rustc", "--lib", "--crate-type", "cdylib")
    macos.prepare(target, variables)
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    library = folder(target) / target.triple / "debug/libdata_connectors.dylib"
    return f"linked: {macos.examine(library)}", True


def check(target: Target) -> tuple[str, bool]:
    """Check the types of the crate for a target."""
    command, variables = cargo(target, "check", "--lib")
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
    parser.add_argument("--short", action="store_true", help="test arm64 and Windows briefly")
    options = parser.parse_args()
    if options.short:
        names = [name for name in names if name in SHORT]
    only = options.only.split(",") if options.only else names
    if unknown := set(only) - set(names):
        parser.error(f"unknown target {', '.join(sorted(unknown))}: use {', '.join(names)}")
    targets = [target for target in targets if target.triple in only]
    install(targets, {} if options.short else conformance.PACKAGES)
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "data-connectors-sandbox"],
        cwd=ROOT,
        check=True,
    )
    has_failed = False
    for target in targets:
        started, used = time.monotonic(), os.times()
        try:
            step = test_briefly if options.short else step_of(target)
            line, has_passed = step(target)
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
