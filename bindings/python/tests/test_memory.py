"""Freeing in any order, memory of a long iteration, and concurrent threads."""

from __future__ import annotations

import ctypes
import gc
import itertools
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from conftest import IS_WINDOWS, TOKEN, Sandbox, server_for_concurrent_calls

import data_connectors as dc
from data_connectors._handle import OwnedPointer
from data_connectors._library import library


def resident_bytes() -> int:
    if sys.platform == "win32":
        # PROCESS_MEMORY_COUNTERS: two 32-bit and eight 64-bit numbers.
        counters = (ctypes.c_size_t * 9)()
        get = ctypes.windll.kernel32.K32GetProcessMemoryInfo
        assert get(ctypes.c_void_p(-1), counters, ctypes.sizeof(counters))
        return counters[2]
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    """Return the number of file descriptors, or on Windows of handles."""
    # wine does not count handles, but makes /proc readable.
    if sys.platform == "win32" and not os.path.exists("/proc/self/fd"):
        count = ctypes.c_uint32()
        get = ctypes.windll.kernel32.GetProcessHandleCount
        assert get(ctypes.c_void_p(-1), ctypes.byref(count))
        return count.value
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("order", list(itertools.permutations(["client", "list", "pages", "page"])))
def test_objects_can_be_freed_in_any_order(sandbox: str, order: tuple[str, ...]) -> None:
    before = descriptors()
    client = dc.Client(TOKEN, base_url=sandbox)
    listing = client.list(per_page=10)
    pages = listing.pages()
    page = next(pages)
    objects: dict[str, Any] = {"client": client, "list": listing, "pages": pages, "page": page}
    client_reference = weakref.ref(client)
    del client, listing, pages, page
    for name in order:
        del objects[name]
        if "pages" in objects:
            next(objects["pages"])
        if "list" in objects:
            next(iter(objects["list"]))
        if "page" in objects:
            assert objects["page"][0].id
    gc.collect()
    assert client_reference() is None
    # Windows keeps handles for a while.
    assert IS_WINDOWS or descriptors() <= before


def test_reference_cycle_is_freed(sandbox: str) -> None:
    counts = []
    for _ in range(3):
        for _ in range(50):
            client = dc.Client(TOKEN, base_url=sandbox)
            pages = client.list().pages()
            next(pages)
            client.itself = [client, pages]  # type: ignore[attr-defined]
            del client, pages
        gc.collect()
        counts.append(descriptors())
    assert counts[2] <= counts[1]


def test_page_is_freed_with_its_last_reference(
    client: dc.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[ctypes.c_void_p] = []
    free = library().dc_page_free
    monkeypatch.setattr(library(), "dc_page_free", freed.append)
    page = client.list_page()
    rows = list(page)
    assert not freed
    del page
    (pointer,) = freed
    free(pointer)
    assert rows[0].to_dict()["id"] == rows[0].id


class PointerUser:
    """An object in a reference cycle that uses a pointer when it is finalized."""

    def __init__(self, owned: OwnedPointer, events: list[object]) -> None:
        self.cycle = self
        self.owned = owned
        self.events = events

    def __del__(self) -> None:
        self.events.append("used")


def test_pointer_in_a_reference_cycle_is_freed_after_its_users() -> None:
    events: list[object] = []
    # Objects of a cycle are finalized in the order of their creation.
    PointerUser(OwnedPointer(events.append), events)
    gc.collect()
    assert [str(event) for event in events] == ["used", "c_void_p(None)"]


def test_pointer_is_freed_after_its_users_when_the_interpreter_exits() -> None:
    # Without the rest of the package, whose fork handlers outlive the modules.
    program = f"""
import os, sys, types
package = types.ModuleType("data_connectors")
package.__path__ = {dc.__path__!r}
sys.modules["data_connectors"] = package
del package
from data_connectors._handle import OwnedPointer

class PointerUser:
    def __init__(self):
        self.freed = []
        self.owned = OwnedPointer(self.freed.append)
        self.cycle = self

    def __del__(self, write=os.write):
        write(1, b"%d" % len(self.freed))

PointerUser.all = [PointerUser() for _ in range(5)]
del OwnedPointer
"""
    assert subprocess.check_output([sys.executable, "-c", program]) == b"0" * 5


def test_pointer_is_freed_without_executing_bytecode() -> None:
    """A signal handler could run between its instructions; its exception would be ignored."""
    freed: list[ctypes.c_void_p] = []
    events: list[str] = []
    owned = OwnedPointer(freed.append)
    cycle: list[object] = [OwnedPointer(freed.append)]
    cycle.append(cycle)
    sys.setprofile(lambda frame, event, argument: events.append(event))
    try:
        del owned
        del cycle
        gc.collect()
    finally:
        sys.setprofile(None)
    assert len(freed) == 2 and "call" not in events


def test_calls_keep_no_descriptor(client: dc.Client) -> None:
    counts = []
    for _ in range(3):
        for _ in range(200):
            client.list_page(per_page=1)
        counts.append(descriptors())
    assert counts[2] <= counts[1]


def test_memory_does_not_grow_with_the_number_of_pages() -> None:
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
    # A page is about 1 KiB; the pager keeps each cursor, to detect a repeated one.
    assert late - early < 3_000_000


def test_threads_share_a_client(client: dc.Client) -> None:
    outcomes: list[list[str | None]] = []
    start = threading.Barrier(16)

    def list_all() -> None:
        start.wait(60)
        for _ in range(3):
            outcomes.append([connector.id for connector in client.list(per_page=25)])

    threads = [threading.Thread(target=list_all) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 48
    assert len(outcomes[0]) == 137 and all(outcome == outcomes[0] for outcome in outcomes)


@pytest.mark.parametrize(
    ("what", "per_page"), [("pages", 1), ("connectors", 1), ("connectors", 10)]
)
def test_threads_that_share_an_iterator_get_each_item_once(
    client: dc.Client, what: str, per_page: int
) -> None:
    listing = client.list(per_page=per_page)
    iterator: Any = listing.pages() if what == "pages" else iter(listing)
    seen: list[str | None] = []
    start = threading.Barrier(4)

    def iterate() -> None:
        start.wait(60)
        for item in iterator:
            seen.append(item[0].id if what == "pages" else item.id)

    threads = [threading.Thread(target=iterate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen, key=str) == sorted((one.id for one in client.list()), key=str)


def test_calls_of_threads_run_in_parallel() -> None:
    count = 8
    outcomes: list[int] = []
    with (
        server_for_concurrent_calls(count) as url,
        dc.Client(TOKEN, base_url=url, max_retries=0) as client,
    ):
        iterators = [client.list().pages() for _ in range(count // 2)]
        calls: list[Any] = [client.list_page] * (count // 2) + [
            pages.__next__ for pages in iterators
        ]
        threads = [
            threading.Thread(target=lambda call=call: outcomes.append(len(call())))
            for call in calls
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert outcomes == [0] * count
