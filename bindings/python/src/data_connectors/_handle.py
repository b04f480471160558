"""Native handles, which are freed once, and not while a call uses them."""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from typing import Callable

Free = Callable[[ctypes.c_void_p], None]


class Owned:
    """What a native function gives, freed when nothing refers to this any more.

    It is there before the call, so that nothing can come between: ``out`` is passed to it.
    """

    __slots__ = ("_life", "out")

    def __init__(self, free: Free) -> None:
        self.out = ctypes.c_void_p()
        self._life = _life(self.out, free)
        next(self._life)

    def free(self) -> None:
        """Free it now: so what a signal's handler raises meanwhile is raised, and not lost."""
        self._life.close()


def _life(out: ctypes.c_void_p, free: Free) -> Generator[None, None, None]:
    # At the entry of a __del__ a signal's handler may raise, and nothing would be freed.
    # A generator that goes away goes on right before the call.
    try:
        yield
    finally:
        free(out)


class Handle:
    """A native handle that can be closed: it is freed when no call uses it any more."""

    def __init__(self, name: str, owned: Owned) -> None:
        self._name = name
        self._owned: Owned | None = owned

    def use(self) -> Owned:
        """Give the handle; it stays for as long as the caller keeps what it gets.

        Raises:
            ValueError: it was closed.

        """
        owned = self._owned
        if owned is None:
            raise ValueError(f"this {self._name} is closed")
        return owned

    def close(self) -> None:
        """Free it now, or as soon as the last call that uses it has returned."""
        self._owned = None
