"""Messages on standard error."""

from __future__ import annotations

import contextlib
import os
import sys

from . import _exit_status


class CommandError(Exception):
    """A command failed; the message is for the user."""

    def __init__(self, message: str, status: int = _exit_status.ERROR) -> None:
        super().__init__(message)
        self.status = status


def describe(failure: Exception) -> str:
    """Return the message of a failure, with the id of its request."""
    request_id = getattr(failure, "request_id", None)
    return f"{failure} (request id {request_id})" if request_id else str(failure)


def count_of(count: int, noun: str) -> str:
    """Return such as "1 connector" and "2 connectors"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def print_error(message: str) -> None:
    """Print a message with the name of the program."""
    with contextlib.suppress(OSError):
        print(f"data-connectors: {message}", file=sys.stderr)


def print_note(message: str) -> None:
    """Print a message that only a user at a terminal needs."""
    if sys.stderr.isatty():
        with contextlib.suppress(OSError):
            print(message, file=sys.stderr)


def report(message: str, status: int) -> int:
    """Print the message of the failure that ends the program, and return the status."""
    print_error(message)
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError:
            discard_output()
    return status


def discard_output() -> None:
    """Discard buffered output, which would be written again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
