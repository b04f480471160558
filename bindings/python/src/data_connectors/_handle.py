"""Native handles, which are freed once, and not while a call uses them."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Generator
from typing import Callable

Free = Callable[[ctypes.c_void_p], None]


class Owned:
    """What a native function gives, freed when nothing refers to this any more.

    It is there before the call, so that nothing can come between: ``out`` is passed to it.
    """

    __slots__ = ("__weakref__", "_life", "out")

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
        try:
            free(out)
        finally:
            # NULL from now on, which every function refuses or passes over.
            out.value = None


class Handle:
    """A native handle that can be closed: it is freed when no call uses it any more."""

    def __init__(self, name: str, owned: Owned) -> None:
        self._name = name
        self._owned: Owned | None = owned
        self._used_still = weakref.ref(owned)

    def use(self) -> Owned:
        """Give the handle; it stays for as long as the caller keeps what it gets.

        Raises:
            ValueError: it was closed.

        """
        owned = self._owned
        if owned is None:
            raise ValueError(f"this {self._name} is closed")
        return owned

    def used_still(self) -> Owned | None:
        """Give the handle also when it was closed, as long as a call uses it."""
        return self._used_still()

    def close(self) -> None:
        """Free it now, or as soon as the last call that uses it has returned."""
        self._owned = None
