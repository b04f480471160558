"""The client for an event loop, and the list that it gives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from ._arguments import checked
from ._base import BaseClient
from ._connector import Connector
from ._page import Page
from ._settings import Settings, flag
from ._walk import PagesWalked, Walk, list_page
from ._workers import Workers

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncClient(BaseClient):
    """A client of one workspace for asyncio: as :class:`Client`, with calls to be awaited.

    Each call is made on a worker thread, as many as there are calls at once, so limit these as you
    would connections. A task that is cancelled ends its call. It isn't bound to one event loop.

    It is closed by :meth:`close`, at the end of an ``async with`` block, or when nothing refers to
    it.
    """

    _interruptible = False

    async def list_page(
        self, *, per_page: int | None = None, starting_after: str | None = None
    ) -> Page:
        """List one page, newest update first.

        Args:
            per_page: the most rows, 1 to 50; None: the service's default (20).
            starting_after: the cursor of the page before; None: the first page.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: an argument was refused, or the client is closed.

        """
        arguments = checked(per_page, starting_after)
        return await self._workers.run(lambda token: list_page(self, arguments, token))

    def list(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        prefetch: bool = False,
    ) -> AsyncConnectorList:
        """List every connector, page by page as they are asked for: ``async for`` over it.

        Args:
            per_page: the most rows on a page, 1 to 50; None: the service's default (20).
            starting_after: the cursor to begin after; None: at the beginning.
            prefetch: whether a walk fetches its next page while this one is worked on: sooner, but
                a page can be as old as that took, and leaving early may cost one request more.

        Raises:
            ValueError: an argument was refused, or the client is closed.

        """
        return AsyncConnectorList(self, per_page, starting_after, prefetch=prefetch)

    async def close(self) -> None:
        """Free the native client, once calls under way have returned. Later calls are refused."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        if hasattr(self, "_workers"):
            self._workers.stop()

    def _set_up(self, settings: Settings) -> None:
        # First, so that a client that is refused stops its own.
        self._workers = Workers()
        super()._set_up(settings)

    def _close(self) -> None:
        super()._close()
        self._workers.stop()


class AsyncConnectorList:
    """Every connector of a workspace, lazily: ``async for`` over it; each is a walk of its own.

    When connectors change during a walk, one can come twice, and one can be missed.
    """

    def __init__(
        self,
        client: AsyncClient,
        per_page: int | None,
        starting_after: str | None,
        *,
        prefetch: bool,
    ) -> None:
        """Is for :meth:`AsyncClient.list` to call."""
        self._client = client
        self._arguments = checked(per_page, starting_after)
        self._prefetch = flag(prefetch, "prefetch")
        # What is wrong with them is said here, not at the first step.
        self.pages().close()

    def __aiter__(self) -> AsyncConnectorIterator:
        """Walk over the connectors.

        Raises:
            ValueError: the client is closed.

        """
        return AsyncConnectorIterator(self._client, self._walk())

    def pages(self) -> AsyncPageIterator:
        """Walk over the pages.

        Raises:
            ValueError: the client is closed.

        """
        return AsyncPageIterator(self._client, self._walk())

    def _walk(self) -> Walk:
        return Walk(self._client, self._arguments, prefetch=self._prefetch)


class AsyncPageIterator(PagesWalked, AsyncIterator[Page]):
    """A walk over pages. After a failure or a cancellation the next step goes on where it stood.

    One task at a time.
    """

    def __init__(self, client: AsyncClient, walk: Walk) -> None:
        """Is for :meth:`AsyncConnectorList.pages` to call."""
        super().__init__(walk)
        self._client = client

    async def __anext__(self) -> Page:
        """Give the next page.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client, or this walk, is closed.

        """
        page = await step(self._client, self._walk, self._page)
        if page is None:
            raise StopAsyncIteration
        self._page = page
        return page


class AsyncConnectorIterator(AsyncIterator[Connector]):
    """A walk over connectors: what ``async for`` over ``client.list()`` uses.

    After a failure it stands where it was, for the one who keeps it. One task at a time.
    """

    def __init__(self, client: AsyncClient, walk: Walk) -> None:
        """Is for :class:`AsyncConnectorList` to call."""
        self._client = client
        self._walk = walk
        self._page: Page | None = None
        self._index = 0

    async def __anext__(self) -> Connector:
        """Give the next connector; list the next page when this one is used up.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client is closed.

        """
        while self._page is None or self._index >= len(self._page):
            page = await step(self._client, self._walk, self._page)
            if page is None:
                raise StopAsyncIteration
            self._page, self._index = page, 0
        connector = self._page[self._index]
        self._index += 1
        return connector

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: both would be of one walk."""
        raise TypeError("a walk can't be copied or pickled: begin another one at a page's cursor")


async def step(client: AsyncClient, walk: Walk, seen: Page | None) -> Page | None:
    """Take a step of a walk on a worker thread."""
    return await client._workers.run(
        lambda token: walk.exclusively(lambda: walk.after(seen, token))
    )
