"""AsyncClient."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import pytest
from conftest import LATE, TOKEN, SilentServer, draft_id, edit, http, server_for_concurrent_calls
from test_memory import descriptors

import data_connectors as dc

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 30))


def test_lists_like_the_blocking_client(sandbox: str, client: dc.Client) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            listing = loop_client.list(per_page=50)
            connectors = [connector async for connector in listing]
            assert connectors == list(client.list())
            assert [connector async for connector in listing] == connectors, "second iteration"
            assert [len(page) async for page in listing.pages()] == [50, 50, 37]
            page = await loop_client.list_page(per_page=10)
            rest = loop_client.list(starting_after=page.next_cursor)
            assert [*page, *[connector async for connector in rest]] == connectors

            pages = listing.pages()
            assert pages.cursor is None
            first = await pages.__anext__()
            assert pages.cursor == first.next_cursor is not None
            pages.close()
            with pytest.raises(ValueError, match="this iterator is closed"):
                await pages.__anext__()

    run(work())


def test_runs_calls_concurrently() -> None:
    async def work(url: str) -> None:
        async with dc.AsyncClient(TOKEN, base_url=url, max_retries=0) as client:
            pages = await asyncio.gather(*[client.list_page() for _ in range(30)])
            assert [len(page) for page in pages] == [0] * 30

    with server_for_concurrent_calls(30) as url:
        run(work(url))


def test_reuses_idle_threads_and_ends_them_with_the_client(sandbox: str) -> None:
    def workers() -> int:
        return sum(thread.name == "data_connectors" for thread in threading.enumerate())

    def await_workers(expected: int) -> None:
        deadline = time.monotonic() + 10
        while workers() != expected and time.monotonic() < deadline:
            time.sleep(0.01)
        assert workers() == expected

    async def work(client: dc.AsyncClient) -> None:
        for _ in range(20):
            await client.list_page(per_page=1)

    await_workers(0)
    client = dc.AsyncClient(TOKEN, base_url=sandbox)
    run(work(client))
    await_workers(1)
    # A second event loop.
    run(work(client))
    await_workers(1)
    run(client.close())
    await_workers(0)
    with pytest.raises(ValueError, match="this client is closed"):
        run(client.list_page())

    client = dc.AsyncClient(TOKEN, base_url=sandbox)
    run(work(client))
    del client
    gc.collect()
    await_workers(0)


@pytest.mark.parametrize("call", ["list_page", "pages", "snapshot", "watch"])
def test_cancelling_a_task_cancels_its_call(silent: SilentServer, call: str) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=silent.url) as client:
            awaitables: dict[str, Callable[[], Awaitable[object]]] = {
                "list_page": client.list_page,
                "pages": client.list().pages().__anext__,
                "snapshot": client.snapshot,
                "watch": client.watch().__anext__,
            }
            task = asyncio.ensure_future(awaitables[call]())
            assert await asyncio.to_thread(silent.reached.wait, 10)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - start < 5
            assert await asyncio.to_thread(silent.closed.wait, 10), "the connection is closed"

    run(work())


def test_wait_for_timeout_cancels_the_call(silent: SilentServer) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=silent.url) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.list_page(), 0.2)
            assert await asyncio.to_thread(silent.closed.wait, 10)

    run(work())


def test_invalid_option_leaves_the_original_client_usable(sandbox: str) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as client:
            await client.list_page()
            with pytest.raises(ValueError, match="invalid region"):
                client.with_options(region="mars")
            gc.collect()
            assert not client._workers._stopped
            assert len(await client.list_page()) == 20

    run(work())


def test_exception_keeps_no_file_descriptor(scripted: Any) -> None:
    server = scripted(http("401 Unauthorized", "{}"))

    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=server.url) as client:
            await asyncio.gather(client.list_page(), return_exceptions=True)
            before = descriptors()
            failures = [
                (await asyncio.gather(client.list_page(), return_exceptions=True))[0]
                for _ in range(30)
            ]
            assert descriptors() < before + 10
            assert all(isinstance(failure, dc.AuthenticationError) for failure in failures)

    gc.disable()
    try:
        run(work())
    finally:
        gc.enable()


def test_event_loop_can_close_during_a_call(silent: SilentServer, caplog: Any) -> None:
    client = dc.AsyncClient(TOKEN, base_url=silent.url, timeout=0.5)
    loop = asyncio.new_event_loop()
    call = client.list_page()
    loop.call_soon(call.send, None)

    def stop_during_the_call() -> None:
        silent.reached.wait(10)
        loop.call_soon_threadsafe(loop.stop)

    threading.Thread(target=stop_during_the_call).start()
    loop.run_forever()
    assert silent.reached.is_set()
    loop.close()
    call.close()
    run(client.close())
    assert silent.closed.wait(10)
    assert "closed" not in caplog.text


def test_shutdown_cancels_current_calls(silent: SilentServer) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=silent.url) as client:
            tasks = [asyncio.ensure_future(client.list_page()) for _ in range(3)]
            assert await asyncio.to_thread(silent.reached.wait, 10)
            client.shutdown()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                assert isinstance(result, dc.CallCancelledError)

    run(work())


def test_iteration_continues_after_cancellations(sandbox: str, client: dc.Client) -> None:
    """Cancels next() at varying moments; no page is lost or repeated."""

    async def work() -> int:
        cancellations = 0
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as loop_client:
            pages = loop_client.list(per_page=1).pages()
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

    cancellations = run(work())
    print(f"{cancellations} cancellations")
    assert cancellations > 5


def test_raises_the_same_exceptions_as_the_blocking_client(scripted: Any) -> None:
    async def work() -> None:
        body = json.dumps({"type": "error.list", "request_id": "r-1", "errors": []})
        server = scripted(http("401 Unauthorized", body, "Content-Type: application/json"))
        async with dc.AsyncClient(TOKEN, base_url=server.url) as client:
            with pytest.raises(dc.AuthenticationError) as raised:
                await client.list_page()
            assert raised.value.request_id == "r-1"
            with pytest.raises(dc.AuthenticationError):
                async for _ in client.list():
                    pass
            with pytest.raises(ValueError, match="invalid per_page 0:"):
                await client.list_page(per_page=0)
            with pytest.raises(ValueError, match="invalid per_page 51:"):
                client.list(per_page=51)

    run(work())


def test_iterators_cannot_be_copied(sandbox: str) -> None:
    import copy

    with pytest.raises(TypeError, match="create another one"):
        copy.copy(dc.AsyncClient(TOKEN, base_url=sandbox).list().pages())


def test_watch_returns_the_same_events(changing: Any) -> None:
    client = changing("--connectors", "40")
    before = client.snapshot()
    edit(client, "DELETE", draft_id(before))
    edit(client, "PATCH", LATE, name="Renamed")

    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=client._options.values["base_url"]) as other:
            events = []
            watch = other.watch(before, interval=0.001)
            async for event in watch:
                events.append(event)
                if len(events) == 2:
                    break
            expected = client.watch(before)
            for event in events:
                same = next(expected)
                assert (event.kind, event.connector) == (same.kind, same.connector)
            assert watch.snapshot is not None and len(watch.snapshot) == 39

    run(work())


def test_wait_of_a_watch_ends_when_it_is_cancelled(sandbox: str, monkeypatch: Any) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as client:
            watch = client.watch(interval=3600)
            waiting = asyncio.Event()
            sleep = asyncio.sleep

            async def pause(seconds: float) -> None:
                waiting.set()
                await sleep(seconds)

            monkeypatch.setattr(asyncio, "sleep", pause)
            task = asyncio.ensure_future(watch.__anext__())
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert watch.snapshot is not None and len(watch.snapshot) == 137
            task = asyncio.ensure_future(watch.__anext__())
            client.shutdown()
            with pytest.raises(dc.CallCancelledError):
                await task

    run(work())
