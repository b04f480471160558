"""Snapshots: all connectors of a workspace, even if they change meanwhile."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ._base_client import BaseClient
from ._cancel_token import CancelToken, acquire
from ._connector import Connector
from ._handle import OwnedPointer
from ._json import parse_json
from ._lazy import lazy
from ._library import library
from ._native import create_handle, decode
from ._options import check_int, milliseconds
from ._rows import Rows

SnapshotState = Literal["incomplete", "complete", "refreshed", "unknown"]
"""The state of a snapshot."""

# By DC_SNAPSHOT_...; a later library may have others.
STATES: dict[int, SnapshotState] = {0: "incomplete", 1: "complete", 2: "refreshed"}

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Snapshot(Rows):
    """All connectors of a workspace, most recently updated first: an immutable sequence.

    ``state`` is ``complete`` (every connector is in it, in its current version; those deleted
    before it was taken are not), ``refreshed`` (the same, but those deleted since the last
    complete one may still be in it), ``incomplete`` (connectors may be missing or outdated) or
    ``unknown`` (a later native library has other states). docs/consistency.md has the guarantees.

    The connectors are created when one is first accessed. A snapshot is thread-safe, is truthy even
    without connectors, and can be pickled. Its memory is freed with its last reference.
    """

    def __init__(self, native: OwnedPointer) -> None:
        """Wrap a native snapshot."""
        lib = library()
        self._native = native
        self._page = ctypes.c_void_p(lib.dc_snapshot_page(native.out))
        self._state: SnapshotState = STATES.get(lib.dc_snapshot_state(native.out), "unknown")
        self._reason = decode(lib.dc_snapshot_reason(native.out))
        as_of_ms = lib.dc_snapshot_as_of_ms(native.out)
        self._as_of = None if as_of_ms < 0 else EPOCH + timedelta(milliseconds=as_of_ms)

    @classmethod
    def load(cls, stored: str | bytes) -> Snapshot:
        """Load a snapshot from its stored form.

        Args:
            stored: what :meth:`json` returned, in this or an earlier version of the package.

        Raises:
            ValueError: it is not the stored form of a snapshot.

        """
        if not isinstance(stored, (str, bytes)):
            raise TypeError(f"stored must be a str or bytes, not {type(stored).__name__}")
        # A lone surrogate is invalid UTF-8, which the library reports.
        data = stored if isinstance(stored, bytes) else stored.encode(errors="surrogatepass")
        lib = library()
        return cls(create_handle(lib.dc_snapshot_free, lib.dc_snapshot_load, data, len(data)))

    @property
    def state(self) -> SnapshotState:
        """``complete``, ``refreshed``, ``incomplete`` or ``unknown``."""
        return self._state

    @property
    def is_complete(self) -> bool:
        """Whether the state is ``complete``: it has no connectors deleted before it was taken."""
        return self._state == "complete"

    @property
    def reason(self) -> str | None:
        """Why it is incomplete; None if it is not."""
        return self._reason

    @property
    def _problem(self) -> str | None:
        """Why connectors may be missing or outdated; None if it is complete or refreshed."""
        if self._state == "unknown":
            return "the native library is newer than this package: update the package"
        return self._reason

    @property
    def as_of(self) -> datetime | None:
        """The time of its list, by the service's clock, in UTC; None if no pass was finished."""
        return self._as_of

    @property
    def by_id(self) -> Mapping[str, Connector]:
        """The connectors by id, in the same order: a read-only mapping."""
        return self._by_id

    def json(self) -> bytes:
        """Return the stored form, for :meth:`load`: UTF-8 JSON.

        It is the service's list object with all rows, each as the service sent it, and a member
        ``snapshot``. Later versions of the package load it, too.
        """
        return self._body()

    def diff(self, older: Snapshot) -> SnapshotDiff:
        """Compare with an older snapshot of the same workspace.

        If ``older`` is incomplete, connectors that it lacks may appear as added, and outdated ones
        as changed. If this one is incomplete, changes may be missing, and outdated connectors may
        appear as changed.

        Args:
            older: the other snapshot.

        Raises:
            ValueError: the snapshots are from different base URLs.

        """
        check_snapshot(older, "older")
        lib = library()
        newer, other = self._native.out, older._native.out
        diff = create_handle(lib.dc_diff_free, lib.dc_snapshot_diff, newer, other)
        length = ctypes.c_size_t()
        data = lib.dc_diff_json(diff.out, ctypes.byref(length))
        parsed: dict[str, Any] = parse_json(ctypes.string_at(data, length.value))
        removed = parsed["removed"]
        return SnapshotDiff(
            added=_connectors(parsed["added"]),
            changed=[
                ConnectorChange(
                    id=change["id"],
                    fields=tuple(change["fields"]),
                    old=Connector._from_row(change["old"]),
                    new=Connector._from_row(change["new"]),
                )
                for change in parsed["changed"]
            ],
            removed=None if removed is None else _connectors(removed),
        )

    def __repr__(self) -> str:
        as_of = None if self._as_of is None else self._as_of.isoformat()
        return f"Snapshot(len={self._count}, state={self._state!r}, as_of={as_of})"

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return Snapshot.load, (self.json(),)

    @lazy
    def _rows(self) -> list[Connector]:
        return self._unpacked(self._body())

    @lazy
    def _by_id(self) -> Mapping[str, Connector]:
        rows = {connector.id: connector for connector in self._rows if connector.id is not None}
        return MappingProxyType(rows)


