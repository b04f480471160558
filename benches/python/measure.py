"""Shared by the Python programs of the benchmark.

Each takes ``BASE-URL PAGES WARM-UP`` and prints one line, as the C programs do. The sum is a
checksum of the bytes of the values read: programs that read the same values print the same sum.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

ROWS = 50
TOKEN = "dG9rOmEyYzRlNmc4X2JlbmNobWFyaw=="


class Measure:
    """The arguments, and the clocks, which start after the warm-up."""

    def __init__(self) -> None:
        base_url, pages, warm_up = sys.argv[1:4]
        self._page_count, self._warm_up = int(pages), int(warm_up)
        # The server ends the list after the last page.
        self.base_url = f"{base_url}/pages/{self._page_count + self._warm_up}"

    def rows(self, rows: Iterable[T]) -> Iterator[T]:
        """Skip the rows of the warm-up, start the clocks, and return the other rows."""
        return self._measured(rows, self._warm_up * ROWS)

    def pages(self, pages: Iterable[T]) -> Iterator[T]:
        """Skip the pages of the warm-up, start the clocks, and return the other pages."""
        return self._measured(pages, self._warm_up)

    def _measured(self, items: Iterable[T], warm_up: int) -> Iterator[T]:
        iterator = iter(items)
        for _ in range(warm_up):
            next(iterator)
        self._wall, self._cpu = time.monotonic_ns(), time.process_time_ns()
        return iterator

    def print(self, total: int, count: int) -> None:
        """Print the results."""
        cpu, wall = time.process_time_ns() - self._cpu, time.monotonic_ns() - self._wall
        if count != self._page_count * ROWS:
            sys.exit(f"unexpected number of rows: {count} from {self._page_count} pages")
        print(f"pages={self._page_count} cpu_ns={cpu} wall_ns={wall} sum={total}")
