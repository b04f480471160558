"""A page of the list."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, overload

from ._connector import Connector
from ._library import library
from ._native import rate_limit_out, text_out


class Page(Sequence[Connector]):
    """A page of the list: the service's own JSON, its rows, and what is needed to go on.

    It is a sequence of connectors: ``len(page)``, ``page[0]``, ``page[:3]``, ``for`` over it. Its
    JSON is parsed when a row is first asked for; a page that is only handed on costs no row. It is
    true also without rows, and can be pickled.

    Attributes:
        raw: the answer's JSON, byte for byte as it came, UTF-8.
        next_cursor: what asks for the next page; None on the last one.
        has_next: whether the service named a next page.
        request_id: the service's id for the request, if it gave one.
        rate_limit: the rate limit after this request.

    """

    def __init__(self, address: ctypes.c_void_p) -> None:
        """Copy what a native page holds; it is still to be freed."""
        lib = library()
        self.raw = ctypes.string_at(lib.dc_page_json(address), lib.dc_page_json_len(address))
        self._count: int = lib.dc_page_count(address)
        self.next_cursor = text_out(lib.dc_page_next_cursor(address))
        self.has_next = lib.dc_page_has_next(address) == 1
        self.request_id = text_out(lib.dc_page_request_id(address))
        self.rate_limit = rate_limit_out(address, "page")

    def json(self) -> Any:
        """Parse the whole answer, anew each time.

        A whole number of more digits than Python makes an int of (4300) is a Decimal.
        """
        try:
            return json.loads(self.raw)
        except ValueError:
            return json.loads(self.raw, parse_int=_whole_number)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Connector: ...
    @overload
    def __getitem__(self, index: slice) -> list[Connector]: ...
    def __getitem__(self, index: int | slice) -> Connector | list[Connector]:
        """Give a row, or some as a list."""
        if isinstance(index, slice):
            return [_connector(row) for row in self._rows[index]]
        return _connector(self._rows[index])

    def __iter__(self) -> Iterator[Connector]:
        return map(_connector, self._rows)

    def __bool__(self) -> bool:
        """Be true, also without rows: it is a page."""
        return True

    def __repr__(self) -> str:
        return f"Page(len={self._count}, next_cursor={self.next_cursor!r})"

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the parsed rows, which are in the JSON."""
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    @cached_property
    def _rows(self) -> list[Any]:
        rows: list[Any] = self.json()["data"]
        return rows


def _whole_number(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)


def _connector(row: Any) -> Connector:
    return Connector(row if isinstance(row, dict) else {})
