"""The command-line tool ``data-connectors``."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from . import _diff, _exit_status, _list, _snapshot, _sync, _watch
from ._arguments import parse
from ._messages import CommandError, discard_output, report

COMMANDS = (_list.COMMAND, _snapshot.COMMAND, _diff.COMMAND, _sync.COMMAND, _watch.COMMAND)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool and return its exit status.

    On Ctrl-C, SIGTERM, or if its output is a closed pipe, it terminates by SIGINT, SIGTERM or
    SIGPIPE.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - used until exit
    if sys.stdout is None:
        return report("standard output is closed", _exit_status.ERROR)
    try:
        # So that temporary files are removed.
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _raise_terminated)
        parsed = parse(arguments, COMMANDS)
        return parsed.command.run(parsed)
    except CommandError as error:
        return report(str(error), error.status)
    except KeyboardInterrupt:
        _terminate_by(signal.SIGINT)
    except _Terminated:
        _terminate_by(signal.SIGTERM)
    except BrokenPipeError:
        _terminate_by(signal.SIGPIPE)
    except OSError as error:
        return report(f"could not write the output: {error.strerror}", _exit_status.ERROR)


class _Terminated(BaseException):
    """SIGTERM was received."""


def _raise_terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _terminate_by(number: signal.Signals) -> NoReturn:
    """Terminate like a program that doesn't handle this signal."""
    discard_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)
