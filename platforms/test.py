#!/usr/bin/env python3
"""Builds the library for other platforms and runs its tests there, under qemu or wine.

Prints one line per target: PLATFORM TARGET PASSED/TOTAL HOW. Targets whose programs cannot be run
here are linked or type-checked. Needs Debian 12 on x86-64; installs the missing packages with sudo.
The standard library is built once per target, from the sources that Debian packages.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import conformance
import macos
import windows
from results import Results
from targets import TARGETS, TESTS, Target, add_only
from toolchain import (
    BUILD,
    ROOT,
    cargo,
    compiler,
    environment,
    folder,
    install,
    tools,
)

SANDBOX = BUILD / "debug/data-connectors-sandbox"
# What .ci/run tests: cancellation makes calls from C programs, and interrupts them in every phase.
SHORT = {"aarch64-unknown-linux-gnu", "x86_64-pc-windows-gnu"}
SHORT_TESTS = ("cancellation",)
# In seconds.
TIMEOUT = 3600


def wine_commands(target: Target) -> Path:
    """Return a folder of programs for wine that run this machine's sh, compilers and objdump."""
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
        commands = {"CC": compiler(target, ".c"), "CXX": compiler(target, ".cpp")}
        if target.runner:
            commands["RUNNER"] = list(target.runner)
        return {f"DC_TEST_{name}": " ".join(command) for name, command in commands.items()}
    path = [environment(target)["WINEPATH"], str(wine_commands(target))]
    # The folders of libwinpthread, libstdc++ and libgcc.
    path += ["/usr/x86_64-w64-mingw32/lib", "/usr/lib/gcc/x86_64-w64-mingw32/12-posix"]
    return {
        "DC_TEST_CC": Path(target.compiler).name,
        "DC_TEST_CXX": Path(target.cxx).name,
        "WINEPATH": ";".join(path),
    }


def rust_tests(target: Target, arguments: list[str], results: Results) -> None:
    """Run the selected Rust tests."""
    skipped = [argument for name in target.skipped for argument in ("--skip", name)]
    command, variables = cargo(target, "test", "--no-fail-fast", *arguments)
    variables.update(c_variables(target))
    # Under an emulator, the defaults take minutes.
    variables.setdefault("DC_TEST_SEEDS", "50")
    variables.setdefault("DC_TEST_SOAK_SECONDS", "5")
    done = subprocess.run(
        [*command, "--", *skipped],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    found = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed", done.stdout)
    passed, failed = (sum(int(result[index]) for result in found) for index in (0, 1))
    if done.returncode != 0:
        print(done.stdout, done.stderr)
        # A program that could not be built, or that ended early, has no result.
        failed = max(failed, 1)
    results.add("Rust", passed, passed + failed)
    for name, reason in re.findall(r"^test (\S+) \.\.\. ignored, (.*)$", done.stdout, re.MULTILINE):
        results.skip(name, reason)
    for name, reason in target.skipped.items():
        results.skip(name, reason)


def lists(target: Target, name: str, source: str, flags: list[str], expected: int) -> bool:
    """Compile and run a program that lists connectors; return whether it succeeds."""
    home = folder(target)
    # cargo's name has no version.
    library = home / target.triple / "debug/deps" / target.library.replace(".so.1", ".so")
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
        try:
            done = subprocess.run(
                [*target.runner, program, *argument],
                env={**environment(target), "INTERCOM_ACCESS_TOKEN": "any"},
                capture_output=True,
                timeout=120,
                check=False,
            )
        finally:
            server.kill()
    passed = done.returncode == 0 and len(done.stdout.splitlines()) == expected
    if not passed:
        print(done.stdout.decode()[-1000:], done.stderr.decode()[-1000:])
    return passed


def c_example(target: Target, results: Results) -> None:
    """Run the C example."""
    passed = lists(target, "list_connectors", "examples/c/list_connectors.c", ["-std=c99"], 138)
    results.add("C example", int(passed), 1)


def test(target: Target, results: Results) -> None:
    """Run all tests of a target."""
    rust_tests(target, ["--lib", *(f"--test={name}" for name in target.tests)], results)
    tests = ROOT / "tests"
    programs = {path.stem for path in tests.glob("*.rs")}
    programs |= {path.parent.name for path in tests.glob("*/main.rs")}
    reason = "need make install, strace or fork, or do not depend on the platform"
    results.skip(", ".join(sorted(programs.difference(TESTS))), reason)
    if others := set(TESTS).difference(target.tests):
        results.skip(", ".join(sorted(others)), f"not run in tier {target.tier}")
    c_example(target, results)
    wrapper = lists(target, "wrapper", "tests/consumers/wrapper.cpp", ["-std=c++17"], 1)
    results.add("C++ wrapper", int(wrapper), 1)
    if not target.has_conformance_tests:
        return
    library = folder(target) / target.library
    # Under qemu, a program can start the sandbox of this machine; under wine, it can't.
    started = windows.sandbox() if target.is_windows else SANDBOX
    conformance.run(target, library, SANDBOX, started, results)
    if target.is_windows:
        windows.python_tests(library, results)


def test_briefly(target: Target, results: Results) -> None:
    """Run the tests that .ci/run includes."""
    rust_tests(target, [f"--test={name}" for name in SHORT_TESTS], results)
    c_example(target, results)


def run(target: Target, step: Callable[[Target, Results], None]) -> tuple[str, bool]:
    """Run tests; return a line with the results, and whether all passed."""
    results = Results()
    step(target, results)
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
    return "type-checked", True


def result_of(target: Target, is_short: bool) -> tuple[str, bool]:
    """Test a target; return the line to print, and whether all tests passed."""
    if is_short:
        return run(target, test_briefly)
    if target.tests:
        return run(target, test)
    return link(target) if target.is_macos else check(target)


def main() -> int:
    """Test the selected targets; return 1 if a test failed."""
    parser = argparse.ArgumentParser(prog="make platforms", description=__doc__.split("\n")[0])
    add_only(parser, [target for target in TARGETS if target.tests or not target.how])
    parser.add_argument("--short", action="store_true", help="run only the tests of .ci/run")
    options = parser.parse_args()
    targets: list[Target] = options.only
    if options.short:
        targets = [target for target in targets if target.triple in SHORT]
    install(targets, {} if options.short else conformance.PACKAGES)
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "data-connectors-sandbox"],
        cwd=ROOT,
        check=True,
    )
    if not all(target.compiler for target in targets):
        # Installed before there are threads.
        tools()

    def run_target(target: Target) -> bool:
        started = time.monotonic()
        try:
            line, has_passed = result_of(target, options.short)
        # A failure does not prevent the tests of the other targets.
        except (Exception, SystemExit) as error:
            line, has_passed = f"failed: {error}", False
        seconds = time.monotonic() - started
        # With its line break, as two threads print.
        sys.stdout.write(f"PLATFORM {target.triple} {line}\n")
        sys.stdout.flush()
        sys.stderr.write(f"{target.triple}: {seconds:.0f} s\n")
        return has_passed

    # Two at a time: the tests wait for timeouts half of the time.
    with ThreadPoolExecutor(2) as executor:
        has_passed = list(executor.map(run_target, targets))
    return int(not all(has_passed))


if __name__ == "__main__":
    sys.exit(main())
