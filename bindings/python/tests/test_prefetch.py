"""Walks that fetch the next page while this one is worked on."""

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
from conftest import TOKEN, Silent, http, python

import data_connectors as dc

PAGE = '{{"data":[{{"id":"{}"}}],"pages":{{"next":{{"starting_after":"{}"}}}}}}'


def page(identifier: str, cursor: str) -> bytes:
    return http("200 OK", PAGE.format(identifier, cursor))


def wait_until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.001)


class Hanging(Silent):
    """Gives one page, and hangs at each later request."""

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
def hanging() -> Iterator[Hanging]:
    server = Hanging()
    yield server
    server.stop()


def test_it_gives_the_same(client: dc.Client) -> None:
    expected = list(client.list())
    assert list(client.list(per_page=5, prefetch=True)) == expected
    listing = client.list(per_page=50, prefetch=True)
    assert [len(page) for page in listing.pages()] == [50, 50, 37]
    assert [len(page) for page in listing.pages()] == [50, 50, 37], "and again"


def test_it_gives_the_same_in_an_event_loop(sandbox: str, client: dc.Client) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            listing = loop_client.list(per_page=5, prefetch=True)
            assert [connector async for connector in listing] == list(client.list())
            assert len([page async for page in listing.pages()]) == 28

    asyncio.run(asyncio.wait_for(work(), 30))


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_it_is_true_or_false(client: dc.Client, sandbox: str, value: Any) -> None:
    with pytest.raises(TypeError, match="prefetch must be True or False"):
        client.list(prefetch=value)
    with pytest.raises(TypeError, match="prefetch must be True or False"):
        dc.AsyncClient(TOKEN, base_url=sandbox).list(prefetch=value)


def test_the_next_page_is_asked_for_while_this_one_is_worked_on(scripted: Any) -> None:
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


def test_without_it_nothing_is_asked_for_ahead(scripted: Any) -> None:
    server = scripted(page("1", "a"), page("2", ""))
    with dc.Client(TOKEN, base_url=server.url) as client:
        next(client.list().pages())
        time.sleep(0.1)
        assert len(server.requests) == 1


def test_its_log_lines_come_with_the_page_on_the_thread_that_asks(
    scripted: Any, caplog: Any
) -> None:
    server = scripted(page("1", "a"), page("2", ""))
    with (
        caplog.at_level(logging.DEBUG, logger="data_connectors"),
        dc.Client(TOKEN, base_url=server.url) as client,
    ):
        for _ in client.list(prefetch=True).pages():
            wait_until(lambda: len(server.requests) == 2)
            time.sleep(0.02)
    mine = threading.current_thread().name
    assert [(record.levelname, record.threadName) for record in caplog.records] == [
        ("DEBUG", mine),
        ("INFO", mine),
    ] * 2


def test_a_walk_that_is_left_ends_its_fetch(hanging: Hanging) -> None:
    with dc.Client(TOKEN, base_url=hanging.url) as client:
        pages = client.list(prefetch=True).pages()
        next(pages)
        assert hanging.reached.wait(10)
        began = time.monotonic()
        pages.close()
        assert time.monotonic() - began < 5
        assert hanging.left.wait(10), "the connection is closed"

        hanging.served = 0
        hanging.left.clear()
        hanging.reached.clear()
        for connector in client.list(prefetch=True):
            assert connector.id == "1"
            assert hanging.reached.wait(10)
            break
        assert hanging.left.wait(10), "when nothing refers to the walk"


def test_a_signal_ends_the_wait_and_the_fetch_goes_on(hanging: Hanging) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with dc.Client(TOKEN, base_url=hanging.url) as client:
            pages = client.list(prefetch=True).pages()
            next(pages)
            for _ in range(3):
                kick = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
                began = time.monotonic()
                with pytest.raises(KeyboardInterrupt):
                    kick.start()
                    next(pages)
                kick.join()
                assert time.monotonic() - began < 5
            assert hanging.served == 2
            client.shutdown()
            with pytest.raises(dc.CallCancelledError):
                next(pages)
    finally:
        signal.signal(signal.SIGUSR1, before)


class KickError(BaseException):
    """What the handler raises."""


def test_no_page_is_lost_to_signals(sandbox: str) -> None:
    caught = 0

    def kick(_: int, frame: Any) -> None:
        while frame is not None:
            if frame.f_code.co_name == "page_after":
                raise KickError
            frame = frame.f_back

    before = signal.signal(signal.SIGALRM, kick)
    try:
        with dc.Client(TOKEN, base_url=sandbox) as client:
            expected = [connector.id for connector in client.list()]
            for turn in range(4):
                pages = client.list(per_page=1, prefetch=True).pages()
                seen: list[str | None] = []
                while True:
                    delay = 0.00005 + 0.00001 * ((len(seen) * 7 + turn * 13 + caught) % 130)
                    signal.setitimer(signal.ITIMER_REAL, delay)
                    try:
                        seen.append(next(pages)[0].id)
                    except KickError:
                        caught += 1
                    except StopIteration:
                        break
                assert seen == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    print(f"{caught} interruptions")
    assert caught > 10


def test_no_page_is_lost_to_cancellations(sandbox: str, client: dc.Client) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            walk = loop_client.list(per_page=1, prefetch=True).pages()
            seen: list[str | None] = []
            delay = 0.0
            while True:
                step = asyncio.ensure_future(walk.__anext__())
                await asyncio.sleep(delay)
                delay = (delay + 0.00013) % 0.002
                step.cancel()
                try:
                    seen.append((await step)[0].id)
                except asyncio.CancelledError:
                    pass
                except StopAsyncIteration:
                    break
        assert seen == [connector.id for connector in client.list()]

    asyncio.run(asyncio.wait_for(work(), 30))


def test_parent_and_child_go_on_with_the_same_walk(client: dc.Client) -> None:
    for turn in range(8):
        walk = client.list(per_page=50, prefetch=True).pages()
        next(walk)
        time.sleep(0.0005 * turn)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(int([len(page) for page in walk] != [50, 37]))
            os._exit(2)
        assert [len(page) for page in walk] == [50, 37]
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


def test_the_interpreter_ends_with_a_fetch_under_way(hanging: Hanging) -> None:
    began = time.monotonic()
    ended = python(EXIT, hanging.url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("one page\n")
    assert time.monotonic() - began < 20
