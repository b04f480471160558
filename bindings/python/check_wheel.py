"""Builds the wheel and the sdist as users do, and tests them on every Python to be had.

`make test-wheel` runs it. The wheel is installed into new environments, away from the sources, and
the package's own tests run against it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST, NEWEST = 9, 14
# They need what isn't for every Python.
NOT_FOR_A_WHEEL = ["--ignore=tests/test_documents.py"]


def main() -> None:
    """Run all of it; the first failure ends it."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        wheel = built(HERE, work / "wheel")
        print(f"wheel: {wheel.name}, {wheel.stat().st_size / 2**20:.2f} MiB")
        assert wheel.name.startswith("data_connectors-") and "-py3-none-" in wheel.name
        sdist = from_sdist(work, wheel)
        module("twine", "check", "--strict", str(wheel), str(sdist))
        if sys.platform == "linux":
            shown = module("auditwheel", "show", str(wheel))
            print(" ".join(shown.split()))
            assert "manylinux_" in shown
        for version, python in pythons().items():
            test(version, python, wheel, work / version)


def built(source: Path, into: Path) -> Path:
    """Build a wheel with pip."""
    module("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(into), str(source))
    (wheel,) = into.glob("*.whl")
    return wheel


def from_sdist(work: Path, wheel: Path) -> Path:
    """Build an sdist, and from that, unpacked outside of the tree, the same wheel."""
    module("build", "--sdist", "--outdir", str(work / "sdist"), str(HERE))
    (sdist,) = (work / "sdist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked")
    (unpacked,) = (work / "unpacked").iterdir()
    again = built(unpacked, work / "again")
    assert again.name == wheel.name, again
    print(f"sdist: {sdist.name}, {sdist.stat().st_size / 2**10:.0f} KiB, and a wheel made of it")
    return sdist


def pythons() -> dict[str, str]:
    """Give the interpreters that are here, by version."""
    found: dict[str, str] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for minor in range(OLDEST, NEWEST + 1):
        named = [shutil.which(f"python3.{minor}")]
        named += [str(path) for path in pyenv.glob(f"3.{minor}.*/bin/python")]
        for path in filter(None, named):
            # A shim may be there for a version that isn't.
            command = [path, "-c", "import ensurepip; print('there')"]
            asked = subprocess.run(command, capture_output=True, text=True, check=False)
            if asked.stdout == "there\n":
                found[f"3.{minor}"] = path
                break
        else:
            print(f"Python 3.{minor} is not here: the wheel isn't tested on it")
    assert found, "no Python to test the wheel on"
    return found


def test(version: str, python: str, wheel: Path, home: Path) -> None:
    """Install the wheel for one version, and run the package's tests against it."""
    subprocess.run([python, "-m", "venv", str(home)], check=True)
    installed = str(home / "bin/python")
    pip = [installed, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{wheel}[rich]", "pytest>=8"], check=True)
    subprocess.run([str(home / "bin/data-connectors"), "--version"], check=True)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    for variable in ("PYTHONPATH", "DATA_CONNECTORS_LIBRARY"):
        environment.pop(variable, None)
    command = [installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NOT_FOR_A_WHEEL]
    print(f"Python {version}:", flush=True)
    subprocess.run(command, cwd=HERE, env=environment, check=True)


def module(*command: str) -> str:
    """Run a module of this interpreter, and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=HERE, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"{' '.join(command)} failed")
    return done.stdout


if __name__ == "__main__":
    main()
