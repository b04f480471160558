"""The command ``sync``."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import KILLED, ROOT, TOKEN, Sandbox, http, restore_sigint
from test_cli import COMMAND, environment, run
from test_cli_snapshot import DRAFT, LIVE, change, workspace
from test_cli_terminal import Terminal, without_progress

import data_connectors as dc
from data_connectors._cli import _database, _sync
from data_connectors._cli._arguments import parse
from data_connectors._cli._database import Base, Database
from data_connectors._cli._messages import CommandError
from data_connectors._library import library

__all__ = ["workspace"]

FIELDS = [name for name in dc.Connector({}).__dataclass_fields__ if name != "type"]


def sync(url: str, path: Path, *arguments: str) -> None:
    done = run("sync", str(path), "--base-url", url, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def select(path: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
        return database.execute(query).fetchall()


def check(path: Path) -> dict[str, str]:
    """Check that the database is consistent, and that its connectors are the sum of the changes."""
    assert select(path, "PRAGMA integrity_check") == [("ok",)]
    connectors: dict[str, str] = {}
    for kind, identifier, fields, old, new in select(
        path, "SELECT kind, id, fields, old, new FROM changes ORDER BY number"
    ):
        assert kind == ("removed" if new is None else "added" if old is None else "changed")
        assert connectors.pop(identifier, None) == old
        assert (fields is not None) == (kind == "changed")
        if new is not None:
            connectors[identifier] = new
    assert dict(select(path, "SELECT id, json FROM connectors")) == connectors
    return connectors


def changes(path: Path, after: int) -> list[Any]:
    return select(path, f"SELECT kind, id FROM changes WHERE number > {after}")


def test_connectors_have_a_column_per_field(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    sync(sandbox, path)
    with dc.Client(TOKEN, base_url=sandbox) as client:
        listed = {connector.id: connector.to_dict() for connector in client.list(per_page=50)}
    assert {key: json.loads(row) for key, row in check(path).items()} == listed
    rows = select(path, f"SELECT {', '.join(FIELDS)} FROM connectors")
    assert {row[0]: list(row) for row in rows} == {
        key: [row[field] for field in FIELDS] for key, row in listed.items()
    }
    (first,) = select(path, "SELECT name FROM connectors WHERE id = 12345")
    assert first == ("Order Status Service",)


def test_second_run_changes_nothing(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    for arguments in [], [], ["--refresh"], ["--refresh"]:
        sync(sandbox, path, *arguments)
        ((count,),) = select(path, "SELECT max(number) FROM changes")
        assert (len(check(path)), count) == (137, 137)


def test_appends_what_changed(workspace: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    sync(workspace, path)
    created = change(workspace, "POST", name="New", http_method="get")
    change(workspace, "PATCH", LIVE, name="Order status")
    change(workspace, "DELETE", DRAFT)
    sync(workspace, path)
    check(path)
    assert changes(path, 137) == [("added", created), ("changed", LIVE), ("removed", DRAFT)]
    ((fields,),) = select(path, "SELECT fields FROM changes WHERE kind = 'changed'")
    assert json.loads(fields) == ["name", "updated_at"]
    times = select(path, "SELECT time, (SELECT as_of FROM sync) FROM changes WHERE number > 137")
    assert len(set(times)) == 1 and times[0][0] == times[0][1]
    text = (ROOT / "bindings/python/README.md").read_text()
    live, removed = (select(path, one) for one in re.findall(r'sqlite3 all\.sqlite "(.*)"', text))
    assert (LIVE, "Order status") in live and len(live) < 137
    assert [one[1:] for one in removed] == [(DRAFT, "Shipping address change")]


def test_refresh_takes_one_request_and_deletes_nothing(workspace: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    # There is nothing to refresh.
    sync(workspace, path, "--refresh")
    for name in "first", "second":
        change(workspace, "PATCH", LIVE, name=name)
        change(workspace, "DELETE", change(workspace, "POST", name=name, http_method="get"))
        done = run("sync", str(path), "--base-url", workspace, "--refresh", "-v")
        assert done.returncode == 0 and done.stderr.count(" INFO ") == 1
        assert json.loads(check(path)[LIVE])["name"] == name
    change(workspace, "DELETE", DRAFT)
    sync(workspace, path, "--refresh")
    assert changes(path, 137) == [("changed", LIVE), ("changed", LIVE)]
    sync(workspace, path)
    assert DRAFT not in check(path) and changes(path, 139) == [("removed", DRAFT)]


def row(identifier: int, name: str, updated_at: str = "2026-01-20T00:00:00Z") -> str:
    return json.dumps({"id": str(identifier), "name": name, "updated_at": updated_at})


def page(*rows: str, cursor: str | None = None) -> bytes:
    pages = json.dumps({"next": cursor and {"starting_after": cursor}})
    body = f'{{"data":[{",".join(rows)}],"pages":{pages}}}'
    return http("200 OK", body, "Date: Tue, 20 Jan 2026 14:22:15 GMT")


def test_incomplete_snapshot_deletes_nothing(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    server = scripted(
        page(row(1, "a"), row(2, "b")),
        # Incomplete: the second page cannot be read.
        page(row(1, "new"), row(3, "c"), cursor="next"),
        http("403 Forbidden", "{}"),
        page(row(1, "new"), row(3, "c")),
    )
    sync(server.url, path)
    before = select(path, "SELECT snapshot FROM sync")
    done = run("sync", str(path), "--base-url", server.url)
    message = "data-connectors: the snapshot is incomplete, so nothing was deleted: a request fail"
    assert done.returncode == 1 and done.stderr.startswith(message)
    assert check(path) == {"1": row(1, "new"), "2": row(2, "b"), "3": row(3, "c")}
    # The next refresh continues after the last one that was not incomplete.
    assert select(path, "SELECT snapshot FROM sync") == before
    sync(server.url, path)
    assert changes(path, 2) == [("added", "3"), ("changed", "1"), ("removed", "2")]
    assert set(check(path)) == {"1", "3"}


def test_rejects_another_workspace(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    server = scripted(page(row(1, "a"), row(2, "b")), page(row(3, "c")))
    sync(server.url, path)
    done = run("sync", str(path), "--base-url", server.url)
    assert (done.returncode, done.stderr) == (
        1,
        f"data-connectors: {path} has no connector in common with this workspace: check "
        "INTERCOM_ACCESS_TOKEN, or use --replace-all\n",
    )
    assert set(check(path)) == {"1", "2"}
    sync(server.url, path, "--replace-all")
    assert list(check(path)) == ["3"]


def test_workspace_without_connectors_is_not_another_one(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    server = scripted(page(), page(row(1, "a")), page(), page(row(2, "b")))
    for expected in [], ["1"], [], ["2"]:
        sync(server.url, path)
        assert list(check(path)) == expected


def test_failed_first_run_creates_no_tables(scripted: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    server = scripted(http("401 Unauthorized", "{}"), page(row(1, "a")))
    assert run("sync", str(path), "--base-url", server.url).returncode == 1
    assert select(path, "SELECT * FROM sqlite_master") == []
    sync(server.url, path)
    assert changes(path, 0) == [("added", "1")]


def stored(second: int, state: str, *rows: str) -> dc.Snapshot:
    as_of_ms = 1_768_918_935_000 + second * 1000
    member = {"version": 1, "state": state, "as_of_ms": as_of_ms, "base_url": "https://a"}
    return dc.Snapshot.load(f'{{"data":[{",".join(rows)}],"snapshot":{json.dumps(member)}}}')


def test_older_snapshot_never_replaces_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    rows = row(1, "a"), row(2, "b")
    with contextlib.closing(Database(str(path))) as database:
        base = database.load()
        assert base == Base(0, 0, None)
        assert database.apply(stored(5, "complete", *rows), base) == {"added": 2}
        # These are of runs that began before that one had ended.
        assert database.apply(stored(4, "complete"), base) is None
        assert database.apply(stored(5, "complete"), base) is None
        assert database.apply(stored(6, "refreshed", row(3, "c")), base) is None
        assert database.apply(stored(6, "incomplete", row(3, "c")), base) is None
        assert check(path) == {"1": rows[0], "2": rows[1]}
        assert database.apply(stored(6, "complete", rows[0]), base) == {"removed": 1}
        # Connector 2 was deleted while this one was taken.
        newest = stored(7, "complete", *rows, row(3, "c"))
        assert database.apply(newest, base) == {"added": 1}
        assert list(check(path)) == ["1", "3"]
        # These were taken after the others, but a cache is behind.
        base = database.load(with_snapshot=True)
        assert base.runs == 3 and base.snapshot is not None and base.snapshot.is_complete
        assert database.apply(stored(6, "refreshed", rows[0], row(3, "c")), base) == {}
        base = database.load()
        with pytest.raises(CommandError) as error:
            database.apply(stored(6, "complete", *rows), base)
        assert str(error.value) == (
            f"the list (2026-01-20T14:22:21Z) is older than the one in {path} "
            "(2026-01-20T14:22:22Z), by the service's clock, so nothing was written: retry later, "
            "or use a new file"
        )
        assert list(check(path)) == ["1", "3"]
        assert database.apply(stored(7, "complete", *rows), base) == {"added": 1, "removed": 1}
    assert list(check(path)) == ["1", "2"]


def test_takes_another_snapshot_if_another_run_wrote_a_newer_one(
    tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "all.sqlite"
    snapshots = [stored(4, "complete", row(1, "old")), stored(6, "complete", row(1, "new"))]

    def take_snapshot(*_: Any) -> dc.Snapshot:
        if len(snapshots) == 2:
            with contextlib.closing(Database(str(path))) as other:
                other.apply(stored(5, "complete", row(1, "other")), other.load())
        return snapshots.pop(0)

    monkeypatch.setattr(_sync, "take_snapshot", take_snapshot)
    assert _sync.COMMAND.run(parse(["sync", str(path)], [_sync.COMMAND])) == 0
    assert check(path) == {"1": row(1, "new")} and changes(path, 0) == [
        ("added", "1"),
        ("changed", "1"),
    ]


def test_snapshot_of_a_newer_library_deletes_nothing(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    path = tmp_path / "all.sqlite"
    with contextlib.closing(Database(str(path))) as database:
        database.apply(stored(4, "complete", row(1, "a"), row(2, "b")), database.load())
    before = select(path, "SELECT snapshot FROM sync")
    monkeypatch.setattr(library(), "dc_snapshot_state", lambda _: 3)
    newer = stored(5, "refreshed", row(1, "new"))
    monkeypatch.setattr(_sync, "take_snapshot", lambda *_: newer)
    assert _sync.COMMAND.run(parse(["sync", str(path)], [_sync.COMMAND])) == 1
    assert capsys.readouterr().err == (
        "data-connectors: the snapshot may be incomplete, so nothing was deleted: the native "
        "library is newer than this package: update the package\n"
    )
    assert check(path) == {"1": row(1, "new"), "2": row(2, "b")}
    assert select(path, "SELECT snapshot FROM sync") == before


def test_database_is_consistent_after_kill_9_at_each_statement(tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    older = stored(1, "complete", row(1, "a"), row(2, "b"), row(3, "c"))
    newer = stored(2, "complete", row(1, "new"), row(2, "new"), row(4, "d"))
    with contextlib.closing(Database(str(path))) as database:
        database.apply(older, database.load())
    before, after = {"1", "2", "3"}, {"1", "2", "4"}
    statements = 0
    while set(check(path)) == before:
        child = os.fork()
        if child == 0:
            # Whatever happens, pytest must not continue in this process.
            with contextlib.ExitStack() as stack:
                stack.callback(os._exit, 1)
                database = Database(str(path))
                base = database.load()
                countdown = iter(range(statements, -1, -1))

                def kill_at_zero(_: str, countdown: Iterator[int] = countdown) -> None:
                    if next(countdown, None) == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

                database._connection.set_trace_callback(kill_at_zero)
                database.apply(newer, base)
                os._exit(0)
        statements += 1
        status = os.waitpid(child, 0)[1]
        assert status in (0, signal.SIGKILL)
        assert set(check(path)) == (before if status else after)
    assert statements > 15


SEED = int(os.environ.get("DC_TEST_SEED", random.randrange(1 << 32)))


@pytest.fixture()
def churning() -> Iterator[str]:
    """Start a sandbox whose connectors change before each request."""
    sandbox = Sandbox("--connectors", "300", "--churn", "3", "--seed", str(SEED))
    yield sandbox.url
    sandbox.stop()


@pytest.mark.parametrize("seed", [SEED])
def test_database_is_consistent_after_kill_9(seed: int, churning: str, tmp_path: Path) -> None:
    """Kill two runs at once, while they write or at any other moment."""
    chance = random.Random(seed)
    path, journal = tmp_path / "all.sqlite", tmp_path / "all.sqlite-journal"
    arguments = ["sync", str(path), "--base-url", churning, "--overlap", "0"]
    start = time.monotonic()
    assert run(*arguments).returncode == 0
    duration = time.monotonic() - start
    killed_while_writing = 0
    while killed_while_writing < 3:
        assert time.monotonic() < start + 120
        both = arguments, [*arguments, *chance.choice([[], ["--refresh"]])]
        children = [subprocess.Popen([*COMMAND, *one], env=environment()) for one in both]
        # A run that writes has a journal.
        until = time.monotonic() + chance.choice([10 * duration, chance.uniform(0, 2 * duration)])
        while not journal.exists() and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.002))
        for child in children:
            child.kill()
        assert {child.wait() for child in children} <= {0, KILLED}
        killed_while_writing += journal.exists()
        check(path)
    # Nothing is left locked.
    assert run(*arguments).returncode == 0
    assert len(check(path)) > 200


def test_two_runs_at_once_succeed(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    command = [*COMMAND, "sync", str(path), "--base-url", sandbox]
    for _ in range(3):
        children = [subprocess.Popen(command, env=environment()) for _ in range(3)]
        assert [child.wait() for child in children] == [0, 0, 0]
        assert (len(check(path)), len(changes(path, 0))) == (137, 137)


def test_waits_for_a_lock(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    sync(sandbox, path)
    command = [*COMMAND, "sync", str(path), "--base-url", sandbox]
    for number, status in (signal.SIGINT, -signal.SIGINT), (None, 0):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            child = subprocess.Popen(command, env=environment(), preexec_fn=restore_sigint)
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(1.5)
            if number is not None:
                child.send_signal(number)
                assert child.wait(5) == status
        assert child.wait(30) == status


def test_reports_a_lock_that_lasts(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "all.sqlite"
    monkeypatch.setattr(_database, "_LOCK_NOTE_SECONDS", 0.1)
    monkeypatch.setattr(_database, "_LOCK_TIMEOUT_SECONDS", 1.0)
    reported: list[str] = []
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = Database(str(path), reported.append)
        with contextlib.closing(database), pytest.raises(CommandError) as error:
            database.load()
    assert reported == [f"waiting for another program that writes to {path}"]
    assert str(error.value) == (
        f"another program has been writing to {path} for 1 s: close that program or retry"
    )


def test_note_of_a_lock_has_its_own_line(sandbox: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    sync(sandbox, path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        terminal = Terminal("sync", str(path), "--base-url", sandbox)
        note = f"data-connectors: waiting for another program that writes to {path}\r\n"
        assert note.encode() in terminal.read(until=b"\n")
    terminal.read()
    assert terminal.wait() == 0


def test_rejects_other_files(sandbox: str, tmp_path: Path) -> None:
    text, other, newer, copy = (tmp_path / name for name in ("text", "other", "newer", "copy"))
    text.write_text("text" * 1000)
    with contextlib.closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE connectors (id)")
    for path in newer, copy:
        sync(sandbox, path)
    with contextlib.closing(sqlite3.connect(newer)) as database:
        database.execute("PRAGMA user_version = 2")
    moved = Sandbox()
    for path, message in (
        (text, f"{text} is not an SQLite database: use another file name"),
        (
            tmp_path,
            f"could not use the database {tmp_path}: it is a directory: use a file name",
        ),
        (
            tmp_path / "none/all.sqlite",
            f"could not use the database {tmp_path / 'none/all.sqlite'}: its directory does not "
            "exist: create it",
        ),
        (other, f"{other} is the database of another program: use a new file"),
        (
            newer,
            f"{newer} has schema version 2, and only 1 is supported: update data-connectors, or "
            "use a new file",
        ),
        (copy, f"{copy} has the connectors of another base URL ({sandbox}): use another file"),
    ):
        before = path.read_bytes() if path.is_file() else b""
        done = run("sync", str(path), "--base-url", moved.url)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"data-connectors: {message}\n"
        assert not path.is_file() or path.read_bytes() == before
    moved.stop()


def test_reports_the_changes_on_a_terminal(workspace: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    for arguments, shown in (
        ([], "137 added, 0 changed, 0 removed"),
        ([], "0 added, 1 changed, 0 removed"),
        # It does not know what was removed.
        (["--refresh"], "0 added, 1 changed"),
    ):
        terminal = Terminal("sync", str(path), "--base-url", workspace, *arguments)
        written = terminal.read()
        assert "\rwriting 137 connectors …".encode() in written
        assert without_progress(written) == f"137 connectors: {shown}\r\n"
        assert terminal.wait() == 0
        change(workspace, "PATCH", LIVE, name=f"after {shown}")
