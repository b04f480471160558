"""Ends native calls when the interpreter exits.

A thread that enters Python during finalization is terminated in C, and unwinding out of a callback
would abort the process. So calls are ended before that, and their threads block. Only daemon
threads are left at that point, which Python would stop as well; joining one would never return.
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

from ._handle import OwnedPointer
from ._library import library

# A log handler may take this long; the logging module would wait for it, too.
_EXIT_TIMEOUT_SECONDS = 60.0


_clients: weakref.WeakSet[OwnedPointer] = weakref.WeakSet()
_calling_threads: set[int] = set()
_is_exiting = threading.Event()


def shut_down_at_exit(client: OwnedPointer) -> None:
    """Shut down this native client when the interpreter exits."""
    _clients.add(client)


@contextmanager
def tracked_call() -> Generator[None, None, None]:
    """Mark this thread, which is not the main one, as being in a native call.

    A call made within a callback of another one doesn't block at exit: its thread may hold the
    lock of a log handler.
    """
    thread = threading.get_ident()
    if thread in _calling_threads:
        yield
        return
    _calling_threads.add(thread)
    try:
        _block_at_exit()
        yield
    finally:
        _calling_threads.discard(thread)
        _block_at_exit()


def _block_at_exit() -> None:
    if _is_exiting.is_set():
        _calling_threads.discard(threading.get_ident())
        threading.Event().wait()


def _clients_now() -> list[OwnedPointer]:
    while True:
        # Another thread may add one during the iteration.
        with contextlib.suppress(RuntimeError):
            return list(_clients)


def _end_calls() -> None:
    _is_exiting.set()
    for client in _clients_now():
        library().dc_client_shutdown(client.out)
    deadline = time.monotonic() + _EXIT_TIMEOUT_SECONDS
    while _calling_threads and time.monotonic() < deadline:
        time.sleep(0.001)


atexit.register(_end_calls)
# The parent's other threads don't exist in a forked child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_calling_threads.clear)
