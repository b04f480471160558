"""Signals during calls; Ctrl-C is a real SIGINT to a child process."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import linecache
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from conftest import ROOT, TOKEN, SilentServer, http, restore_sigint

import data_connectors as dc

# One of three attempts has to meet the limit, as the machine may be busy.
MAX_SECONDS = 0.2
ATTEMPTS = 3

CHILD = """
import json, sys, time
import data_connectors as dc

token, call, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = dc.Client(token, **options)
print("ready", flush=True)
try:
    if call == "page":
        client.list_page()
    elif call == "snapshot":
        client.snapshot()
    elif call == "watch":
        next(client.watch(interval=60))
    else:
        pages = client.list().pages()
        next(pages)
        if call == "two pages":
            next(pages)
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
"""


def seconds_to_interrupt(
    call: str, options: dict[str, Any], reached: Any, **variables: str
) -> float:
    """Return the seconds from the signal to the exception."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, TOKEN, call, json.dumps(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
        preexec_fn=restore_sigint,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    reached(child.pid)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=30)
    assert (child.returncode, stderr) == (0, "")
    return float(stdout) - sent


def check_interrupt(
    phase: str,
    options: dict[str, Any],
    reached: Any,
    calls: Sequence[str] = ("page", "pages"),
    **variables: str,
) -> None:
    for call in calls:
        took = []
        for _ in range(ATTEMPTS):
            took.append(seconds_to_interrupt(call, options, reached, **variables))
            if took[-1] <= MAX_SECONDS:
                break
        print(f"{phase}, {call}: KeyboardInterrupt after {took[-1] * 1000:.1f} ms")
        assert min(took) <= MAX_SECONDS, took


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


SYN_SENT = "02"


def sockets(port: int) -> list[tuple[str, int]]:
    """Return state and unsent or unread bytes of each socket with this local or remote port."""
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = line.split()
        if port in (int(address.split(":")[1], 16) for address in (local, remote)):
            found.append((state, sum(int(queue, 16) for queue in queues.split(":"))))
    return found


def connecting(port: int) -> int:
    return sum(state == SYN_SENT for state, _ in sockets(port))


@contextlib.contextmanager
def serving(sends: bytes = b"") -> Iterator[tuple[SilentServer, Any]]:
    server = SilentServer(sends)

    def reached(_: int) -> None:
        assert server.reached.wait(10)
        server.reached.clear()
        # The client has read what the server has sent.
        wait_until(lambda: all(queued == 0 for _, queued in sockets(server.port)))

    try:
        yield server, reached
    finally:
        server.stop()


def test_interrupts_dns_resolution(tmp_path: Path) -> None:
    library = tmp_path / "preload.so"
    source = ROOT / "tests/c/other/preload.c"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    options = {"base_url": "https://slow.invalid"}

    def reached(child: int) -> None:
        # The background thread that resolves the name.
        wait_until(lambda: len(list(Path(f"/proc/{child}/task").iterdir())) > 1)

    check_interrupt("DNS resolution", options, reached, LD_PRELOAD=str(library))


def test_interrupts_a_connection_attempt() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            waiting.append(filler)
        port = address[1]
        wait_until(lambda: connecting(port) > 0)
        fillers = connecting(port)

        def reached(_: int) -> None:
            wait_until(lambda: connecting(port) > fillers)

        check_interrupt("connecting", {"base_url": f"http://127.0.0.1:{port}"}, reached)
        for filler in waiting:
            filler.close()


def test_interrupts_a_connect_tunnel() -> None:
    with serving() as (server, reached):
        options = {"base_url": "https://api.example", "proxy": server.url}
        check_interrupt("CONNECT", options, reached)


def test_interrupts_a_tls_handshake() -> None:
    with serving() as (server, reached):
        options = {"base_url": f"https://127.0.0.1:{server.port}"}
        check_interrupt("TLS handshake", options, reached)


def test_interrupts_waiting_for_a_response() -> None:
    with serving() as (server, reached):
        check_interrupt("waiting", {"base_url": server.url}, reached)


