"""Filters the connectors, and decides when the listing ends."""

from __future__ import annotations

from typing import get_args

from .._connector import Connector, State
from .._page import Page
from ._arguments import Arguments

_MAX_PER_PAGE = 50
KNOWN_STATES = get_args(State)


class Filter:
    """Selects connectors page by page."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self.seen = 0
        self.selected = 0
        self.is_complete = False

    @property
    def per_page(self) -> int:
        """The page size to request: the limit, if no connector can be filtered out."""
        arguments = self._arguments
        filters = arguments.state is not None or arguments.fin is not None
        if arguments.limit is None or filters:
            return _MAX_PER_PAGE
        return min(arguments.limit, _MAX_PER_PAGE)

    @property
    def is_state_suspect(self) -> bool:
        """Whether the requested state is unknown and no connector has it."""
        state = self._arguments.state
        return state is not None and state not in KNOWN_STATES and self.selected == 0

    @property
    def description_of_none(self) -> str:
        """What to show on a terminal if no connector was selected."""
        return f"0 of {self.seen} connectors match" if self.seen else "0 connectors"

    def select(self, page: Page) -> list[Connector]:
        """Return the matching connectors of the next page."""
        selected: list[Connector] = []
        for connector in page:
            if self._is_too_old(connector):
                # All later connectors are older.
                self.is_complete = True
                break
            self.seen += 1
            if self._matches(connector):
                selected.append(connector)
                self.selected += 1
                if self.selected == self._arguments.limit:
                    self.is_complete = True
                    break
        return selected

    def _is_too_old(self, connector: Connector) -> bool:
        since, updated = self._arguments.since, connector.updated_at
        return since is not None and updated is not None and updated < since

    def _matches(self, connector: Connector) -> bool:
        state, fin = self._arguments.state, self._arguments.fin
        if state is not None and connector.state != state:
            return False
        return fin is None or connector.direct_fin_usage is fin
