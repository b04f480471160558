"""Builds what the benchmark runs: the server, the C programs, a Python environment.

Third-party sources and packages are downloaded into the target folder, and are not committed.
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

OUR_PROGRAMS = ["ours_rows", "ours_json", "pager", "prefetch", "threads", "cold_ours", "snapshot"]
CURL_PROGRAMS = ["curl_rows", "curl_json", "cold_curl"]
PLAIN_PROGRAMS = ["floor", "launch"]

FLAGS = ["-O2", "-std=c99", "-D_POSIX_C_SOURCE=200809L"]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-pedantic"]

# Functions that older libraries do not export.
REQUIRED_FUNCTIONS = {
    "ours_rows": "dc_page_connector",
    "prefetch": "dc_pager_set_prefetch",
    "snapshot": "dc_snapshot_take",
}


@dataclass(frozen=True)
class Artifacts:
    """Paths of the built files."""

    target: Path
    library: Path
    server: Path
    python: Path
    missing: frozenset[str]

    @property
    def folder(self) -> Path:
        """Return the folder of the benchmark."""
        return self.target / "bench"

    def program(self, name: str) -> str:
        """Return the path of a C program."""
        return str(self.folder / name)


def run(*command: object, **options: Any) -> None:
    """Run a command, which must succeed."""
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT, **options)


def compiler() -> list[str]:
    """Return the C compiler command, which may have arguments."""
    return os.environ.get("BENCH_CC", "cc").split()


def missing_packages() -> list[str]:
    """Return the Debian packages that are not installed."""
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


def install_packages() -> None:
    """Install missing Debian packages if run as root; exit with an error otherwise."""
    packages = missing_packages()
    if not packages:
        return
    if os.geteuid() != 0:
        names = " ".join(packages)
        sys.exit(f"missing Debian packages: apt-get install {names}")
    print("installing", *packages, flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", *packages, stdout=subprocess.DEVNULL)


def python_environment(folder: Path) -> Path:
    """Create a virtual environment with the third-party packages; return its interpreter."""
    requirements = HERE / "requirements.txt"
    venv, stamp = folder / "venv", folder / "venv" / "requirements.txt"
    python = venv / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        run(sys.executable, "-m", "venv", "--clear", venv)
        run(
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            requirements,
        )
        stamp.write_text(requirements.read_text())
    return python


def yyjson(folder: Path, python: Path) -> Path:
    """Return the folder with yyjson.c and yyjson.h; download and verify them if missing."""
    sources = folder / "yyjson"
    if (sources / "yyjson.h").exists():
        return sources
    requirement = HERE / "yyjson.txt"
    downloads = folder / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    pip = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    run(
        *pip,
        "--no-deps",
        "--no-binary",
        ":all:",
        "--require-hashes",
        "-r",
        requirement,
        "-d",
        downloads,
    )
    (archive,) = downloads.glob("*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() not in requirement.read_text():
        sys.exit(f"{archive.name} does not have the hash in {requirement.name}")
    sources.mkdir(exist_ok=True)
    with tarfile.open(archive) as files:
        for member in files:
            # Use the name only: paths in an archive are not trusted.
            name = Path(member.name).name
            if name in ("yyjson.c", "yyjson.h") and (content := files.extractfile(member)):
                (sources / name).write_bytes(content.read())
    return sources


def exported(library: Path) -> set[str]:
    """Return the functions that the library exports."""
    names = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    )
    return {line.split()[-1].split("@")[0] for line in names.stdout.splitlines()}


def programs(folder: Path, library: Path, json: Path) -> frozenset[str]:
    """Compile the C programs; return those that the library is too old for."""
    cc, source = compiler(), HERE / "c"
    functions = exported(library)
    missing = {name for name, function in REQUIRED_FUNCTIONS.items() if function not in functions}
    run(*cc, "-O2", "-c", json / "yyjson.c", "-o", folder / "yyjson.o")
    ours: list[object] = [
        f"-I{ROOT / 'include'}",
        f"-L{library.parent}",
        "-ldata_connectors",
        "-lpthread",
    ]
    ours.append(f"-Wl,-rpath,{library.parent}")
    curl: list[object] = ["-isystem", json, folder / "yyjson.o", "-lcurl"]
    for names, flags in [(OUR_PROGRAMS, ours), (CURL_PROGRAMS, curl), (PLAIN_PROGRAMS, [])]:
        for name in names:
            if name not in missing:
                run(*cc, *FLAGS, *WARNINGS, source / f"{name}.c", *flags, "-o", folder / name)
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


def build(target: Path) -> Artifacts:
    """Build everything but the library, which `make bench` builds."""
    install_packages()
    folder = target / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    print(
        "building the server, the programs and the Python environment of the benchmark", flush=True
    )
    servers = ["-p", "data-connectors-bench-server", "-p", "data-connectors-sandbox"]
    run("cargo", "build", "--quiet", "--release", "--locked", *servers)
    python = python_environment(folder)
    library = target / "release" / "libdata_connectors.so"
    missing = programs(folder, library, yyjson(folder, python))
    server = target / "release" / "data-connectors-bench-server"
    return Artifacts(target, library, server, python, missing)
