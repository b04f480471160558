"""The client of a command, and the snapshots that it takes."""

from __future__ import annotations

import contextlib
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import TypedDict

from .._client import Client
from .._errors import DataConnectorsError
from .._snapshot import Snapshot
from . import _exit_status
from ._arguments import Arguments, number_of, seconds
from ._messages import CommandError, describe, print_error
from ._progress import RequestProgress


@contextlib.contextmanager
def usage_errors() -> Iterator[None]:
    """Report an invalid option or argument as a usage error, and failures as errors."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise CommandError(str(error), _exit_status.USAGE) from None
    except (ImportError, DataConnectorsError) as error:
        raise CommandError(describe(error)) from None


def new_client(arguments: Arguments, logger: logging.Logger | None = None) -> Client:
    """Create the client that the command line describes."""
    if arguments.verbose:
        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
        level = logging.DEBUG if arguments.verbose > 1 else logging.INFO
        logging.getLogger("data_connectors").setLevel(level)
    with usage_errors():
        options = arguments.client_options
        options["logger"] = logger
        return Client.from_env(**options)


def add_snapshot_options(parser: ArgumentParser) -> None:
    """Add the options of commands that take snapshots."""
    parser.add_argument(
        "--snapshot-timeout",
        metavar="SECONDS",
        type=seconds(),
        default=300.0,
        help="maximum time for a snapshot, 0.001 to 86400 (default 300); when it expires after the "
        "first page, the snapshot is incomplete",
    )
    parser.add_argument(
        "--max-passes",
        metavar="N",
        type=number_of("passes", minimum=1, maximum=1000, example="1 to 1000"),
        default=20,
        help="maximum number of passes over the list, 1 to 1000 (default 20)",
    )
    parser.add_argument(
        "--overlap",
        metavar="SECONDS",
        type=seconds(0, 3600),
        default=60.0,
        help="longest time until the service lists a change, 0 to 3600 (default 60)",
    )


class SnapshotOptions(TypedDict):
    """The options of a snapshot."""

    overlap: float
    max_passes: int
    timeout: float


def snapshot_options(arguments: Arguments) -> SnapshotOptions:
    """Return the options that the command line gives."""
    return {
        "overlap": arguments.overlap,
        "max_passes": arguments.max_passes,
        "timeout": arguments.snapshot_timeout,
    }


def take_snapshot(arguments: Arguments, previous: Snapshot | None = None) -> Snapshot:
    """Take a snapshot; show its progress on a terminal."""
    # Log lines would be mixed with the progress.
    is_shown = sys.stderr.isatty() and not arguments.verbose
    progress = RequestProgress(sys.stderr) if is_shown else None
    client = new_client(arguments, progress.logger if progress else None)
    with client, progress or contextlib.nullcontext(), usage_errors():
        return client.snapshot(previous, **snapshot_options(arguments))


def report_reason(snapshot: Snapshot, name: str, consequence: str = "") -> bool:
    """Report why a snapshot is, or may be, incomplete; return whether it is not."""
    if snapshot._problem is not None:
        verb = "is" if snapshot.state == "incomplete" else "may be"
        print_error(f"{name} {verb} incomplete{consequence}: {snapshot._problem}")
    return snapshot._problem is None
