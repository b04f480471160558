"""Builds libcurl with only HTTP, TLS by OpenSSL and zlib, from the sources in curl-sys."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from commands import HERE, compiler, run

LIBRARIES = ["-lssl", "-lcrypto", "-lz"]
STATIC = ["-Wl,-Bstatic", *LIBRARIES, "-Wl,-Bdynamic"]


def _archive(folder: Path) -> Path:
    """Return libcurl.a, compiled for size."""
    text = subprocess.run(
        ["cargo", "build", "--release", "--locked", "--message-format=json", "--quiet"],
        cwd=HERE / "curl",
        env={**os.environ, "CARGO_TARGET_DIR": str(folder / "curl")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    messages = [json.loads(line) for line in text.splitlines()]
    (out,) = (
        message["out_dir"]
        for message in messages
        if message["reason"] == "build-script-executed" and "curl-sys" in message["package_id"]
    )
    return Path(out) / "build" / "libcurl.a"


def build(folder: Path) -> dict[str, Path]:
    """Link it as shared libraries: one loads Debian's OpenSSL and zlib, one contains them."""
    archive = _archive(folder)
    # The archive's symbols are hidden: without these options the linker would remove all code.
    api = subprocess.run(["nm", archive], capture_output=True, text=True, check=True).stdout
    roots = [f"-Wl,-u,{name}" for name in re.findall(r" T (curl_\w+)", api)]
    flags = ["-shared", "-s", "-Wl,--gc-sections", "-Wl,--exclude-libs,ALL", *roots]
    found = {}
    for name, libraries in [("shared", LIBRARIES), ("one file", STATIC)]:
        found[name] = folder / f"libcurl-{name.replace(' ', '-')}.so"
        run(*compiler(), *flags, archive, *libraries, "-o", found[name])
    return found
