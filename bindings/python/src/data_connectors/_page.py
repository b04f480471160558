"""A page and its rows."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from ._library import library
from ._native import text_out


@dataclass(frozen=True)
class RateLimit:
    """The rate limit as an answer told it; None where it didn't.

    Attributes:
        limit: the requests allowed in the current window.
        remaining: those that are left.
        reset: when the window ends.

    """

    limit: int | None
    remaining: int | None
    reset: datetime | None


class Connector:
    """One data connector. A field that is absent, null or of another type is None.

    Attributes that the service adds later are in :meth:`to_dict`.
    """

    __slots__ = ("_row",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    @property
    def id(self) -> str | None:
        """The unique id, digits."""
        return self._text("id")

    @property
    def name(self) -> str | None:
        """The name."""
        return self._text("name")

    @property
    def description(self) -> str | None:
        """What it does."""
        return self._text("description")

    @property
    def state(self) -> str | None:
        """``draft`` or ``live``; other values may come."""
        return self._text("state")

    @property
    def http_method(self) -> str | None:
        """``get``, ``post``, ``put``, ``delete`` or ``patch``; other values may come."""
        return self._text("http_method")

    @property
    def direct_fin_usage(self) -> bool | None:
        """Whether it is assigned to Fin for direct usage."""
        value = self._row.get("direct_fin_usage")
        return value if isinstance(value, bool) else None

    @property
    def created_by_admin_id(self) -> str | None:
        """The id of the admin who created it."""
        return self._text("created_by_admin_id")

    @property
    def updated_by_admin_id(self) -> str | None:
        """The id of the admin who last updated it."""
        return self._text("updated_by_admin_id")

    @property
    def created_at(self) -> datetime | None:
        """When it was created, with a time zone."""
        return self._time("created_at")

    @property
    def updated_at(self) -> datetime | None:
        """When it was last updated, with a time zone."""
        return self._time("updated_at")

    @property
    def execution_results_url(self) -> str | None:
        """The path of its execution results."""
        return self._text("execution_results_url")

    def to_dict(self) -> dict[str, Any]:
        """Give a copy of the row as the service sent it, unknown fields and all."""
        return dict(self._row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connector):
            return NotImplemented
        return self._row == other._row

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"Connector(id={self.id!r}, name={self.name!r}, state={self.state!r})"

    def _text(self, name: str) -> str | None:
        value = self._row.get(name)
        return value if isinstance(value, str) else None

    def _time(self, name: str) -> datetime | None:
        value = self._text(name)
        if value is None:
            return None
        try:
            # Python before 3.11 doesn't know the Z.
            moment = datetime.fromisoformat(value[:-1] + "+00:00" if value[-1:] == "Z" else value)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


class Page:
    """One page of the list: the service's own JSON, its rows, and what is needed to go on.

    Attributes:
        raw: the answer's JSON, byte for byte as it came, UTF-8.
        next_cursor: what asks for the next page; None on the last one.
        has_next: whether the service named a next page.
        request_id: the service's id for the request, if it gave one.
        rate_limit: the rate limit after this request.

    """

    def __init__(self, address: int) -> None:
        """Take over a native page: its facts are copied, and it is freed."""
        lib = library()
        try:
            self.raw = ctypes.string_at(lib.dc_page_json(address), lib.dc_page_json_len(address))
            self._count: int = lib.dc_page_count(address)
            self.next_cursor = text_out(lib.dc_page_next_cursor(address))
            self.has_next = lib.dc_page_has_next(address) == 1
            self.request_id = text_out(lib.dc_page_request_id(address))
            self.rate_limit = RateLimit(
                limit=_number(lib.dc_page_rate_limit(address)),
                remaining=_number(lib.dc_page_rate_limit_remaining(address)),
                reset=_moment(lib.dc_page_rate_limit_reset(address)),
            )
        finally:
            lib.dc_page_free(address)

    def json(self) -> Any:
        """Parse the whole answer, anew each time."""
        return json.loads(self.raw)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Connector:
        return self._rows[index]

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._rows)

    def __bool__(self) -> bool:
        """Be true, also without rows: it is a page."""
        return True

    def __repr__(self) -> str:
        return f"Page(len={self._count}, next_cursor={self.next_cursor!r})"

    @cached_property
    def _rows(self) -> list[Connector]:
        rows = self.json()["data"]
        return [Connector(row if isinstance(row, dict) else {}) for row in rows]


def _number(value: int) -> int | None:
    return None if value < 0 else value


def _moment(seconds: int) -> datetime | None:
    try:
        return None if seconds < 0 else datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None
