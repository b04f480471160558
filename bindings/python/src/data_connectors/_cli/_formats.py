"""The output formats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Callable, TextIO

from .._connector import FIELDS, Connector
from ._messages import CommandError
from ._output import Output, escape_controls, printable
from ._table import table

COLUMNS = tuple(name for name in FIELDS if name != "type")
"""The columns of CSV."""

# OWASP's list for CSV injection, and NUL. Some spreadsheets also accept full-width characters.
_FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


class UnsupportedValueError(CommandError):
    """A connector has a value that the format can't represent."""


class Ndjson(Output):
    """One JSON object per line, with all fields that the service sent."""

    def write(self, connectors: Sequence[Connector]) -> None:
        """Write all lines of a page, or none."""
        self._stream.write("".join(f"{to_json(connector.to_dict())}\n" for connector in connectors))


class Json(Output):
    """One JSON array of these objects, left unclosed if the list is incomplete."""

    _separator = "\n"

    def begin(self) -> None:
        """Open the array."""
        self._stream.write("[")

    def write(self, connectors: Sequence[Connector]) -> None:
        """Write the elements of a page."""
        for connector in connectors:
            self._stream.write(f"{self._separator}{to_json(connector.to_dict())}")
            self._separator = ",\n"

    def end(self, *, is_complete: bool) -> None:
        """Close the array."""
        self._stream.write("\n]\n" if is_complete else "\n")


class Csv(Output):
    """The documented fields, with a header; null and absent fields are empty.

    With escape_formulas, a cell that a spreadsheet would evaluate starts with an apostrophe. All
    cells are then quoted: a spreadsheet may also split unquoted ones at a semicolon or a tab.
    """

    def __init__(self, stream: TextIO, *, escape_formulas: bool = False) -> None:
        super().__init__(stream)
        self._escape_formulas = escape_formulas
        self._shown: Callable[[str], str] = printable if stream.isatty() else str

    def begin(self) -> None:
        """Write the header."""
        self._stream.write(",".join(COLUMNS) + "\n")

    def write(self, connectors: Sequence[Connector]) -> None:
        """Write the rows of a page."""
        for connector in connectors:
            row = connector.to_dict()
            cells = [_cell(row.get(column)) for column in COLUMNS]
            if self._escape_formulas:
                cells = [_without_formula(cell) for cell in cells]
            quoted = (self._quoted(self._shown(cell)) for cell in cells)
            self._stream.write(",".join(quoted) + "\n")

    def _quoted(self, cell: str) -> str:
        """Quote a cell as RFC 4180 says. The csv module of Python 3.10 fails for a NUL."""
        if self._escape_formulas or any(char in cell for char in ',"\r\n'):
            return '"' + cell.replace('"', '""') + '"'
        return cell


def to_json(value: Any) -> str:
    """Format a value on one line; control characters become equivalent escape sequences."""
    return escape_controls(_dumps(value))


def _dumps(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError):
        raise UnsupportedValueError("a connector contains a number that is too large") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _dumps(value)


def _without_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


FORMATS: dict[str, Callable[[TextIO], Output]] = {
    "csv": Csv,
    "json": Json,
    "ndjson": Ndjson,
    "table": table,
}
