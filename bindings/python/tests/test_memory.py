"""What is freed, in whatever order, and what a long walk costs."""

from __future__ import annotations

import gc
import itertools
import os
import socket
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Sandbox, http

import data_connectors as dc


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("order", list(itertools.permutations(["client", "list", "walk", "page"])))
def test_things_go_in_any_order(sandbox: str, order: tuple[str, ...]) -> None:
    before = descriptors()
    client = dc.Client(TOKEN, base_url=sandbox)
    listing = client.list(per_page=10)
    walk = listing.pages()
    page = next(walk)
    things: dict[str, Any] = {"client": client, "list": listing, "walk": walk, "page": page}
    client_is_there = weakref.ref(client)
    del client, listing, walk, page
    for name in order:
        del things[name]
        if "walk" in things:
            next(things["walk"])
        if "list" in things:
            next(iter(things["list"]))
        if "page" in things:
            assert things["page"][0].id
    gc.collect()
    assert client_is_there() is None
    assert descriptors() <= before


def test_a_cycle_of_garbage_is_freed(sandbox: str) -> None:
    before = descriptors()
    for _ in range(50):
        client = dc.Client(TOKEN, base_url=sandbox)
        walk = client.list().pages()
        next(walk)
        client.itself = [client, walk]  # type: ignore[attr-defined]
        del client, walk
    gc.collect()
    assert descriptors() <= before


def test_ten_thousand_pages_take_no_more_memory_than_two_thousand() -> None:
    sandbox = Sandbox("--connectors", "10000")
    try:
        with dc.Client(TOKEN, base_url=sandbox.url) as client:
            count, early = 0, 0
            for page in client.list(per_page=1).pages():
                count += len(page)
                assert page[0].updated_at is not None
                if count == 2000:
                    early = resident_bytes()
            late = resident_bytes()
    finally:
        sandbox.stop()
    print(f"resident: {early >> 10} KiB after 2,000 pages, {late >> 10} KiB after 10,000")
    assert count == 10_000
    # A page is about 1 KiB, and a walk remembers each cursor, to know one that comes back.
    assert late - early < 3_000_000


def test_sixteen_threads_share_a_client(client: dc.Client) -> None:
    outcomes: list[list[str | None]] = []

    def walk() -> None:
        for _ in range(3):
            outcomes.append([connector.id for connector in client.list(per_page=25)])

    threads = [threading.Thread(target=walk) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 48
    assert len(outcomes[0]) == 137 and all(outcome == outcomes[0] for outcome in outcomes)


@pytest.mark.parametrize("what", ["pages", "connectors"])
def test_threads_that_share_a_walk_get_each_page_once(client: dc.Client, what: str) -> None:
    listing = client.list(per_page=1)
    walk: Any = listing.pages() if what == "pages" else iter(listing)
    seen: list[str | None] = []

    def steps() -> None:
        for got in walk:
            seen.append(got[0].id if what == "pages" else got.id)

    threads = [threading.Thread(target=steps) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen, key=str) == sorted((one.id for one in client.list()), key=str)


def test_calls_of_threads_run_in_parallel() -> None:
    """No call is answered before all are there."""
    count = 8
    together = threading.Barrier(count)
    listener = socket.create_server(("127.0.0.1", 0), backlog=count)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            together.wait(20)
            connection.sendall(http("200 OK", '{"data":[]}'))

    outcomes: list[int] = []
    with dc.Client(TOKEN, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        walks = [client.list().pages() for _ in range(count // 2)]
        calls: list[Any] = [client.list_page] * (count // 2) + [walk.__next__ for walk in walks]
        threads = [threading.Thread(target=serve) for _ in range(count)]
        threads += [
            threading.Thread(target=lambda call=call: outcomes.append(len(call())))
            for call in calls
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    listener.close()
    assert outcomes == [0] * count
