"""A page of the list."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

from ._connector import Connector
from ._json import parse_json
from ._library import library
from ._native import rate_limit_out, text_out


class Page(Sequence[Connector]):
    """A page of the list: the service's own JSON, its rows, and what is needed to go on.

    It is a sequence of connectors: ``len(page)``, ``page[0]``, ``page[:3]``, ``for`` over it. Its
    rows are read when one is first asked for; a page that is only handed on costs no row. It is
    true also without rows, and can be pickled.

    Attributes:
        raw: the answer's JSON, byte for byte as it came, UTF-8.
        next_cursor: what asks for the next page; None on the last one.
        has_next: whether the service named a next page.
        request_id: the service's id for the request, if it gave one.
        rate_limit: the rate limit after this request.

    """

    def __init__(self, address: ctypes.c_void_p, *, with_rows: bool = False) -> None:
        """Copy what a native page holds; it is still to be freed.

        Args:
            address: the native page.
            with_rows: whether the rows will be asked for: then they come from the native page,
                which is faster than to read the JSON again.

        """
        lib = library()
        self.raw = ctypes.string_at(lib.dc_page_json(address), lib.dc_page_json_len(address))
        self._table = _table_out(address) if with_rows else None
        self._count: int = lib.dc_page_count(address)
        self.next_cursor = text_out(lib.dc_page_next_cursor(address))
        self.has_next = lib.dc_page_has_next(address) == 1
        self.request_id = text_out(lib.dc_page_request_id(address))
        self.rate_limit = rate_limit_out(address, "page")

    def json(self) -> Any:
        """Parse the whole answer, anew each time.

        A whole number of more digits than Python makes an int of (4300) is a Decimal.
        """
        return parse_json(self.raw)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Connector: ...
    @overload
    def __getitem__(self, index: slice) -> list[Connector]: ...
    def __getitem__(self, index: int | slice) -> Connector | list[Connector]:
        """Give a row, or some as a list."""
        return self._rows[index]

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._rows)

    def __bool__(self) -> bool:
        """Be true, also without rows: it is a page."""
        return True

    def __repr__(self) -> str:
        return f"Page(len={self._count}, next_cursor={self.next_cursor!r})"

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the rows, which are in the JSON."""
        state = {**vars(self), "_table": None}
        state.pop("_rows", None)
        return state

    def _rows_were_read(self) -> bool:
        """Whether any row was asked for."""
        return "_rows" in vars(self)

    @cached_property
    def _rows(self) -> list[Connector]:
        table = self._table
        if table is None:
            return [Connector._of(row) for row in self.json()["data"]]
        # It isn't needed for anything else.
        self._table = None
        return [
            Connector._read(row) for row in table.decode(errors="surrogateescape").split(_ROW_END)
        ]


_ROW_END = "\udcff"


def _table_out(address: ctypes.c_void_p) -> bytes | None:
    """Give the fields of all rows, if there are any."""
    lib = library()
    length = lib.dc_page_table_len(address)
    return ctypes.string_at(lib.dc_page_table(address), length) if length else None
