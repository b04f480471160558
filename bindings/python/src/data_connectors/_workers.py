"""Worker threads that run blocking calls for an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import queue
import threading
import weakref
from typing import Any, Callable, NamedTuple, TypeVar

from ._cancel_token import CancelToken

T = TypeVar("T")


class _Job(NamedTuple):
    call: Callable[[CancelToken], Any]
    token: CancelToken
    future: asyncio.Future[Any]


class WorkerPool:
    """One thread per concurrent call; idle threads are reused.

    Unlike those of ``concurrent.futures`` they are daemon threads: a call that nothing awaits any
    more must not delay the interpreter's exit.
    """

    _lock: threading.Lock
    _jobs: queue.SimpleQueue[_Job | None]
    _idle: int

    def __init__(self) -> None:
        self._stopped = False
        self._reset()
        _pools.add(self)

    async def run(self, call: Callable[[CancelToken], T]) -> T:
        """Run a call on a thread; if the task is cancelled, cancel the call and await its end."""
        token = CancelToken()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        # Retrieve the exception, as asyncio logs exceptions that were never retrieved.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._submit(_Job(call, token, done))
        try:
            await asyncio.wait([done])
            return done.result()
        except asyncio.CancelledError:
            token.cancel()
            # It takes milliseconds; then the iteration can continue.
            await asyncio.wait([done])
            raise
        except BaseException:
            token.cancel()
            raise
        finally:
            # An exception keeps this frame alive, and with it the token's file descriptor.
            token._handle.close()

    def stop(self) -> None:
        """End the idle threads now, and the others after their calls."""
        with self._lock:
            self._stopped = True
            for _ in range(self._idle):
                self._jobs.put(None)
            self._idle = 0

    def _reset(self) -> None:
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
            set_outcome = _run(job)
            with self._lock:
                stopped = self._stopped
                self._idle += not stopped
            # The thread must count as idle first: the awaiting task may submit a call immediately.
            _schedule(job.future, set_outcome)
            if stopped:
                return
            del job, set_outcome


def _run(job: _Job) -> Callable[[], None]:
    """Run the call; return the function that sets the future's outcome."""
    try:
        return functools.partial(job.future.set_result, job.call(job.token))
    except BaseException as error:
        return functools.partial(job.future.set_exception, error)
    finally:
        # An exception keeps this frame alive.
        del job


def _schedule(future: asyncio.Future[Any], set_outcome: Callable[[], None]) -> None:
    def run() -> None:
        if not future.done():
            set_outcome()

    # The loop may be closed by now.
    with contextlib.suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(run)


_pools: weakref.WeakSet[WorkerPool] = weakref.WeakSet()


def _reset_pools() -> None:
    for pool in _pools:
        pool._reset()


# The worker threads don't exist in a forked child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_pools)
