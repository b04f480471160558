"""A page of connectors."""

from __future__ import annotations

import ctypes
import json
from functools import cached_property
from typing import Any

from ._connector import Connector
from ._json import parse_json
from ._library import library
from ._native import decode, read_rate_limit
from ._rows import Rows, packed_rows


class Page(Rows):
    """A page of connectors: a sequence of its rows, and the response body.

    The rows are created when one is first accessed. A page is truthy even without rows, and can
    be pickled.

    Attributes:
        raw: the response body, unmodified: UTF-8 JSON.
        next_cursor: the starting_after value of the next page; None on the last page.
        has_next: whether there is a next page.
        request_id: the service's request id; None if the response has none.
        rate_limit: the rate limit after this request.

    """

    def __init__(self, address: ctypes.c_void_p, *, with_rows: bool = False) -> None:
        """Copy a native page; the caller frees it.

        Args:
            address: the native page.
            with_rows: whether the rows will probably be accessed: then they are copied from the
                native page, which is faster than parsing the JSON again.

        """
        lib = library()
        self.raw = ctypes.string_at(lib.dc_page_json(address), lib.dc_page_json_len(address))
        self._packed_rows = packed_rows(address) if with_rows else None
        self._count: int = lib.dc_page_count(address)
        self.next_cursor = decode(lib.dc_page_next_cursor(address))
        self.has_next = lib.dc_page_has_next(address) == 1
        self.request_id = decode(lib.dc_page_request_id(address))
        self.rate_limit = read_rate_limit(lib.dc_page_rate_limit, address)

    def json(self) -> Any:
        """Parse the response body; each call returns a new object.

        An integer with more digits than Python converts to an int (4300) becomes a Decimal.
        """
        return parse_json(self.raw)

    def __repr__(self) -> str:
        return f"Page(len={self._count}, next_cursor={self.next_cursor!r})"

    def __getstate__(self) -> dict[str, Any]:
        # The rows are in the JSON.
        state = {**vars(self), "_packed_rows": None}
        state.pop("_rows", None)
        return state

    def _has_read_rows(self) -> bool:
        return "_rows" in vars(self)

    @cached_property
    def _rows(self) -> list[Connector]:
        packed = self._packed_rows
        if packed is None:
            return [Connector._from_row(row) for row in self.json()["data"]]
        self._packed_rows = None
        return Connector._from_columns(json.loads(packed.decode()), self.raw)
