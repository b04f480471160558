"""Log lines of the native library, for the standard logging module."""

from __future__ import annotations

import ctypes
import logging
from typing import Any

from . import _interrupt

LOGGER = logging.getLogger("data_connectors")
"""Where the lines of a client go that was given no other logger."""

# Without it Python would print warnings of a logger that nobody listens to.
LOGGER.addHandler(logging.NullHandler())

_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}


def native_level(logger: logging.Logger) -> int:
    """Give the native level that brings all lines which this logger wants.

    Warnings are rare, and so always asked for; finer lines cost time at each request.
    """
    wanted = (native for native, level in _LEVELS.items() if logger.isEnabledFor(level))
    return max(2, *wanted)


def _write(logger: Any, level: int, message: bytes) -> None:
    try:
        logger.log(_LEVELS.get(level, logging.DEBUG), "%s", message.decode(errors="replace"))
    except BaseException as error:
        # There is no way through C.
        _interrupt.note(error)


WRITE = ctypes.CFUNCTYPE(None, ctypes.py_object, ctypes.c_int32, ctypes.c_char_p)(_write)
"""The native log function. Its user data is the logger's address: the client keeps the logger."""
