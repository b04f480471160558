"""Links the library for macOS, without Apple's SDK and linker, and checks it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from targets import Target
from toolchain import CARGO, ROOT, folder, tools

# Frameworks, and the crates that declare their functions.
FRAMEWORKS = {"Security": "security-framework-sys", "CoreFoundation": "core-foundation-sys"}


class InvalidLibraryError(Exception):
    """A library that programs could not use."""


def prepare(target: Target, variables: dict[str, str]) -> None:
    """Set the variables that make cargo link with lld and stubs."""
    home = folder(target) / "sdk"
    # zig's list of the symbols of libSystem; lld 19 does not support its latest architecture.
    system = next(tools().parent.glob("lib/*/site-packages/ziglang/lib/libc/darwin/libSystem.tbd"))
    text = re.sub(r",\s+arm64e\.x1-\w+", "", system.read_text())
    libraries = home / "usr/lib"
    libraries.mkdir(parents=True, exist_ok=True)
    for name in ("System", "c", "m"):
        (libraries / f"lib{name}.tbd").write_text(text)
    (libraries / "libiconv.tbd").write_text(_stub("/usr/lib/libiconv.2.dylib", set()))
    for name, symbols in _declared(target).items():
        path = f"System/Library/Frameworks/{name}.framework"
        (home / path).mkdir(parents=True, exist_ok=True)
        stub = _stub(f"/{path}/Versions/A/{name}", symbols)
        (home / path / f"{name}.tbd").write_text(stub)
    variables["SDKROOT"] = str(home)
    # To strip the library, rustc would require rust-objcopy.
    variables["CARGO_PROFILE_DEV_STRIP"] = "none"
    variables["RUSTFLAGS"] = "-Clinker=ld64.lld-19 -Clinker-flavor=ld64.lld"


def _declared(target: Target) -> dict[str, set[str]]:
    """Return the symbols of each framework."""
    command = [CARGO, "metadata", "--locked", "--format-version=1"]
    done = subprocess.run(
        [*command, f"--filter-platform={target.triple}"], cwd=ROOT, capture_output=True, check=True
    )
    folders = {
        package["name"]: Path(package["manifest_path"]).parent
        for package in json.loads(done.stdout)["packages"]
    }
    symbols: dict[str, set[str]] = {}
    for framework, crate in FRAMEWORKS.items():
        sources = [path.read_text() for path in folders[crate].glob("src/**/*.rs")]
        symbols[framework] = set(re.findall(r"pub (?:fn|static) (\w+)", "".join(sources)))
    return symbols


def _stub(name: str, symbols: set[str]) -> str:
    """Return the description of a dynamic library that has these symbols."""
    targets = "[ x86_64-macos, arm64-macos ]"
    text = f"--- !tapi-tbd\ntbd-version: 4\ntargets: {targets}\ninstall-name: '{name}'\n"
    if symbols:
        names = ", ".join(f"_{symbol}" for symbol in sorted(symbols))
        text += f"exports:\n  - targets: {targets}\n    symbols: [ {names} ]\n"
    return text + "...\n"


def examine(library: Path) -> str:
    """Return the number of exports and the oldest macOS; raise an error if they are invalid."""
    nm = subprocess.run(
        ["llvm-nm-19", "--extern-only", "--defined-only", "--format=just-symbols", library],
        capture_output=True,
        text=True,
        check=True,
    )
    functions = json.loads((ROOT / "abi/data_connectors.json").read_text())["functions"]
    declared = {f"_{name}" for name in functions}
    if (exported := set(nm.stdout.split())) != declared:
        raise InvalidLibraryError(
            f"{library.name} does not export the functions of the header "
            f"({', '.join(sorted(exported ^ declared))})"
        )
    commands = subprocess.run(
        ["llvm-objdump-19", "--macho", "--private-headers", library],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    name = re.search(r"LC_ID_DYLIB\n.*\n\s+name (\S+)", commands)
    if not name or name[1] != "@rpath/libdata_connectors.1.dylib":
        raise InvalidLibraryError(f"{library.name} has the install name {name and name[1]}")
    # Before macOS 10.14 it had another load command.
    oldest = re.search(r"(?:minos|LC_VERSION_MIN_MACOSX\n.*\n\s+version) (\S+)", commands)
    if not oldest:
        raise InvalidLibraryError(f"{library.name} does not state the oldest macOS")
    return f"{len(exported)} exports, macOS {oldest[1]} or later"
