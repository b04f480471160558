"""A data connector: one row of a page."""

# The columns of a page have no static types.
# mypy: disable-error-code=no-any-return

from __future__ import annotations

import copy
import dataclasses
import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, Literal, cast

from ._json import parse_json

State = Literal["draft", "live"]
"""The known states."""

HttpMethod = Literal["get", "post", "put", "delete", "patch"]
"""The known HTTP methods."""

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)

_USUAL_TIME = b"0000-00-00T00:00:00Z"
_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")

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

    __slots__ = ("_columns", "_index")
    # Set below. A real dataclass would store each field of each connector.
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    _columns: Columns
    _index: int

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
        self._columns, self._index = ParsedColumns(copy.deepcopy(dict(row))), 0

    @classmethod
    def _from_row(cls, row: object) -> Connector:
        """Create a connector from a row that is not shared."""
        (connector,) = cls._from_columns(ParsedColumns(row if isinstance(row, dict) else {}), 1)
        return connector

    @classmethod
    def _from_columns(cls, columns: Columns, count: int) -> list[Connector]:
        """Create the connectors of a page."""
        connectors = []
        for index in range(count):
            connector = cls.__new__(cls)
            connector._columns = columns
            connector._index = index
            connectors.append(connector)
        return connectors

    @property
    def type(self) -> str | None:
        """``data_connector``."""
        return self._columns.type[self._index]

    @property
    def id(self) -> str | None:
        """The unique id, a string of digits."""
        return self._columns.id[self._index]

    @property
    def name(self) -> str | None:
        """The name."""
        return self._columns.name[self._index]

    @property
    def description(self) -> str | None:
        """The description."""
        return self._columns.description[self._index]

    @property
    def state(self) -> State | str | None:
        """``draft`` or ``live``; other values are possible."""
        return self._columns.state[self._index]

    @property
    def http_method(self) -> HttpMethod | str | None:
        """``get``, ``post``, ``put``, ``delete`` or ``patch``; other values are possible."""
        return self._columns.http_method[self._index]

    @property
    def direct_fin_usage(self) -> bool | None:
        """Whether Fin uses it directly."""
        return self._columns.direct_fin_usage[self._index]

    @property
    def created_by_admin_id(self) -> str | None:
        """The id of the admin who created it."""
        return self._columns.created_by_admin_id[self._index]

    @property
    def updated_by_admin_id(self) -> str | None:
        """The id of the admin who last updated it."""
        return self._columns.updated_by_admin_id[self._index]

    @property
    def created_at(self) -> datetime | None:
        """The time of creation, with a time zone."""
        return self._columns.created_at[self._index]

    @property
    def updated_at(self) -> datetime | None:
        """The time of the last update, with a time zone."""
        return self._columns.updated_at[self._index]

    @property
    def execution_results_url(self) -> str | None:
        """The path of its execution results."""
        return self._columns.execution_results_url[self._index]

    def to_dict(self) -> dict[str, Any]:
        """Return a deep copy of the row as the service sent it, with all fields."""
        return self._columns.row(self._index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connector):
            return NotImplemented
        # Parsing the rows takes longer than the other comparisons. In a dict, True equals 1.
        return (
            self.id == other.id
            and self.updated_at == other.updated_at
            and self.direct_fin_usage is other.direct_fin_usage
            and self.to_dict() == other.to_dict()
        )

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


class Columns:
    """The documented fields of the rows of a page: a list of values for each, created on first use.

    All threads get the same list.
    """

    def __getattr__(self, name: str) -> list[Any]:
        """Create a column. Python calls this only for attributes that are not set yet."""
        if name not in _DELIMITERS:
            raise AttributeError(name)
        values = self._values(name)
        if name.endswith("_at"):
            values = _parse_times(values)
        column: list[Any] = vars(self).setdefault(name, values)
        return column

    def _values(self, name: str) -> list[Any]:
        raise NotImplementedError

    def row(self, index: int) -> dict[str, Any]:
        """Return a new dict with all fields of a row."""
        raise NotImplementedError


class PackedColumns(Columns):
    """The columns of a native page."""

    def __init__(self, packed: bytes, page: bytes) -> None:
        """Keep the packed rows of a page, and its JSON."""
        self._packed = packed
        self._page = page

    def _values(self, name: str) -> list[Any]:
        # The delimiters don't occur in strings, whose quotation marks are escaped. Each column is
        # decoded alone, as ASCII is decoded faster.
        before, following = _DELIMITERS[name]
        start = self._packed.index(before) + len(before)
        end = self._packed.find(following, start)
        values, _ = _decode(self._packed[start:end].decode())
        return values

    def row_json(self, index: int) -> str:
        """Return a row as the service sent it."""
        start = self.json_start[index]
        return self._page[start : start + self.json_length[index]].decode()

    def row(self, index: int) -> dict[str, Any]:
        """Return a new dict with all fields of a row."""
        row = parse_json(self.row_json(index))
        return row if isinstance(row, dict) else {}


class ParsedColumns(Columns):
    """The columns of one row."""

    def __init__(self, row: dict[str, Any]) -> None:
        """Keep a row, as ``json.loads`` returns it."""
        self._row = row

    def _values(self, name: str) -> list[Any]:
        return [field_value(self._row, name)]

    def row(self, index: int) -> dict[str, Any]:
        """Return a new dict with all fields of the row."""
        return copy.deepcopy(self._row)


# For each column of packed rows that is used, in order: the bytes before its values, and the bytes
# that begin the next one. Unused columns may be between them.
_COLUMNS = (*FIELDS, "created_at_ms", "json_start", "json_length", "")
_DELIMITERS = {
    name: (f'"{name}":'.encode(), f',"{following}":'.encode())
    for name, following in zip(_COLUMNS, _COLUMNS[1:])
}
_decode = json.JSONDecoder().raw_decode


def field_value(row: dict[str, Any], name: str) -> str | bool | None:
    """Return the value of a field; None if it is of another type than documented."""
    value = row.get(name)
    if name == "direct_fin_usage":
        return value if isinstance(value, bool) else None
    return _string(value)


def _string(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # As in the native rows, which are UTF-8.
    return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)


def _parse_times(column: list[str | None]) -> list[datetime | None]:
    """Parse the times of a column as :func:`parse_time` does, faster if all have the usual form."""
    try:
        lines = "\n".join(column)  # type: ignore[arg-type]
        if lines.encode().translate(_TO_ZERO) == b"\n".join([_USUAL_TIME] * len(column)):
            if sys.version_info < (3, 11):
                # fromisoformat does not accept Z.
                column = cast("list[str | None]", lines.replace("Z", "+00:00").split("\n"))
            return list(map(datetime.fromisoformat, column))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        # One is absent, or invalid.
        pass
    return [None if time is None else parse_time(time) for time in column]


def parse_time(text: str) -> datetime | None:
    """Parse an ISO 8601 time, in UTC unless it has a time zone; return None if it is invalid.

    ``datetime.fromisoformat`` accepts all fractions and time zones only from Python 3.11 on.
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
