"""A page of connectors."""

from __future__ import annotations

from typing import Any

from ._connector import Connector
from ._handle import OwnedPointer
from ._json import parse_json
from ._lazy import lazy
from ._library import library
from ._native import decode, read_rate_limit
from ._rate_limit import RateLimit
from ._rows import Rows


class Page(Rows):
    """A page of connectors: a sequence of its rows, and the response body.

    The rows are created when one is first accessed. A page is truthy even without rows, is
    thread-safe, and can be pickled. Its native memory is freed with its last reference.
    """

    def __init__(self, native: OwnedPointer) -> None:
        """Wrap a native page."""
        self._native = native
        self._page = native.out

    @lazy
    def raw(self) -> bytes:
        """The response body, unmodified: UTF-8 JSON."""
        return self._body()

    @lazy
    def next_cursor(self) -> str | None:
        """The starting_after value of the next page; None on the last page."""
        return decode(library().dc_page_next_cursor(self._page))

    @lazy
    def has_next(self) -> bool:
        """Whether there is a next page."""
        return bool(library().dc_page_has_next(self._page) == 1)

    @lazy
    def request_id(self) -> str | None:
        """The service's request id; None if the response has none."""
        return decode(library().dc_page_request_id(self._page))

    @lazy
    def rate_limit(self) -> RateLimit:
        """The rate limit after this request."""
        return read_rate_limit(library().dc_page_rate_limit, self._page)

    def json(self) -> Any:
        """Parse the response body; each call returns a new object.

        An integer with more digits than Python converts to an int (4300) becomes a Decimal.
        """
        return parse_json(self.raw)

    def __repr__(self) -> str:
        return f"Page(len={self._count}, next_cursor={self.next_cursor!r})"

    def __getstate__(self) -> dict[str, Any]:
        # The rows are in the response body.
        names = ("_count", "raw", "next_cursor", "has_next", "request_id", "rate_limit")
        return {name: getattr(self, name) for name in names}

    @lazy
    def _rows(self) -> list[Connector]:
        if "_native" in vars(self):
            return self._unpacked(self.raw)
        return [Connector._from_row(row) for row in self.json()["data"]]
