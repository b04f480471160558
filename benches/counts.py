"""What can be counted and hardly varies: instructions, allocations, system calls of a page.

Each program runs twice, with more pages the second time; the difference is what the pages took.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from prepare import HERE, Made
from processes import Server

COUNTED = ["ours_rows", "ours_json", "curl_rows", "curl_json"]
FEW, MANY = 100, 300

KEPT = HERE / "instructions.txt"
# The compiler, the C library and how an answer is cut into pieces move a count a little.
TOLERANCE = 1.03

KEPT_HEAD = """\
# Instructions per page, as `make bench` last kept them: it fails when one of ours has grown by more
# than 3 %. `UPDATE_INSTRUCTIONS=1 make bench ARGS="--only instructions"` writes this file. Rust and
# the C library have a say, too: on another machine write it first, from the sources before.
"""


def _programs(made: Made) -> list[str]:
    return [name for name in COUNTED if name not in made.missing]


def _output(
    command: list[str], name: str, made: Made, server: Server, pages: int, **environment: str
) -> str:
    done = subprocess.run(
        [*command, made.program(name), server.http, str(pages), "20"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} {name}\n{done.stderr}")
    return done.stderr


def instructions(made: Made, server: Server) -> dict[str, int]:
    """Instructions per page, by callgrind."""

    def count(name: str, pages: int) -> int:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        found = re.search(r"Collected : (\d+)", _output(command, name, made, server, pages))
        assert found is not None
        return int(found[1])

    return {
        name: round((count(name, MANY) - count(name, FEW)) / (MANY - FEW))
        for name in _programs(made)
    }


def allocations(made: Made, server: Server) -> dict[str, float]:
    """Allocations per page, by a library that counts them."""
    counter = str(made.folder / "count_allocations.so")

    def count(name: str, pages: int) -> int:
        found = re.search(
            r"allocations=(\d+)", _output([], name, made, server, pages, LD_PRELOAD=counter)
        )
        assert found is not None
        return int(found[1])

    return {name: (count(name, MANY) - count(name, FEW)) / (MANY - FEW) for name in _programs(made)}


def system_calls(made: Made, server: Server) -> dict[str, dict[str, float]]:
    """System calls per page, by name, by strace; but for those that come only now and then."""
    summary = made.folder / "strace.txt"

    def count(name: str, pages: int) -> dict[str, int]:
        _output(["strace", "-f", "-c", "-o", str(summary)], name, made, server, pages)
        rows = [line.split() for line in summary.read_text().splitlines()]
        return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}

    result = {}
    for name in _programs(made):
        few, many = count(name, FEW), count(name, MANY)
        result[name] = {
            call: (many[call] - few.get(call, 0)) / (MANY - FEW)
            for call in many
            if call != "total" and many[call] - few.get(call, 0) >= (MANY - FEW) / 20
        }
    return result


def check_kept(counted: dict[str, int], file: Path = KEPT) -> list[str]:
    """Compare with the kept counts, or keep these; gives what has grown too much."""
    kept = {}
    if file.exists():
        lines = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
        kept = {name: int(count) for name, count in lines}
    if os.environ.get("UPDATE_INSTRUCTIONS"):
        kept.update(counted)
        file.write_text(KEPT_HEAD + "".join(f"{name} {count}\n" for name, count in kept.items()))
        print(f"kept in {file.name}")
        return []
    return [
        f"{name}: {count} a page, {count / kept[name] - 1:+.1%} over {kept[name]} in {file.name}"
        for name, count in counted.items()
        if name.startswith("ours") and name in kept and count > kept[name] * TOLERANCE
    ]
