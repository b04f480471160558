"""Watching the connectors of a workspace: events from repeated snapshots, for both clients."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, NoReturn

from ._base_client import BaseClient
from ._cancel_token import CancelToken, acquire
from ._connector import Connector
from ._errors import DataConnectorsError
from ._options import check_seconds
from ._snapshot import EPOCH, Snapshot, SnapshotArguments, take_snapshot

EventKind = Literal["added", "changed", "removed", "incomplete"]
"""What an event reports."""

# A wait ends this long after the cancellation of its call, at the latest.
_CHECK_INTERVAL = 0.1

_RETRYABLE = {"DC_ERR_CONNECTION", "DC_ERR_TIMEOUT", "DC_ERR_RATE_LIMITED", "DC_ERR_SERVER"}


@dataclass(frozen=True)
class Event:
    """What a watch found.

    Attributes:
        kind: ``added``, ``changed`` or ``removed``; ``incomplete`` if a snapshot is incomplete
            or older than the last one, or failed with a retryable error.
        connector: the connector, or its last known version if it was removed; None if incomplete.
        old: the connector before the change; None for the other kinds.
        fields: the names of the fields that changed; otherwise empty.
        as_of: the time of the snapshot, as in :class:`Snapshot`; None without a snapshot.
        reason: why it is incomplete; otherwise None.

    """

    kind: EventKind
    connector: Connector | None = None
    old: Connector | None = None
    fields: tuple[str, ...] = ()
    as_of: datetime | None = None
    reason: str | None = None


class _Poll(NamedTuple):
    """The last poll: its events that were not returned yet, and the snapshots around them."""

    before: Snapshot | None
    events: deque[Event]
    after: Snapshot | None
    unfinished: Snapshot | None = None
    """The first snapshot while it is incomplete: the next poll continues it."""


class BaseWatch:
    """What decides when to poll, and what the events of a poll are.

    An exception leaves it as it was, except that the next poll is due after the interval.
    """

    def __init__(
        self,
        client: BaseClient,
        previous: Snapshot | None,
        interval: float,
        resync: float,
        arguments: SnapshotArguments,
        cancel_token: CancelToken | None,
    ) -> None:
        if previous is not None and previous._problem is not None:
            raise ValueError(
                f"state of the previous snapshot is {previous.state} ({previous._problem}): "
                "pass one that is complete or refreshed"
            )
        client._acquire()
        acquire(cancel_token)
        self._client = client
        self._interval = check_seconds(interval, "interval")
        self._resync = check_seconds(resync, "resync", 0, 365 * 86400)
        self._arguments = arguments
        self._cancel_token = cancel_token
        self._poll = _Poll(None, deque(), previous)
        self._resync_failed = False
        self._next_poll = self._next_resync = time.monotonic()
        if previous is not None and previous.is_complete and previous.as_of is not None:
            age = time.time() - previous.as_of.timestamp()
            # An incorrect local clock must not postpone it.
            self._next_resync += self._resync - max(age, 0)

    @property
    def snapshot(self) -> Snapshot | None:
        """The last snapshot that was not incomplete, to resume from; None before the first one.

        It is replaced when the last event of a poll is returned, or when a poll has no events.
        May be read from any thread.
        """
        poll = self._poll
        return poll.before if poll.events else poll.after

    def __repr__(self) -> str:
        name = f"data_connectors.{type(self).__name__}"
        return f"<{name}(interval={self._interval}, resync={self._resync}): {self.snapshot!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a watch can't be copied or pickled: store snapshot.json() and create another one"
        )

    def _next_event(self) -> Event | None:
        """Return the next event of the last poll; None if all were returned."""
        events = self._poll.events
        return events.popleft() if events else None

    def _pauses(self) -> Iterator[float]:
        """Return the durations to sleep until the next poll."""
        while not self._is_stopped():
            remaining = self._next_poll - time.monotonic()
            if remaining <= 0:
                return
            yield min(remaining, _CHECK_INTERVAL)

    def _is_stopped(self) -> bool:
        """Whether the next poll will fail at once."""
        token = self._cancel_token
        return self._client._is_stopped() or (token is not None and token.is_cancelled)

    def _run_poll(self, cancel_token: CancelToken | None) -> None:
        """Take a snapshot and set the events that follow from it.

        Raises:
            DataConnectorsError: a failure that is not retryable, or the call was cancelled.
            ValueError: the client is closed.

        """
        started = time.monotonic()
        base, unfinished = self.snapshot, self._poll.unfinished
        # Free the snapshot before that one.
        self._poll = _Poll(None, deque(), base, unfinished)
        # Also if this one fails: a caller may continue after each exception.
        self._next_poll = started + self._interval
        is_resync = base is not None and started >= self._next_resync and not self._resync_failed
        retry_after, next_resync = 0.0, self._next_resync
        try:
            previous = None if is_resync else base or unfinished
            snapshot = take_snapshot(self._client, previous, self._arguments, cancel_token)
        except DataConnectorsError as error:
            if error.status_name not in _RETRYABLE:
                raise
            retry_after = error.retry_after or 0
            events = deque([Event("incomplete", reason=str(error))])
            poll = _Poll(base, events, base, unfinished)
        else:
            events = deque(_events(snapshot, base))
            if events and events[0].kind == "incomplete":
                poll = _Poll(base, events, base, None if base else snapshot)
            else:
                poll = _Poll(base, events, snapshot)
                if snapshot.is_complete:
                    next_resync = started + self._resync
        # First: if a signal handler raises an exception here, the next resync is only too early.
        self._poll = poll
        self._next_resync = next_resync
        # After a failed resync the next poll is a refresh: it may succeed where that cannot.
        self._resync_failed = is_resync and poll.after is base
        self._next_poll = max(self._next_poll, time.monotonic() + retry_after)


def _events(snapshot: Snapshot, base: Snapshot | None) -> list[Event]:
    """Return what a snapshot shows, the earliest update first."""
    as_of = snapshot.as_of
    if snapshot._problem is not None:
        return [Event("incomplete", as_of=as_of, reason=snapshot._problem)]
    if base is None:
        return []
    diff = snapshot.diff(base)
    if snapshot.is_complete and diff.removed is None:
        # As the next base it would hide removals.
        reason = "the list is older than the last one, by the service's clock"
        return [Event("incomplete", as_of=as_of, reason=reason)]
    events = [Event("added", connector, as_of=as_of) for connector in diff.added]
    events += [
        Event("changed", change.new, change.old, change.fields, as_of) for change in diff.changed
    ]
    events.sort(key=_updated_at)
    removed = diff.removed or []
    return events + [Event("removed", connector, as_of=as_of) for connector in removed]


def _updated_at(event: Event) -> datetime:
    return (event.connector and event.connector.updated_at) or EPOCH
