"""Builds the Python wheels and the sdist."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from release import Release
from targets import Target
from toolchain import ROOT, tools

PACKAGE = ROOT / "bindings/python"
# Older versions of pip know only the name manylinux2014.
_ALIASES = {"manylinux2014": "manylinux_2_17"}


def build(releases: list[Release], out: Path) -> list[Path]:
    """Build a wheel for each target, and the sdist."""
    built = [_build_wheel(release, out) for release in releases]
    built.append(_build("build_sdist", out, releases[0].epoch))
    _run("twine", "check", "--strict", *map(str, built))
    return built


def platform_tag(target: Target) -> str:
    """Return the platform tags in the file name of a target's wheel."""
    name, _, machine = target.wheel.partition("_")
    return f"{_ALIASES[name]}_{machine}.{target.wheel}" if name in _ALIASES else target.wheel


def _build_wheel(release: Release, out: Path) -> Path:
    with tempfile.TemporaryDirectory() as work:
        # hatch_build.py describes this folder.
        prebuilt = Path(work, platform_tag(release.target))
        prebuilt.mkdir()
        for file in (release.library, *release.notices):
            shutil.copyfile(file, prebuilt / file.name)
        wheel = _build("build_wheel", out, release.epoch, DATA_CONNECTORS_PREBUILT=str(prebuilt))
    assert wheel.name == f"data_connectors-{release.version}-py3-none-{prebuilt.name}.whl", wheel
    if not release.target.is_windows:
        _check_platform(wheel, prebuilt.name.partition(".")[0])
    return wheel


def _build(function: str, out: Path, epoch: int, **variables: str) -> Path:
    """Build a wheel or an sdist with the pinned hatchling: other versions write other bytes."""
    variables = {**os.environ, **variables, "SOURCE_DATE_EPOCH": str(epoch)}
    code = f"import sys; from hatchling.build import {function}; print({function}(sys.argv[1]))"
    done = subprocess.run(
        [tools() / "python", "-c", code, out.resolve()],
        cwd=PACKAGE,
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return out / done.stdout.split()[-1]


def _check_platform(wheel: Path, platform: str) -> None:
    """Check that the library runs on the oldest system that the wheel's name includes."""
    with tempfile.TemporaryDirectory() as empty:
        # So that the libraries of this system are not considered.
        shown = json.loads(_run("auditwheel", "show", "--json", "--ldpaths", empty, str(wheel)))
    libc, *required = re.findall(r"(\w+?)_(\d+)_(\d+)_", shown["sym_tag"])[0]
    name, *supported = re.findall(r"(\w+?)_(\d+)_(\d+)_", platform)[0]
    # The name of musl's libc, which musl accepts; auditwheel knows only its name on Alpine.
    external = set(shown["external_libs"]) - {"libc.so"}
    if libc != name or [*map(int, required)] > [*map(int, supported)] or external:
        raise RuntimeError(f"{wheel.name} does not run on {platform}: {shown}")


def _run(tool: str, *arguments: str) -> str:
    command: list[str | Path] = [tools() / tool, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{tool} failed: {done.stdout}{done.stderr}")
    return done.stdout
