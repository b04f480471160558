"""What a release contains for a target: the libraries, their notices, and the version."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tomllib
from targets import TARGETS, Target
from toolchain import BUILD, ROOT, RUSTC, build_release, folder, linking, tools

# Libraries that the shared library may require. On Windows, api-ms-win-… are system libraries, too.
SYSTEM_LIBRARIES = {
    "gnu": r"lib(c\.so\.6|m\.so\.6|dl\.so\.2|pthread\.so\.0|rt\.so\.1|util\.so\.1)|ld-linux-.*",
    "musl": r"libc\.so",
    "windows": r"api-ms-win-.*|"
    r"(advapi32|bcrypt|bcryptprimitives|crypt32|kernel32|msvcrt|ntdll|userenv|ws2_32)\.dll",
}
# The newest glibc whose symbols the library may use: that of CentOS 7 (manylinux2014).
GLIBC = (2, 17)
# Debian's list of the licences of Rust, whose standard library the libraries contain.
STD_NOTICES = "/usr/share/doc/rust-web-src/copyright"
# In target/dist: what its packages were built from, as JSON.
BUILD_INFO = "build.json"
# ZIP files can't contain earlier times.
EARLIEST = 315532800


@dataclass(frozen=True)
class Release:
    """The files of a target for its packages."""

    target: Target
    # A file with the name target.library, and the static library.
    library: Path
    archive: Path
    # The licences, the notices and the SBOM, for every package that contains the library.
    notices: list[Path]
    version: str
    # The time of all files in packages, in seconds since 1970.
    epoch: int


def version() -> str:
    """Return the version of the crate, which all packages have."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return str(manifest["workspace"]["package"]["version"])


