#!/usr/bin/env python3
"""Builds the library for other platforms and runs its tests there, under qemu or wine.

Prints one line per target: PLATFORM TARGET PASSED/TOTAL HOW. Needs Debian 12 on x86-64; installs
the missing packages if run as root. The standard library is built from Debian's sources of Rust,
once per target, below target/platforms.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from targets import TARGETS, Target
from toolchain import BUILD, CARGO, ROOT, environment, folder, install

# Rust tests that need neither a C compiler nor programs of Linux.
PORTABLE_TESTS = ["client", "prefetch", "retries", "snapshots"]


def rust_tests(target: Target, variables: dict[str, str]) -> tuple[int, int]:
    """Run the unit tests and the portable tests; return how many passed, and their number."""
    tests = [argument for name in PORTABLE_TESTS for argument in ("--test", name)]
    command = [CARGO, "test", "--quiet", "--locked", "--no-fail-fast", "-p", "data_connectors"]
    command += ["--lib", *tests, "-Z", "build-std=std,panic_unwind,test"]
    command += ["--target", target.triple, "--target-dir", str(folder(target))]
    skipped = [argument for name in target.skipped for argument in ("--skip", name)]
    # The output of the build goes to standard error.
    done = subprocess.run(
        [*command, "--", *skipped],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    results = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed", done.stdout)
    passed, failed = (sum(int(result[index]) for result in results) for index in (0, 1))
    if done.returncode != 0:
        print(done.stdout)
        # A program that could not be built, or that ended early, has no result.
        failed = max(failed, 1)
    return passed, passed + failed


def c_example(target: Target, variables: dict[str, str], sandbox: Path) -> bool:
    """Compile the C example, and let it list the connectors of a sandbox on this machine."""
    built = folder(target) / target.triple / "debug/deps"
    library = next(path for path in built.iterdir() if target.library.startswith(path.name))
    program = folder(target) / "list_connectors.exe"
    source = ROOT / "examples/c/list_connectors.c"
    command: list[str | Path] = [target.compiler, "-std=c99", f"-I{ROOT / 'include'}", source]
    command += ["-o", program, f"-L{library.parent}", f"-l:{library.name}"]
    subprocess.run(command, check=True)
    # The loader finds the library by its soname, or beside the program.
    shutil.copy(library, folder(target) / target.library)
    run: list[str | Path] = [*target.runner]
    if not target.is_windows:
        run += ["-E", f"LD_LIBRARY_PATH={folder(target)}"]
    with subprocess.Popen([sandbox], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        done = subprocess.run(
            [*run, program, "--base-url", url],
            env={**variables, "INTERCOM_ACCESS_TOKEN": "any"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        server.kill()
    lists = done.stdout.count(b"\n") == 138 and done.returncode == 0
    if not lists:
        print(done.stdout.decode()[-1000:], done.stderr.decode()[-1000:])
    return lists


def main() -> int:
    """Test the selected targets; return 1 if a test failed."""
    names = [target.triple for target in TARGETS if target.runner]
    parser = argparse.ArgumentParser(prog="make platforms", description=__doc__.split("\n")[0])
    parser.add_argument("--only", metavar="TARGETS", help=f"comma-separated, of {', '.join(names)}")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else names
    if unknown := set(only) - set(names):
        parser.error(f"unknown target {', '.join(sorted(unknown))}: use {', '.join(names)}")
    targets = [target for target in TARGETS if target.triple in only]
    install(targets)
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "data-connectors-sandbox"],
        cwd=ROOT,
        check=True,
    )
    sandbox = BUILD / "debug/data-connectors-sandbox"
    has_failed = False
    for target in targets:
        variables = environment(target)
        passed, total = rust_tests(target, variables)
        passed, total = passed + c_example(target, variables, sandbox), total + 1
        tests = ", ".join(["unit", *PORTABLE_TESTS, "C example"])
        runner = Path(target.runner[0]).name
        line = f"PLATFORM {target.triple} {passed}/{total} {runner}: {tests}"
        line += "".join(f"; not {test} ({reason})" for test, reason in target.skipped.items())
        print(line, flush=True)
        has_failed |= passed != total
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
