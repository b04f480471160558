"""``list``: all connectors, page by page."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, BooleanOptionalAction
from http import HTTPStatus

from .._client import PageIterator
from .._errors import APIResponseError, BadRequestError, DataConnectorsError, NotFoundError
from . import _exit_status
from ._arguments import Arguments, Command, number_of, one_of, point_in_time
from ._client import new_client, usage_errors
from ._filter import KNOWN_STATES, Filter
from ._formats import FORMATS, Csv, UnsupportedValueError
from ._messages import count_of, describe, print_error, print_note, report
from ._output import Output, is_control, set_encoding
from ._progress import Progress


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        metavar=f"{{{','.join(sorted(FORMATS))}}}",
        type=one_of("format", sorted(FORMATS)),
        default="table",
        help="output format: table (default), csv, json (one array) or ndjson (one object per "
        "line)",
    )
    parser.add_argument(
        "--escape-formulas",
        action="store_true",
        help="with --format csv: write an apostrophe before each value that a spreadsheet would "
        "evaluate, such as =1+1; without it, the values are unchanged",
    )
    parser.add_argument(
        "--state", metavar="STATE", help="only connectors in this state: live or draft"
    )
    parser.add_argument(
        "--fin",
        action=BooleanOptionalAction,
        help="only connectors that Fin may use directly, or only the others",
    )
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=point_in_time,
        help="only connectors updated at or after TIME: 2026-01-20, 2026-01-20T14:22:15Z, or an "
        "age such as 90m, 12h, 7d, 4w; UTC unless it has a time zone",
    )
    parser.add_argument(
        "--starting-after", metavar="CURSOR", help="start after the page with this next cursor"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number_of("connectors", minimum=1, example="1 or more"),
        help="maximum number of connectors to list",
    )


def _check(arguments: Arguments) -> str | None:
    if arguments.escape_formulas and arguments.format != "csv":
        return "--escape-formulas requires --format csv"
    return None


def _run(arguments: Arguments) -> int:
    set_encoding(is_data=arguments.format != "table")
    filter_ = Filter(arguments)
    with new_client(arguments) as client:
        with usage_errors():
            pages = client.list(
                per_page=filter_.per_page, starting_after=arguments.starting_after
            ).pages()
        return _write(pages, arguments, filter_)


COMMAND = Command(
    name="list",
    summary="list the connectors, most recently updated first",
    description="List the connectors of a workspace, most recently updated first.",
    statuses=_exit_status.OF_MOST,
    add_arguments=_add_arguments,
    check=_check,
    run=_run,
)


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
            progress.show(f"{count_of(filter_.seen, 'connector')} …")
    except (DataConnectorsError, UnsupportedValueError) as error:
        failure = error
    except KeyboardInterrupt:
        progress.clear()
        hint = _resume_hint(cursor)
        if hint:
            print_error(f"interrupted{hint}")
        raise
    finally:
        progress.clear()
    if has_begun:
        output.end(is_complete=failure is None)
        sys.stdout.flush()
    if failure is not None:
        hint = "" if _is_cursor_rejected(failure) else _resume_hint(cursor)
        return report(f"{describe(failure)}{hint}", _exit_status.ERROR)
    if filter_.is_state_suspect:
        known = " and ".join(KNOWN_STATES)
        print_error(f"no connector has the state {arguments.state!r}: the known states are {known}")
    elif filter_.selected == 0:
        print_note(filter_.description_of_none)
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
    quoted = shlex.quote(cursor)
    # Windows shells have other quoting rules.
    if sys.platform == "win32" and (quoted != cursor or "%" in cursor):
        return ""
    return f"; to continue, use --starting-after={quoted}"
