"""A progress line on a terminal."""

from __future__ import annotations

import logging
import threading
import time
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


class RequestProgress(Progress):
    """Shows the number of responses, which the client logs, and the time, during a long call."""

    _INTERVAL_SECONDS = 0.5

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._responses = 0
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
        self._responses += record.levelno == logging.INFO
        return False

    def _show_time(self) -> None:
        start = time.monotonic()
        while not self._has_ended.wait(self._INTERVAL_SECONDS):
            elapsed = int(time.monotonic() - start)
            self.show(f"{self._responses} responses, {elapsed} s …")
