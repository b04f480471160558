"""Native handles: each is freed once, and not while a call uses it."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Callable

# One for all: it is never held for long. A signal's handler that closes a client enters it again.
_lock = threading.RLock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


# Another thread of the parent may have held it at the fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class Handle:
    """A native handle that is freed once: when it was closed, and no call uses it any more."""

    def __init__(self, name: str, address: int, free: Callable[[int], None]) -> None:
        self._name = name
        self._address = address
        self._free = free
        self._users = 0
        self._closed = False

    @contextmanager
    def use(self) -> Generator[int, None, None]:
        """Give the address, for as long as the block takes.

        Raises:
            ValueError: it was closed.

        """
        with _lock:
            if self._closed:
                raise ValueError(f"this {self._name} is closed")
            self._users += 1
        try:
            yield self._address
        finally:
            self._leave()

    def close(self) -> None:
        """Free it now, or as soon as the last call that uses it has returned."""
        with _lock:
            if self._closed:
                return
            self._closed = True
            self._users += 1
        self._leave()

    def __del__(self) -> None:
        # There is no address when __init__ was interrupted.
        if hasattr(self, "_closed"):
            self.close()

    def _leave(self) -> None:
        with _lock:
            self._users -= 1
            last = self._closed and self._users == 0
        if last:
            self._free(self._address)
