"""Builds the native library with cargo and puts it into the wheel."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What links at run time has the ABI version in its name, as for the system's library.
_NAMES = {"darwin": "libdata_connectors.1.dylib"}
_NAME = _NAMES.get(sys.platform, "libdata_connectors.so.1")


class NativeLibrary(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls it for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library; the wheel is for this platform, and for every Python 3."""
        if self.target_name != "wheel":
            return
        library = self._build(self._sources())
        if version == "editable":
            # An editable install takes the package from here.
            shutil.copy2(library, Path(self.root, "src", "data_connectors", _NAME))
            return
        build_data["force_include"][str(library)] = f"data_connectors/{_NAME}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"

    def _sources(self) -> Path:
        """Find the crate: beside this file in an sdist, above it in the repository."""
        root = Path(self.root)
        for sources in (root / "native", root.parent.parent):
            if (sources / "Cargo.toml").exists():
                return sources
        raise FileNotFoundError(
            f"{root} has no sources of the native library: build from the repository or an sdist"
        )

    def _build(self, sources: Path) -> Path:
        if "CARGO_BUILD_TARGET" in os.environ:
            raise RuntimeError(
                "CARGO_BUILD_TARGET is set, but a wheel is for this machine: unset it"
            )
        command = ["cargo", "rustc", "--release", "--locked", "-p", "data_connectors", "--lib"]
        # With the crate's rlib among its kinds cargo would leave out link-time optimisation.
        command += ["--crate-type", "staticlib,cdylib"]
        command += ["--message-format", "json-render-diagnostics"]
        try:
            done = subprocess.run(command, cwd=sources, stdout=subprocess.PIPE, check=True)
        except FileNotFoundError:
            raise FileNotFoundError(
                "cargo is needed to build the native library: install Rust 1.85 or later"
            ) from None
        suffix = ".dylib" if sys.platform == "darwin" else ".so"
        for line in reversed(done.stdout.splitlines()):
            # The crate is the last that is built.
            for file in json.loads(line).get("filenames", []):
                if file.endswith(f"libdata_connectors{suffix}"):
                    return Path(file)
        raise RuntimeError(f"cargo has built no {suffix} file")


def _platform() -> str:
    name = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    # cargo has built for one architecture, whatever this Python is for.
    return name.replace("universal2", platform.machine())
