"""The command that lists connectors in a shell."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import signal
import sys
from typing import NoReturn

from .._client import Client, PageIterator
from .._errors import DataConnectorsError
from ._arguments import Arguments, parse
from ._formats import FORMATS, UnfitError
from ._progress import Progress
from ._selection import KNOWN_STATES, Selection
from ._table import is_unfit

FAILED = 1
MISUSED = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and give its exit code: 0, 1 for a failure, 2 for a wrong use.

    On Ctrl-C, and when the reader of its output has gone, it ends by the signal, as others do.
    """
    if sys.stderr is None:
        # Nobody is to be told anything.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the program runs
    if sys.stdout is None:
        return _complain("standard output is closed", FAILED)
    try:
        return _list(parse(arguments))
    except KeyboardInterrupt:
        _end_by(signal.SIGINT)
    except BrokenPipeError:
        _end_by(signal.SIGPIPE)
    except OSError as error:
        return _complain(f"the output can't be written: {error.strerror}", FAILED)


def _list(given: Arguments) -> int:
    _set_encoding(given)
    _set_logging(given)
    try:
        client = Client(given.token, **given.settings)
    except (ValueError, TypeError) as error:
        return _complain(str(error), MISUSED)
    except (ImportError, DataConnectorsError) as error:
        return _complain(str(error), FAILED)
    try:
        pages = client.list(per_page=Selection(given).per_page, starting_after=given.starting_after)
    except ValueError as error:
        return _complain(str(error), MISUSED)
    with client, Progress(sys.stderr) as progress:
        return _write(pages.pages(), given, progress)


def _write(pages: PageIterator, given: Arguments, progress: Progress) -> int:
    output = FORMATS[given.format](sys.stdout)
    selection = Selection(given)
    failure: Exception | None = None
    begun = False
    # What to go on behind, when all of a page is written.
    written: str | None = pages.cursor
    try:
        for page in pages:
            if not begun:
                output.begin()
                begun = True
            chosen = selection.of(page)
            progress.clear()
            output.page(chosen)
            # A page is of use to the reader before the next one is there.
            sys.stdout.flush()
            written = pages.cursor
            if selection.is_complete:
                break
            progress.show(f"{selection.seen} connectors …")
    except (DataConnectorsError, UnfitError) as error:
        failure = error
    progress.clear()
    if begun:
        output.end(whole=failure is None)
        sys.stdout.flush()
    if failure is None:
        if selection.is_vain:
            known = " or ".join(KNOWN_STATES)
            _complain(f"no connector is in the state {given.state!r}: most are {known}", 0)
        return 0
    request = getattr(failure, "request_id", None)
    known_as = f" (request id {request})" if request else ""
    return _complain(f"{failure}{known_as}{_way_on(written)}", FAILED)


def _way_on(cursor: str | None) -> str:
    """Say how to call the command next, for a shell; a cursor is whatever the service sent."""
    if cursor is None or any(map(is_unfit, cursor)):
        return ""
    return f"; to go on: --starting-after={shlex.quote(cursor)}"


def _set_encoding(given: Arguments) -> None:
    # Names are in all scripts. Data is UTF-8, where a lone surrogate stays JSON's \udc80.
    with contextlib.suppress(AttributeError):
        if given.format == "table":
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        else:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _set_logging(given: Arguments) -> None:
    if given.verbose:
        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
        level = logging.DEBUG if given.verbose > 1 else logging.INFO
        logging.getLogger("data_connectors").setLevel(level)


def _complain(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        print(f"data-connectors: {message}", file=sys.stderr)
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
    return code


def _drop_output() -> None:
    """Let what is still buffered go nowhere; at exit it would be tried again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_by(number: signal.Signals) -> NoReturn:
    """End as a program does that doesn't handle this signal."""
    _drop_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)
