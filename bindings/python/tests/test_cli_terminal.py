"""The command-line tool on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Sandbox, SilentServer, http, restore_sigint
from test_cli import COMMAND, FIRST, HEADINGS, environment


class Terminal:
    """Runs the tool on a terminal of 100 columns."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        pty = pytest.importorskip("pty")
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            assert restore_sigint is not None
            restore_sigint()
            variables = {"TERM": "xterm-256color", "COLUMNS": "100", **variables}
            os.execve(sys.executable, [*COMMAND, *arguments], environment(**variables))

    def read(self, until: bytes | None = None) -> bytes:
        """Read until this appears, or to the end."""
        shown = b""
        deadline = time.monotonic() + 30
        while until is None or until not in shown:
            assert select.select([self._terminal], [], [], deadline - time.monotonic())[0], shown
            try:
                part = os.read(self._terminal, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        return shown

    def type(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def wait(self) -> int:
        """Return the exit status, or the negative number of the signal."""
        status = os.waitpid(self.process, 0)[1]
        os.close(self._terminal)
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


@pytest.fixture()
def without_rich(tmp_path: Path) -> str:
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich/__init__.py").write_text("raise ImportError('not installed')")
    return os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])


ERASED = rb"\r *\r"


def without_progress(shown: bytes) -> str:
    """Remove the progress lines that were erased."""
    return re.sub(ERASED + rb"([^\r\n]*(?=\r *\r))?", b"", shown).decode()


def test_shows_progress_and_erases_it(without_rich: str) -> None:
    sandbox = Sandbox("--connectors", "137", "--latency-ms", "30")
    terminal = Terminal("list", "--base-url", sandbox.url, PYTHONPATH=without_rich)
    shown = terminal.read()
    assert terminal.wait() == 0
    sandbox.stop()
    assert "50 connectors …".encode() in shown and b"100 connectors" in shown
    # Each progress line is erased before other output.
    remaining = without_progress(shown)
    lines = remaining.replace("\r\n", "\n").splitlines()
    assert (len(lines), lines[0], lines[1]) == (138, HEADINGS, FIRST)
    assert "\x1b" not in remaining


def test_table_has_colours_with_rich(sandbox: str) -> None:
    terminal = Terminal("list", "--base-url", sandbox, "--limit", "60")
    shown = terminal.read().decode()
    assert terminal.wait() == 0
    assert re.search(r"\x1b\[32mlive", shown) and "Order Status Service" in shown
    assert "─" in shown
    terminal = Terminal("list", "--base-url", sandbox, "--limit", "1", NO_COLOR="1")
    shown = terminal.read().decode()
    assert terminal.wait() == 0 and "\x1b[32m" not in shown


def test_narrow_terminal_gets_plain_columns(sandbox: str) -> None:
    terminal = Terminal("list", "--base-url", sandbox, "--limit", "1", COLUMNS="60")
    assert terminal.read().decode().replace("\r\n", "\n").splitlines()[-1].endswith(FIRST)
    assert terminal.wait() == 0


def test_reports_that_no_connector_was_listed(sandbox: str, scripted: Any) -> None:
    empty = scripted(http("200 OK", '{"data":[]}')).url
    for format_ in ("table", "csv", "json", "ndjson"):
        terminal = Terminal("list", "--base-url", empty, "--format", format_)
        assert terminal.read().endswith(b"0 connectors\r\n"), format_
        assert terminal.wait() == 0
    terminal = Terminal("list", "--base-url", sandbox, "--state", "draft", "--since", "1m")
    assert terminal.read().endswith(b"\r\n0 connectors\r\n")
    assert terminal.wait() == 0
    one = scripted(http("200 OK", '{"data":[{"id":"1","state":"live"}]}')).url
    terminal = Terminal("list", "--base-url", one, "--state", "draft")
    assert terminal.read().endswith(b"\r\n0 of 1 connectors match\r\n")
    assert terminal.wait() == 0
    terminal = Terminal("list", "--base-url", one)
    assert b"0 connectors" not in terminal.read()
    assert terminal.wait() == 0


def test_data_formats_escape_control_characters(scripted: Any) -> None:
    server = scripted(http("200 OK", r'{"data":[{"name":"a\u001b[31m\u009b\u202e"}]}'))
    for format_ in ("ndjson", "json", "csv"):
        terminal = Terminal("list", "--base-url", server.url, "--format", format_)
        shown = without_progress(terminal.read())
        assert terminal.wait() == 0
        assert "a" in shown and not set("\x1b\x9b\u202e") & set(shown), format_


def test_ctrl_c_terminates_by_sigint(silent: SilentServer) -> None:
    terminal = Terminal("list", "--base-url", silent.url)
    assert silent.reached.wait(20)
    start = time.monotonic()
    terminal.type(b"\x03")
    assert b"Traceback" not in terminal.read()
    assert terminal.wait() == -signal.SIGINT
    assert time.monotonic() - start < 5


def test_error_follows_the_output(scripted: Any) -> None:
    page = http("200 OK", '{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"a"}}}')
    server = scripted(page, http("400 Bad Request", "{}"))
    terminal = Terminal("list", "--base-url", server.url, TERM="dumb")
    shown = terminal.read().decode()
    assert terminal.wait() == 1
    lines = shown.replace("\r\n", "\n").splitlines()
    assert lines[-1].startswith("data-connectors: ") and any("1 " in line for line in lines)
