"""The commands ``snapshot`` and ``diff``."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import stat
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    CLOSED_PIPE,
    IS_WINDOWS,
    ROOT,
    TOKEN,
    Sandbox,
    SilentServer,
    http,
    restore_sigint,
)
from test_cli import COMMAND, environment, run
from test_cli_terminal import ERASED, Terminal, without_progress

import data_connectors as dc
from data_connectors._cli._progress import RequestProgress

# What reading a directory as a file fails with.
UNREADABLE_DIRECTORY = "Permission denied" if IS_WINDOWS else "Is a directory"


@pytest.fixture()
def workspace() -> Iterator[str]:
    """Start a sandbox that the test changes."""
    sandbox = Sandbox("--connectors", "137")
    yield sandbox.url
    sandbox.stop()


def change(url: str, method: str, identifier: str = "", **fields: Any) -> str:
    """Change a connector, and return its id."""
    request = urllib.request.Request(
        f"{url}/data_connectors/{identifier}".rstrip("/"),
        method=method,
        data=json.dumps(fields).encode() if fields else None,
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            "Intercom-Version": "Preview",
        },
    )
    with urllib.request.urlopen(request) as response:
        return str(json.load(response).get("id", identifier))


def delete_live(url: str, identifier: str) -> None:
    """Delete a live connector, which the service requires to be a draft first."""
    change(url, "PATCH", identifier, state="draft")
    change(url, "DELETE", identifier)


LIVE, OTHER_LIVE, DRAFT = "12345", "52848", "133854"


def take(url: str, path: Path, *arguments: str) -> dc.Snapshot:
    done = run("snapshot", "--base-url", url, "--output", str(path), *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return dc.Snapshot.load(path.read_bytes())


FIRST_PAGE = json.dumps(
    {
        "data": [{"id": "1", "updated_at": "2026-01-20T00:00:00Z"}],
        "pages": {"next": {"starting_after": "a"}},
    }
)


def incomplete_server(scripted: Any) -> Any:
    """A service of which only the first page can be read."""
    date = "Date: Tue, 20 Jan 2026 14:22:15 GMT"
    return scripted(http("200 OK", FIRST_PAGE, date), http("403 Forbidden", "{}"))


def test_writes_the_stored_form(sandbox: str, tmp_path: Path) -> None:
    done = run("snapshot", "--base-url", sandbox, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    printed = dc.Snapshot.load(done.stdout)
    assert printed.is_complete and len(printed) == 137
    stored = take(sandbox, tmp_path / "all.json")
    assert list(stored) == list(printed)
    short = run("snapshot", "--base-url", sandbox, "-o", str(tmp_path / "short.json"))
    assert (short.returncode, short.stdout) == (0, "")
    assert list(dc.Snapshot.load((tmp_path / "short.json").read_bytes())) == list(printed)
    dash = run("snapshot", "--base-url", sandbox, "--output", "-", PYTHONIOENCODING="ascii")
    assert list(dc.Snapshot.load(dash.stdout)) == list(printed) and not os.path.exists("-")


def test_refreshes_a_previous_snapshot(workspace: str, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    take(workspace, path)
    change(workspace, "PATCH", LIVE, name="new")
    done = run("snapshot", "--base-url", workspace, "--previous", str(path), "-v")
    assert done.returncode == 0 and done.stderr.count(" INFO ") == 1
    refreshed = dc.Snapshot.load(done.stdout)
    assert refreshed.state == "refreshed" and refreshed.by_id[LIVE].name == "new"


def test_incomplete_snapshot_is_written_and_exits_with_1(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    server = incomplete_server(scripted)
    done = run("snapshot", "--base-url", server.url, "--output", str(path))
    assert done.returncode == 1 and len(dc.Snapshot.load(path.read_bytes())) == 1
    assert done.stderr.startswith("data-connectors: the snapshot is incomplete: a request failed: ")


def test_incomplete_snapshot_replaces_no_file(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    url = incomplete_server(scripted).url
    member = {"version": 1, "state": "complete", "as_of_ms": 0, "base_url": url}
    stored = json.dumps({"data": [], "snapshot": member})
    path.write_text(stored)
    done = run("snapshot", "--base-url", url, "--output", str(path))
    message = f"data-connectors: the snapshot is incomplete, so {path} was not replaced: a request"
    assert (done.returncode, done.stdout) == (1, "") and done.stderr.startswith(message)
    url = incomplete_server(scripted).url
    path.write_text(stored := stored.replace(str(member["base_url"]), url))
    # It is not continued: it is complete.
    done = run("snapshot", "--base-url", url, "--output", str(path), "--previous", str(path))
    assert done.returncode == 1 and f"so {path} was not replaced" in done.stderr
    assert (os.listdir(tmp_path), path.read_text()) == (["all.json"], stored)
    if IS_WINDOWS:
        return
    # Other than regular files are written to.
    url = incomplete_server(scripted).url
    done = run("snapshot", "--base-url", url, "--output", "/dev/stdout")
    assert done.returncode == 1 and len(dc.Snapshot.load(done.stdout)) == 1


def test_continues_an_incomplete_snapshot(scripted: Any, tmp_path: Path) -> None:
    def page(second: int, identifier: int, cursor: str | None) -> bytes:
        row = {"id": str(identifier), "updated_at": f"2026-01-20T15:00:{identifier}0Z"}
        body = {"data": [row], "pages": {"next": cursor and {"starting_after": cursor}}}
        return http("200 OK", json.dumps(body), f"Date: Tue, 20 Jan 2026 15:00:{second} GMT")

    failed = http("403 Forbidden", "{}")
    server = scripted(
        *(page(25, 2, "a"), failed),
        # As no pass was finished, it starts again. The second pass fails.
        *(page(25, 2, "a"), page(25, 1, None), page(35, 3, "b"), failed),
        *(page(35, 3, "b"), page(35, 2, "c"), page(35, 3, "b")),
    )
    path = tmp_path / "all.json"
    command = ["snapshot", "--base-url", server.url, "--output", str(path), "--overlap", "0"]
    results = []
    for arguments in [], ["--previous", str(path)], ["--previous", str(path)]:
        status = run(*command, *arguments).returncode
        snapshot = dc.Snapshot.load(path.read_bytes())
        results.append((status, snapshot.state, list(snapshot.by_id)))
    assert results == [
        (1, "incomplete", ["2"]),
        (1, "incomplete", ["3", "2", "1"]),
        (0, "refreshed", ["3", "2", "1"]),
    ]


def test_output_is_replaced_at_once(sandbox: str, tmp_path: Path) -> None:
    """A reader sees the old file or the new one; it has a new file's permissions."""
    path, link, device = tmp_path / "all.json", tmp_path / "link", tmp_path / "pipe"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    with open(path) as reader:
        take(sandbox, link)
        assert reader.read() == "old"
    assert link.is_symlink() and dc.Snapshot.load(path.read_bytes())
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    # Whatever is not a regular file is written to.
    os.mkfifo(device)
    command = [*COMMAND, "snapshot", "--base-url", sandbox, "--output", str(device)]
    with subprocess.Popen(command, env=environment()) as child:
        assert len(dc.Snapshot.load(device.read_bytes())) == 137
    assert child.returncode == 0 and stat.S_ISFIFO(device.stat().st_mode)