def test_interrupts_a_response_body() -> None:
    with serving(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":[') as (server, reached):
        check_interrupt("body", {"base_url": server.url}, reached)


def test_interrupts_a_retry_delay() -> None:
    unavailable = b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
    with serving(unavailable) as (server, reached):
        check_interrupt("retry delay", {"base_url": server.url}, reached)


def test_interrupts_waiting_for_the_rate_limit() -> None:
    body = b'{"data":[],"pages":{"next":{"starting_after":"a"}}}'
    reset = str(int(time.time()) + 40).encode()
    used_up = (
        b"HTTP/1.1 200 OK\r\nX-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 0\r\n"
        b"X-RateLimit-Reset: %b\r\nContent-Length: %d\r\n\r\n%b" % (reset, len(body), body)
    )
    with serving(used_up) as (server, reached):
        options = {"base_url": server.url, "wait_for_rate_limit": True}
        check_interrupt("rate limit", options, reached, calls=["two pages"])


@pytest.mark.parametrize(("call", "count"), [("snapshot", 2), ("watch", 1)])
def test_interrupts_a_wait_between_requests(scripted: Any, call: str, count: int) -> None:
    """A snapshot waits after a bulk edit, and a watch after its first snapshot."""
    row = '{"data":[{"id":"%d","updated_at":"2026-01-20T15:00:00Z"}],"pages":{"next":%s}}'
    cursors = ['{"starting_after":"a"}', "null"][-count:]
    bodies = [row % (number, cursor) for number, cursor in enumerate(cursors)]
    date = "Date: Tue, 20 Jan 2026 15:00:00 GMT"
    server = scripted(*(http("200 OK", body, date) for body in bodies))

    def reached(_: int) -> None:
        wait_until(lambda: len(server.requests) == count)
        server.requests.clear()

    check_interrupt("wait", {"base_url": server.url}, reached, calls=[call])


def test_call_continues_unless_the_handler_raises(silent: SilentServer) -> None:
    seen: list[int] = []

    def send_signal() -> None:
        before = len(seen)
        os.kill(os.getpid(), signal.SIGUSR1)
        wait_until(lambda: len(seen) > before)

    def send_signals() -> None:
        assert silent.reached.wait(10)
        for _ in range(5):
            send_signal()

    def note(number: int, _: object) -> None:
        seen.append(number)
        if len(seen) == 5:
            raise LookupError("the fifth")

    before = signal.signal(signal.SIGUSR1, note)
    try:
        with dc.Client(TOKEN, base_url=silent.url, timeout=20) as client:
            sender = threading.Thread(target=send_signals)
            sender.start()
            with pytest.raises(LookupError, match="the fifth"):
                client.list_page()
            sender.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(seen) == 5


def test_handler_may_make_calls(sandbox: str, silent: SilentServer) -> None:
    counts: list[int] = []

    def send_signal() -> None:
        assert silent.reached.wait(10)
        os.kill(os.getpid(), signal.SIGUSR1)

    def use(*_: object) -> None:
        counts.append(len(other.list_page()))
        waiting.shutdown()

    before = signal.signal(signal.SIGUSR1, use)
    try:
        with (
            dc.Client(TOKEN, base_url=sandbox) as other,
            dc.Client(TOKEN, base_url=silent.url) as waiting,
        ):
            sender = threading.Thread(target=send_signal)
            sender.start()
            with pytest.raises(dc.CallCancelledError):
                waiting.list_page()
            sender.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert counts == [20]


class SignalError(BaseException):
    """Raised by the signal handler; logging doesn't catch it, as it isn't an Exception."""


@pytest.mark.parametrize("what", ["pages", "connectors", "pages, with log lines"])
def test_iteration_continues_after_signals(sandbox: str, what: str) -> None:
    """Signals arrive at varying moments of next(); no page is lost or repeated."""
    raised = caught = 0
    # Where the handler raises. Before Python 3.10, signals are handled between more instructions.
    anywhere = what == "connectors" and sys.version_info >= (3, 10)
    package = os.path.dirname(dc.__file__)

    def interrupt(_: int, frame: FrameType | None) -> None:
        nonlocal raised
        while frame is not None:
            if frame.f_code.co_name in ("page_after", "_set_page") or (
                anywhere and os.path.dirname(frame.f_code.co_filename) == package
            ):
                raised += 1
                raise SignalError
            frame = frame.f_back

    logger = logging.getLogger("signals")
    # A signal may leave a handler's lock held, so the handlers of other tests are not used.
    logger.propagate = False
    logger.handlers = [logging.StreamHandler(io.StringIO())]
    logger.setLevel(logging.DEBUG if "log" in what else logging.CRITICAL)
    # A signal must not arrive in a finalizer of another test's garbage.
    gc.collect()
    gc.disable()
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with dc.Client(TOKEN, base_url=sandbox, logger=logger) as client:
            expected = [connector.id for connector in client.list()]
            for turn in range(80):
                if turn >= 8 and caught > 100:
                    break
                pages = client.list(per_page=1).pages()
                connectors = iter(client.list(per_page=1))
                seen: list[dc.Connector] = []
                while True:
                    # One signal per next(), so that none arrives while another is handled.
                    delay = 0.00005 + 0.00001 * ((len(seen) * 7 + turn * 13 + caught) % 130)
                    signal.setitimer(signal.ITIMER_REAL, delay)
                    try:
                        got = next(connectors) if what == "connectors" else next(pages)[0]
                    except SignalError:
                        caught += 1
                    except StopIteration:
                        break
                    else:
                        seen.append(got)
                signal.setitimer(signal.ITIMER_REAL, 0)
                assert [connector.id for connector in seen] == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    print(f"{what}: {caught} interruptions")
    assert raised == caught > 100


@pytest.mark.parametrize("function", ["_run_checks", "_write_lines"])
def test_signal_before_the_native_call_cancels_it(silent: SilentServer, function: str) -> None:
    """The signal handler raises while the generators of the callbacks are started."""

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_name != function:
            return trace if event == "call" else None
        if event == "line" and "yield" in linecache.getline(
            frame.f_code.co_filename, frame.f_lineno
        ):
            raise SignalError
        return trace

    with dc.Client(TOKEN, base_url=silent.url, timeout=5) as client:
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with pytest.raises(SignalError):
                client.list_page()
        finally:
            sys.settrace(before)
    gc.collect()


def test_two_signals_at_once_raise_one_exception(silent: SilentServer, monkeypatch: Any) -> None:
    # The second exception may be raised in a finalizer, where Python only prints it.
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)

    def first(*_: object) -> None:
        raise LookupError("first")

    def second(*_: object) -> None:
        raise LookupError("second")

    before = signal.signal(signal.SIGUSR1, first), signal.signal(signal.SIGUSR2, second)
    is_started = False
    sender = threading.Thread()

    def send_signals() -> None:
        # Not an event: with one, Python 3.9 sometimes left the sender waiting.
        while not is_started:
            time.sleep(0.001)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)

    try:
        with dc.Client(TOKEN, base_url=silent.url) as client:
            for _ in range(20):
                is_started = False
                sender = threading.Thread(target=send_signals)
                sender.start()
                try:
                    with pytest.raises(LookupError):
                        is_started = True
                        client.list_page()
                        pytest.fail("the call was not interrupted")
                    # The second exception may be raised now or after the sender has ended.
                    sender.join()
                    time.sleep(0.02)
                except LookupError:
                    sender.join()
    finally:
        # If the test fails, a late signal must not end the process.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        is_started = True
        if sender.ident is not None:
            sender.join()
        signal.signal(signal.SIGUSR1, before[0])
        signal.signal(signal.SIGUSR2, before[1])


