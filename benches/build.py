"""Makes all that the benchmark runs: the server, the C programs, a Python environment.

Whatever the programs of others need is fetched into the target folder, and never committed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

OURS = ["ours_rows", "ours_json", "walk", "prefetch", "threads", "cold_ours"]
THEIRS = ["curl_rows", "curl_json", "cold_curl"]
BARE = ["floor", "launch"]

FLAGS = ["-O2", "-std=c99", "-D_POSIX_C_SOURCE=200809L"]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-pedantic"]

# What a program needs that older libraries don't have.
NEEDS = {"ours_rows": "dc_page_connector", "prefetch": "dc_pager_set_prefetch"}


@dataclass(frozen=True)
class Made:
    """Where everything is."""

    target: Path
    library: Path
    server: Path
    python: Path
    missing: frozenset[str]

    @property
    def folder(self) -> Path:
        """The benchmark's own folder."""
        return self.target / "bench"

    def program(self, name: str) -> str:
        """A C program."""
        return str(self.folder / name)


def run(*command: object, **options: Any) -> None:
    """Run a command that has to succeed."""
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT, **options)


def compiler() -> list[str]:
    """The C compiler, which may be several words."""
    return os.environ.get("BENCH_CC", "cc").split()


def lacking() -> list[str]:
    """The Debian packages of what isn't here."""
    packages = []
    for program, package in [
        (compiler()[0], "gcc"),
        ("valgrind", "valgrind"),
        ("strace", "strace"),
    ]:
        if shutil.which(program) is None:
            packages.append(package)
    test = subprocess.run(
        [*compiler(), "-E", "-"],
        input="#include <curl/curl.h>\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if test.returncode != 0:
        packages.append("libcurl4-openssl-dev")
    if subprocess.run(
        [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
    ).returncode:
        packages.append("python3-venv")
    return packages


def install() -> None:
    """Install what isn't here, as root; else say what it is."""
    packages = lacking()
    if not packages:
        return
    if os.geteuid() != 0:
        names = " ".join(packages)
        sys.exit(f"the benchmark lacks what these Debian packages have: apt-get install {names}")
    print("installing", *packages, flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", *packages, stdout=subprocess.DEVNULL)


def environment(folder: Path) -> Path:
    """A Python environment with what ours is compared with; gives its interpreter."""
    wanted = HERE / "requirements.txt"
    venv, stamp = folder / "venv", folder / "venv" / "made-of"
    python = venv / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        run(sys.executable, "-m", "venv", "--clear", venv)
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted)
        stamp.write_text(wanted.read_text())
    return python


def yyjson(folder: Path, python: Path) -> Path:
    """The folder with yyjson.c and yyjson.h, fetched and checked if they aren't there."""
    sources = folder / "yyjson"
    if (sources / "yyjson.h").exists():
        return sources
    wanted = HERE / "yyjson.txt"
    fetched = folder / "fetched"
    shutil.rmtree(fetched, ignore_errors=True)
    pip = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", wanted, "-d", fetched)
    (archive,) = fetched.glob("*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() not in wanted.read_text():
        sys.exit(f"{archive.name} is not the file that {wanted.name} means")
    sources.mkdir(exist_ok=True)
    with tarfile.open(archive) as files:
        for member in files:
            # By name, not by path: nothing of an archive says where its files go.
            name = Path(member.name).name
            if name in ("yyjson.c", "yyjson.h") and (content := files.extractfile(member)):
                (sources / name).write_bytes(content.read())
    return sources


def exported(library: Path) -> set[str]:
    """The functions that the library has."""
    names = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    )
    return {line.split()[-1].split("@")[0] for line in names.stdout.splitlines()}


def programs(folder: Path, library: Path, json: Path) -> frozenset[str]:
    """Compile the C programs; gives those that the library is too old for."""
    cc, source = compiler(), HERE / "c"
    here = exported(library)
    missing = {name for name, function in NEEDS.items() if function not in here}
    run(*cc, "-O2", "-c", json / "yyjson.c", "-o", folder / "yyjson.o")
    ours: list[object] = [
        f"-I{ROOT / 'include'}",
        f"-L{library.parent}",
        "-ldata_connectors",
        "-lpthread",
    ]
    ours.append(f"-Wl,-rpath,{library.parent}")
    theirs: list[object] = ["-isystem", json, folder / "yyjson.o", "-lcurl"]
    bare: list[object] = []
    for names, more in [(OURS, ours), (THEIRS, theirs), (BARE, bare)]:
        for name in names:
            if name not in missing:
                run(*cc, *FLAGS, *WARNINGS, source / f"{name}.c", *more, "-o", folder / name)
    counter = source / "count_allocations.c"
    run(
        *cc,
        "-O2",
        "-Wall",
        "-Wextra",
        "-shared",
        "-fPIC",
        counter,
        "-o",
        folder / "count_allocations.so",
    )
    return frozenset(missing)


def prepare(target: Path) -> Made:
    """Make everything; the library itself is the Makefile's."""
    install()
    folder = target / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    print("building the benchmark's server, programs and Python environment", flush=True)
    run("cargo", "build", "--quiet", "--release", "--locked", "-p", "data-connectors-bench-server")
    python = environment(folder)
    library = target / "release" / "libdata_connectors.so"
    missing = programs(folder, library, yyjson(folder, python))
    server = target / "release" / "data-connectors-bench-server"
    return Made(target, library, server, python, missing)
