"""Listing one page, and iterating over pages, for both clients."""

from __future__ import annotations

import ctypes
import itertools
import os
import threading
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Callable, NamedTuple, NoReturn, TypeVar

from ._base_client import BaseClient
from ._cancel_token import CancelToken, acquire
from ._connector import Connector
from ._handle import Handle, OwnedPointer
from ._library import library
from ._native import call, create_handle, encode
from ._options import check_bool, check_int
from ._page import Page

T = TypeVar("T")


class ListArguments(NamedTuple):
    """The native arguments of a listing."""

    per_page: int
    starting_after: bytes | None

    @classmethod
    def checked(cls, per_page: int | None, starting_after: str | None) -> ListArguments:
        """Convert Python's arguments.

        Raises:
            ValueError: an argument is invalid.
            TypeError: an argument has the wrong type.

        """
        if per_page is not None and not 1 <= check_int(per_page, "per_page") <= 50:
            # ctypes would truncate it to 32 bits.
            raise ValueError(
                f"invalid per_page {per_page}: use 1 to 50, or None for the service's default (20)"
            )
        cursor = None if starting_after is None else encode(starting_after, "starting_after")
        return cls(per_page or 0, cursor)

    def shown(self) -> str:
        """Return Python's arguments for a representation."""
        cursor = self.starting_after and self.starting_after.decode()
        return f"per_page={self.per_page or None}, starting_after={cursor!r}"


def list_page(
    client: BaseClient, arguments: ListArguments, cancel_token: CancelToken | None
) -> Page:
    """List one page; block until it arrives."""
    lib = library()
    handle, token = client._acquire(), acquire(cancel_token)
    try:
        native = create_handle(
            lib.dc_page_free,
            lib.dc_list_page,
            handle.out,
            *arguments,
            token and token.out,
            logger=client._logger,
        )
    finally:
        # An exception keeps this frame alive, which must not keep a closed handle.
        del handle, token
    return Page(native)


class Pager:
    """A native pager and the last page that it returned. Concurrent calls are serialized.

    If an exception interrupts a call whose page has arrived, the page is kept for the next call.
    """

    def __init__(
        self,
        client: BaseClient,
        arguments: ListArguments,
        cancel_token: CancelToken | None,
        *,
        prefetch: bool,
    ) -> None:
        lib = library()
        self.client = client
        self.arguments = arguments
        cursor = arguments.starting_after
        self.starting_after = cursor.decode() if cursor else None
        self._cancel_token = cancel_token
        acquire(cancel_token)
        handle = client._acquire()
        pager = create_handle(lib.dc_pager_free, lib.dc_pager_new, handle.out, *arguments)
        if prefetch:
            call(lib.dc_pager_set_prefetch, pager.out, 1)
        self._handle = Handle("iterator", pager)
        # The last page, and the native one that becomes the next: assigned together, so that a
        # signal can't separate them.
        self._received: tuple[Page | None, OwnedPointer | None] = (None, None)
        self._has_ended = False
        self._lock = threading.RLock()
        self._is_busy = False
        _pagers.add(self)

    def run_exclusively(self, function: Callable[[], T]) -> T:
        """Call a function while no other one is running; other threads wait.

        Raises:
            ValueError: a signal handler called this during such a call on the same thread.

        """
        with self._lock:
            if self._is_busy:
                raise ValueError("this iterator is busy: call next() after the current call")
            try:
                self._is_busy = True
                return function()
            finally:
                self._is_busy = False

    def page_after(self, seen: Page | None, cancel_token: CancelToken | None = None) -> Page | None:
        """Return the page after the last one that the user received, or None at the end.

        Args:
            seen: the last page that the user received; None before the first.
            cancel_token: cancels this call, instead of the pager's own token.

        Raises:
            DataConnectorsError: the call failed.
            ValueError: the client or the iterator is closed.

        """
        page, _ = self._received
        if (page is None or page is seen) and not self._has_ended:
            self._fetch(cancel_token or self._cancel_token)
        return self._received[0]

    def close(self) -> None:
        """Free the native pager."""
        self._handle.close()

    def _fetch(self, cancel_token: CancelToken | None) -> None:
        lib = library()
        handle, pager, token = self.client._acquire(), self._handle.acquire(), acquire(cancel_token)
        try:
            page, native = self._received
            if native is None:
                native = OwnedPointer(lib.dc_page_free)
                self._received = (page, native)
            if not native.out:
                out = ctypes.byref(native.out)
                logger = self.client._logger
                call(lib.dc_pager_next, pager.out, token and token.out, out, logger=logger)
        finally:
            del handle, pager, token
        self._received = (Page(native) if native.out else None, None)
        self._has_ended = not native.out


class BaseConnectorList:
    """The arguments of a listing; each iteration has its own pager."""

    def __init__(
        self,
        client: BaseClient,
        per_page: int | None,
        starting_after: str | None,
        cancel_token: CancelToken | None,
        *,
        prefetch: bool,
    ) -> None:
        self._client = client
        self._arguments = ListArguments.checked(per_page, starting_after)
        self._prefetch = check_bool(prefetch, "prefetch")
        self._cancel_token = cancel_token
        # Report invalid arguments here and not at the first request.
        self._new_pager().close()

    def __repr__(self) -> str:
        name = f"data_connectors.{type(self).__name__}"
        return f"<{name}({self._arguments.shown()}): iterate over it to request the pages>"

    def _new_pager(self) -> Pager:
        return Pager(self._client, self._arguments, self._cancel_token, prefetch=self._prefetch)


class BaseIterator:
    """An iterator with a pager."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager

    def __repr__(self) -> str:
        name = f"data_connectors.{type(self).__name__}"
        return f"<{name}({self._pager.arguments.shown()}): iterate over it to request the pages>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an iterator can't be copied or pickled: create another one with starting_after"
        )


class BasePageIterator(BaseIterator):
    """An iterator over pages."""

    _page: Page | None = None

    @property
    def cursor(self) -> str | None:
        """The starting_after value that continues after the last returned page; thread-safe.

        Before the first page it is the value that the list was created with; after the last page
        it is None.
        """
        return self._pager.starting_after if self._page is None else self._page.next_cursor

    def close(self) -> None:
        """End the iteration. Dropping the last reference to the iterator does the same."""
        self._pager.close()


class BaseConnectorIterator(BaseIterator):
    """An iterator over connectors."""

    # The current page and its rows, assigned together, so that a signal can't separate them. An
    # IndexError ends the rows. popleft() is atomic, also without the GIL.
    _current: tuple[Page | None, Iterator[Connector]] = (None, iter(()))

    def _set_page(self, page: Page) -> None:
        self._current = (page, map(deque.popleft, itertools.repeat(deque(page))))


_pagers: weakref.WeakSet[Pager] = weakref.WeakSet()


def _replace_locks() -> None:
    for pager in _pagers:
        pager._lock = threading.RLock()


# A thread that held the lock at the fork doesn't exist in the child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace_locks)