def epoch() -> int:
    """Return SOURCE_DATE_EPOCH, by default the time of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return max(int(given), EARLIEST)
    return int(_git("log", "-1", "--format=%ct"))


def commit() -> str:
    """Return the commit that is checked out; exit with an error if files differ from it."""
    if changes := _git("status", "--porcelain"):
        raise SystemExit(f"the checkout is not clean: commit or remove these files\n{changes}")
    return _git("rev-parse", "HEAD")


def build_info(targets: list[Target]) -> str:
    """Return what BUILD_INFO contains."""
    contents = {
        "commit": commit(),
        "rustc": _run(RUSTC, "-vV").splitlines(),
        "source_date_epoch": epoch(),
        "targets": [target.triple for target in targets],
    }
    return json.dumps(contents, indent=2) + "\n"


def built(out: Path) -> list[Target]:
    """Return the targets that a folder must contain packages for."""
    triples = json.loads((out / BUILD_INFO).read_text())["targets"]
    return [target for target in TARGETS if target.triple in triples]


def package(out: Path, pattern: str) -> Path:
    """Return the only file with such a name in a folder."""
    found = list(out.glob(pattern))
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} files {pattern} in {out}, expected 1: run make dist")
    return found[0]


def installation(target: Target) -> Path:
    """Return the folder to which `make install` installs the files of a target."""
    return folder(target) / f"data_connectors-{version()}-{target.triple}"


def stored(target: Target) -> Release:
    """Return the release that the last build stored."""
    prefix = installation(target)
    return Release(
        target=target,
        library=folder(target) / "packaged" / target.library,
        archive=prefix / "lib/libdata_connectors.a",
        notices=sorted((prefix / "share/doc/data_connectors").iterdir()),
        version=version(),
        epoch=epoch(),
    )


def build(target: Target, sbom: str) -> Release:
    """Build the libraries of a target, install them in a folder of their own, and check them."""
    built = build_release(target)
    prefix = installation(target)
    shutil.rmtree(prefix, ignore_errors=True)
    variables = {
        **linking(target),
        "BUILT": built,
        "STAGE": folder(target) / "stage",
        "DESTDIR": folder(target),
        "PREFIX": f"/{prefix.name}",
        "STD_NOTICES": STD_NOTICES,
    }
    command = ["make", "--no-print-directory", "install"]
    command += [f"{name}={value}" for name, value in variables.items()]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    notices = prefix / "share/doc/data_connectors"
    (notices / "sbom.cdx.json").write_text(sbom)
    for name, licence in licences(target).items():
        shutil.copyfile(licence, notices / f"{name}-copyright.txt")
    release = stored(target)
    shared = "bin/data_connectors.dll" if target.is_windows else "lib/libdata_connectors.so"
    release.library.parent.mkdir(exist_ok=True)
    shutil.copyfile(prefix / shared, release.library)
    check_library(release)
    return release


def licences(target: Target) -> dict[str, Path]:
    """Return the licences of what the compilers add to a library: see tests/notices.rs."""
    if target.is_windows:
        packages = {"gcc": "gcc-mingw-w64-base", "mingw-w64": "mingw-w64-x86-64-dev"}
        return {
            name: Path("/usr/share/doc", package, "copyright") for name, package in packages.items()
        }
    (unwinder,) = tools().parent.glob("lib/python*/site-packages/ziglang/lib/libunwind/LICENSE.TXT")
    return {"libunwind": unwinder}


def check_library(release: Release) -> None:
    """Exit with an error if the exports, required libraries or paths of a library are invalid."""
    target, library = release.target, release.library
    header = (ROOT / "include/data_connectors.h").read_text()
    declared = set(re.findall(r"\b(dc_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)))
    if target.is_windows:
        system, printed = "windows", _run("objdump", "-p", library)
        name = r"^\t\[ *\d+\] (?:\+base\[ *\d+\] +[0-9a-f]+ )?(\w+)$"
        exported = set(re.findall(name, printed, re.MULTILINE))
        needed = set(re.findall(r"DLL Name: (\S+)", printed))
    else:
        system = "musl" if target.is_musl else "gnu"
        printed = _run("readelf", "--wide", "--dynamic", "--version-info", "--dyn-syms", library)
        # With or without a version, and not those that other libraries define (UND).
        name = r"^ *\d+: .* (?:GLOBAL|WEAK|UNIQUE) .* (?!UND )\w+ ([^\s@]+)(?:@\S+)?$"
        exported = set(re.findall(name, printed, re.MULTILINE))
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", printed))
    if exported != declared:
        names = ", ".join(sorted(exported ^ declared))
        raise SystemExit(f"{library} does not export the functions of the header ({names})")
    pattern = re.compile(SYSTEM_LIBRARIES[system], re.IGNORECASE)
    if other := [name for name in needed if not pattern.fullmatch(name)]:
        raise SystemExit(f"{library} requires libraries that a system may lack: {', '.join(other)}")
    for file in (library, release.archive):
        check_contents(str(file), file.read_bytes())


def check_contents(name: str, contents: bytes) -> None:
    """Fail if a file contains paths of this machine, or needs a newer glibc."""
    places = [ROOT, BUILD, Path.home(), Path(os.environ.get("CARGO_HOME", "/"))]
    paths = {str(path) for place in places for path in (place, place.resolve())} - {"/"}
    searched = {f"{path}/" for path in paths}
    # dlltool writes paths into symbols in this form.
    searched |= {re.sub(r"\W", "_", f"{path}/") for path in (ROOT, BUILD)}
    if found := sorted(path for path in searched if path.encode() in contents):
        raise SystemExit(f"{name} contains paths of this machine: {found}")
    versions = re.findall(rb"(?<=\0)GLIBC_(\w[\w.]*)(?=\0)", contents)
    for needed in versions if contents.startswith(b"\x7fELF") else []:
        is_number = re.fullmatch(rb"[\d.]+", needed)
        if not is_number or tuple(map(int, needed.split(b"."))) > GLIBC:
            raise SystemExit(f"{name} needs GLIBC_{needed.decode()}: 2.17 is the newest allowed")


def _git(*arguments: str) -> str:
    return _run("git", "-C", ROOT, *arguments).strip()


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
