"""Files of stored snapshots."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys

from .._snapshot import Snapshot
from ._messages import CommandError


def load_snapshot(path: str) -> Snapshot:
    """Load a stored snapshot."""
    try:
        with open(path, "rb") as file:
            return Snapshot.load(file.read())
    except OSError as error:
        raise CommandError(f"could not read {path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"could not load {path}: {error}") from None


def replace_file(path: str, data: bytes) -> None:
    """Replace a file atomically, or create it; write to a device or pipe."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            # Such as /dev/null, which must not be replaced.
            with open(path, "wb") as device:
                device.write(data)
            return
        # Replace what a symbolic link refers to, not the link.
        _replace(os.path.realpath(path), data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"could not write {path}: {error.strerror}") from None


def _replace(path: str, data: bytes) -> None:
    temporary = f"{path}.{secrets.token_hex(8)}.tmp"
    try:
        # Not by tempfile, whose files have other permissions than new files.
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise
    # The new name survives a power failure, too. Windows can't open a directory.
    if sys.platform != "win32":
        directory = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
