"""``sync``: a copy of the list in an SQLite database."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser

from . import _exit_status
from ._arguments import Arguments, Command
from ._changes import KINDS
from ._client import add_snapshot_options, report_reason, take_snapshot
from ._messages import CommandError, count_of, print_error, print_note
from ._progress import Progress


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("database", metavar="DATABASE", help="SQLite file; created if missing")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="request only what changed since the last run (usually one page); rows of deleted "
        "connectors are removed by the next run without --refresh",
    )
    parser.add_argument(
        "--replace-all",
        action="store_true",
        help="also if none of the connectors in DATABASE is in the list; otherwise this is an "
        "error, as the access token may be that of another workspace",
    )
    add_snapshot_options(parser)


def _run(arguments: Arguments) -> int:
    try:
        from ._database import Database
    except ImportError as error:
        raise CommandError(
            f"sync requires the Python module sqlite3 ({error}): use a Python that includes it"
        ) from None
    progress = Progress(sys.stderr)

    def report(message: str) -> None:
        progress.clear()
        print_error(message)

    with contextlib.closing(Database(arguments.database, report)) as database:
        while True:
            base = database.load(with_snapshot=arguments.refresh)
            snapshot = take_snapshot(arguments, base.snapshot)
            total = count_of(len(snapshot), "connector")
            progress.show(f"writing {total} …")
            try:
                counts = database.apply(snapshot, base, replace_all=arguments.replace_all)
            finally:
                progress.clear()
            if counts is not None:
                break
    # Otherwise it is unknown what was removed.
    kinds = [kind for kind in KINDS if kind != "removed" or snapshot.is_complete]
    changes = ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
    print_note(f"{total}: {changes}")
    is_reliable = report_reason(snapshot, "the snapshot", ", so nothing was deleted")
    return _exit_status.SUCCESS if is_reliable else _exit_status.ERROR


COMMAND = Command(
    name="sync",
    summary="copy the connectors to an SQLite database, with their changes",
    description="Copy all connectors of a workspace to the table connectors of an SQLite "
    "database, and append what changed to the table changes, in one transaction. Connectors are "
    "deleted only if the list is complete; otherwise the others are updated, the reason is "
    "reported, and the exit status is 1.",
    statuses=_exit_status.OF_MOST,
    operands="DATABASE",
    add_arguments=_add_arguments,
    run=_run,
)
