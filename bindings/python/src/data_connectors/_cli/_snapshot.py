"""``snapshot``: the complete list in its stored form."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser

from .._snapshot import Snapshot
from . import _exit_status
from ._arguments import Arguments, Command, input_file
from ._client import add_snapshot_options, report_reason, take_snapshot
from ._files import load_snapshot, replace_file
from ._messages import count_of, print_note
from ._output import escape_controls


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write to FILE instead of standard output (-); an existing file is replaced "
        "atomically, and not by an incomplete snapshot, except the one that --previous continues",
    )
    parser.add_argument(
        "--previous",
        metavar="FILE",
        type=input_file,
        help="request only what changed since this snapshot (usually one page); connectors that "
        "were deleted remain unless the list has one page. An incomplete one is continued",
    )
    add_snapshot_options(parser)


def _run(arguments: Arguments) -> int:
    if arguments.output == "-":
        arguments.output = None
    previous = None if arguments.previous is None else load_snapshot(arguments.previous)
    snapshot = take_snapshot(arguments, previous)
    stored = snapshot.json()
    consequence = ""
    if arguments.output is not None:
        if snapshot._problem is not None and _must_remain(arguments, previous):
            consequence = f", so {arguments.output} was not replaced"
        else:
            replace_file(arguments.output, stored)
            print_note(f"{count_of(len(snapshot), 'connector')}, {snapshot.state}")
    elif sys.stdout.isatty():
        print(escape_controls(stored.decode()), end="")
    else:
        sys.stdout.buffer.write(stored)
    sys.stdout.flush()
    is_reliable = report_reason(snapshot, "the snapshot", consequence)
    return _exit_status.SUCCESS if is_reliable else _exit_status.ERROR


def _must_remain(arguments: Arguments, previous: Snapshot | None) -> bool:
    """Whether the output is a file that an incomplete snapshot must not replace."""
    output = arguments.output
    if output is None or not os.path.isfile(output):
        return False
    if arguments.previous is None or previous is None or previous._problem is None:
        return True
    return not os.path.samefile(output, arguments.previous)


COMMAND = Command(
    name="snapshot",
    summary="write the complete list, even if connectors change meanwhile",
    description="Write all connectors of a workspace, even if they change meanwhile, in the form "
    "that the other commands load. If the list could not be read completely, it is written as "
    "incomplete, unless that would replace a file, the reason is reported, and the exit status is "
    "1.",
    statuses=_exit_status.OF_MOST,
    advice="use --output FILE",
    add_arguments=_add_arguments,
    run=_run,
)
