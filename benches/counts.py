"""Counts instructions, allocations and system calls per page, which hardly vary between runs.

Each program runs twice with different numbers of pages; the difference is the cost of the pages.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from build import Artifacts
from commands import HERE
from processes import Server

# The name of a count: the program, and the path of the list.
COUNTED = {
    "ours_rows": ("ours_rows", ""),
    "ours_json": ("ours_json", ""),
    "ours_json_gzip": ("ours_json", "/gzip"),
    "ours_rows_varied": ("ours_rows", "/varied"),
    "curl_rows": ("curl_rows", ""),
    "curl_json": ("curl_json", ""),
    "curl_json_gzip": ("curl_json", "/gzip"),
    "curl_rows_varied": ("curl_rows", "/varied"),
}
FEW_PAGES, MANY_PAGES = 100, 300

BASELINE = HERE / "instructions.txt"
# The compiler, the C library and the segmentation of responses cause small differences.
TOLERANCE = 1.03

BASELINE_HEADER = """\
# Baseline of instructions per page: `make bench` fails if one of ours grows by more than 3 %.
# `UPDATE_INSTRUCTIONS=1 make bench ARGS="--only instructions"` writes this file. The counts depend
# on the versions of Rust and libc: on another machine, write it first, from the unchanged sources.
"""


def _output(
    command: list[str],
    name: str,
    artifacts: Artifacts,
    server: Server,
    pages: int,
    **environment: str,
) -> str:
    program, path = COUNTED[name]
    completed = subprocess.run(
        [*command, artifacts.program(program), server.http + path, str(pages), "20"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    if completed.returncode != 0:
        sys.exit(f"{' '.join(command)} {name}\n{completed.stderr}")
    return completed.stderr


def instructions(artifacts: Artifacts, server: Server) -> dict[str, int]:
    """Return the instructions per page, counted by callgrind."""

    def count(name: str, pages: int) -> int:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        found = re.search(r"Collected : (\d+)", _output(command, name, artifacts, server, pages))
        assert found is not None
        return int(found[1])

    return {
        name: round((count(name, MANY_PAGES) - count(name, FEW_PAGES)) / (MANY_PAGES - FEW_PAGES))
        for name in COUNTED
    }


def allocations(artifacts: Artifacts, server: Server) -> dict[str, float]:
    """Return the allocations per page, counted by a preloaded library."""
    counter = str(artifacts.folder / "count_allocations.so")

    def count(name: str, pages: int) -> int:
        found = re.search(
            r"allocations=(\d+)", _output([], name, artifacts, server, pages, LD_PRELOAD=counter)
        )
        assert found is not None
        return int(found[1])

    return {
        name: (count(name, MANY_PAGES) - count(name, FEW_PAGES)) / (MANY_PAGES - FEW_PAGES)
        for name in COUNTED
    }


def system_calls(artifacts: Artifacts, server: Server) -> dict[str, dict[str, float]]:
    """Return the system calls per page by name, counted by strace; rare ones are left out."""
    summary = artifacts.folder / "strace.txt"

    def count(name: str, pages: int) -> dict[str, int]:
        _output(["strace", "-f", "-c", "-o", str(summary)], name, artifacts, server, pages)
        rows = [line.split() for line in summary.read_text().splitlines()]
        return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}

    result = {}
    for name in COUNTED:
        few, many = count(name, FEW_PAGES), count(name, MANY_PAGES)
        result[name] = {
            call: (many[call] - few.get(call, 0)) / (MANY_PAGES - FEW_PAGES)
            for call in many
            if call != "total" and many[call] - few.get(call, 0) >= (MANY_PAGES - FEW_PAGES) / 20
        }
    return result


def check_baseline(counted: dict[str, int], file: Path = BASELINE) -> list[str]:
    """Compare the counts with the baseline, or update it; return regressions and missing names."""
    baseline = {}
    if file.exists():
        lines = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
        baseline = {name: int(count) for name, count in lines}
    if os.environ.get("UPDATE_INSTRUCTIONS"):
        file.write_text(
            BASELINE_HEADER + "".join(f"{name} {count}\n" for name, count in counted.items())
        )
        print(f"updated {file.name}")
        return []
    failures = [
        f"{name}: {count} per page, without a baseline"
        for name, count in counted.items()
        if name not in baseline
    ]
    return failures + [
        f"{name}: {count} per page, {count / baseline[name] - 1:+.1%} over {baseline[name]}"
        for name, count in counted.items()
        if name.startswith("ours") and name in baseline and count > baseline[name] * TOLERANCE
    ]
