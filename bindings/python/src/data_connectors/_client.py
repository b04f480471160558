"""The client, and the list that it gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import NoReturn

from ._library import library
from ._native import Handle, call, call_for, make, text_in, text_out
from ._page import Connector, Page


class Client:
    """A client of one workspace. Any number of threads may use it at once.

    It is closed by :meth:`close`, at the end of a ``with`` block, or when nothing refers to it.
    """

    def __init__(
        self,
        token: str,
        *,
        region: str | None = None,
        base_url: str | None = None,
        allow_insecure_http: bool = False,
        api_version: str | None = None,
        user_agent_suffix: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        max_retries: int | None = None,
        max_response_bytes: int | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
    ) -> None:
        """Make a client. Nothing is sent yet. What is None has the library's default.

        Args:
            token: the workspace's access token.
            region: ``us`` (default), ``eu`` or ``au``; not together with base_url.
            base_url: where the service is, if not in a region; ``http://`` to loopback, or
                with allow_insecure_http.
            allow_insecure_http: whether the token may go over plain HTTP to another machine.
            api_version: the Intercom-Version, default ``Preview``.
            user_agent_suffix: a name for your program, behind the library's own.
            timeout: seconds for a whole call, 0.001 to 86400; default 60.
            connect_timeout: seconds for opening a connection, 0.001 to 86400; default 10.
            max_retries: how often a call is tried again, 0 to 10; default 2.
            max_response_bytes: the largest answer taken, 1 KiB to 1 GiB; default 8 MiB.
            proxy: ``http://[user:password@]host[:port]``; the environment's has no effect.
            ca_file: a PEM file of authorities to trust instead of the bundled ones.

        Raises:
            ValueError: a setting was refused; the text says what would be right.
            TypeError: a setting is of a wrong type.
            ImportError: the native library is missing or doesn't match.

        """
        if region is not None and base_url is not None:
            raise ValueError("region and base_url both say where the service is: pass one of them")
        lib = library()
        config = lib.dc_config_new()
        try:
            if not isinstance(allow_insecure_http, bool):
                raise TypeError("allow_insecure_http should be True or False")
            if allow_insecure_http:
                call(lib.dc_config_set_allow_insecure_http, config, 1)
            call(lib.dc_config_set_token, config, text_in(token, "token"))
            for setting, text in (
                ("region", region),
                ("base_url", base_url),
                ("api_version", api_version),
                ("user_agent_suffix", user_agent_suffix),
                ("proxy", proxy),
                ("ca_file", None if ca_file is None else os.fspath(ca_file)),
            ):
                if text is not None:
                    call(getattr(lib, f"dc_config_set_{setting}"), config, text_in(text, setting))
            for setting, number in (
                ("timeout_ms", _milliseconds(timeout, "timeout")),
                ("connect_timeout_ms", _milliseconds(connect_timeout, "connect_timeout")),
                ("max_retries", _integer(max_retries, "max_retries", 32)),
                ("max_response_bytes", _integer(max_response_bytes, "max_response_bytes", 64)),
            ):
                if number is not None:
                    call(getattr(lib, f"dc_config_set_{setting}"), config, number)
            client = make(lib.dc_client_free, lib.dc_client_new, config)
            self._handle = Handle("client", client, lib.dc_client_free)
        finally:
            lib.dc_config_free(config)

    def list_page(self, *, per_page: int | None = None, starting_after: str | None = None) -> Page:
        """List one page, newest update first; block until it is there.

        Args:
            per_page: the most rows, 1 to 50; None: the service's default (20).
            starting_after: the cursor of the page before; None: the first page.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: an argument was refused, or the client is closed.

        """
        lib = library()
        rows, cursor = _rows(per_page), _cursor(starting_after)
        with self._handle.use() as client:
            return Page(make(lib.dc_page_free, lib.dc_list_page, client, rows, cursor, None))

    def list(
        self, *, per_page: int | None = None, starting_after: str | None = None
    ) -> ConnectorList:
        """List every connector, page by page as they are asked for: iterate over what it gives.

        Args:
            per_page: the most rows on a page, 1 to 50; None: the service's default (20).
            starting_after: the cursor to begin after; None: at the beginning.

        """
        return ConnectorList(self, per_page, starting_after)

    def close(self) -> None:
        """Free the native client, once calls under way have returned. Later calls are refused."""
        self._handle.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # There is none when __init__ failed.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            handle.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: both would be of one connection pool."""
        raise TypeError("a Client can't be copied or pickled: make another one")

    def __repr__(self) -> str:
        return f"<data_connectors.Client at {id(self):#x}>"


