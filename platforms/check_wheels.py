"""Installs the wheels and the sdist, and runs them: under qemu and wine for other platforms."""

from __future__ import annotations

import tarfile
import tempfile
import venv
from pathlib import Path

import debian
from check_archives import CONNECTORS, run, sandbox
from release import built, package, version
from targets import Target
from toolchain import BUILD, HOST, environment, tools
from windows import windows_python

# And others, which are not in the sdist.
LICENCES = ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES.txt"]
# The version in Debian 12, also for arm64.
DEBIAN_PYTHON = "python3.11"

PROGRAM = """
import socket, sys, threading, time
import data_connectors as dc

with dc.Client("any", base_url=sys.argv[1]) as client:
    listed = len(list(client.list()))
    try:
        client.list_page(starting_after="unknown")
    except dc.BadRequestError as error:
        status = error.status_code


def milliseconds_until(expected, call):
    started = time.monotonic()
    try:
        call()
    except expected:
        return round((time.monotonic() - started) * 1000)


with socket.create_server(("127.0.0.1", 0)) as silent:
    url = "http://127.0.0.1:%d" % silent.getsockname()[1]
    with dc.Client("any", base_url=url, timeout=0.5) as client:
        timeout = milliseconds_until(dc.APITimeoutError, client.list_page)
    with dc.Client("any", base_url=url) as client:
        token = dc.CancelToken()
        threading.Timer(0.3, token.cancel).start()
        cancel = milliseconds_until(
            dc.CallCancelledError, lambda: client.list_page(cancel_token=token)
        )
print(f"listed {listed} connectors, error {status}, timeout of 500 ms after {timeout} ms, "
      f"cancellation at 300 ms after {cancel} ms")
"""


def check(out: Path) -> list[str]:
    """Use each wheel and the sdist; return a line for each."""
    lines = []
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        for target in built(out):
            wheel, home = package(out, f"*{target.wheel}.whl"), Path(folder, target.triple)
            lines.append(f"wheel {target.wheel}: {_check_wheel(target, wheel, home, url)}")
        sdist = package(out, f"data_connectors-{version()}.tar.gz")
        lines.append(f"sdist: {_check_sdist(sdist, Path(folder, 'sdist'), url)}")
    return lines


def _check_wheel(target: Target, wheel: Path, home: Path, url: str) -> str:
    if target.triple == HOST:
        return _check_venv(wheel, home, url)
    # pip checks that the wheel is for this platform.
    pip: list[str | Path] = [
        tools() / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    pip += ["--root-user-action=ignore", "--only-binary=:all:", "--target", home]
    run(*pip, "--python-version=3.11", "--platform", target.wheel, wheel)
    _check_licences(home)
    if target.is_musl:
        return "installed, not run (PyPI and npm have no Python for musl)"
    if target.is_windows:
        python = windows_python(BUILD / "platforms/python" / target.triple)
        variables = {**environment(target), "PYTHONPATH": str(home)}
        how = "Python for Windows, wine"
    else:
        python = _debian_python(target)
        variables = {"PYTHONPATH": str(home)}
        how = "Debian's Python, qemu"
    return _use(python, [*python, "-m", "data_connectors"], url, **variables) + f"; {how}"


def _check_venv(distribution: Path, home: Path, url: str) -> str:
    """Install a wheel or an sdist in a virtual environment."""
    venv.create(home, with_pip=True)
    programs = home / "bin"
    run(programs / "pip", "install", "--quiet", "--disable-pip-version-check", distribution)
    _check_licences(home)
    return _use([str(programs / "python")], [str(programs / "data-connectors")], url, PYTHONPATH="")


def _check_licences(home: Path) -> None:
    """Check that the licences of the package are installed below a folder."""
    for name in LICENCES:
        files = list(home.glob(f"**/data_connectors-*.dist-info/licenses/{name}"))
        if not any(file.stat().st_size for file in files):
            raise RuntimeError(f"{name} is missing or empty in the installed package")


def _check_sdist(sdist: Path, home: Path, url: str) -> str:
    """Extract an sdist as a current pip does, which is stricter than that of venv; install it."""
    with tarfile.open(sdist) as tar, tempfile.TemporaryDirectory() as folder:
        tar.extractall(folder, filter="data")
    return _check_venv(sdist, home, url)


def _use(python: list[str], tool: list[str], url: str, **variables: str) -> str:
    """Run the program and the command-line tool; return what the program prints."""
    # So that the library in the package is used.
    variables.update(DATA_CONNECTORS_LIBRARY="", INTERCOM_ACCESS_TOKEN="any")
    printed = run(*python, "-c", PROGRAM, url, **variables).strip()
    listed = run(*tool, "list", "--base-url", url, "--format", "ndjson", **variables).count("\n")
    if listed != CONNECTORS or not printed.startswith(f"listed {CONNECTORS} connectors, error 400"):
        raise RuntimeError(f"{tool} listed {listed} connectors, and the program printed: {printed}")
    return printed


def _debian_python(target: Target) -> list[str]:
    """Extract Debian's Python to a folder, once; return the command that runs it."""
    home = BUILD / "platforms/python" / target.triple
    program = home / "usr/bin" / DEBIAN_PYTHON
    if not program.exists():
        packages = (f"{DEBIAN_PYTHON}-minimal", f"lib{DEBIAN_PYTHON}-stdlib")
        debian.extract(home, "arm64", *packages)
    return [target.runner[0], "-L", str(home), str(program)]
