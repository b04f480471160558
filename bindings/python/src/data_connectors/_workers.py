"""Threads that make blocking calls for an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import queue
import threading
import weakref
from typing import Any, Callable, NamedTuple, TypeVar

from ._cancel import CancelToken

T = TypeVar("T")


class _Job(NamedTuple):
    call: Callable[[CancelToken], Any]
    token: CancelToken
    future: asyncio.Future[Any]


class Workers:
    """As many threads as there are calls at once; one that is idle is used again.

    They are daemon threads, unlike those of ``concurrent.futures``: a call that nobody waits for
    any more must not hold up the interpreter's exit.
    """

    _lock: threading.Lock
    _jobs: queue.SimpleQueue[_Job | None]
    _idle: int

    def __init__(self) -> None:
        self._stopped = False
        self._begin()
        _all.add(self)

    async def run(self, call: Callable[[CancelToken], T]) -> T:
        """Make a call on a thread. When the task is cancelled, end it, and wait for its end."""
        token = CancelToken()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        # What nobody waits for any more isn't to be complained about.
        done.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        self._submit(_Job(call, token, done))
        try:
            await asyncio.wait([done])
            return done.result()
        except asyncio.CancelledError:
            token.cancel()
            # Milliseconds. After it a walk can go on, and nothing is under way any more.
            await asyncio.wait([done])
            raise
        except BaseException:
            token.cancel()
            raise
        finally:
            # An exception keeps frames, and so would the token's descriptor be kept.
            token._handle.close()

    def stop(self) -> None:
        """Let the threads end: those that are idle now, the others after their calls."""
        with self._lock:
            self._stopped = True
            for _ in range(self._idle):
                self._jobs.put(None)
            self._idle = 0

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._jobs = queue.SimpleQueue()
        self._idle = 0

    def _submit(self, job: _Job) -> None:
        with self._lock:
            self._jobs.put(job)
            if self._idle > 0:
                self._idle -= 1
            else:
                threading.Thread(target=self._work, daemon=True, name="data_connectors").start()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            tell = _outcome(job)
            with self._lock:
                stopped = self._stopped
                self._idle += not stopped
            # Whoever waits for it may come with the next call at once.
            _tell(job.future, tell)
            if stopped:
                return
            del job, tell


def _outcome(job: _Job) -> Callable[[], None]:
    """Make the call, and give what tells its outcome to the event loop."""
    try:
        return functools.partial(job.future.set_result, job.call(job.token))
    except BaseException as error:
        return functools.partial(job.future.set_exception, error)
    finally:
        # An exception keeps this frame.
        del job


def _tell(future: asyncio.Future[Any], tell: Callable[[], None]) -> None:
    def now() -> None:
        if not future.done():
            tell()

    # The loop may have been closed meanwhile: then nobody waits.
    with contextlib.suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(now)


_all: weakref.WeakSet[Workers] = weakref.WeakSet()


def _begin_anew() -> None:
    for workers in _all:
        workers._begin()


# A forked child has none of the threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
