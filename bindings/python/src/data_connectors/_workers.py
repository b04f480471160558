"""Threads that make blocking calls for an event loop."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import weakref
from concurrent.futures import Future
from typing import Any, Callable, NamedTuple, TypeVar

from ._cancel import CancelToken

T = TypeVar("T")


class _Job(NamedTuple):
    call: Callable[[CancelToken], Any]
    token: CancelToken
    future: Future[Any]


class Workers:
    """As many threads as there are calls at once; one that is idle is used again.

    They are daemon threads, unlike those of ``concurrent.futures``: a call that nobody waits for
    any more must not hold up the interpreter's exit.
    """

    _lock: threading.Lock
    _jobs: queue.SimpleQueue[_Job | None]
    _idle: int
    _stopped: bool

    def __init__(self) -> None:
        self._begin()
        _all.add(self)

    async def run(self, call: Callable[[CancelToken], T]) -> T:
        """Make a call on a thread. When the task is cancelled, end it, and wait for its end."""
        token = CancelToken()
        done: asyncio.Future[T] = asyncio.wrap_future(self._submit(call, token))
        # What nobody waits for any more isn't to be complained about.
        done.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            token.cancel()
            # Milliseconds. After it a walk can go on, and nothing is under way any more.
            await asyncio.wait([done])
            raise
        except BaseException:
            token.cancel()
            raise

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
        self._stopped = False

    def _submit(self, call: Callable[[CancelToken], T], token: CancelToken) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
            else:
                threading.Thread(target=self._work, daemon=True, name="data_connectors").start()
            self._jobs.put(_Job(call, token, future))
        return future

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
            tell()
            if stopped:
                return
            del job, tell


def _outcome(job: _Job) -> Callable[[], None]:
    """Make the call, and give what tells its outcome."""
    if not job.future.set_running_or_notify_cancel():
        return lambda: None
    try:
        result = job.call(job.token)
    except BaseException as error:
        failure = error
        return lambda: job.future.set_exception(failure)
    return lambda: job.future.set_result(result)


_all: weakref.WeakSet[Workers] = weakref.WeakSet()


def _begin_anew() -> None:
    for workers in _all:
        workers._begin()


# A forked child has none of the threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
