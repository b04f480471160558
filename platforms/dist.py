#!/usr/bin/env python3
"""Builds all packages of a release in target/dist, from a clean checkout.

Needs Debian 12 on x86-64, and installs the missing packages if run as root.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

import archives
import crate
import jar
import npm
import release
import sbom
import wheels
from release import Release
from targets import TARGETS
from toolchain import BUILD, install

DIST = BUILD / "dist"
SUMS = "SHA256SUMS"
BUILDERS = [archives.build, crate.build, wheels.build, npm.build, jar.build]
PACKAGES = {"binutils-aarch64-linux-gnu": "/usr/bin/aarch64-linux-gnu-ld"}


def pack(releases: list[Release], out: Path) -> list[Path]:
    """Write all packages, and their SHA-256 sums."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    packages = sorted(path for build in BUILDERS for path in build(releases, out))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in packages]
    (out / SUMS).write_text("\n".join(sums) + "\n")
    return packages


def main() -> int:
    """Build the packages of the selected targets."""
    shipped = {target.triple: target for target in TARGETS if target.is_shipped}
    parser = argparse.ArgumentParser(prog="make dist", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--only", metavar="TARGETS", help=f"comma-separated, of {', '.join(shipped)}"
    )
    only = parser.parse_args().only
    names = only.split(",") if only else list(shipped)
    if unknown := set(names) - set(shipped):
        parser.error(f"unknown target {', '.join(sorted(unknown))}: use {', '.join(shipped)}")
    targets = [shipped[name] for name in names]
    install(targets, PACKAGES)
    releases = [release.build(target, sbom.build(target)) for target in targets]
    for path in pack(releases, DIST):
        print(f"{path.stat().st_size:>10} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
