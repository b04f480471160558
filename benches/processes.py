"""Processes of the benchmark: the server, the programs, and which core each is on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from prepare import ROOT, Made

CORES = sorted(os.sched_getaffinity(0))
# The last for the clients, the first for the server: with one core there is nothing to choose.
PINNED = len(CORES) > 1
CLIENT_CORE, SERVER_CORE = CORES[-1], CORES[0]


def on_core(core: int) -> list[str]:
    """What to put before a command that is to stay on a core."""
    pin = (
        f"import os, sys; os.sched_setaffinity(0, {{{core}}}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-S", "-E", "-c", pin] if PINNED else []


class Server:
    """The server, which ends with its standard input, and so with this process."""

    def __init__(self, made: Made) -> None:
        self.ca_file = made.folder / "ca.pem"
        self._process = subprocess.Popen(
            [*on_core(SERVER_CORE), made.server, "--ca-file", self.ca_file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.http = self._process.stdout.readline().strip()
        self.https = self._process.stdout.readline().strip()
        if not self.https:
            sys.exit("the benchmark's server did not start")
        self.ca_bundle = made.folder / "bundle.pem"
        self.ca_bundle.write_bytes(system_bundle().read_bytes() + self.ca_file.read_bytes())

    def stay(self, *, pinned: bool) -> None:
        """Keep the server on its core, or let it go to any."""
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
    """The file with the system's authorities, where distributions have it."""
    for place in ["certs/ca-certificates.crt", "pki/tls/certs/ca-bundle.crt", "ssl/cert.pem"]:
        for root in [Path("/etc/ssl"), Path("/etc")]:
            if (root / place).exists():
                return root / place
    sys.exit("the system has no file of authorities (Debian package ca-certificates)")


def python_environment(made: Made) -> dict[str, str]:
    """What ours in Python needs: the release library, and the package from the sources."""
    return {
        **os.environ,
        "DATA_CONNECTORS_LIBRARY": str(made.library),
        "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
        "PYTHONPYCACHEPREFIX": str(made.folder / "pycache"),
    }


def measure(command: Sequence[str], made: Made, pinned: bool = True) -> dict[str, int]:
    """Run a program and read its one line."""
    pin = on_core(CLIENT_CORE) if pinned else []
    done = subprocess.run(
        [*pin, *command], capture_output=True, text=True, env=python_environment(made), check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return {
        name: int(value) for name, _, value in (pair.partition("=") for pair in done.stdout.split())
    }
