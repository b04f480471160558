"""Builds the wheel and the sdist, and tests the wheel on every installed Python.

For `make test-wheel`. The wheel is installed into new virtual environments, in which the package's
tests run against it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from check_programs import check_programs

HERE = Path(__file__).resolve().parent
OLDEST, NEWEST = 9, 14
# Their dependencies don't support every Python version.
EXCLUDED_TESTS = ["--ignore=tests/test_docs.py", "--ignore=tests/test_frames.py"]


def main() -> None:
    """Run all checks; stop at the first failure."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        wheel = build_wheel(HERE, work / "wheel")
        print(f"wheel: {wheel.name}, {wheel.stat().st_size / 2**20:.2f} MiB")
        assert wheel.name.startswith("data_connectors-") and "-py3-none-" in wheel.name
        sdist = build_sdist(work, wheel)
        module("twine", "check", "--strict", str(wheel), str(sdist))
        if sys.platform == "linux":
            shown = module("auditwheel", "show", str(wheel))
            print(" ".join(shown.split()))
            assert "manylinux_" in shown
        for version, python in find_pythons().items():
            test(version, python, wheel, work / version)
        check_programs(wheel, work / "programs")


def build_wheel(source: Path, directory: Path) -> Path:
    """Build a wheel with pip."""
    module("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(directory), str(source))
    (wheel,) = directory.glob("*.whl")
    return wheel


def build_sdist(work: Path, wheel: Path) -> Path:
    """Build an sdist, and check that the same wheel can be built from it elsewhere."""
    module("build", "--sdist", "--outdir", str(work / "sdist"), str(HERE))
    (sdist,) = (work / "sdist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked")
    (unpacked,) = (work / "unpacked").iterdir()
    again = build_wheel(unpacked, work / "again")
    assert again.name == wheel.name, again
    print(f"sdist: {sdist.name}, {sdist.stat().st_size / 2**10:.0f} KiB, builds the same wheel")
    return sdist


def find_pythons() -> dict[str, str]:
    """Return the path of an interpreter for each installed version."""
    found: dict[str, str] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for minor in range(OLDEST, NEWEST + 1):
        candidates = [shutil.which(f"python3.{minor}")]
        candidates += [str(path) for path in pyenv.glob(f"3.{minor}.*/bin/python")]
        for path in filter(None, candidates):
            # A pyenv shim may exist for a version that is not installed.
            command = [path, "-c", "import ensurepip; print('found')"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.stdout == "found\n":
                found[f"3.{minor}"] = path
                break
        else:
            print(f"Python 3.{minor} is not installed: not tested")
    assert found, "no Python to test the wheel on"
    return found


def test(version: str, python: str, wheel: Path, home: Path) -> None:
    """Install the wheel for one version and run the tests."""
    subprocess.run([python, "-m", "venv", str(home)], check=True)
    installed = str(home / "bin/python")
    pip = [installed, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{wheel}[rich]", "pytest>=8"], check=True)
    subprocess.run([str(home / "bin/data-connectors"), "--version"], check=True)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    for variable in ("PYTHONPATH", "DATA_CONNECTORS_LIBRARY"):
        environment.pop(variable, None)
    command = [installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", *EXCLUDED_TESTS]
    print(f"Python {version}:", flush=True)
    subprocess.run(command, cwd=HERE, env=environment, check=True)


def module(*command: str) -> str:
    """Run a module with this interpreter and return its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=HERE, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"{' '.join(command)} failed")
    return done.stdout


if __name__ == "__main__":
    main()
