"""Changes of connectors, and their formats."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, TextIO

from .._connector import Connector
from .._snapshot import Snapshot, SnapshotDiff
from ._formats import to_json
from ._output import printable

KINDS = ("added", "changed", "removed")


@dataclass(frozen=True)
class Change:
    """One change: of an added connector there is no old row, of a removed one no new row."""

    kind: str
    old: Connector | None
    new: Connector | None
    fields: tuple[str, ...] | None = None

    @property
    def latest(self) -> Connector:
        """The new row, or the old one of a removed connector."""
        connector = self.new or self.old
        assert connector is not None
        return connector

    def to_dict(self) -> dict[str, Any]:
        """Return what ``diff`` and ``watch`` write: without the members that the kind lacks."""
        members = {
            "kind": self.kind,
            "id": self.latest.id,
            "fields": self.fields,
            "old": self.old and self.old.to_dict(),
            "new": self.new and self.new.to_dict(),
        }
        return {name: value for name, value in members.items() if value is not None}


def list_changes(diff: SnapshotDiff) -> list[Change]:
    """Return the changes in a difference, by kind."""
    return [
        *(Change("added", None, connector) for connector in diff.added),
        *(Change("changed", one.old, one.new, one.fields) for one in diff.changed),
        *(Change("removed", connector, None) for connector in diff.removed or ()),
    ]


def is_unrelated(newer: Snapshot, older: Snapshot) -> bool:
    """Whether a complete snapshot seems to be of another workspace: no connector is in both."""
    has_connectors = len(newer) > 0 and len(older) > 0
    return newer.is_complete and has_connectors and newer.by_id.keys().isdisjoint(older.by_id)


def format_time(moment: datetime) -> str:
    """Format a time as the service does."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


_MARKS = {"added": "+", "changed": "~", "removed": "-"}
_STYLES = {"added": "green", "changed": "yellow", "removed": "red"}


def write_for_humans(changes: Iterable[Change], stream: TextIO) -> None:
    """Write a line per change, and one per field that changed."""
    write = _styled_writer(stream)
    for change in changes:
        row = change.latest.to_dict()
        identifier, state, name = (printable(row.get(field)) for field in ("id", "state", "name"))
        heading = f"{_MARKS[change.kind]} {identifier:<12} {state:<8} {name}"
        write(heading, _STYLES[change.kind])
        if change.old is not None and change.new is not None:
            old, new = change.old.to_dict(), change.new.to_dict()
            for field in change.fields or ():
                values = " -> ".join(
                    to_json(one[field]) if field in one else "(absent)" for one in (old, new)
                )
                write(f"    {printable(field)}: {values}", "")


def _styled_writer(stream: TextIO) -> Callable[[str, str], None]:
    """Return a function that writes a line: in colour on a terminal if rich is installed."""
    if stream.isatty():
        with contextlib.suppress(ImportError):
            from rich.console import Console
            from rich.text import Text

            console = Console(file=stream)
            return lambda line, style: console.print(Text(line, style=style), soft_wrap=True)
    return lambda line, _: print(line, file=stream)
