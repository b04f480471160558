"""Native handles, freed exactly once and never while a call uses them."""

from __future__ import annotations

import ctypes
import functools
import weakref
from typing import Callable

Free = Callable[[ctypes.c_void_p], None]


class OwnedPointer:
    """A native pointer, freed with the last reference to this object.

    It is created before the call that fills it: a signal can't separate the two. ``out`` is the
    call's out parameter.
    """

    __slots__ = ("__weakref__", "_finalizer", "out")

    def __init__(self, free: Free) -> None:
        self.out = ctypes.c_void_p()
        # The garbage collector calls every __del__ of a reference cycle before it frees an object,
        # and one of them may use the pointer. So the owner, which frees the pointer, is kept
        # outside the cycle, in _owners, until this object is freed. (Not if a __del__ revives the
        # cycle.)
        owner = _Finalizer(functools.partial(free, self.out))
        self._finalizer = _Finalizer(functools.partial(_owners.discard, owner))
        _owners.add(owner)


class _Finalizer:
    """Calls a C function when it is finalized.

    As ``__del__`` is a slot with that function, no bytecode runs, and no signal handler, whose
    exception would be ignored.
    """

    __slots__ = ("__del__",)

    def __init__(self, function: Callable[[], None]) -> None:
        self.__del__ = function


_owners: set[_Finalizer] = set()
# Never freed: when the interpreter exits, a __del__ that uses a pointer may still run.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_owners))


class Handle:
    """A native handle that can be closed; it is freed when no call uses it any more."""

    def __init__(self, name: str, owned: OwnedPointer) -> None:
        self._name = name
        self._owned: OwnedPointer | None = owned
        self._if_alive = weakref.ref(owned)

    def acquire(self) -> OwnedPointer:
        """Return the pointer, which stays valid as long as the caller keeps it.

        Raises:
            ValueError: the handle is closed.

        """
        owned = self._owned
        if owned is None:
            raise ValueError(f"this {self._name} is closed")
        return owned

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._owned is None

    def acquire_if_alive(self) -> OwnedPointer | None:
        """Return the pointer even after :meth:`close`, while a call still uses it."""
        return self._if_alive()

    def close(self) -> None:
        """Free the handle, now or when the last call that uses it has returned."""
        self._owned = None
