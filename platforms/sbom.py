"""Lists the crates that the library of a target contains, in the format of CycloneDX."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

import crate
from release import epoch
from targets import Target
from toolchain import BUILD

# The tool of the CycloneDX project.
TOOL = "cargo-cyclonedx@0.5.9"


def build(target: Target) -> str:
    """Return the SBOM of a target, with the time of the release and without a serial number."""
    variables = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
    command = [str(_tool()), "cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]
    command += ["--no-build-deps", "--target", target.triple, "--override-filename", "sbom"]
    # The tool writes its file next to Cargo.toml.
    with tempfile.TemporaryDirectory() as folder:
        packed = crate.pack()
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
        source = Path(folder).resolve() / packed.stem
        subprocess.run(command, cwd=source, env=variables, check=True)
        text = (source / "sbom.json").read_text()
    # Removes the path of the temporary folder.
    return text.replace(f"path+file://{source}#", "").replace("?download_url=file://.", "")


def _tool() -> Path:
    home = BUILD / "platforms/cargo"
    name, version = TOOL.split("@")
    if f'"{name} {version} ' not in _read(home / ".crates.toml"):
        # Without this variable, cargo deletes the build after the installation.
        variables = {key: value for key, value in os.environ.items() if key != "CARGO_TARGET_DIR"}
        command: list[str | Path] = ["cargo", "install", "--quiet", "--locked", "--root", home]
        subprocess.run([*command, TOOL], env=variables, check=True)
    return home / "bin" / name


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
