"""Signals during a call: what a handler raises, such as Ctrl-C's, ends the call and is raised.

Python runs handlers on the main thread, between any two steps of Python code, also of a callback.
What one raises at a callback's first step, before any try, would be lost. So the callbacks are C
all the way to generators, which are resumed within their try.
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

LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}
"""The native levels, and those of the logging module."""


class _Call:
    """A native call under way, and what was first raised on its thread meanwhile."""

    __slots__ = ("is_over", "logger", "raised")

    def __init__(self, logger: logging.Logger | None) -> None:
        self.logger = logger
        self.is_over = False
        self.raised: BaseException | None = None


class _Thread(threading.local):
    """What the callbacks use on a thread; where signals are handled it is C."""

    # How often None is in a list: 0, go on. And nothing at all.
    ask: Any = cast("list[object]", []).count
    log: Any = cast("dict[int, object]", {}).get
    # `THREAD[level] = text` calls `THREAD.log(level, text)`, in C.
    __setitem__ = property(operator.attrgetter("log"))


THREAD = _Thread()
USER_DATA = id(THREAD)
"""The user data of both callbacks."""

CHECK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.py_object)(operator.methodcaller("ask", None))
"""The native interrupt check: it calls ``THREAD.ask(None)``."""

WRITE = ctypes.CFUNCTYPE(None, ctypes.py_object, ctypes.c_int32, ctypes.c_char_p)(operator.setitem)
"""The native log function."""

_GO_ON = _Thread.ask
_END = [None].count
_IGNORE = _Thread.log


def waits(logger: logging.Logger | None, function: Any, *arguments: Any) -> Any:
    """Call a native function that may wait, and raise what was raised on this thread meanwhile.

    Args:
        logger: what gets its log lines; None: it has none.
        function: the function.
        arguments: its arguments.

    """
    call = _Call(logger)
    outer = THREAD.ask, THREAD.log
    result = None
    try:
        result = _make(call, function, arguments)
    except BaseException:
        # The next signal's, when the call was over: the first one is raised.
        if call.raised is None:
            raise
    finally:
        # No call and no jump, at which a signal could be handled.
        THREAD.ask, THREAD.log = outer
    if call.raised is not None:
        # It keeps this frame, which must not keep it: a cycle would be freed at any moment.
        error, call.raised = call.raised, None
        try:
            raise error
        finally:
            del error
    return result


def _make(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    if threading.current_thread() is threading.main_thread():
        return _on_main_thread(call, function, arguments)
    return _on_other_thread(call, function, arguments)


def _on_main_thread(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    asked, logged = _asked(call), _logged(call)
    next(asked)
    next(logged)
    try:
        THREAD.ask = asked.send
        # The largest of the level and the text: each goes to the generator, to be measured.
        THREAD.log = functools.partial(max, key=logged.send)
        return function(*arguments)
    finally:
        call.is_over = True
        asked.close()
        logged.close()


def _asked(call: _Call) -> Generator[int, None, None]:
    """Answer the native check: 1 when something was raised, else 0."""
    try:
        try:
            while True:
                yield 0 if call.raised is None else 1
        except GeneratorExit:
            return
        except BaseException as error:
            # No call and no jump from here to the yield: at each the next signal could be handled.
            call.raised = error
            THREAD.ask = _END
            yield 1
    except GeneratorExit:
        return
    except BaseException as error:
        # The next signal's all the same: before 3.11 Python handles them at more places.
        call.raised = error
        THREAD.ask = _END
        if not call.is_over:
            yield 1


def _logged(call: _Call) -> Generator[int, object, None]:
    """Log a line for each two things sent: its level, its text."""
    try:
        try:
            while True:
                level = yield 0
                text = yield 0
                _write(call, level, text)
        except GeneratorExit:
            return
        except BaseException as error:
            # As above; the next check ends the call. The text may be yet to come.
            call.raised = error
            THREAD.log = _IGNORE
            yield 0
            yield 0
    except GeneratorExit:
        return
    except BaseException as error:
        call.raised = error
        THREAD.log = _IGNORE
        if not call.is_over:
            yield 0
            yield 0


def _on_other_thread(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    def log(level: object, text: object) -> None:
        try:
            _write(call, level, text)
        except BaseException as error:
            call.raised = call.raised or error

    with _exit.away():
        THREAD.ask = _GO_ON
        THREAD.log = log
        return function(*arguments)


def _write(call: _Call, level: Any, text: Any) -> None:
    if call.logger is not None:
        number = LEVELS.get(level, logging.DEBUG)
        call.logger.log(number, "%s", text.decode(errors="replace"))
