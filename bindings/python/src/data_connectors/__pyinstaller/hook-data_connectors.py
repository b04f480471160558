"""Adds the bundled native library, which only ctypes refers to, to a frozen program."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

binaries = [(str(library), _PACKAGE.name) for library in _PACKAGE.glob("*data_connectors.*")]
