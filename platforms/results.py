"""The results of the tests of a target."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Results:
    """How many tests passed, which programs were run, and what was not run."""

    passed: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, passed: int, total: int) -> None:
        """Add the results of a program, which must have run a test."""
        total = max(total, 1)
        self.notes.append(f"{name} {passed}/{total}")
        self.passed += passed
        self.total += total

    def skip(self, name: str, reason: str) -> None:
        """Note what was not run."""
        self.notes.append(f"not {name} ({reason})")
