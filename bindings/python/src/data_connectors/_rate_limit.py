"""The rate limit of the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RateLimit:
    """The rate limit that a response reported; None where it reported none.

    Attributes:
        limit: the number of requests allowed in the current window.
        remaining: the number of requests left in it.
        reset: when the window ends, in UTC.

    """

    limit: int | None
    remaining: int | None
    reset: datetime | None
