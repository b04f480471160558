"""The table: in colour on a terminal where rich is installed, else plain columns."""

from __future__ import annotations

import contextlib
import shutil
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from .._connector import Connector

if TYPE_CHECKING:
    from rich.table import Table

_HEADINGS = ("ID", "STATE", "FIN", "METHOD", "UPDATED", "NAME")
_FORM = "{:<12} {:<8} {:<3} {:<6} {:<20} {}\n"
_STATE_STYLES = {"live": "green", "draft": "yellow"}
# Overrides of the direction, which would show other text than there is.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def table(stream: TextIO) -> PlainTable | RichTable:
    """Make the table that fits what it is written to."""
    # In less columns nobody could read a table that is cut to them.
    if stream.isatty() and shutil.get_terminal_size().columns >= 80:
        with contextlib.suppress(ImportError):
            return RichTable(stream)
    return PlainTable(stream)


class PlainTable:
    """Aligned columns, page by page."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """Write the headings."""
        self._stream.write(_FORM.format(*_HEADINGS))

    def page(self, connectors: Sequence[Connector]) -> None:
        """Write the rows of a page."""
        for connector in connectors:
            self._stream.write(_FORM.format(*_cells(connector)))

    def end(self, *, whole: bool) -> None:
        """Write nothing."""


class RichTable:
    """A table as wide as the terminal, written at the end: only then its widths are known."""

    def __init__(self, stream: TextIO) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        self._console = Console(file=stream)
        self._table: Table = Table(box=SIMPLE_HEAD, pad_edge=False)

    def begin(self) -> None:
        """Make the headings."""
        for heading in _HEADINGS[:-1]:
            self._table.add_column(heading.capitalize(), no_wrap=True)
        self._table.add_column("Name", overflow="fold")

    def page(self, connectors: Sequence[Connector]) -> None:
        """Keep the rows of a page."""
        from rich.text import Text

        for connector in connectors:
            identity, state, *others = _cells(connector)
            styled = Text(state, style=_STATE_STYLES.get(state, ""))
            self._table.add_row(Text(identity, style="dim"), styled, *map(Text, others))

    def end(self, *, whole: bool) -> None:
        """Write it all."""
        self._console.print(self._table)


def _cells(connector: Connector) -> list[str]:
    row = connector.to_dict()
    fin = {True: "yes", False: "no"}.get(connector.direct_fin_usage)  # type: ignore[arg-type]
    names = ("state", "http_method", "updated_at", "name")
    state, method, updated, name = (shown(row.get(name)) for name in names)
    return [shown(row.get("id")), state, fin or "-", method, updated, name]


def shown(value: Any) -> str:
    """Give a text without what would spoil the table or the terminal."""
    if not isinstance(value, str):
        return "-"
    return "".join("?" if is_unfit(char) else char for char in value)


def is_unfit(char: str) -> bool:
    """Say whether a terminal would act on it, or couldn't show it."""
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} or char in _DIRECTIONS
