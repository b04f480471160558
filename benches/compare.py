"""Runs a comparison: both programs run alternately, and each round gives a ratio."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from build import Artifacts
from processes import Server, measure

Command = list[str]


@dataclass(frozen=True)
class Comparison:
    """Two programs, the metric to compare, and the goal."""

    name: str
    description: str
    ours: Command
    theirs: Command
    metric: str
    """``cpu``, per page, or ``wall``, of the whole run."""
    goal: float | None
    unit: str = "µs"
    rounds: int = 7
    same_sum: bool = True
    """Whether both programs read the same values, and so print the same sum."""
    pinned: bool = True
    """Whether processes are pinned to a core: not with background threads."""
    their_scale: float = 1
    """Multiplies theirs, if its pages have another size."""
    requires: str | None = None
    """The language whose tools may not be installed."""


@dataclass(frozen=True)
class Result:
    """The medians in the unit of the comparison, and the median, minimum and maximum ratio."""

    comparison: Comparison
    ours: float
    theirs: float
    ratio: float
    minimum: float
    maximum: float

    @property
    def verdict(self) -> str:
        """Return whether the goal is met."""
        if self.comparison.goal is None:
            return ""
        return "met" if self.ratio <= self.comparison.goal else "MISSED"


def compare(
    comparison: Comparison, artifacts: Artifacts, server: Server, progress: Callable[[str], None]
) -> Result:
    """Run both programs alternately, taking turns in running first."""
    # Programs that use both cores would slow down a pinned server.
    server.set_pinned(pinned=comparison.pinned)
    scale = 1e6 if comparison.unit == "ms" else 1e3
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(comparison.rounds):
        progress(f"{comparison.name}: round {number + 1} of {comparison.rounds}")
        sums = []
        programs = [
            (comparison.ours, ours, 1 / scale),
            (comparison.theirs, theirs, comparison.their_scale / scale),
        ]
        for command, values, factor in programs if number % 2 == 0 else reversed(programs):
            line = measure(command, artifacts, comparison.pinned)
            sums.append(line["sum"])
            per_page = comparison.metric == "cpu"
            value = line["cpu_ns"] / line["pages"] if per_page else line["wall_ns"]
            values.append(value * factor)
        if comparison.same_sum and sums[0] != sums[1]:
            sys.exit(
                f"{comparison.name}: the programs read different values ({sums[0]}, {sums[1]})"
            )
    ratios = [our / their for our, their in zip(ours, theirs)]
    return Result(
        comparison, median(ours), median(theirs), median(ratios), min(ratios), max(ratios)
    )
