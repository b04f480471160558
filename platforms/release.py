"""What a release contains for a target: the libraries, their notices, and the version."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tomllib
from targets import Target
from toolchain import ROOT


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
