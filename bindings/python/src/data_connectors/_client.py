"""The blocking client and its iterators."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._base_client import BaseClient
from ._cancel_token import CancelToken
from ._connector import Connector
from ._page import Page
from ._pager import (
    BaseConnectorIterator,
    BaseConnectorList,
    BasePageIterator,
    ListArguments,
    list_page,
)
from ._snapshot import Snapshot, SnapshotArguments, take_snapshot
from ._watch import BaseWatch, Event

if TYPE_CHECKING:
    from typing_extensions import Self


class Client(BaseClient):
    """A client for one workspace, with blocking calls. It is thread-safe.

    It is closed by :meth:`close`, at the end of a ``with`` block, or with its last reference.
    On the main thread, signal handlers run during a call, and an exception raised by one, such as
    Ctrl-C's KeyboardInterrupt, cancels it within milliseconds. After a fork both processes may
    use the client.
    A pickle contains the options without the secrets, unless pickle_secrets is set.
    """

    _interruptible = True

    def list_page(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        cancel_token: CancelToken | None = None,
    ) -> Page:
        """List one page of connectors, most recently updated first.

        Args:
            per_page: the maximum number of rows, 1 to 50; None selects the service's default
                (20).
            starting_after: the ``next_cursor`` of the previous page; None lists the first page.
            cancel_token: cancels the call from another thread.

        Raises:
            DataConnectorsError: the call failed.
            ValueError: an argument is invalid, or the client is closed.

        """
        return list_page(self, ListArguments.checked(per_page, starting_after), cancel_token)

    def list(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        cancel_token: CancelToken | None = None,
        prefetch: bool = False,
    ) -> ConnectorList:
        """List all connectors; pages are requested during the iteration.

        Args:
            per_page: the maximum number of rows per page, 1 to 50; None selects the service's
                default (20).
            starting_after: a page's ``next_cursor``, to start after that page; None starts with
                the first page.
            cancel_token: cancels the iterations from another thread.
            prefetch: request the next page while the current one is processed. A page may then be
                as old as that processing took, and ending early may cost one extra request.

        Returns:
            An iterable of connectors; its ``pages()`` iterates over pages.

        Raises:
            ValueError: an argument is invalid, or the client is closed.

        """
        return ConnectorList(self, per_page, starting_after, cancel_token, prefetch=prefetch)

    def snapshot(
        self,
        previous: Snapshot | None = None,
        *,
        overlap: float = 60.0,
        max_passes: int = 20,
        timeout: float = 300.0,
        cancel_token: CancelToken | None = None,
    ) -> Snapshot:
        """Take a snapshot: all connectors, even if they change meanwhile.

        It sends one request per page of 50 connectors and one more; one request if the list has one
        page. If the first request fails, the call fails. If a later request fails and its retries
        fail too, the snapshot is incomplete. After an edit of 50 connectors or more, it waits until
        that edit is older than the overlap.

        Args:
            previous: the previous snapshot, to request only what changed since, usually one
                page. The state is then usually ``refreshed``; ``complete`` if the list has one
                page.
            overlap: the maximum time in seconds until the service lists a change, 0 to 3600.
            max_passes: the maximum number of passes over the list, 1 to 1000.
            timeout: the timeout of the whole snapshot in seconds, 0.001 to 86400. The client's
                timeout applies to each request.
            cancel_token: cancels the call from another thread.

        Raises:
            DataConnectorsError: the first request failed, or the call was cancelled.
            ValueError: an argument is invalid, the previous snapshot is from another base URL, or
                the client is closed.

        """
        arguments = SnapshotArguments.checked(previous, overlap, max_passes, timeout)
        return take_snapshot(self, previous, arguments, cancel_token)

    def watch(
        self,
        previous: Snapshot | None = None,
        *,
        interval: float = 30.0,
        resync: float = 3600.0,
        overlap: float = 60.0,
        max_passes: int = 20,
        timeout: float = 300.0,
        cancel_token: CancelToken | None = None,
    ) -> Watch:
        """Watch the connectors: iterate over what is added, changed and removed, without end.

        A watch takes a snapshot, and refreshes it at each interval, which requests only what
        changed, usually one page. Removals are found by complete snapshots only. If all connectors
        fit on one page (50), every poll is one; otherwise, one is taken at each resync.

        Args:
            previous: the snapshot to resume from: what changed since is returned first. It must
                not be incomplete. If it is ``refreshed``, the first poll is a resync.
            interval: the time between two polls in seconds, 0.001 to 86400.
            resync: the time from one complete snapshot to the next in seconds, 0 to 31536000.
            overlap: as for :meth:`snapshot`.
            max_passes: as for :meth:`snapshot`.
            timeout: the timeout of a poll in seconds, 0.001 to 86400.
            cancel_token: cancels the watch from another thread.

        Returns:
            An iterator of events, whose ``snapshot`` resumes it.

        Raises:
            ValueError: an argument is invalid, or the client is closed.

        """
        arguments = SnapshotArguments.checked(previous, overlap, max_passes, timeout)
        return Watch(self, previous, interval, resync, arguments, cancel_token)

    def close(self) -> None:
        """Free the native client when its current calls have returned; reject later calls."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class ConnectorList(BaseConnectorList):
    """All connectors of a workspace, requested lazily. Iterations are independent.

    If connectors change during an iteration, one may be returned twice or missed.
    """

    def __iter__(self) -> ConnectorIterator:
        return ConnectorIterator(self._new_pager())

    def pages(self) -> PageIterator:
        """Iterate over pages.

        Raises:
            ValueError: the client is closed.

        """
        return PageIterator(self._new_pager())


