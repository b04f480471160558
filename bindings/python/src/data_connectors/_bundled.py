"""Loads the native library that is bundled with the package."""

from __future__ import annotations

import contextlib
import ctypes
import pkgutil
import sys
from pathlib import Path


def load_bundled(name: str) -> ctypes.CDLL | None:
    """Load the library from the package's folder or zip file; return None if it has none.

    Raises:
        ImportError: it could not be loaded.

    """
    path = Path(__file__).with_name(name)
    if path.exists():
        try:
            return ctypes.CDLL(str(path))
        except OSError as error:
            raise ImportError(f"could not load {path} ({error}): reinstall the package") from None
    try:
        content = pkgutil.get_data(str(__package__), name)
    except OSError:
        return None
    return None if content is None else _load_content(content, path)


def _load_content(content: bytes, path: Path) -> ctypes.CDLL:
    """Load a library that is in a zip file, from a temporary file that is removed.

    Windows can't remove a loaded DLL: there the next program removes it.
    """
    # Imported here, because most programs don't need it.
    import tempfile

    try:
        if sys.platform == "win32":
            # Not the name of an installed library: the folder could be a link.
            for old in Path(tempfile.gettempdir()).glob("data_connectors-*/data_connectors-*.dll"):
                with contextlib.suppress(OSError):
                    old.unlink()
                    old.parent.rmdir()
            # Windows searches the DLL's folder first for the libraries that it needs.
            home = Path(tempfile.mkdtemp(prefix="data_connectors-"))
            name = home / f"{home.name}.dll"
            with open(name, "wb") as file:
                file.write(content)
                # While a file is open it can't be removed.
                opened = open(name, "rb")  # noqa: SIM115
            with opened:
                loaded = ctypes.CDLL(str(name))
            loaded._name = str(path)
            return loaded
        # The folder is accessible to this user only.
        with tempfile.TemporaryDirectory(prefix="data_connectors-") as folder:
            extracted = Path(folder, path.name)
            extracted.write_bytes(content)
            loaded = ctypes.CDLL(str(extracted))
    except OSError as error:
        raise ImportError(
            f"could not load {path} ({error}): set TMPDIR to a folder in which this program may "
            "create and execute files, or install the package instead of running it from a zip file"
        ) from None
    loaded._name = str(path)
    return loaded
