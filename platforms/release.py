"""What a release contains for a target: the libraries, their notices, and the version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tomllib
from targets import Target
from toolchain import BUILD, ROOT, build_release, folder, linking

# What the shared library may need. On Windows, api-ms-win-… are names of system libraries, too.
SYSTEM_LIBRARIES = {
    "gnu": r"lib(c\.so\.6|m\.so\.6|dl\.so\.2|pthread\.so\.0|rt\.so\.1|util\.so\.1)|ld-linux-.*",
    "musl": r"libc\.so",
    "windows": r"api-ms-win-.*|"
    r"(advapi32|bcrypt|bcryptprimitives|crypt32|kernel32|msvcrt|ntdll|userenv|ws2_32)\.dll",
}
# The newest symbols that glibc 2.17 has: that of CentOS 7 and of the wheels' manylinux2014.
GLIBC = (2, 17)
# Debian's list of the licences of Rust, whose standard library the libraries contain.
STD_NOTICES = "/usr/share/doc/rust-web-src/copyright"


@dataclass(frozen=True)
class Release:
    """The files of a target that its packages are made of."""

    target: Target
    # A file with the name target.library, and the static library.
    library: Path
    archive: Path
    # The licences, the notices and the SBOM: every package contains them.
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
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def installation(target: Target) -> Path:
    """Return the folder that `make install` installs a target's files in."""
    return folder(target) / f"data_connectors-{version()}-{target.triple}"


def stored(target: Target) -> Release:
    """Return the release that was built last."""
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
    (prefix / "share/doc/data_connectors/sbom.cdx.json").write_text(sbom)
    release = stored(target)
    shared = "bin/data_connectors.dll" if target.is_windows else "lib/libdata_connectors.so"
    release.library.parent.mkdir(exist_ok=True)
    shutil.copyfile(prefix / shared, release.library)
    check_library(release)
    return release


def check_library(release: Release) -> None:
    """Fail if a library exports other symbols, needs other libraries, or contains paths."""
    target, library = release.target, release.library
    header = (ROOT / "include/data_connectors.h").read_text()
    declared = set(re.findall(r"\b(dc_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)))
    if target.is_windows:
        system, printed = "windows", _run("objdump", "-p", library)
        name = r"^\t\[ *\d+\] (?:\+base\[ *\d+\] +[0-9a-f]+ )?(\w+)$"
        exported = set(re.findall(name, printed, re.MULTILINE))
        needed = set(re.findall(r"DLL Name: (\S+)", printed))
    else:
        system = "musl" if "musl" in target.triple else "gnu"
        printed = _run("readelf", "--wide", "--dynamic", "--version-info", "--dyn-syms", library)
        symbols = re.findall(
            r"(?:FUNC|OBJECT|TLS|NOTYPE) +(?:GLOBAL|WEAK) .* \d+ (\S+)@@\S+", printed
        )
        exported = set(symbols)
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", printed))
    if exported != declared:
        raise SystemExit(f"{library} exports other symbols: {sorted(exported ^ declared)}")
    pattern = re.compile(SYSTEM_LIBRARIES[system], re.IGNORECASE)
    if other := [name for name in needed if not pattern.fullmatch(name)]:
        raise SystemExit(f"{library} needs other libraries: {other}")
    for newer in re.findall(r"GLIBC_(\d+)\.(\d+)", printed):
        if tuple(map(int, newer)) > GLIBC:
            raise SystemExit(f"{library} needs GLIBC_{'.'.join(newer)}: 2.17 is the newest allowed")
    paths = [str(path).encode() for path in (ROOT, BUILD, Path.home())]
    # As dlltool writes paths in symbols.
    paths += [re.sub(rb"\W", b"_", path) + b"_" for path in paths[:2]]
    for file in (library, release.archive):
        if found := [path.decode() for path in paths if path in file.read_bytes()]:
            raise SystemExit(f"{file} contains paths of this machine: {found}")


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
