"""The interpreter's exit, which must not find a thread in the native library.

A thread that enters Python again once that is being torn down is ended in C, and an end from below
a callback would take the process down. So calls are ended before, and their threads stay parked:
daemon threads, which Python would stop as well. Who waits for one at exit waits in vain.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Generator
from contextlib import contextmanager

from ._handle import Owned
from ._library import library

# As long as a handler of log lines may take, which logging would wait for, too.
_PATIENCE_SECONDS = 60.0


_clients: weakref.WeakSet[Owned] = weakref.WeakSet()
_away: set[int] = set()
_begun = threading.Event()


def watch(client: Owned) -> None:
    """Shut this native client down at exit."""
    _clients.add(client)


@contextmanager
def away() -> Generator[None, None, None]:
    """Mark this thread, not the main one, as being in the native library.

    A call within another one's callback doesn't park: the lock of a log handler may be held.
    """
    me = threading.get_ident()
    if me in _away:
        yield
        return
    _away.add(me)
    try:
        _park_at_exit()
        yield
    finally:
        _away.discard(me)
        _park_at_exit()


def _park_at_exit() -> None:
    if _begun.is_set():
        _away.discard(threading.get_ident())
        # As far as Python is concerned, a daemon thread just stops here.
        threading.Event().wait()


def _watched() -> list[Owned]:
    while True:
        # Another thread may make one at this moment.
        with contextlib.suppress(RuntimeError):
            return list(_clients)


def _end_calls() -> None:
    _begun.set()
    for client in _watched():
        library().dc_client_shutdown(client.out)
    limit = time.monotonic() + _PATIENCE_SECONDS
    while _away and time.monotonic() < limit:
        time.sleep(0.001)


atexit.register(_end_calls)
# The calls of the parent's other threads aren't under way in the child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_away.clear)
