"""The rate limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RateLimit:
    """The rate limit as an answer told it; None where it didn't.

    Attributes:
        limit: the requests allowed in the current window.
        remaining: those that are left.
        reset: when the window ends, in UTC.

    """

    limit: int | None
    remaining: int | None
    reset: datetime | None
