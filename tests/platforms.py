#!/usr/bin/env python3
"""Builds the library for other platforms and runs its tests there, under qemu or wine.

Prints one line per target: PLATFORM TARGET PASSED/TOTAL HOW. Needs Debian 12 on x86-64; installs
the missing packages if run as root. The standard library is built from Debian's sources of Rust,
once per target, below target/platforms.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CARGO, RUSTC = "/usr/bin/cargo", "/usr/bin/rustc"
PACKAGES = {"rustc-web": RUSTC, "cargo-web": CARGO, "rust-web-src": "/usr/lib/rustlib/src/rust"}

# Rust tests that need neither a C compiler nor programs of Linux.
PORTABLE_TESTS = ["client", "prefetch", "retries", "snapshots"]


@dataclass(frozen=True)
class Target:
    """A platform, and how its programs are built and run here."""

    triple: str
    packages: dict[str, str]  # each with a file that it contains
    compiler: str
    runner: list[str]
    library: str
    skipped: dict[str, str] = field(default_factory=dict)  # tests, with the reason

    @property
    def folder(self) -> Path:
        """Return the folder of its build, which is kept."""
        base = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        return base.resolve() / "platforms" / self.triple


def qemu(machine: str, gnu: str, package: str) -> tuple[dict[str, str], str, list[str]]:
    """Return packages, compiler and runner of a Linux target."""
    compiler = f"/usr/bin/{gnu}-gcc"
    emulator = f"/usr/bin/qemu-{machine}-static"
    packages = {f"gcc-{gnu}": compiler, package: f"/usr/{gnu}/lib", "qemu-user-static": emulator}
    return packages, compiler, [emulator, "-L", f"/usr/{gnu}"]


LINUX_LIBRARY = "libdata_connectors.so"
TARGETS = [
    Target(
        "aarch64-unknown-linux-gnu",
        *qemu("aarch64", "aarch64-linux-gnu", "libc6-dev-arm64-cross"),
        LINUX_LIBRARY,
        skipped={"iteration_takes_about_half_the_time": "qemu takes most of it"},
    ),
    Target(
        "x86_64-pc-windows-gnu",
        {
            "gcc-mingw-w64-x86-64-win32": "/usr/bin/x86_64-w64-mingw32-gcc",
            "mingw-w64-x86-64-dev": "/usr/x86_64-w64-mingw32/include/windows.h",
            "wine64": "/usr/lib/wine/wine64",
        },
        "/usr/bin/x86_64-w64-mingw32-gcc",
        ["/usr/lib/wine/wine64"],
        "data_connectors.dll",
    ),
]

# wine 8 lacks this DLL of Windows, which Rust's standard library imports.
PRNG_STUB = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return SystemFunction036(data, (ULONG)length);
}
"""


def install(targets: list[Target]) -> None:
    """Install the missing Debian packages if run as root; exit with an error otherwise."""
    wanted = dict(PACKAGES)
    for target in targets:
        wanted.update(target.packages)
    missing = [package for package, path in wanted.items() if not Path(path).exists()]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        sys.exit(f"missing Debian packages: {' '.join(command)}")
    print("installing", *missing, flush=True)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def environment(target: Target) -> dict[str, str]:
    """Return the variables with which cargo builds and runs programs of the target."""
    name = target.triple.upper().replace("-", "_")
    variables = {
        **os.environ,
        "RUSTC": RUSTC,
        "RUSTC_BOOTSTRAP": "1",  # for -Z build-std
        f"CARGO_TARGET_{name}_LINKER": target.compiler,
        f"CARGO_TARGET_{name}_RUNNER": " ".join(target.runner),
        f"CC_{target.triple.replace('-', '_')}": target.compiler,
        "RUST_BACKTRACE": "0",
    }
    if "windows" in target.triple:
        stub = target.folder / "stub"
        stub.mkdir(parents=True, exist_ok=True)
        (stub / "prng.c").write_text(PRNG_STUB)
        dll = stub / "bcryptprimitives.dll"
        command: list[str | Path] = [target.compiler, "-shared", "-o", dll, stub / "prng.c"]
        command += ["-ladvapi32"]
        subprocess.run(command, check=True)
        variables.update(
            WINEPREFIX=str(target.folder / "wine"), WINEDEBUG="-all", WINEPATH=str(stub)
        )
    return variables


def rust_tests(target: Target, variables: dict[str, str]) -> tuple[int, int]:
    """Run the unit tests and the portable tests; return how many passed, and their number."""
    tests = [argument for name in PORTABLE_TESTS for argument in ("--test", name)]
    command = [CARGO, "test", "--quiet", "--locked", "--no-fail-fast", "-p", "data_connectors"]
    command += ["--lib", *tests, "-Z", "build-std=std,panic_unwind,test"]
    command += ["--target", target.triple, "--target-dir", str(target.folder)]
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
    library = target.folder / target.triple / "debug/deps" / target.library
    program = target.folder / "list_connectors.exe"
    source = ROOT / "examples/c/list_connectors.c"
    command: list[str | Path] = [target.compiler, "-std=c99", f"-I{ROOT / 'include'}", source]
    command += ["-o", program, f"-L{library.parent}", f"-l:{target.library}"]
    subprocess.run(command, check=True)
    # The loader finds the library by its soname, or beside the program.
    soname = target.library.replace(".so", ".so.1")
    shutil.copy(library, target.folder / soname)
    run: list[str | Path] = [*target.runner]
    if "windows" not in target.triple:
        run += ["-E", f"LD_LIBRARY_PATH={target.folder}"]
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
    names = [target.triple for target in TARGETS]
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
    base = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    sandbox = base.resolve() / "debug/data-connectors-sandbox"
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