def test_interrupted_call_leaks_no_page(scripted: Any) -> None:
    """The exception may be raised right after the native call returned its page."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    body = '{"data":["' + "x" * 4_000_000 + '"]}'
    server = scripted(http("200 OK", body))
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with dc.Client(TOKEN, base_url=server.url) as client:
            sizes = []
            for _ in range(30):
                timer = threading.Timer(0.001, os.kill, (os.getpid(), signal.SIGUSR1))
                with pytest.raises(KeyboardInterrupt):
                    timer.start()
                    while True:
                        client.list_page()
                timer.join()
                sizes.append(resident())
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert sizes[-1] - sizes[9] < 40_000_000, sizes


def test_handler_cannot_reenter_a_busy_iterator(sandbox: str) -> None:
    """Neither during the native call nor after it has returned."""
    errors: list[str] = []

    def reenter(_: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_name != "run_exclusively":
            frame = frame.f_back
        if frame is not None:
            try:
                seen.append(next(pages)[0].id)
            except StopIteration:
                pass
            except ValueError as error:
                errors.append(str(error))

    before = signal.signal(signal.SIGALRM, reenter)
    try:
        with dc.Client(TOKEN, base_url=sandbox) as client:
            expected = [connector.id for connector in client.list()]
            for turn in range(5):
                pages = client.list(per_page=1).pages()
                seen: list[str | None] = []
                signal.setitimer(signal.ITIMER_REAL, 0.0003 + 0.0001 * turn, 0.0007)
                for page in pages:
                    seen.append(page[0].id)
                signal.setitimer(signal.ITIMER_REAL, 0)
                # Right before and after the call the handler may, and receives a page.
                assert sorted(seen, key=str) == sorted(expected, key=str)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(errors) > 20
    assert set(errors) == {"this iterator is busy: call next() after the current call"}
