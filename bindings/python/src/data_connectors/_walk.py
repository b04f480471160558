"""Calls that list, whoever waits for them: a thread, or an event loop."""

from __future__ import annotations

import ctypes
import threading

from ._arguments import Arguments
from ._base import BaseClient
from ._cancel import CancelToken, passed
from ._handle import Handle
from ._library import library
from ._native import call, make, text_out
from ._page import Page


def list_page(client: BaseClient, arguments: Arguments, cancel_token: CancelToken | None) -> Page:
    """List one page; block until it is there."""
    lib = library()
    with client._use() as handle, passed(cancel_token) as token:
        page = make(lib.dc_page_free, lib.dc_list_page, handle, *arguments, token)
    try:
        return Page(page)
    finally:
        lib.dc_page_free(page)


class Walk:
    """A native pager, and the page that nobody has taken yet. One thread at a time.

    When a call is interrupted after its page has come, the page is kept for the next step.
    """

    def __init__(
        self,
        client: BaseClient,
        rows: int,
        cursor: bytes | None,
        cancel_token: CancelToken | None = None,
    ) -> None:
        lib = library()
        # It is kept: its logger gets the pager's lines, and when it is closed its walks are.
        self._client = client
        self._cancel_token = cancel_token
        with client._use() as handle, passed(cancel_token):
            pager = make(lib.dc_pager_free, lib.dc_pager_new, handle, rows, cursor)
        self._handle = Handle("walk", pager, lib.dc_pager_free)
        self._came = ctypes.c_void_p()
        self._page: Page | None = None
        self._cursor_before = text_out(cursor)
        self._stepping: dict[str, int] = {}

    def step(self, cancel_token: CancelToken | None = None) -> None:
        """Get the next page ready, if none is; block until it is there.

        Args:
            cancel_token: ends this step; None: the walk's own does.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client, or this walk, is closed, or another thread is in a step.

        """
        # A lock would be lost if a signal's exception came between its acquisition and the try.
        me = threading.get_ident()
        if self._stepping.setdefault("thread", me) != me:
            raise ValueError("another thread is in a step of this walk: take one after another")
        try:
            self._step(cancel_token or self._cancel_token)
        finally:
            self._stepping.clear()

    def _step(self, cancel_token: CancelToken | None) -> None:
        lib = library()
        with (
            self._client._use(),
            self._handle.use() as pager,
            passed(cancel_token) as token,
        ):
            if self._page is None and not self._came:
                self._cursor_before = text_out(lib.dc_pager_cursor(pager))
                call(lib.dc_pager_next, pager, token, ctypes.byref(self._came))
        if self._came.value is not None:
            page, came = Page(self._came.value), self._came
            self._page, self._came = page, ctypes.c_void_p()
            lib.dc_page_free(came)

    def take(self) -> Page | None:
        """Take the page that is ready; None at the end."""
        page, self._page = self._page, None
        return page

    @property
    def cursor(self) -> str | None:
        """What asks for the page after the last one that was taken."""
        with self._handle.use() as pager:
            if self._page is not None or self._came:
                return self._cursor_before
            return text_out(library().dc_pager_cursor(pager))

    def close(self) -> None:
        """Free the pager."""
        self._handle.close()

    def __del__(self) -> None:
        if getattr(self, "_came", None):
            library().dc_page_free(self._came)
