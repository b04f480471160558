"""The SQLite database of ``sync``."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Callable, NamedTuple, cast

from .._connector import Connector, PackedColumns, field_value
from .._options import TOKEN_VARIABLE
from .._snapshot import Snapshot
from ._changes import format_time, is_unrelated, list_changes
from ._formats import COLUMNS
from ._messages import CommandError, print_error

# The bytes "dcsy", which identify databases of this command.
_APPLICATION_ID = 0x64637379
_SCHEMA_VERSION = 1
_TYPES = {"id": "TEXT PRIMARY KEY NOT NULL", "direct_fin_usage": "INTEGER"}
_COLUMNS = ", ".join(f"{name} {_TYPES.get(name, 'TEXT')}" for name in COLUMNS)
_SCHEMA = (
    f"CREATE TABLE connectors ({_COLUMNS}, json TEXT NOT NULL)",
    "CREATE TABLE changes (number INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, "
    "id TEXT NOT NULL, fields TEXT, old TEXT, new TEXT)",
    # One row. Column snapshot and the rows of the table connectors form a stored snapshot, for
    # --refresh.
    "CREATE TABLE sync (base_url TEXT NOT NULL, snapshot TEXT, as_of TEXT, runs INTEGER NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)

_LOCK_TIMEOUT_SECONDS = 60.0
_LOCK_NOTE_SECONDS = 2.0
# SQLite does not react to Ctrl-C while it waits.
_LOCK_POLL_SECONDS = 0.2


class _Sync(NamedTuple):
    """The row of the table sync."""

    base_url: str | None = None
    snapshot: str | None = None
    """The member "snapshot" of the stored form of the last complete or refreshed snapshot."""
    as_of: str | None = None
    """The latest time of a snapshot that was applied."""
    runs: int = 0


class Base(NamedTuple):
    """What the database had before a snapshot was taken."""

    runs: int
    last_change: int
    snapshot: Snapshot | None
    """The one to refresh, if there is one."""


class Database:
    """The connectors as they are, and their changes.

    Each run changes it in one transaction. The journal mode is left as it is: with SQLite's default
    the database is one file, also on a network file system, and writes are short.
    """

    def __init__(self, path: str, report: Callable[[str], None] = print_error) -> None:
        """Open a database, or create it; the first snapshot that is applied creates the tables.

        Args:
            path: the file.
            report: called with a message if another program locks the database for long.

        """
        self._path = path
        self._report = report
        with self._reported_errors():
            self._connection = sqlite3.connect(
                path, timeout=_LOCK_POLL_SECONDS, isolation_level=None
            )

    def close(self) -> None:
        """Close the database; a transaction is rolled back."""
        self._connection.close()

    def load(self, *, with_snapshot: bool = False) -> Base:
        """Return what the database has."""
        with self._reported_errors(), self._transaction():
            if not self._has_tables():
                return Base(0, 0, None)
            sync = self._sync()
            (last_change,) = self._connection.execute("SELECT max(number) FROM changes").fetchone()
            snapshot = None
            if with_snapshot and sync.snapshot is not None:
                snapshot = self._connectors_as_snapshot(sync.snapshot)
            return Base(sync.runs, last_change or 0, snapshot)

    def apply(
        self, snapshot: Snapshot, base: Base, *, replace_all: bool = False
    ) -> Counter[str] | None:
        """Apply a snapshot, and return the number of changes of each kind.

        Args:
            snapshot: only a complete one deletes connectors.
            base: what the database had before the snapshot was taken.
            replace_all: also if no connector remains.

        Returns:
            None if the snapshot could undo what another run wrote meanwhile: take another one.

        """
        member = json.loads(snapshot.json())["snapshot"]
        with self._reported_errors(), self._transaction():
            if not self._has_tables():
                for statement in _SCHEMA:
                    self._connection.execute(statement)
            sync = self._sync()
            if sync.base_url not in (None, member["base_url"]):
                raise CommandError(
                    f"{self._path} has the connectors of another base URL ({sync.base_url}): use "
                    "another file"
                )
            as_of = format_time(snapshot.as_of) if snapshot.as_of else None
            is_later = as_of is not None and sync.as_of is not None and as_of > sync.as_of
            if sync.runs != base.runs and not (snapshot.is_complete and is_later):
                return None
            if snapshot.is_complete and as_of and sync.as_of and as_of < sync.as_of:
                raise CommandError(
                    f"the list ({as_of}) is older than the one in {self._path} ({sync.as_of}), by "
                    "the service's clock, so nothing was written: retry later, or use a new file"
                )
            older = self._connectors_as_snapshot(json.dumps(member))
            if not replace_all and is_unrelated(snapshot, older):
                raise CommandError(
                    f"{self._path} has no connector in common with this workspace: check "
                    f"{TOKEN_VARIABLE}, or use --replace-all"
                )
            counts = self._apply_changes(snapshot, older, base.last_change)
            self._connection.execute("DELETE FROM sync")
            self._connection.execute(
                "INSERT INTO sync VALUES (?, ?, ?, ?)",
                _Sync(
                    member["base_url"],
                    sync.snapshot if snapshot._problem is not None else json.dumps(member),
                    max(filter(None, (as_of, sync.as_of)), default=None),
                    sync.runs + 1,
                ),
            )
            return counts

    def _has_tables(self) -> bool:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (application, version, tables) == (0, 0, 0):
            return False
        if application != _APPLICATION_ID:
            raise CommandError(f"{self._path} is the database of another program: use a new file")
        if version != _SCHEMA_VERSION:
            raise CommandError(
                f"{self._path} has schema version {version}, and only {_SCHEMA_VERSION} is "
                "supported: update data-connectors, or use a new file"
            )
        return True

    def _sync(self) -> _Sync:
        return _Sync(*self._connection.execute("SELECT * FROM sync").fetchone() or ())

    def _connectors_as_snapshot(self, member: str) -> Snapshot:
        rows = self._connection.execute("SELECT json FROM connectors")
        data = ",".join(row for (row,) in rows)
        pages = '{"type":"pages","next":null}'
        return Snapshot.load(
            f'{{"type":"list","data":[{data}],"pages":{pages},"snapshot":{member}}}'
        )

    def _apply_changes(self, snapshot: Snapshot, older: Snapshot, last_change: int) -> Counter[str]:
        counts: Counter[str] = Counter()
        now = format_time(snapshot.as_of or datetime.now(timezone.utc))
        for change in list_changes(snapshot.diff(older)):
            identifier = change.latest.id
            if identifier is None:
                # Such a row makes the snapshot incomplete.
                continue
            if change.kind == "added" and self._was_removed(identifier, last_change):
                # A snapshot can have connectors that were deleted while it was taken.
                continue
            select = "SELECT json FROM connectors WHERE id = ?"
            (old,) = self._connection.execute(select, [identifier]).fetchone() or (None,)
            new = None
            if change.new is None:
                self._connection.execute("DELETE FROM connectors WHERE id = ?", [identifier])
            else:
                connector = snapshot.by_id[identifier]
                new = _json(connector)
                row = connector.to_dict()
                self._connection.execute(
                    f"REPLACE INTO connectors VALUES ({'?, ' * len(COLUMNS)}?)",
                    [*(field_value(row, column) for column in COLUMNS), new],
                )
            fields = None if change.fields is None else json.dumps(change.fields)
            self._connection.execute(
                "INSERT INTO changes (time, kind, id, fields, old, new) VALUES (?, ?, ?, ?, ?, ?)",
                [now, change.kind, identifier, fields, old, new],
            )
            counts[change.kind] += 1
        return counts

    def _was_removed(self, identifier: str, last_change: int) -> bool:
        query = "SELECT 1 FROM changes WHERE number > ? AND id = ? AND kind = 'removed'"
        found = self._connection.execute(query, [last_change, identifier]).fetchone()
        return found is not None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute_when_unlocked("BEGIN IMMEDIATE")
        try:
            yield
            self._execute_when_unlocked("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _execute_when_unlocked(self, statement: str) -> None:
        start = time.monotonic()
        is_reported = False
        while True:
            try:
                self._connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                waited = time.monotonic() - start
                if waited > _LOCK_TIMEOUT_SECONDS:
                    raise CommandError(
                        f"another program has been writing to {self._path} for "
                        f"{_LOCK_TIMEOUT_SECONDS:.0f} s: close that program or retry"
                    ) from None
                if waited > _LOCK_NOTE_SECONDS and not is_reported:
                    self._report(f"waiting for another program that writes to {self._path}")
                    is_reported = True

    @contextlib.contextmanager
    def _reported_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CommandError(self._describe(error)) from None

    def _describe(self, error: sqlite3.Error) -> str:
        if str(error) == "file is not a database":
            return f"{self._path} is not an SQLite database: use another file name"
        reason = str(error)
        if os.path.isdir(self._path):
            reason = "it is a directory: use a file name"
        elif not os.path.isdir(os.path.dirname(self._path) or "."):
            reason = "its directory does not exist: create it"
        return f"could not use the database {self._path}: {reason}"


def _json(connector: Connector) -> str:
    """Return the row as the service sent it."""
    return cast(PackedColumns, connector._columns).row_json(connector._index)
