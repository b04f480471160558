"""Builds the native library with cargo and adds it to the wheel."""

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

# The file name includes the ABI version, like that of a system-wide library.
_NAMES = {"darwin": "libdata_connectors.1.dylib"}
_NAME = _NAMES.get(sys.platform, "libdata_connectors.so.1")


class NativeLibrary(BuildHookInterface):  # type: ignore[type-arg]
    """The hatchling build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library; tag the wheel for this platform and every Python 3."""
        if self.target_name != "wheel":
            return
        library = self._build(self._sources())
        if version == "editable":
            # An editable install imports the package from the source tree.
            shutil.copy2(library, Path(self.root, "src", "data_connectors", _NAME))
            return
        build_data["force_include"][str(library)] = f"data_connectors/{_NAME}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"

    def _sources(self) -> Path:
        """Find the crate: below this directory in an sdist, above it in the repository."""
        root = Path(self.root)
        for sources in (root / "native", root.parent.parent):
            if (sources / "Cargo.toml").exists():
                return sources
        raise FileNotFoundError(
            f"no sources of the native library in {root}: build from the repository or an sdist"
        )

    def _build(self, sources: Path) -> Path:
        if "CARGO_BUILD_TARGET" in os.environ:
            raise RuntimeError("cross-compiling wheels is not supported: unset CARGO_BUILD_TARGET")
        command = ["cargo", "rustc", "--release", "--locked", "-p", "data_connectors", "--lib"]
        # cargo disables link-time optimization if it also builds the rlib.
        command += ["--crate-type", "staticlib,cdylib"]
        command += ["--message-format", "json-render-diagnostics"]
        try:
            done = subprocess.run(command, cwd=sources, stdout=subprocess.PIPE, check=True)
        except FileNotFoundError:
            raise FileNotFoundError(
                "could not find cargo to build the native library: install Rust 1.85 or later"
            ) from None
        suffix = ".dylib" if sys.platform == "darwin" else ".so"
        for line in reversed(done.stdout.splitlines()):
            # The crate is built last.
            for file in json.loads(line).get("filenames", []):
                if file.endswith(f"libdata_connectors{suffix}"):
                    return Path(file)
        raise RuntimeError(f"cargo did not build a {suffix} file")


def _platform() -> str:
    name = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    # cargo builds for one architecture even if this Python is a universal binary.
    return name.replace("universal2", platform.machine())
