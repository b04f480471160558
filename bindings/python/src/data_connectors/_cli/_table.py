"""The table: in colour on a terminal if rich is installed, otherwise plain columns."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from .._connector import Connector
from ._output import Output, printable

if TYPE_CHECKING:
    from rich.table import Table

_HEADINGS = ("ID", "STATE", "FIN", "METHOD", "UPDATED", "NAME")
_FORMAT = "{:<12} {:<8} {:<3} {:<6} {:<20} {}\n"
_STATE_STYLES = {"live": "green", "draft": "yellow"}
_MIN_COLUMNS = 80


def table(stream: TextIO) -> Output:
    """Create the table that suits the stream."""
    # rich truncates the table to the terminal's width.
    if stream.isatty() and shutil.get_terminal_size().columns >= _MIN_COLUMNS:
        with contextlib.suppress(ImportError):
            return RichTable(stream)
    return PlainTable(stream)


class PlainTable(Output):
    """Aligned columns, written page by page."""

    def begin(self) -> None:
        """Write the headings."""
        self._stream.write(_FORMAT.format(*_HEADINGS))

    def write(self, connectors: Sequence[Connector]) -> None:
        """Write the rows of a page."""
        for connector in connectors:
            self._stream.write(_FORMAT.format(*_cells(connector)))


class RichTable(Output):
    """A table that is written at the end, when the widths of its columns are known."""

    def __init__(self, stream: TextIO) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        super().__init__(stream)
        self._table: Table = Table(box=SIMPLE_HEAD, pad_edge=False)

    def begin(self) -> None:
        """Add the headings."""
        for heading in _HEADINGS[:-1]:
            self._table.add_column(heading.capitalize(), no_wrap=True)
        self._table.add_column("Name", overflow="fold")

    def write(self, connectors: Sequence[Connector]) -> None:
        """Add the rows of a page."""
        from rich.text import Text

        for connector in connectors:
            identifier, state, *others = _cells(connector)
            styled = Text(state, style=_STATE_STYLES.get(state, ""))
            self._table.add_row(Text(identifier, style="dim"), styled, *map(Text, others))

    def end(self, *, is_complete: bool) -> None:
        """Write the table."""
        from rich.console import Console

        Console(file=self._stream).print(self._table)


def _cells(connector: Connector) -> list[str]:
    row = connector.to_dict()
    fin = {True: "yes", False: "no"}.get(connector.direct_fin_usage)  # type: ignore[arg-type]
    names = ("id", "state", "http_method", "updated_at", "name")
    identifier, state, *others = (printable(row.get(name)) for name in names)
    return [identifier, state, fin or "-", *others]
