"""``diff``: what changed between two snapshots."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .._options import TOKEN_VARIABLE
from .._snapshot import Snapshot, SnapshotDiff
from . import _exit_status
from ._arguments import Arguments, Command, input_file, one_of
from ._changes import KINDS, Change, is_unrelated, list_changes, write_for_humans
from ._client import add_snapshot_options, report_reason, take_snapshot, usage_errors
from ._files import load_snapshot, replace_file
from ._filter import KNOWN_STATES
from ._formats import to_json
from ._messages import CommandError, print_error, print_note
from ._output import set_encoding

_NOW = "now"
_FORMATS = ("human", "json", "ndjson")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", type=input_file, help="file with the older snapshot")
    parser.add_argument(
        "new",
        metavar="NEW",
        type=input_file,
        nargs="?",
        default=_NOW,
        help="file with the newer snapshot; now (default): take a snapshot (stored only with "
        "--update)",
    )
    parser.add_argument(
        "--format",
        metavar=f"{{{','.join(_FORMATS)}}}",
        type=one_of("format", _FORMATS),
        default="human",
        help="output format: human (default), json (one object) or ndjson (one change per line)",
    )
    parser.add_argument(
        "--only",
        metavar=f"{{{','.join(KINDS)}}}",
        type=one_of("kind", KINDS),
        action="append",
        help="only changes of this kind; repeatable",
    )
    parser.add_argument(
        "--state",
        metavar=f"{{{','.join(KNOWN_STATES)}}}",
        type=one_of("state", KNOWN_STATES),
        help="only connectors that are, or were, in this state",
    )
    parser.add_argument(
        "--no-longer",
        metavar=f"{{{','.join(KNOWN_STATES)}}}",
        type=one_of("state", KNOWN_STATES),
        help="only connectors that had this state in OLD, and were removed or have another state",
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="after writing the changes, replace OLD with the new snapshot if it is complete and "
        "not older; create OLD if it is missing; not with a NEW file",
    )
    add_snapshot_options(parser)


def _check(arguments: Arguments) -> str | None:
    if arguments.update and arguments.new != _NOW:
        return "--update cannot be used with a NEW file: omit NEW"
    return None


def _run(arguments: Arguments) -> int:
    set_encoding(is_data=arguments.format != "human")
    is_first = arguments.update and not os.path.exists(arguments.old)
    older = None if is_first else load_snapshot(arguments.old)
    is_now = arguments.new == _NOW
    new_name = "the new snapshot" if is_now else arguments.new
    newer = take_snapshot(arguments) if is_now else load_snapshot(arguments.new)
    with usage_errors():
        diff = None if older is None else newer.diff(older)
    has_changes = diff is not None and _write_changes(diff, arguments)
    is_reliable = all(
        [
            report_reason(newer, new_name),
            older is None or report_reason(older, arguments.old),
            diff is None or _shows_removals(diff, newer, new_name, arguments),
        ]
    )
    if arguments.update and older is not None and is_unrelated(newer, older):
        raise CommandError(
            f"{arguments.old} has no connector in common with this workspace, so it was not "
            f"replaced: check {TOKEN_VARIABLE}, or delete {arguments.old}"
        )
    # A snapshot that shows no removals would hide them as OLD.
    if arguments.update and (newer.is_complete if diff is None else diff.removed is not None):
        replace_file(arguments.old, newer.json())
        if older is None:
            print_error(
                f"no differences to show, as {arguments.old} did not exist: the new snapshot was "
                "stored there"
            )
    if not is_reliable:
        return _exit_status.ERROR
    return _exit_status.FOUND if has_changes else _exit_status.SUCCESS


def _shows_removals(diff: SnapshotDiff, newer: Snapshot, name: str, arguments: Arguments) -> bool:
    """Report why removed connectors are unknown, unless that was reported or is not relevant."""
    if diff.removed is not None or newer._problem is not None:
        return True
    if newer.is_complete:
        reason = f"is older than {arguments.old} by the service's clock"
        advice = "retry later" if arguments.new == _NOW else "pass the older file first"
    elif "removed" in _kinds(arguments):
        reason, advice = "is refreshed", "take it without --previous"
    else:
        return True
    print_error(f"{name} {reason}, so removed connectors are unknown: {advice}")
    return False


def _write_changes(diff: SnapshotDiff, arguments: Arguments) -> bool:
    """Write the selected changes, and return whether there are any."""
    changes = [change for change in list_changes(diff) if _is_selected(change, arguments)]
    if arguments.format == "human":
        write_for_humans(changes, sys.stdout)
        if changes:
            counts = Counter(change.kind for change in changes)
            kinds = [kind for kind in _kinds(arguments) if getattr(diff, kind) is not None]
            print(", ".join(f"{counts[kind]} {kind}" for kind in kinds))
        else:
            print_note("no differences")
    elif arguments.format == "ndjson":
        sys.stdout.write("".join(f"{to_json(change.to_dict())}\n" for change in changes))
    else:
        lists: dict[str, Any] = {kind: [] for kind in _kinds(arguments)}
        for change in changes:
            members = change.to_dict()
            is_changed = members.pop("kind") == "changed"
            lists[change.kind].append(members if is_changed else change.latest.to_dict())
        if diff.removed is None and "removed" in lists:
            lists["removed"] = None
        print(to_json(lists))
    sys.stdout.flush()
    return bool(changes)


def _kinds(arguments: Arguments) -> Sequence[str]:
    kinds = arguments.only or KINDS
    return [
        kind for kind in KINDS if kind in kinds and not (arguments.no_longer and kind == "added")
    ]


def _is_selected(change: Change, arguments: Arguments) -> bool:
    states = [one.state for one in (change.old, change.new) if one is not None]
    if change.kind not in _kinds(arguments) or arguments.state not in (None, *states):
        return False
    if arguments.no_longer is None:
        return True
    assert change.old is not None
    return change.old.state == arguments.no_longer != (change.new and change.new.state)


COMMAND = Command(
    name="diff",
    summary="show what changed since a stored snapshot",
    description="Show which connectors were added, changed or removed between two files that the "
    "command snapshot wrote, or between one and now. The exit status is 3 if there are "
    "differences, and 1 if a snapshot is incomplete or cannot show them all.",
    statuses=(*_exit_status.OF_MOST, _exit_status.FOUND),
    operands="OLD, NEW",
    add_arguments=_add_arguments,
    check=_check,
    run=_run,
)
