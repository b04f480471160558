"""What the Python programs of the benchmark have in common.

Each takes ``BASE-URL PAGES WARM-UP`` and prints one line, as the C programs do. The sum is of what
was read of each row: two programs that read the same print the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

ROWS = 50
TOKEN = "dG9rOmEyYzRlNmc4X2JlbmNobWFyaw=="


class Measure:
    """The arguments, and the clocks from the end of the warm-up on."""

    def __init__(self) -> None:
        base_url, pages, warm_up = sys.argv[1:4]
        self.pages, self.warm_up = int(pages), int(warm_up)
        # The walk ends with its last page by itself.
        self.base_url = f"{base_url}/pages/{self.pages + self.warm_up}"

    def rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Give the warm-up's rows away, start the clocks, and give the others."""
        iterator = iter(rows)
        for _ in range(self.warm_up * ROWS):
            next(iterator)
        self._wall, self._cpu = time.monotonic_ns(), time.process_time_ns()
        return iterator

    def print(self, total: int, count: int) -> None:
        """Print the one line."""
        cpu, wall = time.process_time_ns() - self._cpu, time.monotonic_ns() - self._wall
        if count != self.pages * ROWS:
            sys.exit(f"{count} rows of {self.pages} pages")
        print(f"pages={self.pages} cpu_ns={cpu} wall_ns={wall} sum={total}")
