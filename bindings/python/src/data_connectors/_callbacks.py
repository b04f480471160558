"""The native library's interrupt check and log function, and calls during which they run.

Python runs signal handlers on the main thread, between any two bytecode instructions, including
those of a ctypes callback. An exception raised at a callback's first instruction, before any
``try``, would be lost. The callbacks are therefore C functions that resume generators, each of
which is suspended within its ``try``.
"""

from __future__ import annotations

import ctypes
import functools
import logging
import operator
import threading
from collections.abc import Generator
from typing import Any, cast

from . import _exit
from ._log import LEVELS


class _Call:
    """A native call in progress, and the first exception raised on its thread meanwhile."""

    __slots__ = ("error", "has_returned", "logger")

    def __init__(self, logger: logging.Logger | None) -> None:
        self.logger = logger
        self.has_returned = False
        self.error: BaseException | None = None


class _Callbacks(threading.local):
    """The current thread's callbacks; they are C functions where signals are handled."""

    # [].count(None) returns 0, which continues the call; {}.get(level, line) does nothing.
    check: Any = cast("list[object]", []).count
    log: Any = cast("dict[int, object]", {}).get
    # `CALLBACKS[level] = line` calls `CALLBACKS.log(level, line)`, in C.
    __setitem__ = property(operator.attrgetter("log"))


CALLBACKS = _Callbacks()
USER_DATA = id(CALLBACKS)
"""The user data of both callbacks."""

CHECK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.py_object)(operator.methodcaller("check", None))
"""The native interrupt check: it calls ``CALLBACKS.check(None)``."""

WRITE = ctypes.CFUNCTYPE(None, ctypes.py_object, ctypes.c_int32, ctypes.c_char_p)(operator.setitem)
"""The native log function."""

_CONTINUE = _Callbacks.check
_INTERRUPT = [None].count
_DISCARD = _Callbacks.log


def call_blocking(logger: logging.Logger | None, function: Any, *arguments: Any) -> Any:
    """Call a native function that may block; raise what was raised on this thread meanwhile.

    Args:
        logger: receives the log lines; None if the function writes none.
        function: the function.
        arguments: its arguments.

    """
    call = _Call(logger)
    outer = CALLBACKS.check, CALLBACKS.log
    result = None
    try:
        if threading.current_thread() is threading.main_thread():
            result = _call_on_main_thread(call, function, arguments)
        else:
            result = _call_on_other_thread(call, function, arguments)
    except BaseException:
        # A second signal's exception, after the call returned: the first one is raised.
        if call.error is None:
            raise
    finally:
        # No call and no jump, at which a signal could be handled.
        CALLBACKS.check, CALLBACKS.log = outer
    if call.error is not None:
        # The exception keeps this frame alive, so this frame must not refer to the exception.
        error, call.error = call.error, None
        try:
            raise error
        finally:
            del error
    return result


def _call_on_main_thread(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    checks, lines = _run_checks(call), _write_lines(call)
    try:
        # Assigned before next(): if a signal handler raises there, the generator replaces them.
        CALLBACKS.check = checks.send
        # max(level, line, key=send) sends both to the generator, in C.
        CALLBACKS.log = functools.partial(max, key=lines.send)
        next(checks)
        next(lines)
        return function(*arguments)
    finally:
        call.has_returned = True
        checks.close()
        lines.close()


def _run_checks(call: _Call) -> Generator[int, None, None]:
    """Return 0 from each interrupt check, and 1 after an exception was raised."""
    try:
        try:
            while True:
                yield 0 if call.error is None else 1
        except GeneratorExit:
            return
        except BaseException as error:
            # No call and no jump up to the yield: at each the next signal could be handled.
            call.error = error
            CALLBACKS.check = _INTERRUPT
            yield 1
    except GeneratorExit:
        return
    except BaseException as error:
        # Before Python 3.11 the next signal can be handled at more places.
        call.error = error
        CALLBACKS.check = _INTERRUPT
        if not call.has_returned:
            yield 1


def _write_lines(call: _Call) -> Generator[int, object, None]:
    """Log a line for each two values sent: its level and its bytes."""
    try:
        try:
            while True:
                level = yield 0
                line = yield 0
                _write(call, level, line)
        except GeneratorExit:
            return
        except BaseException as error:
            # As above. The next check cancels the call; the rest of the line may still be sent.
            call.error = error
            CALLBACKS.log = _DISCARD
            yield 0
            yield 0
    except GeneratorExit:
        return
    except BaseException as error:
        call.error = error
        CALLBACKS.log = _DISCARD
        if not call.has_returned:
            yield 0
            yield 0


def _call_on_other_thread(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    def log(level: object, line: object) -> None:
        try:
            _write(call, level, line)
        except BaseException as error:
            call.error = call.error or error

    with _exit.tracked_call():
        CALLBACKS.check = _CONTINUE
        CALLBACKS.log = log
        return function(*arguments)


def _write(call: _Call, level: Any, line: Any) -> None:
    if call.logger is not None:
        number = LEVELS.get(level, logging.DEBUG)
        call.logger.log(number, "%s", line.decode(errors="replace"))
