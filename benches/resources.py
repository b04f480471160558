"""Measures peak memory over many pages, two threads on one client, and snapshots."""

from __future__ import annotations

import subprocess
from statistics import median, median_high

from build import Artifacts
from processes import Server, measure

PAGE_COUNTS = [10, 1_000, 20_000]
CONNECTOR_COUNTS = [1_000, 10_000, 100_000]


def memory(artifacts: Artifacts, server: Server) -> dict[str, list[int]]:
    """Return the peak memory in kB after each of ``PAGE_COUNTS`` pages."""

    def peak(name: str, pages: int, *more: str) -> int:
        url = f"{server.http}/pages/{pages}" if name == "pager" else server.http
        command = [artifacts.program(name), url, str(pages), "0", *more]
        # The kernel counts pages of memory in batches, so a single run is inexact.
        return median_high(measure(command, artifacts)["peak_kb"] for _ in range(3))

    programs = {
        "dc_list_page": ["ours_rows"],
        "pager": ["pager"],
        "pager with prefetch": ["pager", "1"],
        "libcurl": ["curl_rows"],
    }
    return {
        title: [peak(name, pages, *more) for pages in PAGE_COUNTS]
        for title, (name, *more) in programs.items()
    }


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
