"""Prefetching of the next page."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from conftest import TOKEN, SilentServer, http, python

import data_connectors as dc

PAGE = '{{"data":[{{"id":"{}"}}],"pages":{{"next":{{"starting_after":"{}"}}}}}}'


def page(identifier: str, cursor: str) -> bytes:
    return http("200 OK", PAGE.format(identifier, cursor))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class HangingServer(SilentServer):
    """Sends one page, and no response to later requests."""

    def __init__(self) -> None:
        super().__init__()
        self.served = 0

    def _hold(self, connection: Any) -> None:
        self.served += 1
        if self.served > 1:
            super()._hold(connection)
            return
        with connection:
            connection.recv(4096)
            connection.sendall(page("1", "a"))


@pytest.fixture()
def hanging() -> Iterator[HangingServer]:
    server = HangingServer()
    yield server
    server.stop()


def test_list_is_the_same_with_prefetch(client: dc.Client) -> None:
    expected = list(client.list())
    assert list(client.list(per_page=5, prefetch=True)) == expected
    listing = client.list(per_page=50, prefetch=True)
    assert [len(page) for page in listing.pages()] == [50, 50, 37]
    assert [len(page) for page in listing.pages()] == [50, 50, 37], "second iteration"


def test_async_list_is_the_same_with_prefetch(sandbox: str, client: dc.Client) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            listing = loop_client.list(per_page=5, prefetch=True)
            assert [connector async for connector in listing] == list(client.list())
            assert len([page async for page in listing.pages()]) == 28

    asyncio.run(asyncio.wait_for(work(), 30))


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_rejects_a_value_other_than_true_or_false(
    client: dc.Client, sandbox: str, value: Any
) -> None:
    with pytest.raises(TypeError, match="prefetch must be True or False"):
        client.list(prefetch=value)
    with pytest.raises(TypeError, match="prefetch must be True or False"):
        dc.AsyncClient(TOKEN, base_url=sandbox).list(prefetch=value)


def test_requests_the_next_page_before_it_is_needed(scripted: Any) -> None:
    server = scripted(page("1", "a"), http("503 Busy", "{}"), page("2", ""))
    with dc.Client(TOKEN, base_url=server.url, max_retries=0) as client:
        pages = client.list(prefetch=True).pages()
        assert next(pages)[0].id == "1"
        wait_until(lambda: len(server.requests) == 2)
        assert pages.cursor == "a"
        with pytest.raises(dc.InternalServerError) as failure:
            next(pages)
        assert failure.value.attempts == 1
        assert [page[0].id for page in pages] == ["2"]
        assert len(server.requests) == 3


def test_does_not_prefetch_by_default(scripted: Any) -> None:
    server = scripted(page("1", "a"), page("2", ""))
    with dc.Client(TOKEN, base_url=server.url) as client:
        next(client.list().pages())
        time.sleep(0.1)  # for a request that should not be sent
        assert len(server.requests) == 1


def test_logs_on_the_thread_that_requests_the_page(scripted: Any, caplog: Any) -> None:
    server = scripted(page("1", "a"), page("2", ""))
    with (
        caplog.at_level(logging.DEBUG, logger="data_connectors"),
        dc.Client(TOKEN, base_url=server.url) as client,
    ):
        for _ in client.list(prefetch=True).pages():
            wait_until(lambda: len(server.requests) == 2)
            time.sleep(0.02)  # for log lines of the background thread
    this_thread = threading.current_thread().name
    assert [(record.levelname, record.threadName) for record in caplog.records] == [
        ("DEBUG", this_thread),
        ("INFO", this_thread),
    ] * 2


def test_ending_the_iteration_cancels_the_prefetch(hanging: HangingServer) -> None:
    with dc.Client(TOKEN, base_url=hanging.url) as client:
        pages = client.list(prefetch=True).pages()
        next(pages)
        assert hanging.reached.wait(10)
        start = time.monotonic()
        pages.close()
        assert time.monotonic() - start < 5
        assert hanging.closed.wait(10), "the connection is closed"

        hanging.served = 0
        hanging.closed.clear()
        hanging.reached.clear()
        for connector in client.list(prefetch=True):
            assert connector.id == "1"
            assert hanging.reached.wait(10)
            break
        assert hanging.closed.wait(10), "when nothing refers to the iterator"


def test_prefetch_continues_after_a_signal_interrupts_the_wait(hanging: HangingServer) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with dc.Client(TOKEN, base_url=hanging.url) as client:
            pages = client.list(prefetch=True).pages()
            next(pages)
            for _ in range(3):
                timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
                start = time.monotonic()
                with pytest.raises(KeyboardInterrupt):
                    timer.start()
                    next(pages)
                timer.join()
                assert time.monotonic() - start < 5
            assert hanging.served == 2
            client.shutdown()
            with pytest.raises(dc.CallCancelledError):
                next(pages)
    finally:
        signal.signal(signal.SIGUSR1, before)


class SignalError(BaseException):
    """Raised by the signal handler."""


def test_iteration_continues_after_signals(sandbox: str) -> None:
    interruptions = 0

    def interrupt(_: int, frame: Any) -> None:
        while frame is not None:
            if frame.f_code.co_name == "page_after":
                raise SignalError
            frame = frame.f_back

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with dc.Client(TOKEN, base_url=sandbox) as client:
            expected = [connector.id for connector in client.list()]
            for turn in range(4):
                pages = client.list(per_page=1, prefetch=True).pages()
                seen: list[str | None] = []
                while True:
                    delay = 0.00005 + 0.00001 * ((len(seen) * 7 + turn * 13 + interruptions) % 130)
                    signal.setitimer(signal.ITIMER_REAL, delay)
                    try:
                        seen.append(next(pages)[0].id)
                    except SignalError:
                        interruptions += 1
                    except StopIteration:
                        break
                assert seen == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    print(f"{interruptions} interruptions")
    assert interruptions > 10


def test_iteration_continues_after_cancellations(sandbox: str, client: dc.Client) -> None:
    async def work() -> int:
        cancellations = 0
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            pages = loop_client.list(per_page=1, prefetch=True).pages()
            seen: list[str | None] = []
            delay = 0.0
            while True:
                task = asyncio.ensure_future(pages.__anext__())
                await asyncio.sleep(delay)
                delay = (delay + 0.00013) % 0.002
                task.cancel()
                try:
                    seen.append((await task)[0].id)
                except asyncio.CancelledError:
                    cancellations += 1
                except StopAsyncIteration:
                    break
        assert seen == [connector.id for connector in client.list()]
        return cancellations

    assert asyncio.run(asyncio.wait_for(work(), 30)) > 0


def test_parent_and_child_continue_the_same_iteration(client: dc.Client) -> None:
    for turn in range(8):
        pages = client.list(per_page=50, prefetch=True).pages()
        next(pages)
        time.sleep(0.0005 * turn)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(int([len(page) for page in pages] != [50, 37]))
            os._exit(2)
        assert [len(page) for page in pages] == [50, 37]
        assert os.waitpid(child, 0)[1] == 0


EXIT = """
import logging, sys
import data_connectors as dc

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
client = dc.Client("t", base_url=sys.argv[1])
pages = client.list(prefetch=True).pages()
next(pages)
print("one page")
"""


def test_interpreter_exits_during_a_prefetch(hanging: HangingServer) -> None:
    start = time.monotonic()
    done = python(EXIT, hanging.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("one page\n")
    assert time.monotonic() - start < 20
