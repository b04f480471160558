"""Installs the Node programs of the benchmark, and what they use."""

from __future__ import annotations

import shutil
from pathlib import Path

from commands import HERE, ROOT, run


def build(folder: Path, library: Path) -> str | None:
    """Fill ``folder/node``; return the reason if it can't be built."""
    for tool in ["node", "npm"]:
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    # Node finds packages beside a program only.
    programs = folder / "node"
    installed = programs / "node_modules" / ".package-lock.json"
    manifest = programs / "package.json"
    is_current = (
        installed.exists() and manifest.read_text() == (HERE / "node/package.json").read_text()
    )
    shutil.copytree(HERE / "node", programs, dirs_exist_ok=True)
    if not is_current:
        run("npm", "install", "--silent", "--no-package-lock", "--ignore-scripts", cwd=programs)
    package = programs / "node_modules" / "data-connectors"
    package.mkdir(exist_ok=True)
    options = ["--out", package, "--library", library]
    run("node", ROOT / "bindings/node/build.mjs", *options, capture_output=True)
    return None
