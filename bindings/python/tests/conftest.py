"""Fixtures: the sandbox, and servers that send given bytes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_connectors import Client, Snapshot

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "canary-7d1f"

IS_WINDOWS = sys.platform == "win32"
# The exit statuses of a process that was killed, and of the tool if its output is a closed pipe.
KILLED = 1 if IS_WINDOWS else -9
CLOSED_PIPE = 1 if IS_WINDOWS else -13
# Tests and files that can't run on Windows, and why.
NOT_ON_WINDOWS = {
    "test_signals.py": "no signals between processes",
    "test_ndjson_streams_page_by_page": "no signals between processes",
    "test_signals_leave_the_output_as_it_was": "no signals between processes",
    "test_signal_during_the_write_removes_the_temporary_file": "no signals between processes",
    "test_waits_for_a_lock": "no signals between processes",
    "test_signals_terminate_watch": "no signals between processes",
    "test_continues_from_its_state": "no signals between processes",
    "test_prefetch_continues_after_a_signal_interrupts_the_wait": "no signals between processes",
    "test_iteration_continues_after_signals": "no signals between processes",
    "test_parent_and_child_use_a_client_after_a_fork": "no fork",
    "test_fork_while_a_thread_is_in_a_call": "no fork",
    "test_async_client_after_a_fork": "no fork",
    "test_parent_and_child_continue_the_same_iteration": "no fork",
    "test_database_is_consistent_after_kill_9_at_each_statement": "no fork",
    "test_reports_output_errors": "no /dev/full",
    "test_diff_stores_nothing_if_the_changes_were_not_written": "no /dev/full",
    "test_rejects_a_library_of_another_version": "no C compiler",
    "test_library_search_order": "a loaded DLL has a path",
    "test_output_is_replaced_at_once": "no permissions, no named pipes in the file system",
    "test_failure_leaves_the_output_as_it_was": "no sh",
    "test_alert_of_the_readme_reports_each_live_connector_once": "no sh",
    "test_cli_terminal.py": "no pseudo-terminals",
    "test_shows_progress_on_a_terminal": "no pseudo-terminals",
    "test_runs_from_a_zip_file": "a loaded DLL can't be removed",
    "test_error_for_a_zip_file_says_what_to_do": "a loaded DLL can't be removed",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = {item.path.name, item.name.partition("[")[0]} & set(NOT_ON_WINDOWS)
        if IS_WINDOWS and names:
            item.add_marker(pytest.mark.skip(reason=f"Windows: {NOT_ON_WINDOWS[names.pop()]}"))


class Sandbox:
    def __init__(self, *options: str) -> None:
        program = os.environ["DC_TEST_SANDBOX"]
        self.process = subprocess.Popen(
            [program, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the sandbox did not start"

    def stop(self) -> None:
        self.process.terminate()
        # Windows has no SIGTERM: the process was terminated with this status.
        assert self.process.wait(10) == (KILLED if IS_WINDOWS else 0)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    running = Sandbox("--connectors", "137")
    yield running.url
    running.stop()


@pytest.fixture()
def client(sandbox: str) -> Iterator[Client]:
    with Client(TOKEN, base_url=sandbox) as client:
        yield client


def sample_id(index: int) -> str:
    """Return the id of a sample connector; those of lower indices were updated later."""
    return str(10_000 + (index * 40_503 + 2_345) % (1 << 17))


LATE, EARLY = sample_id(7), sample_id(110)


def edit(client: Client, method: str, connector: str | None = None, **fields: str) -> str:
    """Create, update or delete a connector of the sandbox; return its id."""
    path = f"/data_connectors/{connector}" if connector else "/data_connectors"
    request = urllib.request.Request(
        client._options.values["base_url"] + path,
        method=method,
        data=json.dumps(fields).encode(),
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Intercom-Version": "Preview",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.loads(response.read())["id"])


def draft_id(snapshot: Snapshot) -> str:
    """Return the id of a connector that can be deleted."""
    return next(str(connector.id) for connector in reversed(snapshot) if connector.state == "draft")


@pytest.fixture()
def changing() -> Iterator[Any]:
    """Start sandboxes with the given options."""
    started: list[Sandbox] = []

    def start(*options: str) -> Client:
        started.append(Sandbox(*options))
        return Client(TOKEN, base_url=started[-1].url)

    yield start
    for sandbox in started:
        sandbox.stop()


class ScriptedServer:
    """Sends each connection the next of its responses, and repeats the last one."""

    def __init__(self, *responses: bytes) -> None:
        self._responses = responses
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    part = connection.recv(4096)
                    if not part:
                        return
                    request += part
                response = self._responses[min(len(self.requests), len(self._responses) - 1)]
                self.requests.append(request)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.sendall(response)

    def stop(self) -> None:
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join(10)
        self._listener.close()


@pytest.fixture()
def scripted() -> Iterator[type[ScriptedServer]]:
    started: list[ScriptedServer] = []

    class Started(ScriptedServer):
        def __init__(self, *responses: bytes) -> None:
            super().__init__(*responses)
            started.append(self)

    yield Started
    for server in started:
        server.stop()


class SilentServer:
    """Accepts connections, sends each the same bytes, and waits until the client closes it."""

    def __init__(self, sends: bytes = b"", *, listens: bool = True) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.reached = threading.Event()
        self.closed = threading.Event()
        self._sends = sends
        if listens:
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        with connection:
            if not connection.recv(4096):
                return
            connection.sendall(self._sends)
            self.reached.set()
            try:
                while connection.recv(4096):
                    pass
            except OSError:
                pass
            self.closed.set()

    def stop(self) -> None:
        self._listener.close()


@contextlib.contextmanager
def server_for_concurrent_calls(count: int) -> Iterator[str]:
    """Serve `count` requests, and send no response until all of them have arrived."""
    all_arrived = threading.Barrier(count)
    listener = socket.create_server(("127.0.0.1", 0), backlog=count)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            all_arrived.wait(20)
            connection.sendall(http("200 OK", '{"data":[]}'))

    for _ in range(count):
        threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture()
def silent() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.stop()


def python(
    code: str, *arguments: str, timeout: float = 30, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a program in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def _restore_sigint() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


restore_sigint = None if IS_WINDOWS else _restore_sigint
"""Restores SIGINT in a child process: shells ignore it in background jobs."""


def http(status: str, body: str, *headers: str) -> bytes:
    content = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + content
