"""The arguments of a call."""

from __future__ import annotations

from typing import NamedTuple

from ._native import text_in
from ._settings import integer

_PER_PAGE = (1, 50, ", or None for the service's default (20)")


class Arguments(NamedTuple):
    """What a list begins with, as the native library takes it."""

    rows: int
    cursor: bytes | None


def checked(per_page: int | None, starting_after: str | None) -> Arguments:
    """Make native arguments of Python's.

    Raises:
        ValueError: per_page is out of its range, or starting_after holds what C would cut short.
        TypeError: one is of a wrong type.

    """
    rows = 0 if per_page is None else integer(per_page, "per_page", *_PER_PAGE)
    cursor = None if starting_after is None else text_in(starting_after, "starting_after")
    return Arguments(rows, cursor)
