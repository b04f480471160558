"""Forked and spawned processes, and the interpreter's exit."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from typing import Any

import pytest
from conftest import TOKEN, SilentServer, python

import data_connectors as dc


def in_child(work: Any) -> None:
    """Run a function in a forked child; fail if it fails."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


def test_parent_and_child_use_a_client_after_a_fork(client: dc.Client) -> None:
    pages = client.list(per_page=50).pages()
    first = next(pages)

    def work() -> None:
        assert len(list(client.list())) == 137
        assert [len(page) for page in pages] == [50, 37]

    in_child(work)
    assert [len(page) for page in pages] == [50, 37]
    assert next(iter(client.list())) == first[0]


def test_fork_while_a_thread_is_in_a_call(silent: SilentServer, sandbox: str) -> None:
    import threading

    waiting = dc.Client(TOKEN, base_url=silent.url)
    other = dc.Client(TOKEN, base_url=sandbox)

    def until_shutdown() -> None:
        with pytest.raises(dc.CallCancelledError):
            waiting.list_page()

    thread = threading.Thread(target=until_shutdown)
    thread.start()
    assert silent.reached.wait(10)

    def work() -> None:
        assert len(list(other.list())) == 137
        # The call is the parent's: this neither cancels it nor waits for it.
        waiting.close()
        waiting.shutdown()

    in_child(work)
    waiting.shutdown()
    thread.join(10)
    assert not thread.is_alive()


def test_async_client_after_a_fork(sandbox: str) -> None:
    client = dc.AsyncClient(TOKEN, base_url=sandbox)

    async def count() -> int:
        return len([connector async for connector in client.list()])

    assert asyncio.run(count()) == 137

    def work() -> None:
        assert asyncio.run(asyncio.wait_for(count(), 20)) == 137

    in_child(work)
    assert asyncio.run(count()) == 137


def count_rows(client: dc.Client) -> int:
    return len(list(client.list()))


def raised_error(client: dc.Client) -> BaseException:
    try:
        client.list_page(per_page=50, starting_after="nonsense")
    except dc.DataConnectorsError as error:
        return error
    raise AssertionError("no error was raised")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_multiprocessing(sandbox: str, method: str) -> None:
    client = dc.Client(TOKEN, base_url=sandbox, pickle_secrets=True)
    count_rows(client)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(count_rows, [client] * 4) == [137] * 4
        error = pool.apply(raised_error, (client,))
    assert isinstance(error, dc.BadRequestError) and error.request_id is not None


EXITS = {
    "an open client and iterator": """
pages = client.list().pages()
""",
    "a thread in a call": """
threading.Thread(target=client.list_page, daemon=True).start()
reached()
""",
    "threads in calls with log lines": """
logging.basicConfig(level=logging.DEBUG, stream=open(os.devnull, "w"))
busy = dc.Client("t", base_url=sys.argv[1], timeout=30)
listed = threading.Semaphore(0)
def list_repeatedly():
    while True:
        list(busy.list(per_page=5))
        listed.release()
for _ in range(8):
    threading.Thread(target=list_repeatedly, daemon=True).start()
for _ in range(8):
    listed.acquire()
threading.Thread(target=client.list_page, daemon=True).start()
reached()
""",
    "threads that watch": """
busy = dc.Client("t", base_url=sys.argv[1])
watches = [busy.watch(interval=0.001, resync=number % 2, overlap=0) for number in range(4)]
for watch in watches:
    threading.Thread(target=next, args=(watch,), daemon=True).start()
while not all(watch.snapshot for watch in watches):
    time.sleep(0.001)
""",
    "an event loop's call": """
loop_client = dc.AsyncClient("t", base_url=silent_url)
async def work():
    await loop_client.list_page()
threading.Thread(target=asyncio.run, args=(work(),), daemon=True).start()
reached()
""",
    "a thread in a call of a closed client": """
threading.Thread(target=client.list_page, daemon=True).start()
reached()
client.close()
""",
    "a log handler that makes calls": """
class CallingHandler(logging.Handler):
    def emit(self, record):
        dc.CancelToken()
        busy.list_page(per_page=1)
        logged_lines.release()
        time.sleep(0.01) # so that exits find some threads in the handler
busy = dc.Client("t", base_url=sys.argv[1], timeout=30)
logged_lines = threading.Semaphore(0)
logger = logging.getLogger("calling")
logger.setLevel(logging.DEBUG)
logger.addHandler(CallingHandler())
logged = dc.Client("t", base_url=sys.argv[1], timeout=30, logger=logger)
def list_repeatedly():
    while True:
        list(logged.list(per_page=50))
for _ in range(4):
    threading.Thread(target=list_repeatedly, daemon=True).start()
for _ in range(8):
    logged_lines.acquire()
""",
    "a call at exit": """
busy = dc.Client("t", base_url=sys.argv[1])
atexit.register(lambda: print(len(busy.list_page())))
""",
}


@pytest.mark.parametrize("case", EXITS)
def test_interpreter_exits_cleanly(sandbox: str, case: str) -> None:
    code = f"""
import asyncio, atexit, logging, os, socket, sys, threading, time
import data_connectors as dc
listener = socket.create_server(("127.0.0.1", 0))
silent_url = f"http://127.0.0.1:{{listener.getsockname()[1]}}"
client = dc.Client("t", base_url=silent_url, timeout=30)
def reached():
    global connection
    connection, _ = listener.accept()
    assert connection.recv(4096)
{EXITS[case]}
"""
    for _ in range(3):
        start = time.monotonic()
        done = python(code, sandbox)
        assert (done.returncode, done.stderr) == (0, "")
        assert time.monotonic() - start < 15, "it waited for the call's timeout"
        assert done.stdout == ("20\n" if case == "a call at exit" else "")
