"""How large it is and how it grows: memory over many pages, two threads on a client, files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from statistics import median

from prepare import Made
from processes import Server, measure

WALKS = [10, 1_000, 20_000]


def memory(made: Made, server: Server) -> dict[str, list[int]]:
    """Peak memory in kB after so many pages (see ``WALKS``)."""
    rows = "ours_json" if "ours_rows" in made.missing else "ours_rows"
    result: dict[str, list[int]] = {}
    for name in [rows, "walk", "curl_rows"]:
        result[name] = []
        for pages in WALKS:
            url = f"{server.http}/pages/{pages}" if name == "walk" else server.http
            result[name].append(
                measure([made.program(name), url, str(pages), "0"], made)["peak_kb"]
            )
    return result


def threads(made: Made, server: Server, rounds: int) -> dict[int, tuple[float, float]]:
    """Pages a second and µs of CPU per page, with 1 and with 2 threads on one client.

    They aren't pinned. Where there are two cores the server is on one of them as well: then the CPU
    per page says whether threads are in each other's way, and the pages a second say little.
    """
    lines: dict[int, list[dict[str, int]]] = {1: [], 2: []}
    for _ in range(rounds):
        for count, into in lines.items():
            command = [made.program("threads"), server.http, "4000", "300", str(count)]
            into.append(measure(command, made, pinned=False))
    return {
        count: (
            median(line["pages"] / line["wall_ns"] * 1e9 for line in into),
            median(line["cpu_ns"] / line["pages"] / 1e3 for line in into),
        )
        for count, into in lines.items()
    }


def sizes(made: Made) -> dict[str, int]:
    """Bytes: our library, libcurl, and all that either program loads besides the C library."""

    def loaded(name: str) -> dict[str, int]:
        text = subprocess.run(
            ["ldd", made.program(name)], capture_output=True, text=True, check=True
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
        "libdata_connectors": made.library.stat().st_size,
        "libcurl": next(size for name, size in theirs.items() if name.startswith("libcurl")),
        "ours, all that is loaded": sum(ours.values()),
        "libcurl, all that is loaded": sum(theirs.values()),
    }
