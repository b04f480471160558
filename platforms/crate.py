"""Packs the crate."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from release import version
from toolchain import BUILD, ROOT


def build(out: Path) -> list[Path]:
    """Write the crate, as `cargo publish` would upload it."""
    command = ["cargo", "package", "--quiet", "--locked", "--no-verify", "-p", "data_connectors"]
    subprocess.run([*command, "--target-dir", BUILD], cwd=ROOT, check=True)
    name = f"data_connectors-{version()}.crate"
    return [Path(shutil.copy(BUILD / "package" / name, out / name))]
