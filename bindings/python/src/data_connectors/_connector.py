"""A row of the list."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from ._json import parse_json

State = Literal["draft", "live"]
"""The states that are known."""

HttpMethod = Literal["get", "post", "put", "delete", "patch"]
"""The HTTP methods that are known."""

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)

_USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch

_FIELDS = (
    "type",
    "id",
    "name",
    "description",
    "state",
    "http_method",
    "direct_fin_usage",
    "created_by_admin_id",
    "updated_by_admin_id",
    "created_at",
    "updated_at",
    "execution_results_url",
)
"""In the order of dc_page_table, in which the row's JSON is behind them."""

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
# Bytes that UTF-8 has nowhere, as "surrogateescape" decodes them.
_FIELD_END = "\udcfe"
_ABSENT = "\udcfd"
_FLAGS: dict[str | None, bool] = {"1": True, "0": False}


class Connector:
    """A data connector. A field that is absent, null or of another type is None.

    Fields that the service adds later are in :meth:`to_dict`. Two are equal if all their fields
    are. It can be pickled. Half a surrogate pair in a text, which no UTF-8 has, is U+FFFD.
    """

    __slots__ = ("_fields", "_row")

    def __init__(self, row: Mapping[str, Any]) -> None:
        """Make one of a row as ``json.loads`` gives it.

        Raises:
            TypeError: it isn't a mapping.

        """
        if not isinstance(row, Mapping):
            raise TypeError(
                f"row should be a dict, as json.loads gives it, not {type(row).__name__}"
            )
        # A copy: its fields are one, too.
        self._take(copy.deepcopy(dict(row)))

    def _take(self, row: dict[str, Any]) -> None:
        self._row: dict[str, Any] | str = row
        self._fields = [_text_of(row.get(name)) for name in _FIELDS]
        flag = row.get("direct_fin_usage")
        self._fields[6] = str(int(flag)) if isinstance(flag, bool) else None

    @classmethod
    def _of(cls, row: object) -> Connector:
        """Make one of a row as ``json.loads`` gave it, which nobody else has."""
        connector = cls.__new__(cls)
        connector._take(row if isinstance(row, dict) else {})
        return connector

    @classmethod
    def _read(cls, text: str) -> Connector:
        """Make one of a row as dc_page_table has it."""
        connector = cls.__new__(cls)
        fields: list[Any] = text.split(_FIELD_END)
        connector._row = fields[12]
        del fields[12:]
        if _ABSENT in text:
            fields = [None if field == _ABSENT else field for field in fields]
        connector._fields = fields
        return connector

    @property
    def type(self) -> str | None:
        """``data_connector``."""
        return self._fields[0]

    @property
    def id(self) -> str | None:
        """The unique id, digits."""
        return self._fields[1]

    @property
    def name(self) -> str | None:
        """The name."""
        return self._fields[2]

    @property
    def description(self) -> str | None:
        """What it does."""
        return self._fields[3]

    @property
    def state(self) -> State | str | None:
        """``draft`` or ``live``; other values may come."""
        return self._fields[4]

    @property
    def http_method(self) -> HttpMethod | str | None:
        """``get``, ``post``, ``put``, ``delete`` or ``patch``; other values may come."""
        return self._fields[5]

    @property
    def direct_fin_usage(self) -> bool | None:
        """Whether it is assigned to Fin for direct usage."""
        return _FLAGS.get(self._fields[6])

    @property
    def created_by_admin_id(self) -> str | None:
        """The id of the admin who created it."""
        return self._fields[7]

    @property
    def updated_by_admin_id(self) -> str | None:
        """The id of the admin who last updated it."""
        return self._fields[8]

    @property
    def created_at(self) -> datetime | None:
        """When it was created, with a time zone."""
        text = self._fields[9]
        return None if text is None else parse_time(text)

    @property
    def updated_at(self) -> datetime | None:
        """When it was last updated, with a time zone."""
        text = self._fields[10]
        return None if text is None else parse_time(text)

    @property
    def execution_results_url(self) -> str | None:
        """The path of its execution results."""
        return self._fields[11]

    def to_dict(self) -> dict[str, Any]:
        """Give a copy of the row as the service sent it, unknown fields and all.

        It is yours, with all that is in it.
        """
        if not isinstance(self._row, str):
            return copy.deepcopy(self._row)
        row = parse_json(self._row)
        return row if isinstance(row, dict) else {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connector):
            return NotImplemented
        if self._fields != other._fields:
            return False
        return self._row == other._row or self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]:
        return Connector, (self.to_dict(),)

    def __repr__(self) -> str:
        return (
            f"Connector(id={self.id!r}, name={self.name!r}, state={self.state!r}, "
            f"http_method={self.http_method!r}, updated_at={self._fields[10]!r})"
        )


def _text_of(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # As the native rows have it, which come from UTF-8.
    return value if value.isascii() else _HALF_A_PAIR.sub("\ufffd", value)


def parse_time(text: str) -> datetime | None:
    """Read an ISO 8601 time, in UTC unless it names a zone; None if it is none.

    Python's own reader takes fractions and zones in every form only from 3.11 on.
    """
    if _USUAL_TIME(text):
        try:
            return datetime.fromisoformat(text[:-1] + "+00:00")
        except ValueError:
            return None
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