class PageIterator(BasePageIterator, Iterator[Page]):
    """An iterator over pages. After an exception the next call requests the failed page again.

    It is thread-safe: concurrent calls are serialized, and each page is returned once.
    """

    def __next__(self) -> Page:
        """Return the next page.

        Raises:
            DataConnectorsError: the call failed.
            ValueError: the client or this iterator is closed.

        """
        return self._pager.run_exclusively(self._next)

    def _next(self) -> Page:
        page = self._pager.page_after(self._page)
        if page is None:
            raise StopIteration
        self._page = page
        return page


class ConnectorIterator(BaseConnectorIterator, Iterator[Connector]):
    """An iterator over connectors, with the same rules as :class:`PageIterator`."""

    def __next__(self) -> Connector:
        while True:
            page, rows = self._current
            try:
                # Not next(): after a call, a signal handler's exception would lose the row.
                for connector in rows:
                    return connector
            except IndexError:
                # The next page is requested below: IndexError would be the context of its errors.
                pass
            self._pager.run_exclusively(functools.partial(self._advance, page))

    def _advance(self, seen: Page | None) -> None:
        # Another thread may have received a page meanwhile.
        if self._current[0] is seen:
            page = self._pager.page_after(seen)
            if page is None:
                raise StopIteration
            self._set_page(page)


class Watch(BaseWatch, Iterator[Event]):
    """An iterator of events, which waits for the next one.

    The events of one poll are in the order of the updates, removals last. To resume after a
    restart, store ``watch.snapshot.json()`` after each processed event and pass the loaded snapshot
    as ``previous``: all events of the last unfinished poll are then returned again.

    A wait ends within 0.1 s when the watch is cancelled, or the client is closed or shut down;
    Ctrl-C interrupts it at once. After an exception the next call continues, when the interval
    since the last poll is over. It must not be used by more than one thread at a time.
    """

    def __next__(self) -> Event:
        """Return the next event.

        A retryable failure, such as a lost connection, is an event of the kind ``incomplete``;
        the next poll is after the interval, or after the delay that the service specified. An
        incomplete first snapshot is continued by the next poll.

        Raises:
            DataConnectorsError: another failure, such as an invalid access token, or the watch was
                cancelled.
            ValueError: the client is closed, or the previous snapshot is from another base URL.

        """
        while (event := self._next_event()) is None:
            for pause in self._pauses():
                time.sleep(pause)
            self._run_poll(self._cancel_token)
        return event
