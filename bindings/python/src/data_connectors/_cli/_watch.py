"""``watch``: changes as they happen."""

from __future__ import annotations

import os
from argparse import ArgumentParser

from .._snapshot import Snapshot
from .._watch import Event
from . import _exit_status
from ._arguments import Arguments, Command, input_file, seconds
from ._changes import Change, format_time
from ._client import (
    add_snapshot_options,
    new_client,
    report_reason,
    snapshot_options,
    take_snapshot,
    usage_errors,
)
from ._files import load_snapshot, replace_file
from ._formats import to_json
from ._messages import CommandError, count_of, print_note
from ._output import set_encoding


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=seconds(),
        default=30.0,
        help="time between two polls, 0.001 to 86400 (default 30)",
    )
    parser.add_argument(
        "--resync",
        metavar="SECONDS",
        type=seconds(0, 365 * 86400),
        default=3600.0,
        help="time between complete snapshots, which find removed connectors, 0 to 31536000 "
        "(default 3600); the other polls request only what changed",
    )
    parser.add_argument(
        "--state-file",
        metavar="FILE",
        type=input_file,
        help="start with the changes since the snapshot in FILE, if it exists, and store the "
        "current one in it after each change",
    )
    add_snapshot_options(parser)


def _run(arguments: Arguments) -> int:
    set_encoding(is_data=True)
    path = arguments.state_file
    if path is not None and os.path.exists(path):
        current = load_snapshot(path)
        if current._problem is not None:
            raise _not_continued(path, f"it is incomplete: {current._problem}")
    else:
        current = take_snapshot(arguments)
        if not report_reason(current, "the first snapshot"):
            return _exit_status.ERROR
        _store(current, path)
    with new_client(arguments) as client, usage_errors():
        watch = client.watch(
            current,
            interval=arguments.interval,
            resync=arguments.resync,
            **snapshot_options(arguments),
        )
        print_note(f"watching {count_of(len(current), 'connector')} (press Ctrl-C to quit)")
        try:
            for event in watch:
                print(to_json(_to_dict(event)), flush=True)
                # It advances with the last event of a poll.
                if watch.snapshot is not None and watch.snapshot is not current:
                    current = watch.snapshot
                    _store(current, path)
        except ValueError as error:
            if path is None:
                raise
            # Without the advice for programs.
            raise _not_continued(path, str(error).partition(": ")[0]) from None
    raise AssertionError


def _not_continued(path: str, reason: str) -> CommandError:
    message = f"could not continue from {path} ({reason}): use another file, or delete it"
    return CommandError(message, _exit_status.USAGE)


def _store(snapshot: Snapshot, path: str | None) -> None:
    if path is not None:
        replace_file(path, snapshot.json())


def _to_dict(event: Event) -> dict[str, object]:
    as_of = event.as_of and format_time(event.as_of)
    if event.connector is None:
        return {"kind": event.kind, "as_of": as_of, "reason": event.reason}
    is_removed = event.kind == "removed"
    change = Change(
        event.kind,
        old=event.connector if is_removed else event.old,
        new=None if is_removed else event.connector,
        fields=event.fields or None,
    )
    return {"kind": event.kind, "as_of": as_of, **change.to_dict()}


COMMAND = Command(
    name="watch",
    summary="write changes as they happen, one JSON object per line",
    description="Write the connectors that are added, changed and removed from now on, one JSON "
    "object per line. A poll that fails with a retryable error is written as a line of kind "
    "incomplete. Without --state-file, or if the file is missing, it takes a complete snapshot "
    "first, which must not fail, and writes nothing for the connectors in it.",
    statuses=_exit_status.OF_MOST,
    add_arguments=_add_arguments,
    run=_run,
)
