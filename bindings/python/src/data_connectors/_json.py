"""Parsing of JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """Parse JSON; an integer with more digits than Python converts (4300) becomes a Decimal."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)
