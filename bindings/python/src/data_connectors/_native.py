"""Calls into the library: texts in and out, errors as exceptions, handles that are freed once."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

from ._errors import Failure, exception
from ._library import library

OK = 0
DONE = 1


def text_in(value: str, name: str) -> bytes:
    """Make C text of a string; refuse what C would cut short.

    Raises:
        TypeError: it isn't a string.
        ValueError: it holds a NUL character or a lone surrogate.

    """
    if not isinstance(value, str):
        raise TypeError(f"{name} should be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{name} has a NUL character in it")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} has a lone surrogate in it, which UTF-8 can't hold") from None


def text_out(value: bytes | None) -> str | None:
    """Make a string of what a function returned."""
    return None if value is None else value.decode()


def call(function: Any, *arguments: Any) -> int:
    """Call a function that can fail: give its status, DC_OK or DC_DONE, or raise its error."""
    error = ctypes.c_void_p()
    try:
        status: int = function(*arguments, ctypes.byref(error))
    except BaseException:
        # A signal's, such as KeyboardInterrupt, comes when the function has returned.
        library().dc_error_free(error)
        raise
    if status >= OK:
        return status
    raise exception(_failure(status, error))


def call_for(free: Callable[[ctypes.c_void_p], None], function: Any, *arguments: Any) -> int | None:
    """Call a function that gives a handle, and give that; None if it gave none, as at a list's end.

    Whatever interrupts it, the handle is either given to the caller or freed.
    """
    out = ctypes.c_void_p()
    try:
        call(function, *arguments, ctypes.byref(out))
        return out.value
    except BaseException:
        free(out)
        raise


def make(free: Callable[[ctypes.c_void_p], None], function: Any, *arguments: Any) -> int:
    """Call a function that always gives a handle when it succeeds."""
    handle = call_for(free, function, *arguments)
    assert handle is not None, "a call that succeeded has set its result"
    return handle


def _failure(status: int, error: ctypes.c_void_p) -> Failure:
    lib = library()
    try:
        message = text_out(lib.dc_error_message(error) or lib.dc_status_message(status)) or ""
        wait = lib.dc_error_retry_after_ms(error)
        return Failure(
            status=status,
            message=message,
            http_status=lib.dc_error_http_status(error) or None,
            code=text_out(lib.dc_error_api_code(error)),
            field=text_out(lib.dc_error_api_field(error)),
            request_id=text_out(lib.dc_error_request_id(error)),
            retry_after=None if wait < 0 else wait / 1000,
            attempts=lib.dc_error_attempts(error),
        )
    finally:
        lib.dc_error_free(error)


class Handle:
    """A native handle that is freed once, and not while a call uses it."""

    def __init__(self, name: str, address: int, free: Callable[[int], None]) -> None:
        self._name = name
        self._address = address
        self._free = free
        # Entered again by a signal handler that closes the client during a call.
        self._lock = threading.RLock()
        self._users = 0
        self._closed = False

    @contextmanager
    def use(self) -> Iterator[int]:
        """Give the address, for as long as the block takes.

        Raises:
            ValueError: it was closed.

        """
        with self._lock:
            if self._closed:
                raise ValueError(f"this {self._name} is closed")
            self._users += 1
        try:
            yield self._address
        finally:
            self._leave()

    def close(self) -> None:
        """Free it now, or as soon as the last call that uses it has returned."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._users += 1
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._closed and self._users == 0
        if last:
            self._free(self._address)
