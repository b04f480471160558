"""Properties that are computed on first access."""

from __future__ import annotations

from typing import Any, Callable, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801
    """A read-only property, computed on first access and then stored in the object.

    All threads get the same value. ``functools.cached_property`` doesn't ensure that from Python
    3.12 on, and before has a lock, which a fork could leave held.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> lazy[T] | T:
        if instance is None:
            return self
        # Not called again: the attribute of the object precedes this one of the class.
        value: T = vars(instance).setdefault(self.compute.__name__, self.compute(instance))
        return value
