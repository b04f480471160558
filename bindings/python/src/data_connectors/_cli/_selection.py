"""Which connectors are shown, and when there are enough."""

from __future__ import annotations

from typing import get_args

from .._connector import Connector, State
from .._page import Page
from ._arguments import Arguments

_MOST_ROWS = 50
KNOWN_STATES = get_args(State)


class Selection:
    """Picks connectors from page after page."""

    def __init__(self, given: Arguments) -> None:
        self._given = given
        self.seen = 0
        self.chosen = 0
        self.is_complete = False

    @property
    def per_page(self) -> int:
        """The rows to ask for: no more than are wanted, where none is dropped."""
        given = self._given
        picks = given.state is not None or given.fin is not None
        if given.limit is None or picks:
            return _MOST_ROWS
        return min(given.limit, _MOST_ROWS)

    @property
    def is_vain(self) -> bool:
        """Whether a state was asked for that isn't known, and none is in it."""
        state = self._given.state
        return state is not None and state not in KNOWN_STATES and self.chosen == 0

    def of(self, page: Page) -> list[Connector]:
        """Pick from the next page."""
        chosen: list[Connector] = []
        for connector in page:
            if self._is_too_old(connector):
                # The list is newest first.
                self.is_complete = True
                break
            self.seen += 1
            if self._is_wanted(connector):
                chosen.append(connector)
                self.chosen += 1
                if self.chosen == self._given.limit:
                    self.is_complete = True
                    break
        return chosen

    def _is_too_old(self, connector: Connector) -> bool:
        # One without a time can't be told to be old.
        since, updated = self._given.since, connector.updated_at
        return since is not None and updated is not None and updated < since

    def _is_wanted(self, connector: Connector) -> bool:
        given = self._given
        if given.state is not None and connector.state != given.state:
            return False
        return given.fin is None or connector.direct_fin_usage is given.fin
