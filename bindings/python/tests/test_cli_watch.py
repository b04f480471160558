"""The command ``watch``."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import CLOSED_PIPE, http, restore_sigint
from test_cli import COMMAND, environment, run
from test_cli_snapshot import DRAFT, LIVE, change, incomplete_server, workspace
from test_cli_sync import page, row
from test_cli_terminal import Terminal

import data_connectors as dc

__all__ = ["workspace"]


class Watch:
    """A watch that polls all the time."""

    def __init__(self, url: str, *arguments: str, resync: str = "0") -> None:
        frequent = ["--interval", "0.05", "--resync", resync, "--max-retries", "0", "-v"]
        self.process = subprocess.Popen(
            [*COMMAND, "watch", "--base-url", url, *frequent, *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=restore_sigint,
        )
        assert self.process.stdout is not None and self.process.stderr is not None
        self._stdout, self._stderr = self.process.stdout, self.process.stderr

    def wait_for_poll(self) -> None:
        """Wait for the requests of the first snapshot, and the next one."""
        for _ in range(5):
            assert " INFO GET " in self._stderr.readline()

    def read(self) -> Any:
        return json.loads(self._stdout.readline())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Return the exit status, and the error messages without the log."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        if self.process.stdout is not None and self.process.stdout.closed:
            # On Windows, communicate would read it.
            self.process.stdout = None
        errors = [line for line in self.process.communicate(timeout=20)[1].splitlines() if line]
        return self.process.returncode, "\n".join(
            line for line in errors if line.startswith(("data-connectors", "Traceback"))
        )


@pytest.fixture()
def watches() -> Iterator[Any]:
    started: list[Watch] = []

    def start(*arguments: str, resync: str = "0") -> Watch:
        started.append(Watch(*arguments, resync=resync))
        return started[-1]

    yield start
    for watch in started:
        watch.process.kill()
        watch.stop()


def test_writes_a_line_per_change(workspace: str, watches: Any) -> None:
    watch = watches(workspace)
    watch.wait_for_poll()
    created = change(workspace, "POST", name="New", http_method="get")
    event = watch.read()
    as_of, new = event.pop("as_of"), event.pop("new")
    assert event == {"kind": "added", "id": created}
    assert new["name"] == "New" and as_of >= new["updated_at"]
    change(workspace, "PATCH", LIVE, name="Order status")
    event = watch.read()
    assert (event["kind"], event["id"]) == ("changed", LIVE)
    assert event["fields"] == ["name", "updated_at"]
    assert (event["old"]["name"], event["new"]["name"]) == ("Order Status Service", "Order status")
    change(workspace, "DELETE", DRAFT)
    event = watch.read()
    assert (event["kind"], event["id"], event["old"]["id"]) == ("removed", DRAFT, DRAFT)
    assert "new" not in event and "fields" not in event


def test_continues_from_its_state(workspace: str, watches: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    arguments = [workspace, "--state-file", str(path)]
    watch = watches(*arguments)
    watch.wait_for_poll()
    # The state exists before the first change.
    assert watch.stop(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert dc.Snapshot.load(path.read_bytes()).is_complete
    created = change(workspace, "POST", name="New", http_method="get")
    watch = watches(*arguments)
    assert watch.read()["id"] == created
    change(workspace, "DELETE", created)
    assert watch.read()["kind"] == "removed"
    assert watch.stop() == (-signal.SIGTERM, "")
    change(workspace, "DELETE", DRAFT)
    watch = watches(*arguments)
    events = [watch.read()]
    while events[-1]["id"] != DRAFT:
        events.append(watch.read())
    # At most the last change is repeated.
    assert [event["id"] for event in events] in ([DRAFT], [created, DRAFT])


def test_continues_after_a_poll_that_failed(scripted: Any, watches: Any) -> None:
    recent = "2026-01-20T14:22:00Z"
    server = scripted(
        page(row(1, "a")),
        http("503 Service Unavailable", "{}", "Retry-After: 0"),
        # So recent that the next page is requested.
        page(row(2, "b", recent), cursor="next"),
        http("403 Forbidden", "{}"),
        page(row(2, "b", recent), row(1, "a")),
        http("401 Unauthorized", "{}"),
    )
    watch = watches(server.url)
    failed, incomplete, added = (watch.read() for _ in range(3))
    assert failed["kind"] == incomplete["kind"] == "incomplete"
    assert failed["as_of"] is None and "503" in failed["reason"]
    assert incomplete["as_of"] == "2026-01-20T14:22:15Z" and "403" in incomplete["reason"]
    assert (added["kind"], added["id"]) == ("added", "2")
    watch.process.wait(20)
    status, message = watch.stop()
    assert status == 1 and message.startswith("data-connectors: HTTP 401 Unauthorized")


def test_first_snapshot_must_be_complete(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    done = run("watch", "--base-url", incomplete_server(scripted).url, "--state-file", str(path))
    assert (done.returncode, done.stdout, path.exists()) == (1, "", False)
    assert done.stderr.startswith("data-connectors: the first snapshot is incomplete: a request f")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("complete", "snapshots are from different base URLs ("),
        ("incomplete", "it is incomplete: it was read in parts"),
    ],
)
def test_rejects_a_state_that_it_cannot_continue(
    state: str, reason: str, sandbox: str, tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    member = {"version": 1, "state": state, "as_of_ms": 0, "base_url": "https://a"}
    if state == "incomplete":
        member["reason"] = "it was read in parts"
    path.write_text(json.dumps({"data": [], "snapshot": member}))
    before = path.read_bytes()
    done = run("watch", "--base-url", sandbox, "--state-file", str(path))
    assert (done.returncode, done.stdout, path.read_bytes()) == (2, "", before)
    assert done.stderr.startswith(f"data-connectors: could not continue from {path} ({reason}")
    assert done.stderr.endswith("): use another file, or delete it\n")
    assert state == "incomplete" or f"{sandbox} and https://a" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_terminate_watch(number: signal.Signals, workspace: str, watches: Any) -> None:
    watch = watches(workspace)
    watch.wait_for_poll()
    assert watch.stop(number) == (-number, "")


def test_closed_pipe_terminates_watch(workspace: str, watches: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    watch = watches(workspace, "--state-file", str(path))
    watch.wait_for_poll()
    stored = path.read_bytes()
    watch.process.stdout.close()
    change(workspace, "PATCH", LIVE, name="new")
    assert " INFO GET " in watch.process.stderr.read()
    assert watch.process.wait(20) == CLOSED_PIPE
    # The change was not written, so it will be.
    assert path.read_bytes() == stored


def test_terminal_says_what_it_waits_for(workspace: str) -> None:
    terminal = Terminal("watch", "--base-url", workspace)
    message = b"watching 137 connectors (press Ctrl-C to quit)\r\n"
    assert message in terminal.read(until=message)
    terminal.type(b"\x03")
    assert b"Traceback" not in terminal.read()
    assert terminal.wait() == -signal.SIGINT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--interval", "0"], "--interval: invalid number of seconds '0': use 0.001 to 86400\n"),
        (["--resync", "-1"], "--resync: invalid number of seconds '-1': use 0 to 31536000\n"),
        (["--state-file", "none/state.json"], "could not write "),
        (["--state-file", "-"], "--state-file: standard input is not supported: use a file\n"),
        (["SECRET"], "unexpected argument: watch accepts only flags\n"),
    ],
)
def test_rejects_invalid_arguments(arguments: list[str], message: str, sandbox: str) -> None:
    done = run("watch", "--base-url", sandbox, *arguments)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert message in done.stderr and "SECRET" not in done.stderr