@dataclass(frozen=True)
class ConnectorChange:
    """A connector that differs between two snapshots.

    Attributes:
        id: its id.
        fields: the names of the fields that differ, including undocumented ones.
        old: the connector in the older snapshot.
        new: the connector in the newer snapshot.

    """

    id: str
    fields: tuple[str, ...]
    old: Connector
    new: Connector


@dataclass(frozen=True)
class SnapshotDiff:
    """The difference between two snapshots. It is truthy if it has a connector.

    Attributes:
        added: the connectors that only the newer snapshot has, most recently updated first.
        changed: those that both have and that differ, in the same order.
        removed: those that only the older snapshot has; None unless the newer one is complete,
            and not older than the other by ``as_of``: otherwise it is unknown what was removed.

    """

    added: list[Connector]
    changed: list[ConnectorChange]
    removed: list[Connector] | None

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class SnapshotArguments(NamedTuple):
    """The native arguments of a snapshot, except the previous one."""

    overlap_ms: int
    max_passes: int
    timeout_ms: int

    @classmethod
    def checked(
        cls, previous: Snapshot | None, overlap: float, max_passes: int, timeout: float
    ) -> SnapshotArguments:
        """Convert Python's arguments.

        Raises:
            ValueError: an argument is invalid.
            TypeError: an argument has the wrong type.

        """
        if previous is not None:
            check_snapshot(previous, "previous")
        if not 1 <= check_int(max_passes, "max_passes") <= 1000:
            # ctypes would truncate it to 32 bits.
            raise ValueError(f"invalid max_passes {max_passes}: use 1 to 1000")
        return cls(
            milliseconds(overlap, "overlap", 0, 3600), max_passes, milliseconds(timeout, "timeout")
        )


def take_snapshot(
    client: BaseClient,
    previous: Snapshot | None,
    arguments: SnapshotArguments,
    cancel_token: CancelToken | None,
) -> Snapshot:
    """Take a snapshot; block until it is complete or the timeout expires."""
    lib = library()
    handle, token = client._acquire(), acquire(cancel_token)
    try:
        native = create_handle(
            lib.dc_snapshot_free,
            lib.dc_snapshot_take,
            handle.out,
            previous and previous._native.out,
            *arguments,
            token and token.out,
            logger=client._logger,
        )
    finally:
        # An exception keeps this frame alive, which must not keep a closed handle.
        del handle, token
    return Snapshot(native)


def check_snapshot(value: object, name: str) -> None:
    """Check that a value is a snapshot."""
    if not isinstance(value, Snapshot):
        raise TypeError(f"{name} must be a Snapshot, not {type(value).__name__}")


def _connectors(rows: list[Any]) -> list[Connector]:
    return [Connector._from_row(row) for row in rows]
