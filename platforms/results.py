"""The results of the tests of a target."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Results:
    """The number of tests, of passed tests, and a note on each program and skipped test."""

    passed: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, passed: int, total: int) -> None:
        """Add the results of a program; if it ran no test, it has failed."""
        total = max(total, 1)
        self.notes.append(f"{name} {passed}/{total}")
        self.passed += passed
        self.total += total

    def skip(self, name: str, reason: str) -> None:
        """Add a program or tests that were not run."""
        self.notes.append(f"skipped {name} ({reason})")
