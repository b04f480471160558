"""A data connector: one row of a page."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import repeat
from typing import Any, ClassVar, Literal, cast

from ._json import parse_json

State = Literal["draft", "live"]
"""The known states."""

HttpMethod = Literal["get", "post", "put", "delete", "patch"]
"""The known HTTP methods."""

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)

_COMMON_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch

FIELDS = (
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
"""The documented fields."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Connector:
    """A data connector. A field that is absent, null or of another type is None.

    :meth:`to_dict` also returns unknown fields. Connectors are equal if all their fields are, and
    can be pickled. A lone surrogate in a string is replaced by U+FFFD.

    Other packages can use it as a dataclass of its properties: ``dataclasses.asdict``
    returns them, and ``pandas.DataFrame(client.list())`` has a column for each.
    """

    __slots__ = ("_fields", "_row")
    # Set below. A real dataclass would store each field of each connector.
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    # All are strings, except direct_fin_usage.
    _fields: tuple[str | None, ...]
    # The row, or the page's JSON with the row's position and length.
    _row: dict[str, Any] | tuple[bytes, int, int]

    def __init__(self, row: Mapping[str, Any]) -> None:
        """Create a connector, for example in a test.

        Args:
            row: the JSON object, as ``json.loads`` returns it.

        Raises:
            TypeError: row is not a mapping.

        """
        if not isinstance(row, Mapping):
            raise TypeError(
                f"row must be a dict, as json.loads returns it, not {type(row).__name__}"
            )
        self._set_row(copy.deepcopy(dict(row)))

    def _set_row(self, row: dict[str, Any]) -> None:
        self._row = row
        fields: list[Any] = [_string(row.get(name)) for name in FIELDS]
        flag = row.get("direct_fin_usage")
        fields[6] = flag if isinstance(flag, bool) else None
        self._fields = tuple(fields)

    @classmethod
    def _from_row(cls, row: object) -> Connector:
        """Create a connector from a row that is not shared."""
        connector = cls.__new__(cls)
        connector._set_row(row if isinstance(row, dict) else {})
        return connector

    @classmethod
    def _from_columns(cls, columns: dict[str, list[Any]], page: bytes) -> list[Connector]:
        """Create the connectors of a page from its packed rows and its JSON."""
        connectors = []
        fields = zip(*[columns[name] for name in FIELDS])
        ranges = zip(repeat(page), columns["json_start"], columns["json_length"])
        for values, row in zip(fields, ranges):
            connector = cls.__new__(cls)
            connector._fields, connector._row = values, row
            connectors.append(connector)
        return connectors

    @property
    def type(self) -> str | None:
        """``data_connector``."""
        return self._fields[0]

    @property
    def id(self) -> str | None:
        """The unique id, a string of digits."""
        return self._fields[1]

    @property
    def name(self) -> str | None:
        """The name."""
        return self._fields[2]

    @property
    def description(self) -> str | None:
        """The description."""
        return self._fields[3]

    @property
    def state(self) -> State | str | None:
        """``draft`` or ``live``; other values are possible."""
        return self._fields[4]

    @property
    def http_method(self) -> HttpMethod | str | None:
        """``get``, ``post``, ``put``, ``delete`` or ``patch``; other values are possible."""
        return self._fields[5]

    @property
    def direct_fin_usage(self) -> bool | None:
        """Whether Fin uses it directly."""
        return cast("bool | None", self._fields[6])

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
        """The time of creation, with a time zone."""
        text = self._fields[9]
        return None if text is None else parse_time(text)

    @property
    def updated_at(self) -> datetime | None:
        """The time of the last update, with a time zone."""
        text = self._fields[10]
        return None if text is None else parse_time(text)

    @property
    def execution_results_url(self) -> str | None:
        """The path of its execution results."""
        return self._fields[11]

    def to_dict(self) -> dict[str, Any]:
        """Return a deep copy of the row as the service sent it, with all fields."""
        if isinstance(self._row, dict):
            return copy.deepcopy(self._row)
        page, start, length = self._row
        row = parse_json(page[start : start + length].decode())
        return row if isinstance(row, dict) else {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connector):
            return NotImplemented
        return self._fields == other._fields and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]:
        return Connector, (self.to_dict(),)

    def __repr__(self) -> str:
        return f"Connector(id={self.id!r}, name={self.name!r}, state={self.state!r})"


def _declare_dataclass_fields() -> None:
    """Declare the properties as the fields of a dataclass, with the types that they return."""
    types = {name: vars(Connector)[name].fget.__annotations__["return"] for name in FIELDS}
    model = dataclasses.make_dataclass(
        "Connector",
        [(name, kind, dataclasses.field(init=False)) for name, kind in types.items()],
        init=False,
        repr=False,
        eq=False,
        frozen=True,
    )
    for name in ("__dataclass_fields__", "__dataclass_params__", "__annotations__"):
        setattr(Connector, name, getattr(model, name))


_declare_dataclass_fields()


def _string(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # As in the native rows, which are UTF-8.
    return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)


def parse_time(text: str) -> datetime | None:
    """Parse an ISO 8601 time, in UTC unless it has a time zone; return None if it is invalid.

    ``datetime.fromisoformat`` accepts all fractions and time zones only from Python 3.11 on.
    """
    if _COMMON_TIME(text):
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
