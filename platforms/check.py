#!/usr/bin/env python3
"""Checks the packages in target/dist: installs them, and lists the connectors of a sandbox.

Prints a line for each; a failure names the package. Packs the same libraries again, too: the
packages must be identical.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import check_archives
import check_crate
import check_jar
import check_npm
import check_wheels
import release
from dist import DIST, SUMS, pack
from targets import TARGETS
from toolchain import BUILD

CHECKS = [
    check_archives.check,
    check_crate.check,
    check_wheels.check,
    check_npm.check,
    check_jar.check,
]


def check_sums() -> str:
    """Compare the packages with those of a second packing, and with their sums."""
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=DIST, check=True)
    packed = [target for target in TARGETS if list(DIST.glob(f"*-{target.triple}.*"))]
    again = BUILD / "dist-again"
    packages = pack([release.stored(target) for target in packed], again)
    for package in packages:
        if package.read_bytes() != (DIST / package.name).read_bytes():
            raise RuntimeError(f"{package.name} is not the same if packed again: see {again}")
    shutil.rmtree(again)
    return f"{SUMS}: {len(packages)} packages, identical if packed again"


def main() -> int:
    """Run all checks; return 1 if one has failed."""
    if not (DIST / SUMS).exists():
        sys.exit(f"no packages in {DIST}: run make dist first")
    print(check_sums(), flush=True)
    failed = 0
    for check in CHECKS:
        try:
            lines = check(DIST)
        except (RuntimeError, subprocess.SubprocessError) as error:
            lines = [f"FAILED {error}"]
            failed += 1
        print(*lines, sep="\n", flush=True)
    print(f"dist-check: {len(CHECKS) - failed} of {len(CHECKS)} checks passed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
