"""Measures peak memory over many pages, two threads on one client, snapshots, and file sizes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from statistics import median

from build import Artifacts
from processes import Server, measure

PAGE_COUNTS = [10, 1_000, 20_000]
CONNECTOR_COUNTS = [1_000, 10_000, 100_000]


def memory(artifacts: Artifacts, server: Server) -> dict[str, list[int]]:
    """Return the peak memory in kB after each of ``PAGE_COUNTS`` pages."""
    rows = "ours_json" if "ours_rows" in artifacts.missing else "ours_rows"
    result: dict[str, list[int]] = {}
    for name in [rows, "pager", "curl_rows"]:
        result[name] = []
        for pages in PAGE_COUNTS:
            url = f"{server.http}/pages/{pages}" if name == "pager" else server.http
            result[name].append(
                measure([artifacts.program(name), url, str(pages), "0"], artifacts)["peak_kb"]
            )
    return result


def threads(artifacts: Artifacts, server: Server, rounds: int) -> dict[int, tuple[float, float]]:
    """Return pages per second and µs of CPU per page, with 1 and with 2 threads on one client.

    The threads are not pinned. With two cores they share them with the server: then only the CPU
    per page shows contention between the threads.
    """
    lines: dict[int, list[dict[str, int]]] = {1: [], 2: []}
    for _ in range(rounds):
        for count, into in lines.items():
            command = [artifacts.program("threads"), server.http, "4000", "300", str(count)]
            into.append(measure(command, artifacts, pinned=False))
    return {
        count: (
            median(line["pages"] / line["wall_ns"] * 1e9 for line in into),
            median(line["cpu_ns"] / line["pages"] / 1e3 for line in into),
        )
        for count, into in lines.items()
    }


def snapshots(artifacts: Artifacts) -> dict[int, dict[str, int]]:
    """Return what snapshots of each of ``CONNECTOR_COUNTS`` cost; the sandbox serves the lists."""
    sandbox = artifacts.target / "release" / "data-connectors-sandbox"
    found = {}
    for count in CONNECTOR_COUNTS:
        with subprocess.Popen(
            [sandbox, "--connectors", str(count)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            command = [artifacts.program("snapshot"), url, str(count), "0"]
            found[count] = measure(command, artifacts)
            server.kill()
    return found


def sizes(artifacts: Artifacts) -> dict[str, int]:
    """Return sizes in bytes: our library, libcurl, and all libraries loaded by either program."""

    def loaded(name: str) -> dict[str, int]:
        text = subprocess.run(
            ["ldd", artifacts.program(name)], capture_output=True, text=True, check=True
        ).stdout
        found = re.findall(r"(\S+) => (\S+)", text)
        own = {
            name: Path(path)
            for name, path in found
            if not re.match(r"lib(c|m|dl|rt|pthread|gcc_s)\.so", name)
        }
        return {name: path.stat().st_size for name, path in own.items()}

    ours, theirs = loaded("ours_json"), loaded("curl_rows")
    return {
        "libdata_connectors": artifacts.library.stat().st_size,
        "libcurl": next(size for name, size in theirs.items() if name.startswith("libcurl")),
        "ours with dependencies": sum(ours.values()),
        "libcurl with dependencies": sum(theirs.values()),
    }
