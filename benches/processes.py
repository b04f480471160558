"""Starts the server and the programs, pinned to cores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path

from build import Artifacts
from commands import ROOT

CORES = sorted(os.sched_getaffinity(0))
# Pinning needs two cores: the last for the clients, the first for the server.
PINNED = len(CORES) > 1
CLIENT_CORE, SERVER_CORE = CORES[-1], CORES[0]


def pin_command(core: int) -> list[str]:
    """Return the prefix of a command that pins it to a core."""
    pin = (
        f"import os, sys; os.sched_setaffinity(0, {{{core}}}); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-S", "-E", "-c", pin] if PINNED else []


class Server:
    """The server, which exits at the end of its standard input, and so with this process."""

    def __init__(self, artifacts: Artifacts) -> None:
        self.ca_file = artifacts.folder / "ca.pem"
        self._process = subprocess.Popen(
            [*pin_command(SERVER_CORE), artifacts.server, "--ca-file", self.ca_file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.http = self._process.stdout.readline().strip()
        self.https = self._process.stdout.readline().strip()
        if not self.https:
            sys.exit("could not start the benchmark server")
        self.ca_bundle = artifacts.folder / "bundle.pem"
        self.ca_bundle.write_bytes(system_bundle().read_bytes() + self.ca_file.read_bytes())

    def page_bytes(self, name: str) -> int:
        """Return the length of the first page of a list."""
        connection = HTTPConnection(self.http.removeprefix("http://"))
        connection.request("GET", f"/{name}?per_page=50")
        length = len(connection.getresponse().read())
        connection.close()
        return length

    def set_pinned(self, *, pinned: bool) -> None:
        """Pin the server to its core, or allow all cores."""
        cores = {SERVER_CORE} if pinned else set(CORES)
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def system_bundle() -> Path:
    """Return the system's file of root certificates."""
    for name in ["certs/ca-certificates.crt", "pki/tls/certs/ca-bundle.crt", "ssl/cert.pem"]:
        for root in [Path("/etc/ssl"), Path("/etc")]:
            if (root / name).exists():
                return root / name
    sys.exit("no file of root certificates found: install the Debian package ca-certificates")


def environment(artifacts: Artifacts) -> dict[str, str]:
    """Return the environment of the programs: the release library and our Python package."""
    return {
        **os.environ,
        "DATA_CONNECTORS_LIBRARY": str(artifacts.library),
        "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
        "PYTHONPYCACHEPREFIX": str(artifacts.folder / "pycache"),
    }


def measure(command: Sequence[str], artifacts: Artifacts, pinned: bool = True) -> dict[str, int]:
    """Run a program and parse the line that it prints."""
    pin = pin_command(CLIENT_CORE) if pinned else []
    completed = subprocess.run(
        [*pin, *command], capture_output=True, text=True, env=environment(artifacts), check=False
    )
    if completed.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{completed.stdout}{completed.stderr}")
    return {
        name: int(value)
        for name, _, value in (field.partition("=") for field in completed.stdout.split())
    }
