"""Calls that list, whoever waits for them: a thread, or an event loop."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from typing import Callable, NoReturn, TypeVar

from ._arguments import Arguments
from ._base import BaseClient
from ._cancel import CancelToken, passed
from ._handle import Handle, Owned
from ._library import library
from ._native import call, make
from ._page import Page

T = TypeVar("T")


def list_page(client: BaseClient, arguments: Arguments, cancel_token: CancelToken | None) -> Page:
    """List one page; block until it is there."""
    lib = library()
    handle, token = client._use(), passed(cancel_token)
    try:
        native = make(
            lib.dc_page_free,
            lib.dc_list_page,
            handle.out,
            *arguments,
            token and token.out,
            logger=client._logger,
        )
    finally:
        # An exception keeps this frame; what was closed is to be freed all the same.
        del handle, token
    try:
        return Page(native.out)
    finally:
        native.free()


class Walk:
    """A native pager, and the last page that came of it. One thread at a time; others wait.

    A page that came when a call was interrupted is kept: nobody has seen it yet.
    """

    def __init__(
        self,
        client: BaseClient,
        arguments: Arguments,
        cancel_token: CancelToken | None = None,
        *,
        prefetch: bool = False,
    ) -> None:
        lib = library()
        # It is kept: its logger gets the pager's lines, and when it is closed its walks are.
        self._client = client
        self._cancel_token = cancel_token
        self.begins_after = arguments.cursor.decode() if arguments.cursor else None
        passed(cancel_token)
        handle = client._use()
        pager = make(lib.dc_pager_free, lib.dc_pager_new, handle.out, *arguments)
        if prefetch:
            call(lib.dc_pager_set_prefetch, pager.out, 1)
        self._handle = Handle("walk", pager)
        # Set at once: a page, or what it is to be made of.
        self._came: tuple[Page | None, Owned | None] = (None, None)
        self._lock = threading.RLock()
        self._is_busy = False
        _all.add(self)

    def exclusively(self, step: Callable[[], T]) -> T:
        """Take a step when no other is being taken; other threads wait.

        Raises:
            ValueError: a signal's handler came during a step, and wants another one.

        """
        with self._lock:
            if self._is_busy:
                raise ValueError("this walk is in a step: take the next one when that has ended")
            try:
                self._is_busy = True
                return step()
            finally:
                self._is_busy = False

    def after(self, seen: Page | None, cancel_token: CancelToken | None = None) -> Page | None:
        """Give the page after one that was seen; block until it is there; None at the end.

        Args:
            seen: the last page that its user has; None: none yet.
            cancel_token: ends this step; None: the walk's own does.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client, or this walk, is closed.

        """
        page, _ = self._came
        if page is None or page is seen:
            self._step(cancel_token or self._cancel_token)
        return self._came[0]

    def close(self) -> None:
        """Free the pager."""
        self._handle.close()

    def _step(self, cancel_token: CancelToken | None) -> None:
        lib = library()
        handle, pager, token = self._client._use(), self._handle.use(), passed(cancel_token)
        try:
            page, coming = self._came
            if coming is None:
                coming = Owned(lib.dc_page_free)
                self._came = (page, coming)
            if not coming.out:
                out = ctypes.byref(coming.out)
                logger = self._client._logger
                call(lib.dc_pager_next, pager.out, token and token.out, out, logger=logger)
        finally:
            del handle, pager, token
        # Who read the last page's rows reads this one's.
        with_rows = page is not None and page._rows_were_read()
        came = Page(coming.out, with_rows=with_rows) if coming.out else None
        self._came = (came, None)
        coming.free()


class PagesWalked:
    """What walks over pages have in common, whoever takes the steps."""

    def __init__(self, walk: Walk) -> None:
        """Is for ``pages()`` of a list to call."""
        self._walk = walk
        self._page: Page | None = None

    @property
    def cursor(self) -> str | None:
        """What to pass as starting_after to go on another time; any thread may read it.

        Before the first page it is where the walk began, behind the last one it is None.
        """
        return self._walk.begins_after if self._page is None else self._page.next_cursor

    def close(self) -> None:
        """End the walk before its time. It is also ended when nothing refers to it."""
        self._walk.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: both would be of one walk."""
        raise TypeError("a walk can't be copied or pickled: begin another one at its cursor")


_all: weakref.WeakSet[Walk] = weakref.WeakSet()


def _renew_locks() -> None:
    for walk in _all:
        walk._lock = threading.RLock()


# Another thread of the parent may have been in a step at the fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
