"""A progress line on a terminal."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from typing import TextIO

from ._messages import count_of


class Progress:
    """Shows one line of progress; writes nothing if the stream is not a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._width = 0

    def show(self, text: str) -> None:
        """Replace the line."""
        if self._stream is not None:
            # Without an escape sequence, which a Windows console may print.
            self._stream.write(f"\r{' ' * self._width}\r{text}")
            self._stream.flush()
            self._width = len(text)

    def clear(self) -> None:
        """Erase the line, before other output to the same terminal."""
        if self._width:
            self.show("")


_WAIT = re.compile(r".*: waiting ([0-9]+) ms (.*)", re.ASCII)
"""The line that the client logs before it waits, and the reason in it."""


class RequestProgress(Progress):
    """Shows the number of responses, which the client logs, and the time, during a long call."""

    _INTERVAL_SECONDS = 0.5

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._responses = 0
        self._wait: tuple[float, str] | None = None
        """The end of a wait, and its reason."""
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._show_time, daemon=True)
        self.logger = logging.Logger("data_connectors.progress", logging.INFO)
        self.logger.addFilter(self._count)

    def __enter__(self) -> RequestProgress:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._has_ended.set()
        self._thread.join()
        self.clear()

    def _count(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.INFO:
            wait = _WAIT.match(record.getMessage())
            if wait is None:
                self._responses += 1
                self._wait = None
            else:
                self._wait = time.monotonic() + int(wait[1]) / 1000, wait[2]
        return False

    def _show_time(self) -> None:
        start = time.monotonic()
        while not self._has_ended.wait(self._INTERVAL_SECONDS):
            wait = self._wait
            if wait is None:
                elapsed = int(time.monotonic() - start)
                self.show(f"{count_of(self._responses, 'response')}, {elapsed} s …")
            else:
                remaining = max(math.ceil(wait[0] - time.monotonic()), 0)
                self.show(f"waiting {remaining} s {wait[1]} …")
