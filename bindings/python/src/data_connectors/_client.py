"""The client whose calls block, and the list that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from ._arguments import checked
from ._base import BaseClient
from ._cancel import CancelToken
from ._connector import Connector
from ._page import Page
from ._settings import flag
from ._walk import PagesWalked, Walk, list_page

if TYPE_CHECKING:
    from typing_extensions import Self


class Client(BaseClient):
    """A client of one workspace, whose calls block. Any number of threads may use it at once.

    It is closed by :meth:`close`, at the end of a ``with`` block, or when nothing refers to it.
    On the main thread a signal's handler, such as Ctrl-C's, runs within milliseconds, and what it
    raises ends the call. Parent and child may both use it after a fork. A pickle has the settings,
    without the secrets.
    """

    _interruptible = True

    def list_page(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        cancel_token: CancelToken | None = None,
    ) -> Page:
        """List one page, newest update first; block until it is there.

        Args:
            per_page: the most rows, 1 to 50; None: the service's default (20).
            starting_after: the cursor of the page before; None: the first page.
            cancel_token: ends the call when it is cancelled.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: an argument was refused, or the client is closed.

        """
        return list_page(self, checked(per_page, starting_after), cancel_token)

    def list(
        self,
        *,
        per_page: int | None = None,
        starting_after: str | None = None,
        cancel_token: CancelToken | None = None,
        prefetch: bool = False,
    ) -> ConnectorList:
        """List every connector, page by page as they are asked for: iterate over what it gives.

        Args:
            per_page: the most rows on a page, 1 to 50; None: the service's default (20).
            starting_after: the cursor to begin after; None: at the beginning.
            cancel_token: ends the calls of the walks when it is cancelled.
            prefetch: whether a walk fetches its next page while this one is worked on: sooner, but
                a page can be as old as that took, and leaving early may cost one request more.

        Raises:
            ValueError: an argument was refused, or the client is closed.

        """
        return ConnectorList(self, per_page, starting_after, cancel_token, prefetch=prefetch)

    def close(self) -> None:
        """Free the native client, once calls under way have returned. Later calls are refused."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class ConnectorList:
    """Every connector of a workspace, lazily: ``for`` over it; each is a walk of its own.

    When connectors change during a walk, one can come twice, and one can be missed.
    """

    def __init__(
        self,
        client: Client,
        per_page: int | None,
        starting_after: str | None,
        cancel_token: CancelToken | None,
        *,
        prefetch: bool,
    ) -> None:
        """Is for :meth:`Client.list` to call."""
        self._client = client
        self._arguments = checked(per_page, starting_after)
        self._prefetch = flag(prefetch, "prefetch")
        self._cancel_token = cancel_token
        # What is wrong with them is said here, not at the first step.
        self.pages().close()

    def __iter__(self) -> ConnectorIterator:
        """Walk over the connectors.

        Raises:
            ValueError: the client is closed.

        """
        return ConnectorIterator(self._walk())

    def pages(self) -> PageIterator:
        """Walk over the pages.

        Raises:
            ValueError: the client is closed.

        """
        return PageIterator(self._walk())

    def _walk(self) -> Walk:
        return Walk(self._client, self._arguments, self._cancel_token, prefetch=self._prefetch)


class PageIterator(PagesWalked, Iterator[Page]):
    """A walk over pages. After a failure it stands where it was: the next step goes on from there.

    Threads that share it get a page each; one step is taken at a time.
    """

    def __next__(self) -> Page:
        """Give the next page; block until it is there.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client, or this walk, is closed.

        """
        return self._walk.exclusively(self._next)

    def _next(self) -> Page:
        page = self._walk.after(self._page)
        if page is None:
            raise StopIteration
        self._page = page
        return page


class ConnectorIterator(Iterator[Connector]):
    """A walk over connectors: what ``iter(client.list())`` gives, and ``for`` uses.

    After a failure it stands where it was, for the one who keeps it. Threads that share it get a
    connector each.
    """

    def __init__(self, walk: Walk) -> None:
        """Is for :class:`ConnectorList` to call."""
        self._walk = walk
        self._page: Page | None = None
        self._index = 0

    def __next__(self) -> Connector:
        """Give the next connector; list the next page when this one is used up.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client is closed.

        """
        return self._walk.exclusively(self._next)

    def _next(self) -> Connector:
        while self._page is None or self._index >= len(self._page):
            page = self._walk.after(self._page)
            if page is None:
                raise StopIteration
            self._page, self._index = page, 0
        connector = self._page[self._index]
        self._index += 1
        return connector

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: both would be of one walk."""
        raise TypeError("a walk can't be copied or pickled: begin another one at a page's cursor")