class ConnectorList:
    """Every connector of a workspace, lazily; each iteration is a walk of its own.

    When connectors change during a walk, one can come twice, and one can be missed.
    """

    def __init__(self, client: Client, per_page: int | None, starting_after: str | None) -> None:
        self._client = client
        self._arguments = (_rows(per_page), _cursor(starting_after))
        # What is wrong with them is said here, not at the first step.
        self.pages().close()

    def __iter__(self) -> ConnectorIterator:
        return ConnectorIterator(self.pages())

    def pages(self) -> PageIterator:
        """Walk over the pages.

        Raises:
            ValueError: the client is closed.

        """
        return PageIterator(self._client, *self._arguments)


class PageIterator(Iterator[Page]):
    """A walk over pages. After a failure it stands where it was: the next step goes on from there.

    One thread at a time.
    """

    def __init__(self, client: Client, rows: int, cursor: bytes | None) -> None:
        lib = library()
        self._client = client
        with client._handle.use() as handle:
            pager = make(lib.dc_pager_free, lib.dc_pager_new, handle, rows, cursor)
        self._handle = Handle("walk", pager, lib.dc_pager_free)

    def __next__(self) -> Page:
        """Give the next page; block until it is there.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client, or this walk, is closed.

        """
        lib = library()
        # A closed client is closed for its walks, too.
        with self._client._handle.use(), self._handle.use() as pager:
            page = call_for(lib.dc_page_free, lib.dc_pager_next, pager, None)
        if page is None:
            raise StopIteration
        return Page(page)

    @property
    def cursor(self) -> str | None:
        """What to pass as starting_after to go on another time; None at the start and the end."""
        with self._handle.use() as pager:
            return text_out(library().dc_pager_cursor(pager))

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: both would be of one walk."""
        raise TypeError("a walk can't be copied or pickled: begin another one at its cursor")

    def close(self) -> None:
        """End the walk before its time. It is also ended when nothing refers to it."""
        self._handle.close()

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None:
            handle.close()


class ConnectorIterator(Iterator[Connector]):
    """A walk over connectors. After a failure it stands where it was."""

    def __init__(self, pages: PageIterator) -> None:
        self._pages = pages
        self._rows: Iterator[Connector] = iter(())

    def __next__(self) -> Connector:
        """Give the next connector; list the next page when this one is used up.

        Raises:
            DataConnectorsError: the call failed; the subclass says how.
            ValueError: the client is closed.

        """
        while True:
            for connector in self._rows:
                return connector
            self._rows = iter(next(self._pages))


def _rows(per_page: int | None) -> int:
    if per_page is None:
        return 0
    if per_page == 0:
        raise ValueError("per_page is 0: use 1 to 50, or None for the service's default (20)")
    number = _integer(per_page, "per_page", 32)
    assert number is not None
    return number


def _cursor(starting_after: str | None) -> bytes | None:
    return None if starting_after is None else text_in(starting_after, "starting_after")


def _integer(value: int | None, name: str, bits: int) -> int | None:
    """Check what ctypes would silently cut to the size of a C integer."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} should be an int, not {type(value).__name__}")
    limit = 1 << (bits - 1)
    if not -limit <= value < limit:
        raise ValueError(f"{name} is {value}, which is far out of its range")
    return value


def _milliseconds(seconds: float | None, name: str) -> int | None:
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} should be a number of seconds, not {type(seconds).__name__}")
    # Not a number is within no bounds either.
    if not 0.001 <= seconds <= 86400:
        raise ValueError(f"{name} is {seconds} seconds: use 0.001 to 86400 (24 h)")
    return round(seconds * 1000)
