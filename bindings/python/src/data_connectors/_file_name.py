"""The file name of the native library. hatch_build.py runs this file without the package."""

from __future__ import annotations

ABI_VERSION = 1
"""The required version of the C ABI."""


def file_name(platform: str) -> str:
    """Return the name, which includes the ABI version except on Windows.

    Args:
        platform: the value of ``sys.platform``.

    """
    if platform == "win32":
        return "data_connectors.dll"
    if platform == "darwin":
        return f"libdata_connectors.{ABI_VERSION}.dylib"
    return f"libdata_connectors.so.{ABI_VERSION}"
