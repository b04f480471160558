"""Calls of native functions: string conversions, and errors as exceptions."""

from __future__ import annotations

import ctypes
import logging
from datetime import datetime, timezone
from typing import Any

from ._callbacks import call_blocking
from ._errors import Failure, exception
from ._handle import Free, Owned
from ._library import library
from ._rate_limit import RateLimit

OK = 0


def text_in(value: str, name: str) -> bytes:
    """Encode a string for C.

    Raises:
        TypeError: it isn't a string.
        ValueError: it contains a NUL character or a lone surrogate.

    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"invalid {name}: it contains a NUL character")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"invalid {name}: it contains a lone surrogate") from None


def text_out(value: bytes | None) -> str | None:
    """Decode a returned string."""
    return None if value is None else value.decode()


def number_out(value: int) -> int | None:
    """Return a number, or None if it is negative, which means absent."""
    return None if value < 0 else value


def rate_limit_out(handle: Any, kind: str) -> RateLimit:
    """Read the rate limit of a page or an error."""
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


def call(function: Any, *arguments: Any, logger: logging.Logger | None = None) -> None:
    """Call a function that returns a status, and raise its error.

    Raises:
        DataConnectorsError: the call failed.
        ValueError: an argument is invalid.
        BaseException: a signal handler raised it meanwhile, such as KeyboardInterrupt.

    """
    error = Owned(library().dc_error_free)
    try:
        status: int = call_blocking(logger, function, *arguments, ctypes.byref(error.out))
        if status < OK:
            raise exception(status, _failure(status, error.out))
    finally:
        # An exception keeps this frame alive; it must not keep handles or secrets.
        del arguments
        error.free()


def make(free: Free, function: Any, *arguments: Any, logger: logging.Logger | None = None) -> Owned:
    """Call a function that creates a handle."""
    made = Owned(free)
    try:
        call(function, *arguments, ctypes.byref(made.out), logger=logger)
        return made
    finally:
        del made, arguments


def _failure(status: int, error: ctypes.c_void_p) -> Failure:
    lib = library()
    wait = number_out(lib.dc_error_retry_after_ms(error))
    return Failure(
        message=text_out(lib.dc_error_message(error) or lib.dc_status_message(status)) or "",
        status_name=text_out(lib.dc_status_name(status)),
        status_code=lib.dc_error_http_status(error) or None,
        code=text_out(lib.dc_error_api_code(error)),
        field=text_out(lib.dc_error_api_field(error)),
        request_id=text_out(lib.dc_error_request_id(error)),
        retry_after=None if wait is None else wait / 1000,
        attempts=lib.dc_error_attempts(error),
        rate_limit=rate_limit_out(error, "error"),
    )
