"""The command-line tool ``data-connectors``."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import signal
import sys
from http import HTTPStatus
from typing import NoReturn

from .._client import Client, PageIterator
from .._errors import APIResponseError, BadRequestError, DataConnectorsError, NotFoundError
from . import _exit_status
from ._arguments import Arguments, parse
from ._filter import KNOWN_STATES, Filter
from ._formats import FORMATS, Csv, UnsupportedValueError
from ._output import Output, is_control
from ._progress import Progress


def main(arguments: list[str] | None = None) -> int:
    """Run the tool and return its exit status.

    On Ctrl-C, or if its output is a closed pipe, it terminates by SIGINT or SIGPIPE.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - used until exit
    if sys.stdout is None:
        return _report("standard output is closed", _exit_status.ERROR)
    try:
        return _list(parse(arguments))
    except KeyboardInterrupt:
        _terminate_by(signal.SIGINT)
    except BrokenPipeError:
        _terminate_by(signal.SIGPIPE)
    except OSError as error:
        return _report(f"could not write the output: {error.strerror}", _exit_status.ERROR)


def _list(arguments: Arguments) -> int:
    _set_encoding(arguments)
    _set_logging(arguments)
    filter_ = Filter(arguments)
    try:
        client = Client.from_env(**arguments.client_options)
        pages = client.list(
            per_page=filter_.per_page, starting_after=arguments.starting_after
        ).pages()
    except (ValueError, TypeError) as error:
        return _report(str(error), _exit_status.USAGE)
    except (ImportError, DataConnectorsError) as error:
        return _report(str(error), _exit_status.ERROR)
    with client:
        return _write(pages, arguments, filter_)


def _write(pages: PageIterator, arguments: Arguments, filter_: Filter) -> int:
    output = _new_output(arguments)
    progress = Progress(sys.stderr)
    failure: Exception | None = None
    has_begun = False
    # Every page up to this cursor was written completely; None if no page was.
    cursor: str | None = None
    try:
        for page in pages:
            if not has_begun:
                output.begin()
                has_begun = True
            selected = filter_.select(page)
            progress.clear()
            output.write(selected)
            # The reader gets each page before the next one is requested.
            sys.stdout.flush()
            cursor = pages.cursor
            if filter_.is_complete:
                break
            progress.show(f"{filter_.seen} connectors …")
    except (DataConnectorsError, UnsupportedValueError) as error:
        failure = error
    except KeyboardInterrupt:
        progress.clear()
        hint = _resume_hint(cursor)
        if hint:
            _print_error(f"interrupted{hint}")
        raise
    finally:
        progress.clear()
    if has_begun:
        output.end(is_complete=failure is None)
        sys.stdout.flush()
    if failure is not None:
        request_id = getattr(failure, "request_id", None)
        suffix = f" (request id {request_id})" if request_id else ""
        hint = "" if _is_cursor_rejected(failure) else _resume_hint(cursor)
        return _report(f"{failure}{suffix}{hint}", _exit_status.ERROR)
    if filter_.is_state_suspect:
        known = " and ".join(KNOWN_STATES)
        _print_error(
            f"no connector has the state {arguments.state!r}: the known states are {known}"
        )
    elif filter_.selected == 0 and sys.stderr.isatty():
        with contextlib.suppress(OSError):
            print(filter_.description_of_none, file=sys.stderr)
    return _exit_status.SUCCESS


def _new_output(arguments: Arguments) -> Output:
    if arguments.escape_formulas:
        return Csv(sys.stdout, escape_formulas=True)
    return FORMATS[arguments.format](sys.stdout)


def _is_cursor_rejected(failure: Exception) -> bool:
    """Whether the cursor of the last page was rejected, so that it would be rejected again."""
    if isinstance(failure, APIResponseError):
        # The pager rejected it without a request, because it was repeated.
        return failure.attempts == 0
    if isinstance(failure, (BadRequestError, NotFoundError)):
        # The request for the page before, which had another cursor, was accepted.
        return failure.status_code != HTTPStatus.REQUEST_TIMEOUT
    return False


def _resume_hint(cursor: str | None) -> str:
    """Name the option that continues the listing; the cursor is arbitrary text from the service."""
    if cursor is None or any(map(is_control, cursor)):
        return ""
    return f"; to continue, use --starting-after={shlex.quote(cursor)}"


def _set_encoding(arguments: Arguments) -> None:
    # Data formats are UTF-8, in which a lone surrogate stays JSON's \udc80.
    with contextlib.suppress(AttributeError):
        if arguments.format == "table":
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        else:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _set_logging(arguments: Arguments) -> None:
    if arguments.verbose:
        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
        level = logging.DEBUG if arguments.verbose > 1 else logging.INFO
        logging.getLogger("data_connectors").setLevel(level)


def _print_error(message: str) -> None:
    with contextlib.suppress(OSError):
        print(f"data-connectors: {message}", file=sys.stderr)


def _report(message: str, status: int) -> int:
    _print_error(message)
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError:
            _discard_output()
    return status


def _discard_output() -> None:
    """Discard buffered output, which would be written again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminate_by(number: signal.Signals) -> NoReturn:
    """Terminate like a program that doesn't handle this signal."""
    _discard_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)
