"""A progress line on a terminal."""

from __future__ import annotations

from typing import TextIO

_ERASE_LINE = "\r\x1b[K"


class Progress:
    """Shows one line of progress; writes nothing if the stream is not a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._is_shown = False

    def show(self, text: str) -> None:
        """Replace the line."""
        if self._stream is not None:
            self._stream.write(f"{_ERASE_LINE}{text}")
            self._stream.flush()
            self._is_shown = True

    def clear(self) -> None:
        """Erase the line, before other output to the same terminal."""
        if self._is_shown:
            self.show("")
            self._is_shown = False
