"""Calls into the library: texts in and out, and errors as exceptions."""

from __future__ import annotations

import ctypes
from datetime import datetime, timezone
from typing import Any, Callable

from ._errors import Failure, exception
from ._interrupt import waits
from ._library import library
from ._rate_limit import RateLimit

OK = 0


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


def number_out(value: int) -> int | None:
    """Make a number of what a function returned, which is negative when there is none."""
    return None if value < 0 else value


def rate_limit_out(handle: Any, kind: str) -> RateLimit:
    """Read the rate limit that a page or an error tells."""
    lib = library()
    reset = getattr(lib, f"dc_{kind}_rate_limit_reset")(handle)
    try:
        moment = None if reset < 0 else datetime.fromtimestamp(reset, timezone.utc)
    except (OverflowError, ValueError, OSError):
        moment = None
    return RateLimit(
        limit=number_out(getattr(lib, f"dc_{kind}_rate_limit")(handle)),
        remaining=number_out(getattr(lib, f"dc_{kind}_rate_limit_remaining")(handle)),
        reset=moment,
    )


def call(function: Any, *arguments: Any) -> None:
    """Call a function that can fail, and raise its error.

    Raises:
        DataConnectorsError: it failed; ValueError if it refused an argument.
        BaseException: what was raised on this thread meanwhile, such as KeyboardInterrupt.

    """
    error = ctypes.c_void_p()
    try:
        status: int = waits(function, *arguments, ctypes.byref(error))
        if status < OK:
            raise exception(_failure(status, error))
    finally:
        library().dc_error_free(error)


def make(free: Callable[[ctypes.c_void_p], None], function: Any, *arguments: Any) -> int:
    """Call a function that gives a handle, and give that; whatever interrupts it is not leaked."""
    out = ctypes.c_void_p()
    try:
        call(function, *arguments, ctypes.byref(out))
        assert out.value is not None, "a call that succeeded has set its result"
        return out.value
    except BaseException:
        free(out)
        raise


def _failure(status: int, error: ctypes.c_void_p) -> Failure:
    lib = library()
    wait = number_out(lib.dc_error_retry_after_ms(error))
    return Failure(
        status=status,
        message=text_out(lib.dc_error_message(error) or lib.dc_status_message(status)) or "",
        http_status=lib.dc_error_http_status(error) or None,
        code=text_out(lib.dc_error_api_code(error)),
        field=text_out(lib.dc_error_api_field(error)),
        request_id=text_out(lib.dc_error_request_id(error)),
        retry_after=None if wait is None else wait / 1000,
        attempts=lib.dc_error_attempts(error),
        rate_limit=rate_limit_out(error, "error"),
    )
