"""What all output formats share."""

from __future__ import annotations

import contextlib
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, TextIO

from .._connector import Connector

# They can make text look like different text.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def set_encoding(*, is_data: bool) -> None:
    """Choose the encoding of standard output: data is UTF-8 with LF everywhere."""
    with contextlib.suppress(AttributeError):
        if is_data:
            # A lone surrogate stays JSON's \udc80.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
        else:
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]


class Output:
    """Writes connectors in one format. The methods are called in this order."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """Write what precedes the first connector."""

    def write(self, connectors: Sequence[Connector]) -> None:
        """Write the connectors of one page."""
        raise NotImplementedError

    def end(self, *, is_complete: bool) -> None:
        """Write what follows the last connector, if the list is complete."""


def printable(value: Any) -> str:
    """Replace the characters that would affect the table or the terminal; "-" for no string."""
    if not isinstance(value, str):
        return "-"
    return "".join("?" if is_control(char) else char for char in value)


def is_control(char: str) -> bool:
    """Whether a terminal would interpret this character or can't show it."""
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} or char in _BIDI_CONTROLS


def escape_controls(json: str) -> str:
    """Replace control characters in JSON, except line breaks, by equivalent escape sequences."""
    return "".join(
        f"\\u{ord(char):04x}" if char != "\n" and is_control(char) else char for char in json
    )
