"""``snapshot``: the complete list in its stored form."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from . import _exit_status
from ._arguments import Arguments, Command
from ._client import add_snapshot_options, report_reason, take_snapshot
from ._files import load_snapshot, replace_file
from ._messages import print_note
from ._output import escape_controls


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="write to FILE instead of standard output; an existing file keeps its content until "
        "everything is written",
    )
    parser.add_argument(
        "--previous",
        metavar="FILE",
        help="request only what changed since this snapshot (usually one page); connectors that "
        "were deleted remain unless the list has one page. An incomplete one is continued",
    )
    add_snapshot_options(parser)


def _run(arguments: Arguments) -> int:
    previous = None if arguments.previous is None else load_snapshot(arguments.previous)
    snapshot = take_snapshot(arguments, previous)
    stored = snapshot.json()
    if arguments.output is not None:
        replace_file(arguments.output, stored)
        print_note(f"{len(snapshot)} connectors, {snapshot.state}")
    elif sys.stdout.isatty():
        print(escape_controls(stored.decode()), end="")
    else:
        sys.stdout.buffer.write(stored)
    sys.stdout.flush()
    is_reliable = report_reason(snapshot, "the snapshot")
    return _exit_status.SUCCESS if is_reliable else _exit_status.ERROR


COMMAND = Command(
    name="snapshot",
    summary="write the complete list, even if connectors change meanwhile",
    description="Write all connectors of a workspace, even if they change meanwhile, in the form "
    "that the other commands load. If the list could not be read completely, it is written as "
    "incomplete, the reason is reported, and the exit status is 1.",
    statuses=_exit_status.OF_MOST,
    add_arguments=_add_arguments,
    run=_run,
)
