"""Tests programs that contain the package: frozen by PyInstaller, and in a zip file.

For check_wheel.py. Each program lists the connectors of a sandbox, without the environment that it
was built in.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipapp
from pathlib import Path

PROGRAM = """
import sys
import data_connectors
from data_connectors._library import library

with data_connectors.Client("token", base_url=sys.argv[1]) as client:
    print(len(list(client.list())), library()._name)
"""
CONNECTORS = 45
LIBRARY = Path("data_connectors/libdata_connectors.so.1")


def check_programs(wheel: Path, work: Path) -> None:
    """Build each program from a wheel, and run it."""
    work.mkdir()
    (work / "program.py").write_text(PROGRAM)
    subprocess.run([sys.executable, "-m", "venv", str(work / "venv")], check=True)
    python = str(work / "venv/bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(wheel), pinned("pyinstaller")], check=True)

    (work / "temporary").mkdir()
    sandbox = [os.environ["DC_TEST_SANDBOX"], "--connectors", str(CONNECTORS)]
    with subprocess.Popen(sandbox, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        try:
            freeze(python, work, "onedir")
            folder = work / "onedir/program"
            check("onedir", [str(folder / "program")], url, work, folder / "_internal" / LIBRARY)
            freeze(python, work, "onefile")
            check("onefile", [str(work / "onefile/program")], url, work, LIBRARY)
            archive = build_zipapp(wheel, pip, work)
            check("zipapp", [sys.executable, str(archive)], url, work, archive / LIBRARY)
        finally:
            running.terminate()


def pinned(name: str) -> str:
    """Return the requirement with the version of the tests."""
    lines = Path(__file__).with_name("requirements-dev.txt").read_text().splitlines()
    (requirement,) = (line for line in lines if line.startswith(f"{name}=="))
    return requirement


def freeze(python: str, work: Path, kind: str) -> None:
    """Freeze the program without options for the package."""
    command = [python, "-m", "PyInstaller", "--log-level", "ERROR", f"--{kind}", "--distpath", kind]
    # With PYTHONPATH it would find the sources instead of the wheel.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command += ["--noconfirm", "program.py"]
    subprocess.run(command, cwd=work, env=environment, check=True)


def build_zipapp(wheel: Path, pip: list[str], work: Path) -> Path:
    """Build a zip file that contains the program and the package."""
    source, archive = work / "zipapp", work / "program.pyz"
    subprocess.run([*pip, "--no-deps", "--target", str(source), str(wheel)], check=True)
    (source / "__main__.py").write_text(PROGRAM)
    zipapp.create_archive(source, archive)
    return archive


def check(kind: str, command: list[str], url: str, work: Path, library: Path) -> None:
    """Run a program with an empty environment; it loads this library and leaves no file."""
    done = subprocess.run(
        [*command, url],
        cwd=work / "temporary",
        env={"TMPDIR": str(work / "temporary")},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    count, loaded = done.stdout.split()
    assert int(count) == CONNECTORS, done.stdout
    assert loaded.endswith(str(library)), loaded
    assert list((work / "temporary").iterdir()) == []
    print(f"{kind}: lists {count} connectors")