def test_failure_leaves_the_output_as_it_was(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text("old")
    limited = 'ulimit -f 8; trap "" XFSZ; exec "$@"'
    for arguments, message in (
        (["--base-url", sandbox, "--output", str(path)], f"could not write {path}: File too large"),
        (["--base-url", "http://127.0.0.1:1", "--output", str(path)], "(connection refused)"),
        (["--base-url", sandbox, "--output", "/no/such/file"], "could not write /no/such/file: No"),
    ):
        done = subprocess.run(
            ["sh", "-c", limited, "sh", *COMMAND, "snapshot", *arguments],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1 and message in done.stderr
        assert (os.listdir(tmp_path), path.read_text()) == (["all.json"], "old")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_the_output_as_it_was(number: signal.Signals, tmp_path: Path) -> None:
    server = SilentServer()
    child = subprocess.Popen(
        [*COMMAND, "snapshot", "--base-url", server.url, "--output", str(tmp_path / "all.json")],
        env=environment(),
        stderr=subprocess.PIPE,
        preexec_fn=restore_sigint,
    )
    assert server.reached.wait(20)
    child.send_signal(number)
    assert (child.communicate(timeout=10)[1], child.returncode) == (b"", -number)
    assert os.listdir(tmp_path) == []
    server.stop()


def test_signal_during_the_write_removes_the_temporary_file(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from data_connectors._cli import _files, main\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    sandbox = Sandbox()
    output = tmp_path / "all.json"
    command = [COMMAND[0], "-c", code, "snapshot", "--base-url", sandbox.url]
    done = subprocess.run([*command, "--output", str(output)], env=environment(), check=False)
    sandbox.stop()
    assert (done.returncode, os.listdir(tmp_path)) == (-signal.SIGTERM, [])


def test_closed_pipe_terminates_commands(workspace: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    take(workspace, path)
    stored = path.read_bytes()
    change(workspace, "DELETE", DRAFT)
    for arguments in ["snapshot"], ["diff", str(path), "--update"]:
        child = subprocess.Popen(
            [*COMMAND, *arguments, "--base-url", workspace],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.close()
        assert child.stderr is not None and child.stderr.read() == b""
        assert child.wait(30) == CLOSED_PIPE
        child.stderr.close()
    assert path.read_bytes() == stored


def test_shows_progress_on_a_terminal(tmp_path: Path) -> None:
    sandbox = Sandbox("--connectors", "400", "--latency-ms", "200")
    path = tmp_path / "all.json"
    terminal = Terminal("snapshot", "--base-url", sandbox.url, "--output", str(path))
    shown = terminal.read()
    assert terminal.wait() == 0
    assert b"\r2 responses, 0 s" in shown or b"\r3 responses, 0 s" in shown
    assert without_progress(shown) == "400 connectors, complete\r\n"
    terminal = Terminal("snapshot", "--base-url", sandbox.url, "--output", str(path), "-v")
    shown = terminal.read()
    assert terminal.wait() == 0
    assert shown.count(b" INFO ") == 9 and not re.search(ERASED, shown)
    sandbox.stop()


class TerminalStream(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_waits(monkeypatch: Any) -> None:
    monkeypatch.setattr(RequestProgress, "_INTERVAL_SECONDS", 0.01)
    stream = TerminalStream()
    with RequestProgress(stream) as progress:
        for line, shown in (
            ("GET /data_connectors: 200", "1 response, 0 s …"),
            (
                "snapshot: waiting 58900 ms until recent changes are old",
                "waiting 59 s until recent",
            ),
            (
                "GET /data_connectors: waiting 1000 ms for the rate limit to",
                "waiting 1 s for the r",
            ),
            ("GET /data_connectors: 200", "2 responses, 0 s …"),
        ):
            progress.logger.info(line)
            deadline = time.monotonic() + 10
            while shown not in stream.getvalue() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert shown in stream.getvalue()


def test_terminal_gets_no_control_characters(scripted: Any) -> None:
    row = '{"id":"1","name":"a\\u001b\x9b","updated_at":"2026-01-20T00:00:00Z"}'
    server = scripted(http("200 OK", f'{{"data":[{row}]}}'))
    terminal = Terminal("snapshot", "--base-url", server.url)
    shown = without_progress(terminal.read())
    assert terminal.wait() == 0
    assert "\x9b" not in shown and json.loads(shown)["data"][0]["name"] == "a\x1b\x9b"


def test_diff_has_each_kind_of_change(workspace: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    before = take(workspace, old)
    created = change(workspace, "POST", name="N\x1bew", http_method="get")
    change(workspace, "PATCH", LIVE, name="Order status")
    change(workspace, "DELETE", DRAFT)
    after = take(workspace, new)
    added, changed = after.by_id[created].to_dict(), after.by_id[LIVE].to_dict()
    was_changed, removed = before.by_id[LIVE].to_dict(), before.by_id[DRAFT].to_dict()

    def diff(*arguments: str, **variables: str) -> str:
        done = run("diff", str(old), *arguments, **variables)
        assert (done.returncode, done.stderr) == (3, "")
        return done.stdout

    fields = ["name", "updated_at"]
    assert diff(str(new)).splitlines() == [
        f"+ {created:<12} draft    N?ew",
        "~ 12345        live     Order status",
        '    name: "Order Status Service" -> "Order status"',
        f'    updated_at: "2026-01-20T14:22:15Z" -> "{changed["updated_at"]}"',
        f"- {DRAFT:<12} draft    {removed['name']}",
        "1 added, 1 changed, 1 removed",
    ]
    difference = {"id": LIVE, "fields": fields, "old": was_changed, "new": changed}
    assert json.loads(diff("now", "--base-url", workspace, "--format", "json")) == {
        "added": [added],
        "changed": [difference],
        "removed": [removed],
    }
    lines = diff("--format", "ndjson", str(new), PYTHONIOENCODING="ascii").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"kind": "added", "id": created, "new": added},
        {"kind": "changed", **difference},
        {"kind": "removed", "id": DRAFT, "old": removed},
    ]


def test_diff_exit_status_is_0_without_selected_changes(workspace: str, tmp_path: Path) -> None:
    path = str(tmp_path / "old.json")
    take(workspace, Path(path))
    done = run("diff", path, "--base-url", workspace)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    change(workspace, "DELETE", DRAFT)
    change(workspace, "PATCH", LIVE, state="draft")
    for arguments, kinds in (
        ([], ["changed", "removed"]),
        (["--only", "removed"], ["removed"]),
        (["--only", "added"], []),
        (["--only", "removed", "--only", "changed"], ["changed", "removed"]),
        (["--state", "live"], ["changed"]),
        (["--state", "draft"], ["changed", "removed"]),
        (["--only", "removed", "--state", "live"], []),
        (["--no-longer", "live"], ["changed"]),
        (["--no-longer", "draft"], ["removed"]),
        (["--no-longer", "live", "--only", "removed"], []),
        (["--no-longer", "live", "--state", "draft"], ["changed"]),
    ):
        done = run("diff", path, "--base-url", workspace, "--format", "ndjson", *arguments)
        assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == kinds
        assert (done.returncode, done.stderr) == (3 if kinds else 0, "")
    done = run("diff", path, "--base-url", workspace, "--format", "json", "--only", "added")
    assert (done.returncode, done.stdout) == (0, '{"added":[]}\n')


def test_diff_exit_status_is_1_if_changes_may_be_missing(
    workspace: str, scripted: Any, tmp_path: Path
) -> None:
    complete, refreshed = str(tmp_path / "complete.json"), str(tmp_path / "refreshed.json")
    take(workspace, Path(complete))
    change(workspace, "PATCH", LIVE, name="new")
    take(workspace, Path(refreshed), "--previous", complete)
    done = run("diff", complete, refreshed, "--format", "json")
    assert done.returncode == 1 and json.loads(done.stdout)["removed"] is None
    assert run("diff", complete, refreshed).stdout.endswith("\n0 added, 1 changed\n")
    message = "is refreshed, so removed connectors are unknown: take it without --previous\n"
    assert done.stderr == f"data-connectors: {refreshed} {message}"
    assert run("diff", complete, refreshed, "--no-longer", "live").stderr == done.stderr
    done = run("diff", complete, refreshed, "--only", "changed")
    assert (done.returncode, done.stderr) == (3, "")

    path = tmp_path / "part.json"
    first, second = incomplete_server(scripted).url, incomplete_server(scripted).url
    stored = run("snapshot", "--base-url", first).stdout.replace(first, second)
    path.write_text(stored)
    done = run("diff", str(path), "--update", "--base-url", second)
    assert (done.returncode, done.stdout, path.read_text()) == (1, "", stored)
    reason = "is incomplete: a request failed: HTTP 403 Forbidden"
    new, old = done.stderr.splitlines()
    assert new.startswith(f"data-connectors: the new snapshot {reason}")
    assert old.startswith(f"data-connectors: {path} {reason}")


def test_diff_says_that_new_is_older(scripted: Any, tmp_path: Path) -> None:
    def body(second: int, *names: str) -> bytes:
        rows = [{"id": name, "name": name, "updated_at": "2026-01-20T00:00:00Z"} for name in names]
        date = f"Date: Tue, 20 Jan 2026 14:22:{second} GMT"
        return http("200 OK", json.dumps({"data": rows}), date)

    old, new = tmp_path / "old.json", tmp_path / "new.json"
    server = scripted(body(10, "1", "2"), body(11, "1"), body(10, "1", "2"))
    take(server.url, old)
    take(server.url, new)
    message = "by the service's clock, so removed connectors are unknown: "
    done = run("diff", str(new), str(old), "--format", "json")
    assert done.returncode == 1 and json.loads(done.stdout)["removed"] is None
    advice = "pass the older file first\n"
    assert done.stderr == f"data-connectors: {old} is older than {new} {message}{advice}"
    stored = new.read_bytes()
    done = run("diff", str(new), "--update", "--only", "changed", "--base-url", server.url)
    assert (done.returncode, done.stdout, new.read_bytes()) == (1, "", stored)
    advice = f"the new snapshot is older than {new} {message}retry later\n"
    assert done.stderr == f"data-connectors: {advice}"


def test_alert_of_the_readme_reports_each_live_connector_once(
    workspace: str, tmp_path: Path
) -> None:
    """The line for cron, which sends what it prints."""
    page = (ROOT / "bindings/python/README.md").read_text()
    (line,) = [line for line in page.splitlines() if line.startswith("0 3 * * *")]
    program = tmp_path / "data-connectors"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@" --base-url {workspace}\n')
    program.chmod(0o755)

    def alert() -> tuple[int, str, str]:
        done = subprocess.run(
            ["sh", "-c", line.replace("0 3 * * *", "")],
            cwd=tmp_path,
            env=environment(PATH=f"{tmp_path}:{os.environ['PATH']}", HOME=str(tmp_path)),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    status, printed, message = alert()
    assert (status, printed) == (0, "")
    assert message.endswith("did not exist: the new snapshot was stored there\n")
    change(workspace, "DELETE", DRAFT)
    change(workspace, "PATCH", LIVE, name="Renamed")
    assert alert() == (0, "", "")
    delete_live(workspace, LIVE)
    removed = f"- {LIVE:<12} live     Renamed\n0 changed, 1 removed\n"
    assert alert() == (3, removed, "")
    assert alert() == (0, "", "")
    # One night it is a draft, the next one it is deleted.
    change(workspace, "PATCH", OTHER_LIVE, state="draft")
    status, printed, message = alert()
    assert (status, message) == (3, "")
    first, *fields, last = printed.splitlines()
    assert first.startswith(f"~ {OTHER_LIVE:<12} draft ") and last == "1 changed, 0 removed"
    assert '    state: "live" -> "draft"' in fields
    change(workspace, "DELETE", OTHER_LIVE)
    assert alert() == (0, "", "")


def test_update_keeps_the_snapshot_of_another_workspace(scripted: Any, tmp_path: Path) -> None:
    def page(*identifiers: str) -> bytes:
        rows = [{"id": name, "updated_at": "2026-01-20T00:00:00Z"} for name in identifiers]
        return http("200 OK", json.dumps({"data": rows}), "Date: Tue, 20 Jan 2026 14:22:15 GMT")

    path = tmp_path / "old.json"
    server = scripted(page("1", "2"), page("3"), page(), page("4"))
    take(server.url, path)
    stored = path.read_bytes()
    command = ["diff", str(path), "--base-url", server.url, "--update", "--format", "ndjson"]
    done = run(*command)
    assert done.returncode == 1 and done.stdout.count("\n") == 3
    assert done.stderr == (
        f"data-connectors: {path} has no connector in common with this workspace, so it was not "
        f"replaced: check INTERCOM_ACCESS_TOKEN, or delete {path}\n"
    )
    assert path.read_bytes() == stored
    # A workspace without connectors is not another one.
    for count in 0, 1:
        assert run(*command).returncode == 3
        assert len(dc.Snapshot.load(path.read_bytes())) == count


def test_diff_stores_nothing_if_the_changes_were_not_written(
    workspace: str, tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    take(workspace, path)
    stored = path.read_bytes()
    change(workspace, "DELETE", DRAFT)
    command = [*COMMAND, "diff", str(path), "--update", "--base-url", workspace]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, env=environment(), stdout=full, check=False)
    assert (done.returncode, path.read_bytes()) == (1, stored)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["diff", "none.json"], 1, "could not read none.json: No such file or directory\n"),
        (["diff", "."], 1, f"could not read .: {UNREADABLE_DIRECTORY}\n"),
        (["diff", "text"], 1, "could not load text: stored snapshot is invalid: "),
        (["diff", "page"], 1, 'stored snapshot is invalid: "snapshot" is missing: pass the JSON'),
        (["snapshot", "--previous", "text"], 1, "could not load text: stored snapshot is invalid"),
        (["diff", "here", "there"], 2, "snapshots are from different base URLs (https://b and"),
        (["diff"], 2, "error: the following arguments are required: OLD\n"),
        (["diff", "a", "b", "SECRET"], 2, "unexpected argument: diff accepts only OLD, NEW and f"),
        (["diff", "a", "--only", "SECRET" * 5], 2, "invalid kind: use one of added, changed, rem"),
        (["diff", "a", "--state", "Live"], 2, "invalid state 'Live': use one of draft, live\n"),
        (["diff", "a", "--no-longer", "Live"], 2, "invalid state 'Live': use one of draft, live\n"),
        (["diff", "a", "b", "--update"], 2, "--update cannot be used with a NEW file: omit NEW\n"),
        (["snapshot", "SECRET"], 2, "snapshot accepts only flags: use --output FILE\n"),
        (["diff", "-"], 2, "argument OLD: standard input is not supported: use a file\n"),
        (["diff", "here", "-"], 2, "argument NEW: standard input is not supported: use a file\n"),
        (["snapshot", "--previous", "-"], 2, "--previous: standard input is not supported: use"),
        (
            ["snapshot", "--overlap", "-1"],
            2,
            "--overlap: invalid number of seconds '-1': use 0 to 3600\n",
        ),
        (
            ["snapshot", "--max-passes", "1001"],
            2,
            "--max-passes: invalid number of passes '1001': use 1 to 1000\n",
        ),
        (
            ["snapshot", "--snapshot-timeout", "0"],
            2,
            "--snapshot-timeout: invalid number of seconds '0': use 0.001 to 86400\n",
        ),
    ],
)
def test_rejects_invalid_arguments(
    arguments: list[str], status: int, message: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("text")
    Path("page").write_text('{"data":[]}')
    for name, url in ("here", "https://a"), ("there", "https://b"):
        member = f'{{"version":1,"state":"complete","as_of_ms":0,"base_url":"{url}"}}'
        Path(name).write_text(f'{{"data":[],"snapshot":{member}}}')
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr and "SECRET" not in done.stderr


def test_diff_has_colours_on_a_terminal(workspace: str, tmp_path: Path) -> None:
    path = str(tmp_path / "old.json")
    take(workspace, Path(path))
    terminal = Terminal("diff", path, "--base-url", workspace)
    assert terminal.read().endswith(b"no differences\r\n")
    assert terminal.wait() == 0
    change(workspace, "DELETE", DRAFT)
    terminal = Terminal("diff", path, "--base-url", workspace)
    shown = terminal.read().decode()
    assert terminal.wait() == 3
    assert f"\x1b[31m- {DRAFT}" in shown and shown.endswith("0 added, 0 changed, 1 removed\r\n")
    terminal = Terminal("diff", path, "--base-url", workspace, NO_COLOR="1")
    assert "\x1b[31m" not in terminal.read().decode()
    assert terminal.wait() == 3
