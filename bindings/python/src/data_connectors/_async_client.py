"""The asyncio client and its iterators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

from ._base_client import BaseClient
from ._connector import Connector
from ._options import ClientOptions
from ._page import Page
from ._pager import (
    BaseConnectorIterator,
    BaseConnectorList,
    BasePageIterator,
    ListArguments,
    Pager,
    list_page,
)
from ._snapshot import Snapshot, SnapshotArguments, take_snapshot
from ._watch import BaseWatch, Event
from ._workers import WorkerPool

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncClient(BaseClient):
    """A client for one workspace, for asyncio. Its options are those of :class:`Client`.

    Each call runs on a worker thread. There is one thread per concurrent call, so limit the
    number of calls as you would limit connections. Cancelling a task cancels its call. A client may
    be used from more than one event loop.

    It is closed by :meth:`close`, at the end of an ``async with`` block, or with its last
    reference.
    """

    _interruptible = False

    async def list_page(
        self, *, per_page: int | None = None, starting_after: str | None = None
    ) -> Page:
        """List one page of connectors, as :meth:`Client.list_page` does."""
        arguments = ListArguments.checked(per_page, starting_after)
        return await self._workers.run(lambda token: list_page(self, arguments, token))

    def list(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        prefetch: bool = False,
    ) -> AsyncConnectorList:
        """List all connectors, as :meth:`Client.list` does, for ``async for``."""
        return AsyncConnectorList(self, per_page, starting_after, None, prefetch=prefetch)

    async def snapshot(
        self,
        previous: Snapshot | None = None,
        *,
        overlap: float = 60.0,
        max_passes: int = 20,
        timeout: float = 300.0,
    ) -> Snapshot:
        """Take a snapshot, as :meth:`Client.snapshot` does."""
        arguments = SnapshotArguments.checked(previous, overlap, max_passes, timeout)
        return await self._workers.run(
            lambda token: take_snapshot(self, previous, arguments, token)
        )

    def watch(
        self,
        previous: Snapshot | None = None,
        *,
        interval: float = 30.0,
        resync: float = 3600.0,
        overlap: float = 60.0,
        max_passes: int = 20,
        timeout: float = 300.0,
    ) -> AsyncWatch:
        """Watch the connectors, as :meth:`Client.watch` does, for ``async for``."""
        arguments = SnapshotArguments.checked(previous, overlap, max_passes, timeout)
        return AsyncWatch(self, previous, interval, resync, arguments, None)

    async def close(self) -> None:
        """Free the native client when its current calls have returned; reject later calls."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def __del__(self) -> None:
        if hasattr(self, "_workers"):
            self._workers.stop()

    def _set_up(self, options: ClientOptions) -> None:
        # First: if an option is invalid, __del__ must not stop the workers of the copied client.
        self._workers = WorkerPool()
        super()._set_up(options)

    def _close(self) -> None:
        super()._close()
        self._workers.stop()


class AsyncConnectorList(BaseConnectorList):
    """All connectors of a workspace, as in :class:`ConnectorList`."""

    def __aiter__(self) -> AsyncConnectorIterator:
        return AsyncConnectorIterator(self._new_pager())

    def pages(self) -> AsyncPageIterator:
        """Iterate over pages, as :meth:`ConnectorList.pages` does."""
        return AsyncPageIterator(self._new_pager())


class AsyncPageIterator(BasePageIterator, AsyncIterator[Page]):
    """An iterator over pages. After an exception the next call requests the failed page again.

    It must not be used by more than one task at a time.
    """

    async def __anext__(self) -> Page:
        page = await _page_after(self._pager, self._page)
        if page is None:
            raise StopAsyncIteration
        self._page = page
        return page


class AsyncConnectorIterator(BaseConnectorIterator, AsyncIterator[Connector]):
    """An iterator over connectors, with the same rules as :class:`AsyncPageIterator`."""

    async def __anext__(self) -> Connector:
        while True:
            seen, rows = self._current
            try:
                for connector in rows:
                    return connector
            except IndexError:
                pass
            page = await _page_after(self._pager, seen)
            if page is None:
                raise StopAsyncIteration
            self._set_page(page)


class AsyncWatch(BaseWatch, AsyncIterator[Event]):
    """An iterator of events, with the same rules as :class:`Watch`, for one task at a time."""

    async def __anext__(self) -> Event:
        while (event := self._next_event()) is None:
            for pause in self._pauses():
                await asyncio.sleep(pause)
            await cast(AsyncClient, self._client)._workers.run(self._run_poll)
        return event


async def _page_after(pager: Pager, seen: Page | None) -> Page | None:
    workers = cast(AsyncClient, pager.client)._workers
    return await workers.run(
        lambda token: pager.run_exclusively(lambda: pager.page_after(seen, token))
    )
