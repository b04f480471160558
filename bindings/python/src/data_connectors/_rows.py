"""The connectors of a page or a snapshot, as a sequence."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import overload

from ._connector import Connector, PackedColumns
from ._lazy import lazy
from ._library import library

_PACKED_JSON = 1


class Rows(Sequence[Connector]):
    """Base of the sequences, which are always true: empty ones are results, too."""

    _page: ctypes.c_void_p
    """The native page, which lives as long as this object."""

    @lazy
    def _count(self) -> int:
        count: int = library().dc_page_count(self._page)
        return count

    @lazy
    def _rows(self) -> list[Connector]:
        raise NotImplementedError

    def _body(self) -> bytes:
        lib = library()
        return ctypes.string_at(lib.dc_page_json(self._page), lib.dc_page_json_len(self._page))

    def _unpacked(self, body: bytes) -> list[Connector]:
        length = ctypes.c_size_t()
        rows = library().dc_page_packed_rows(self._page, _PACKED_JSON, ctypes.byref(length))
        columns = PackedColumns(ctypes.string_at(rows, length.value), body)
        return Connector._from_columns(columns, len(self))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Connector: ...
    @overload
    def __getitem__(self, index: slice) -> list[Connector]: ...
    def __getitem__(self, index: int | slice) -> Connector | list[Connector]:
        """Return a connector, or a list of them for a slice."""
        return self._rows[index]

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._rows)

    def __bool__(self) -> bool:
        return True
