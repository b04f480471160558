"""A line that says how far a long listing is, on a terminal only."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

_ERASE_LINE = "\r\x1b[K"


class Progress:
    """The line; nothing is written where nobody looks at it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._is_shown = False

    def show(self, text: str) -> None:
        """Put the text in the place of what was shown before."""
        if self._stream is not None:
            self._stream.write(f"{_ERASE_LINE}{text}")
            self._stream.flush()
            self._is_shown = True

    def clear(self) -> None:
        """Take it away, before anything else is written to the same terminal."""
        if self._stream is not None and self._is_shown:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()
            self._is_shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()
