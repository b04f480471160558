"""Installs the tools for cross-compiling, and runs cargo for a target."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import debian
from targets import Target

ROOT = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
# Debian's Rust, which has a package of the standard library's sources: the target's is built.
CARGO, RUSTC = "/usr/bin/cargo", "/usr/bin/rustc"
PACKAGES = {"rustc-web": RUSTC, "cargo-web": CARGO, "rust-web-src": "/usr/lib/rustlib/src/rust"}
HOST = "x86_64-unknown-linux-gnu"

# wine 8 lacks this DLL of Windows, which Rust's standard library imports.
_PRNG_STUB = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return SystemFunction036(data, (ULONG)length);
}
"""


def folder(target: Target) -> Path:
    """Return the folder of a target's builds, which is kept."""
    return BUILD / "platforms" / target.triple


def install(targets: list[Target], others: dict[str, str] | None = None) -> None:
    """Install the missing Debian packages of targets, and others."""
    packages = {**PACKAGES, **(others or {})}
    for target in targets:
        packages.update(target.packages)
    debian.install(packages)


def tools() -> Path:
    """Return the folder of the programs that requirements.txt installs."""
    home = BUILD / "platforms/tools"
    requirements = ROOT / "platforms/requirements.txt"
    stamp = home / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        venv.create(home, clear=True, with_pip=True)
        pip: list[str | Path] = [home / "bin/pip", "install", "--quiet", "-r", requirements]
        subprocess.run([*pip, "--disable-pip-version-check"], check=True)
        stamp.write_text(requirements.read_text())
    return home / "bin"


def environment(target: Target) -> dict[str, str]:
    """Return the variables with which cargo builds and runs programs of a target."""
    variables = dict(os.environ)
    if target.triple != HOST:
        # For -Z build-std.
        variables.update(RUSTC=RUSTC, RUSTC_BOOTSTRAP="1")
        name = target.triple.upper().replace("-", "_")
        if target.runner:
            variables[f"CARGO_TARGET_{name}_RUNNER"] = " ".join(target.runner)
        if target.compiler:
            variables[f"CARGO_TARGET_{name}_LINKER"] = target.compiler
            variables[f"CC_{target.triple.replace('-', '_')}"] = target.compiler
    if target.is_windows:
        variables.update(
            WINEPREFIX=str(folder(target) / "wine"), WINEDEBUG="-all", WINEPATH=str(_stub(target))
        )
    return variables


def runner(target: Target) -> list[str]:
    """Return the command that runs a program that is linked with the target's C library."""
    if target.is_musl:
        return [*target.runner, str(musl_loader(target.triple.partition("-")[0]))]
    return list(target.runner)


def cargo(
    target: Target, command: str, *arguments: str, package: str = "data_connectors"
) -> tuple[list[str], dict[str, str]]:
    """Return a cargo command, which also builds the standard library, and its environment."""
    variables = environment(target)
    # Debug information takes time and disk space; panics report their line without it.
    variables["CARGO_PROFILE_DEV_DEBUG"] = "0"
    program = CARGO
    if not target.compiler:
        program = _zigbuild(variables)
    if target.is_musl:
        variables["RUSTFLAGS"] = "-Ctarget-feature=-crt-static"
    line = [program, command, "--locked", "-p", package]
    # With --quiet, tests would not print why they are ignored.
    line += [] if command == "test" else ["--quiet"]
    # Unoptimized cryptography takes seconds under an emulator.
    line += ["--config", 'profile.dev.package."*".opt-level=1']
    line += ["-Zbuild-std=std,panic_unwind,test"]
    line += ["--target", target.triple, "--target-dir", str(folder(target))]
    return [*line, *arguments], variables


def _zigbuild(variables: dict[str, str]) -> str:
    """Return cargo-zigbuild, which links with zig, and set what it requires."""
    variables.update(PATH=f"{tools()}:{variables['PATH']}", CARGO=CARGO)
    return str(tools() / "cargo-zigbuild")


