"""The arguments of a call."""

from __future__ import annotations

from typing import NamedTuple

from ._native import text_in
from ._settings import integer


class Arguments(NamedTuple):
    """What a list begins with, as the native library takes it."""

    rows: int
    cursor: bytes | None


def checked(per_page: int | None, starting_after: str | None) -> Arguments:
    """Make native arguments of Python's.

    Raises:
        ValueError: per_page is 0, or what C would cut short.
        TypeError: one is of a wrong type.

    """
    if per_page is None:
        rows = 0
    elif per_page == 0:
        raise ValueError("per_page is 0: use 1 to 50, or None for the service's default (20)")
    else:
        rows = integer(per_page, "per_page", 32)
    cursor = None if starting_after is None else text_in(starting_after, "starting_after")
    return Arguments(rows, cursor)
