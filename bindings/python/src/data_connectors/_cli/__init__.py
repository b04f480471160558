"""The command-line tool ``data-connectors``."""

from __future__ import annotations

import errno
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
    SIGPIPE. On Windows it exits with 0xC000013A on Ctrl-C and Ctrl-Break, and with 1 if its output
    is a closed pipe.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - used until exit
    if sys.stdout is None:
        return report("standard output is closed", _exit_status.ERROR)
    try:
        # So that temporary files are removed.
        if signal.getsignal(_TERMINATE) == signal.SIG_DFL:
            signal.signal(_TERMINATE, _raise_terminated)
        parsed = parse(arguments, COMMANDS)
        return parsed.command.run(parsed)
    except CommandError as error:
        return report(str(error), error.status)
    except KeyboardInterrupt:
        _terminate_by(signal.SIGINT)
    except _Terminated:
        _terminate_by(_TERMINATE)
    except OSError as error:
        if _is_closed_pipe(error):
            _terminate_by_closed_pipe()
        return report(f"could not write the output: {error.strerror}", _exit_status.ERROR)


class _Terminated(BaseException):
    """SIGTERM, or on Windows Ctrl-Break, was received."""


def _raise_terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated


if sys.platform == "win32":
    _TERMINATE = signal.SIGBREAK

    def _terminate_by(_number: signal.Signals) -> NoReturn:
        """Terminate like a program that doesn't handle Ctrl-C or Ctrl-Break."""
        discard_output()
        # STATUS_CONTROL_C_EXIT, 0xC000013A.
        raise SystemExit(-0x3FFFFEC6)

    def _terminate_by_closed_pipe() -> NoReturn:
        discard_output()
        raise SystemExit(_exit_status.ERROR)

    def _is_closed_pipe(error: OSError) -> bool:
        # A flush raises EINVAL: the C runtime has no error number for a closed pipe.
        return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL

else:
    _TERMINATE = signal.SIGTERM

    def _terminate_by(number: signal.Signals) -> NoReturn:
        """Terminate like a program that doesn't handle this signal."""
        discard_output()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        raise SystemExit(128 + number)

    def _terminate_by_closed_pipe() -> NoReturn:
        _terminate_by(signal.SIGPIPE)

    def _is_closed_pipe(error: OSError) -> bool:
        return isinstance(error, BrokenPipeError)
