"""The forms in which connectors are written, one class each."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Any, Callable, Protocol, TextIO

from .._connector import Connector
from ._table import is_unfit, shown, table

COLUMNS = (
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
"""The columns of CSV: the documented fields."""


class Output(Protocol):
    """Writes connectors in one form."""

    def begin(self) -> None:
        """Write what stands before the first."""

    def page(self, connectors: Sequence[Connector]) -> None:
        """Write some more."""

    def end(self, *, whole: bool) -> None:
        """Write what stands behind the last; it is not whole when the list broke off."""


class UnfitError(Exception):
    """A connector can't be written in this form."""


class Ndjson:
    """An object a line, each as the service sent it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """Write nothing."""

    def page(self, connectors: Sequence[Connector]) -> None:
        """Write the lines of a page at once."""
        self._stream.write("".join(f"{_json(connector)}\n" for connector in connectors))

    def end(self, *, whole: bool) -> None:
        """Write nothing."""


class Json:
    """One array of such objects; when the list broke off it stays open, and so can't be read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._separator = "\n"

    def begin(self) -> None:
        """Open the array."""
        self._stream.write("[")

    def page(self, connectors: Sequence[Connector]) -> None:
        """Write the elements of a page."""
        for connector in connectors:
            self._stream.write(f"{self._separator}{_json(connector)}")
            self._separator = ",\n"

    def end(self, *, whole: bool) -> None:
        """Close the array."""
        self._stream.write("\n]\n" if whole else "\n")


class Csv:
    """The documented fields, under their names; null and absent are empty."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        # A carriage return has to be in quotes, too, which the writer does only for its own ends.
        self._quoter = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._shown: Callable[[str], str] = shown if stream.isatty() else str

    def begin(self) -> None:
        """Write the names."""
        self._writer.writerow(COLUMNS)

    def page(self, connectors: Sequence[Connector]) -> None:
        """Write the rows of a page."""
        for connector in connectors:
            row = connector.to_dict()
            cells = [self._shown(_cell(row.get(column))) for column in COLUMNS]
            writer = self._quoter if any("\r" in cell for cell in cells) else self._writer
            writer.writerow(cells)

    def end(self, *, whole: bool) -> None:
        """Write nothing."""


def _json(connector: Connector) -> str:
    return _escaped(_dumps(connector.to_dict()))


def _dumps(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError):
        raise UnfitError("a connector has a number that is too large to be written") from None


def _escaped(text: str) -> str:
    """Put what a terminal would act on as JSON's escapes; it means the same."""
    return "".join(f"\\u{ord(char):04x}" if is_unfit(char) else char for char in text)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _dumps(value)


FORMATS: dict[str, Callable[[TextIO], Output]] = {
    "csv": Csv,
    "json": Json,
    "ndjson": Ndjson,
    "table": table,
}
