"""The interpreter's exit, which must not find a thread in the native library.

A thread that enters Python again once that is being torn down is ended in C, and an end from below
a callback would take the process down. So calls are ended before, and their threads stay parked.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

# As long as a handler of log lines may take, which logging would wait for, too.
_PATIENCE_SECONDS = 60.0


class _CanShutDown(Protocol):
    def shutdown(self) -> None: ...


_clients: weakref.WeakSet[_CanShutDown] = weakref.WeakSet()
_away: set[int] = set()
_begun = threading.Event()


def watch(client: _CanShutDown) -> None:
    """Shut this client down at exit."""
    _clients.add(client)


@contextmanager
def away() -> Generator[None, None, None]:
    """Mark this thread, not the main one, as being in the native library."""
    me = threading.get_ident()
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


def _end_calls() -> None:
    _begun.set()
    for client in list(_clients):
        client.shutdown()
    limit = time.monotonic() + _PATIENCE_SECONDS
    while _away and time.monotonic() < limit:
        time.sleep(0.001)


atexit.register(_end_calls)
# The calls of the parent's other threads aren't under way in the child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_away.clear)
