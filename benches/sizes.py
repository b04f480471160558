"""Measures file sizes: our library, libcurl, and all libraries that either loads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import minimal_curl
from build import Artifacts


def _loaded(program: str) -> dict[str, int]:
    """Return the sizes of the libraries that a program or library loads, except those of libc."""
    text = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return {
        name: Path(path).stat().st_size
        for name, path in re.findall(r"(\S+) => (\S+)", text)
        if not re.match(r"lib(c|m|dl|rt|pthread|gcc_s)\.so", name)
    }


def sizes(artifacts: Artifacts) -> dict[str, int]:
    """Return sizes in bytes."""
    ours = _loaded(artifacts.program("ours_json"))
    debian = _loaded(artifacts.program("curl_rows"))
    minimal = minimal_curl.build(artifacts.folder)
    shared = minimal["shared"]
    return {
        "libdata_connectors": artifacts.library.stat().st_size,
        "ours with dependencies": sum(ours.values()),
        "libcurl": next(size for name, size in debian.items() if name.startswith("libcurl")),
        "libcurl with dependencies": sum(debian.values()),
        "minimal libcurl": shared.stat().st_size,
        "minimal libcurl with dependencies": shared.stat().st_size
        + sum(_loaded(str(shared)).values()),
        "minimal libcurl, OpenSSL and zlib in one file": minimal["one file"].stat().st_size,
    }
