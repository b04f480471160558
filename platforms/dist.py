#!/usr/bin/env python3
"""Builds all packages of a release in target/dist, from a clean checkout.

Needs Debian 12 on x86-64. Installs the missing Debian packages, as root or with sudo.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import archives
import crate
import jar
import npm
import release
import sbom
import wheels
from release import Release
from targets import TARGETS, Target, add_only
from toolchain import BUILD, install

DIST = BUILD / "dist"
SUMS = "SHA256SUMS"
BUILDERS = [archives.build, crate.build, wheels.build, npm.build, jar.build]
# Variables of the user that change what compilers and make produce.
BUILD_VARIABLES = re.compile(
    r"((HOST|TARGET)_)?(CC|CXX|CPP|AR|LD|NM|RANLIB|OBJCOPY|STRIP|(C|CXX|CPP|LD)FLAGS|LDLIBS)(_.*)?"
    r"|CPATH|C_INCLUDE_PATH|LIBRARY_PATH|STRIP_FLAG|MAKEFLAGS|ZIG_.*|RING_.*"
    r"|RUSTC.*|(CARGO_ENCODED_)?RUSTFLAGS|CARGO_(BUILD|PROFILE|UNSTABLE)_.*|CARGO_TARGET_.*_.*"
)
PACKAGES = {"binutils-aarch64-linux-gnu": "/usr/bin/aarch64-linux-gnu-ld"}


def pack(releases: list[Release], out: Path, info: str) -> list[Path]:
    """Write all packages, how they were built, and their SHA-256 sums."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    packages = [path for build in BUILDERS for path in build(releases, out)]
    for path in packages:
        for name, contents in files(path):
            release.check_contents(f"{name} in {path.name}", contents)
    (out / release.BUILD_INFO).write_text(info)
    packages = sorted([*packages, out / release.BUILD_INFO])
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in packages]
    (out / SUMS).write_text("\n".join(sums) + "\n")
    return packages


def files(package: Path) -> Iterator[tuple[str, bytes]]:
    """Return the names and the contents of the files in a package."""
    if zipfile.is_zipfile(package):
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
        return
    with tarfile.open(package) as tar:
        for member in tar:
            if content := tar.extractfile(member) if member.isfile() else None:
                yield member.name, content.read()


def main() -> int:
    """Build the packages of the selected targets."""
    parser = argparse.ArgumentParser(prog="make dist", description=__doc__.split("\n")[0])
    add_only(parser, [target for target in TARGETS if target.has_packages])
    targets: list[Target] = parser.parse_args().only
    for name in filter(BUILD_VARIABLES.fullmatch, list(os.environ)):
        del os.environ[name]
    install(targets, PACKAGES)
    info = release.build_info(targets)
    releases = [release.build(target, sbom.build(target)) for target in targets]
    for path in pack(releases, DIST, info):
        print(f"{path.stat().st_size:>10} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
