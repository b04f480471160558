"""Calls of native functions: string conversions, and errors as exceptions."""

from __future__ import annotations

import ctypes
import logging
from datetime import datetime, timezone
from typing import Any

from ._callbacks import call_blocking
from ._errors import ErrorFields, create_exception
from ._handle import Free, OwnedPointer
from ._library import library
from ._rate_limit import RateLimit

OK = 0


def encode(value: str, name: str) -> bytes:
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


def decode(value: bytes | None) -> str | None:
    """Decode a returned string."""
    return None if value is None else value.decode()


def read_rate_limit(function: Any, handle: ctypes.c_void_p) -> RateLimit:
    """Read the rate limit of a page or an error."""
    values = [ctypes.c_int64() for _ in range(3)]
    function(handle, *map(ctypes.byref, values))
    limit, remaining, reset = (None if each.value < 0 else each.value for each in values)
    try:
        moment = None if reset is None else datetime.fromtimestamp(reset, timezone.utc)
    except (OverflowError, ValueError, OSError):
        moment = None
    return RateLimit(limit, remaining, moment)


def call(function: Any, *arguments: Any, logger: logging.Logger | None = None) -> None:
    """Call a function that returns a status, and raise its error.

    Raises:
        DataConnectorsError: the call failed.
        ValueError: an argument is invalid.
        BaseException: a signal handler raised it meanwhile, such as KeyboardInterrupt.

    """
    error = OwnedPointer(library().dc_error_free)
    try:
        status: int = call_blocking(logger, function, *arguments, ctypes.byref(error.out))
        if status < OK:
            raise create_exception(status, _error_fields(status, error.out))
    finally:
        # An exception keeps this frame alive; it must not keep handles or secrets.
        del arguments, error


def create_handle(
    free: Free, function: Any, *arguments: Any, logger: logging.Logger | None = None
) -> OwnedPointer:
    """Call a function that creates a handle."""
    created = OwnedPointer(free)
    try:
        call(function, *arguments, ctypes.byref(created.out), logger=logger)
        return created
    finally:
        del created, arguments


def _error_fields(status: int, error: ctypes.c_void_p) -> ErrorFields:
    lib = library()
    wait_ms = lib.dc_error_retry_after_ms(error)
    return ErrorFields(
        message=decode(lib.dc_error_message(error) or lib.dc_status_message(status)) or "",
        status_name=decode(lib.dc_status_name(status)),
        status_code=lib.dc_error_http_status(error) or None,
        code=decode(lib.dc_error_api_code(error)),
        field=decode(lib.dc_error_api_field(error)),
        request_id=decode(lib.dc_error_request_id(error)),
        retry_after=None if wait_ms < 0 else wait_ms / 1000,
        attempts=lib.dc_error_attempts(error),
        rate_limit=read_rate_limit(lib.dc_error_rate_limit, error),
    )
