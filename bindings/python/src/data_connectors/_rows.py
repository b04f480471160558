"""The connectors of a page or a snapshot, as a sequence."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

from ._connector import Connector
from ._library import library

_PACKED_JSON = 1


class Rows(Sequence[Connector]):
    """Base of the sequences, which are always true: empty ones are results, too."""

    _count: int

    @cached_property
    def _rows(self) -> list[Connector]:
        raise NotImplementedError

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


def packed_rows(address: ctypes.c_void_p) -> bytes:
    """Copy the packed rows of a native page."""
    length = ctypes.c_size_t()
    rows = library().dc_page_packed_rows(address, _PACKED_JSON, ctypes.byref(length))
    return ctypes.string_at(rows, length.value)
