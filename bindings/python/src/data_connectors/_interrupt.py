"""Ctrl-C during a call: what a signal's handler raises ends the call, and is raised by it."""

from __future__ import annotations

import ctypes
import operator
import threading
from collections.abc import Generator
from typing import Any, cast

from . import _exit


class _Call:
    """A native call under way: whether it is over, and what was raised on its thread meanwhile."""

    def __init__(self) -> None:
        self.is_over = False
        self.raised: list[BaseException] = []


class _Thread(threading.local):
    """What a thread is in, and what the native check asks there."""

    call: _Call | None = None
    # Signal handlers run on the main thread only. On others the answer is 0: no None in a list.
    ask: Any = cast("list[object]", []).count


_THREAD = _Thread()

# No Python function may stand here: a handler's exception can come at its first instruction,
# before any try, and would be lost. So it is C all the way to the generator of the call.
CHECK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.py_object)(operator.methodcaller("ask", None))
"""The native interrupt check. Its user data is :data:`CHECK_DATA`."""

CHECK_DATA = id(_THREAD)


def waits(function: Any, *arguments: Any) -> Any:
    """Call a native function that may wait, and raise what was raised on this thread meanwhile."""
    outer = _THREAD.call, _THREAD.ask
    call = _THREAD.call = _Call()
    try:
        if threading.current_thread() is threading.main_thread():
            result = _on_main_thread(call, function, arguments)
        else:
            with _exit.away():
                result = function(*arguments)
    finally:
        _THREAD.call, _THREAD.ask = outer
    if call.raised:
        raise call.raised.pop(0)
    return result


def note(error: BaseException) -> None:
    """Let the call under way on this thread end with an exception of one of its callbacks."""
    if _THREAD.call is not None:
        _THREAD.call.raised.append(error)


def _on_main_thread(call: _Call, function: Any, arguments: tuple[Any, ...]) -> Any:
    asked = _asked(call)
    next(asked)
    _THREAD.ask = asked.send
    try:
        return function(*arguments)
    finally:
        call.is_over = True
        # A handler may run at its last step, too.
        for _ in asked:
            pass


def _asked(call: _Call) -> Generator[int, None, None]:
    # It is resumed within its try, which so is around whatever a signal's handler raises.
    while not call.is_over:
        try:
            yield 1 if call.raised else 0
        except GeneratorExit:
            return
        except BaseException as error:
            # The call raises it when it has returned.
            call.raised.append(error)
