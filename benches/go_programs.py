"""Builds the Go programs of the benchmark."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from commands import HERE, ROOT, run

PROGRAMS = ["ours", "nethttp"]


def build(folder: Path, library: Path) -> str | None:
    """Build the programs as ``go_NAME``; return the reason if they can't be built."""
    for tool in ["go", "pkg-config"]:
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    # Our Go package finds the library by pkg-config.
    (folder / "data_connectors.pc").write_text(
        "Name: data_connectors\nDescription: the library that is measured\nVersion: 0\n"
        f"Cflags: -I{ROOT / 'include'}\n"
        f"Libs: -L{library.parent} -ldata_connectors -Wl,-rpath,{library.parent}\n"
    )
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    for name in PROGRAMS:
        output = folder / f"go_{name}"
        run("go", "build", "-o", output, f"./{name}", cwd=HERE / "go", env=environment)
    return None
