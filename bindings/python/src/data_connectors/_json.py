"""JSON as the service may send it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """Parse it; a whole number of more digits than Python makes an int of (4300) is a Decimal."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)
