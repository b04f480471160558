"""A row of the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

State = Literal["draft", "live"]
"""The states that are known."""

HttpMethod = Literal["get", "post", "put", "delete", "patch"]
"""The HTTP methods that are known."""

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)


class Connector:
    """A data connector. A field that is absent, null or of another type is None.

    Fields that the service adds later are in :meth:`to_dict`. Two are equal if all their fields
    are. It can be pickled.
    """

    __slots__ = ("_row",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        """Make one of a row as ``json.loads`` gives it."""
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
    def state(self) -> State | str | None:
        """``draft`` or ``live``; other values may come."""
        return self._text("state")

    @property
    def http_method(self) -> HttpMethod | str | None:
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
        """Give a copy of the row as the service sent it, unknown fields and all.

        A list or an object within it is the row's own.
        """
        return dict(self._row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connector):
            return NotImplemented
        return self._row == other._row

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[type[Connector], tuple[Mapping[str, Any]]]:
        return Connector, (self._row,)

    def __repr__(self) -> str:
        return (
            f"Connector(id={self.id!r}, name={self.name!r}, state={self.state!r}, "
            f"http_method={self.http_method!r}, updated_at={self._text('updated_at')!r})"
        )

    def _text(self, name: str) -> str | None:
        value = self._row.get(name)
        return value if isinstance(value, str) else None

    def _time(self, name: str) -> datetime | None:
        value = self._text(name)
        return None if value is None else parse_time(value)


def parse_time(text: str) -> datetime | None:
    """Read an ISO 8601 time, in UTC unless it names a zone; None if it is none.

    Python's own reader takes fractions and zones in every form only from 3.11 on.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    date, time, fraction, sign, hours, minutes = match.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}.{(fraction or '')[:6]:0<6}")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return moment.replace(tzinfo=timezone(-offset if sign == "-" else offset))
    except (ValueError, OverflowError):
        return None
