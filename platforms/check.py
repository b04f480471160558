#!/usr/bin/env python3
"""Checks the packages in target/dist: installs them, and lists the connectors of a sandbox.

Prints a line for each; a failure names the package. Packs the same libraries again, too: the
packages must be identical.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import check_archives
import check_crate
import check_jar
import check_npm
import check_wheels
import release
from dist import DIST, SUMS, pack
from toolchain import BUILD


def check_sums(out: Path) -> list[str]:
    """Verify the checksums, and that the packages are identical if they are packed again."""
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=out, check=True)
    info = (out / release.BUILD_INFO).read_text()
    os.environ["SOURCE_DATE_EPOCH"] = str(json.loads(info)["source_date_epoch"])
    again = BUILD / "dist-again"
    packages = pack([release.stored(target) for target in release.built(out)], again, info)
    if {path.name for path in out.iterdir()} != {path.name for path in again.iterdir()}:
        raise RuntimeError(f"{out} and {again} contain other files: run make dist")
    for package in packages:
        if package.read_bytes() != (out / package.name).read_bytes():
            raise RuntimeError(f"{package.name} changes if packed again: compare it with {again}")
    shutil.rmtree(again)
    return [f"{SUMS}: {len(packages)} files, identical if packed again"]


CHECKS = [
    check_sums,
    check_archives.check,
    check_crate.check,
    check_wheels.check,
    check_npm.check,
    check_jar.check,
]


def main() -> int:
    """Run all checks; return 1 if one has failed."""
    if not (DIST / SUMS).exists():
        sys.exit(f"no packages in {DIST}: run make dist first")
    failed = 0
    for check in CHECKS:
        try:
            lines = check(DIST)
        except (Exception, SystemExit) as error:
            lines = [f"FAILED {check.__module__}: {error!r}"]
            failed += 1
        print(*lines, sep="\n", flush=True)
    print(f"dist-check: {len(CHECKS) - failed} of {len(CHECKS)} checks passed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
