"""Builds the native library with cargo and adds it to the wheel, or adds a given one."""

from __future__ import annotations

import json
import os
import platform
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Set by make dist: a folder whose name is the wheel's platform tag. It contains the library,
# under its name in wheels, and the licences, notices and SBOM (*.cdx.json) to add.
_PREBUILT_VARIABLE = "DATA_CONNECTORS_PREBUILT"


class NativeLibrary(BuildHookInterface):  # type: ignore[type-arg]
    """The hatchling build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the library; tag the wheel for its platform and every Python 3."""
        if self.target_name != "wheel":
            # The licences are symbolic links, which pip doesn't extract if they lead elsewhere.
            included = build_data["force_include"]
            build_data["force_include"] = {os.path.realpath(k): v for k, v in included.items()}
            return
        prebuilt = os.environ.get(_PREBUILT_VARIABLE)
        if prebuilt:
            self._add_prebuilt(Path(prebuilt), build_data)
            return
        name = self._file_name(sys.platform)
        # cargo's name has no version.
        library = self._build(self._sources(), name.replace(".1", ""))
        if version == "editable":
            # An editable install imports the package from the source tree.
            shutil.copy2(library, Path(self.root, "src", "data_connectors", name))
            return
        build_data["force_include"][str(library)] = f"data_connectors/{name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"

    def _add_prebuilt(self, folder: Path, build_data: dict[str, Any]) -> None:
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{folder.name}"
        libraries = {self._file_name(system) for system in ("linux", "darwin", "win32")}
        metadata = f"{self.build_config.builder.artifact_project_id}.dist-info"
        files = sorted(folder.iterdir())
        if not any(file.name in libraries for file in files):
            raise FileNotFoundError(f"no library in {folder}: add {' or '.join(sorted(libraries))}")
        for file in files:
            if file.name.endswith(".cdx.json"):
                build_data["sbom_files"].append(str(file))
            elif file.name in libraries:
                build_data["force_include"][str(file)] = f"data_connectors/{file.name}"
            elif file.name not in self.metadata.core.license_files:
                build_data["force_include"][str(file)] = f"{metadata}/licenses/{file.name}"

    def _file_name(self, system: str) -> str:
        module = runpy.run_path(str(Path(self.root, "src/data_connectors/_file_name.py")))
        return str(module["file_name"](system))

    def _sources(self) -> Path:
        """Find the crate: below this directory in an sdist, above it in the repository."""
        root = Path(self.root)
        for sources in (root / "native", root.parent.parent):
            if (sources / "Cargo.toml").exists():
                return sources
        raise FileNotFoundError(
            f"no sources of the native library in {root}: build from the repository or an sdist"
        )

    def _build(self, sources: Path, name: str) -> Path:
        if "CARGO_BUILD_TARGET" in os.environ:
            raise RuntimeError("cross-compiling wheels is not supported: unset CARGO_BUILD_TARGET")
        command = ["cargo", "rustc", "--release", "--locked", "-p", "data_connectors", "--lib"]
        # cargo disables link-time optimization if it also builds the rlib.
        command += ["--features", "capi", "--crate-type", "staticlib,cdylib"]
        command += ["--message-format", "json-render-diagnostics"]
        try:
            done = subprocess.run(command, cwd=sources, stdout=subprocess.PIPE, check=True)
        except FileNotFoundError:
            raise FileNotFoundError(
                "could not find cargo to build the native library: install Rust 1.85 or later"
            ) from None
        for line in reversed(done.stdout.splitlines()):
            # The crate is built last.
            for file in json.loads(line).get("filenames", []):
                if Path(file).name == name:
                    return Path(file)
        raise RuntimeError(f"cargo did not build {name}")


def _platform() -> str:
    name = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    # cargo builds for one architecture even if this Python is a universal binary.
    return name.replace("universal2", platform.machine())
