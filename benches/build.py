"""Builds what the benchmark runs: the server, the programs, a Python environment.

Third-party sources and packages are downloaded into the target folder, and are not committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import go_programs
import node_programs
from commands import HERE, ROOT, compiler, run
from packages import install_packages, python_environment, yyjson

OUR_PROGRAMS = ["ours_rows", "ours_json", "pager", "prefetch", "threads", "cold_ours", "snapshot"]
CURL_PROGRAMS = ["curl_rows", "curl_json", "cold_curl"]
PLAIN_PROGRAMS = ["floor", "launch"]

FLAGS = ["-O2", "-std=c99", "-D_POSIX_C_SOURCE=200809L"]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-pedantic"]


@dataclass(frozen=True)
class Artifacts:
    """Paths of the built files."""

    target: Path
    library: Path
    server: Path
    python: Path
    missing: dict[str, str]
    """Languages whose tools are not installed, with the reason."""

    @property
    def folder(self) -> Path:
        """Return the folder of the benchmark."""
        return self.target / "bench"

    def program(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.folder / name)


def c_programs(folder: Path, library: Path, json: Path) -> None:
    """Compile the C programs, those of third parties with the fastest options."""
    cc, source = compiler(), HERE / "c"
    run(*cc, "-O3", "-c", json / "yyjson.c", "-o", folder / "yyjson.o")
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


def build(target: Path) -> Artifacts:
    """Build everything but the library, which `make bench` builds."""
    install_packages()
    folder = target / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    print("building the server and the programs of the benchmark", flush=True)
    servers = ["-p", "data-connectors-bench-server", "-p", "data-connectors-sandbox"]
    run("cargo", "build", "--quiet", "--release", "--locked", *servers)
    python = python_environment(folder)
    library = target / "release" / "libdata_connectors.so"
    c_programs(folder, library, yyjson(folder, python))
    reasons = {
        "go": go_programs.build(folder, library),
        "node": node_programs.build(folder, library),
    }
    missing = {name: reason for name, reason in reasons.items() if reason}
    server = target / "release" / "data-connectors-bench-server"
    return Artifacts(target, library, server, python, missing)