def compiler(target: Target, source: str) -> list[str]:
    """Return the compiler of a C or C++ program for a target."""
    is_c = source.endswith(".c")
    if target.compiler:
        return [target.compiler if is_c else target.cxx]
    loader = musl_loader(target.triple.partition("-")[0])
    command = [str(tools() / "python-zig"), "cc" if is_c else "c++"]
    command += ["-target", target.triple.replace("-unknown", "")]
    command.append(f"-Wl,--dynamic-linker={loader}")
    # zig passes on options that have no effect.
    return [*command, "-Wno-unused-command-line-argument"]


def _stub(target: Target) -> Path:
    home = folder(target) / "stub"
    if not (home / "bcryptprimitives.dll").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "prng.c").write_text(_PRNG_STUB)
        command: list[str | Path] = [target.compiler, "-shared", home / "prng.c", "-ladvapi32"]
        # Renamed at the end, as an interrupted run would leave an incomplete file.
        subprocess.run([*command, "-o", home / "new.dll"], check=True)
        (home / "new.dll").rename(home / "bcryptprimitives.dll")
    return home


def build_release(target: Target) -> Path:
    """Build the shared and the static library of a release; return their folder."""
    # One compiler for all targets, this machine's, too.
    variables = {**environment(target), "RUSTC": RUSTC, "RUSTC_BOOTSTRAP": "1"}
    cargo = CARGO
    flags = []
    if target.zig:
        cargo = _zigbuild(variables)
    if target.is_musl:
        flags.append("-Ctarget-feature=-crt-static")
    if target.is_windows:
        # By default the DLL contains the time, and an address that is a hash of its path.
        flags.append("-Clink-arg=-Wl,--no-insert-timestamp,--disable-auto-image-base")
    # Keeps paths of this machine out of the libraries.
    home = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    paths = {ROOT: ".", BUILD: "target", home: "cargo", PACKAGES["rust-web-src"]: "rust"}
    flags += [f"--remap-path-prefix={path}={name}" for path, name in paths.items()]
    variables["RUSTFLAGS"] = " ".join(flags)
    variables[f"CFLAGS_{target.triple.replace('-', '_')}"] = f"-g0 -ffile-prefix-map={home}=cargo"
    command = [cargo, "rustc", "--quiet", "--locked", "--release", "--lib"]
    command += ["-p", "data_connectors", "-Z", "build-std=std,panic_unwind"]
    # cargo disables link-time optimization if it also builds the rlib.
    command += ["--features", "capi", "--crate-type", "staticlib,cdylib"]
    command += ["--target", target.zig or target.triple]
    command += ["--target-dir", str(folder(target))]
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    return folder(target) / target.triple / "release"


def linking(target: Target) -> dict[str, str]:
    """Return the variables with which `make install` links what build_release built."""
    machine = target.triple.split("-")[0]
    gnu = f"{machine}-{'w64-mingw32' if target.is_windows else 'linux-gnu'}"
    variables = {name.upper(): f"{gnu}-{name}" for name in ("ld", "objcopy", "ar", "nm")}
    # zig warns if make asks it.
    variables["POINTER_SIZE"] = "8"
    zig = tools() / "python-zig"
    if target.is_windows:
        # LLVM's import libraries have no time stamp, and the format of MSVC's.
        return {**variables, "CC": target.compiler, "DLLTOOL": f"{zig} dlltool"}
    # With LLVM's unwinder, because some systems have no libgcc_s.
    name = target.zig.replace("-unknown", "")
    return {**variables, "CC": f"{zig} cc -target {name}", "LDLIBS": "-lunwind"}


def musl_loader(machine: str) -> Path:
    """Return musl's loader for a machine: that of Debian 12 lacks functions that programs use."""
    home = BUILD / "platforms/musl" / machine
    loader = home / "usr/lib" / f"{machine}-linux-musl/libc.so"
    if not loader.exists():
        architecture = {"x86_64": "amd64", "aarch64": "arm64"}[machine]
        debian.extract(home, architecture, "musl", release="trixie")
    return loader
