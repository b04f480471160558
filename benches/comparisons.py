"""The pairs that are compared, and how: ours and theirs by turns, a ratio for each turn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from prepare import HERE, Made
from processes import Server, measure

Command = list[str]


@dataclass(frozen=True)
class Pair:
    """Two programs, what is compared of them, and what is aimed at."""

    name: str
    what: str
    ours: Command
    theirs: Command
    of: str
    """``cpu``, of a page, or ``wall``, of the whole."""
    goal: float | None
    unit: str = "µs"
    rounds: int = 7
    same: bool = True
    """Whether both print the same sum: what they read is the same."""
    pinned: bool = True
    """Whether each stays on a core: not where ours has a thread that works beside the caller's."""
    needs: str | None = None
    """The C program that isn't there while the library lacks what it calls."""


@dataclass(frozen=True)
class Result:
    """What came of a pair, in its unit; the ratio with the least and the greatest of a turn."""

    pair: Pair
    ours: float
    theirs: float
    ratio: float
    least: float
    greatest: float

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        if self.pair.goal is None:
            return ""
        return "met" if self.ratio <= self.pair.goal else "MISSED"


def pairs(made: Made, server: Server, quick: bool) -> list[Pair]:
    """All pairs; a quick run has fewer pages and turns, and wider spreads."""
    part = 2 if quick else 1
    rounds = 3 if quick else 11
    # Those in C take a quarter of a second: many short turns are steadier than a few long ones.
    turns = 5 if quick else 21

    def c(name: str, base_url: str, pages: int, warm_up: int, *more: str) -> Command:
        return [made.program(name), base_url, str(max(pages // part, 1)), str(warm_up), *more]

    def py(name: str, pages: int, warm_up: int) -> Command:
        script = str(HERE / "python" / name)
        return [str(made.python), script, server.http, str(max(pages // part, 1)), str(warm_up)]

    def cold(name: str, *more: str) -> Command:
        return [made.program("launch"), *c(name, server.https, 1, 0, *more)]

    http, https, ca = server.http, server.https, str(server.ca_file)
    slow, idle = f"{http}/pages/40/latency/20", f"{http}/pages/2000"
    return [
        Pair(
            "c_rows_cpu",
            "C, four fields of every row / libcurl and yyjson",
            c("ours_rows", http, 2500, 300),
            c("curl_rows", http, 2500, 300),
            "cpu",
            0.85,
            rounds=turns,
            needs="ours_rows",
        ),
        Pair(
            "c_json_cpu",
            "C, the JSON and the cursor / libcurl, the cursor by yyjson",
            c("ours_json", http, 2500, 300),
            c("curl_json", http, 2500, 300),
            "cpu",
            0.75,
            rounds=turns,
        ),
        Pair(
            "c_rows_tls_cpu",
            "the first over TLS / libcurl with OpenSSL and yyjson",
            c("ours_rows", https, 2000, 300, ca),
            c("curl_rows", https, 2000, 300, ca),
            "cpu",
            0.85,
            rounds=turns,
            needs="ours_rows",
        ),
        Pair(
            "floor_cpu",
            "C, four fields of every row / a bare socket that only receives",
            c("ours_rows", http, 2500, 300),
            c("floor", http, 2500, 300),
            "cpu",
            1.9,
            rounds=turns,
            same=False,
            needs="ours_rows",
        ),
        Pair(
            "cold_tls_wall",
            "start to the verdict on a certificate, default roots / libcurl",
            cold("cold_ours"),
            cold("cold_curl"),
            "wall",
            0.5,
            "ms",
            turns,
        ),
        Pair(
            "cold_tls_page_wall",
            "start to first page, the system's roots and ours from a file / libcurl",
            cold("cold_ours", str(server.ca_bundle)),
            cold("cold_curl", str(server.ca_bundle)),
            "wall",
            None,
            "ms",
            turns,
        ),
        Pair(
            "py_rows_cpu",
            "Python, four fields of every row / httpx and json",
            py("ours.py", 600, 60),
            py("httpx_rows.py", 600, 60),
            "cpu",
            0.25,
            rounds=rounds,
        ),
        Pair(
            "py_sdk_cpu",
            "Python, four fields of every row / the publisher's SDK, contacts",
            py("ours.py", 600, 60),
            py("sdk.py", 40, 4),
            "cpu",
            0.02,
            rounds=min(rounds, 5),
            same=False,
        ),
        Pair(
            "py_table_cpu",
            "Python, the same by the native rows / by json.loads",
            py("ours.py", 600, 60),
            py("ours_json.py", 600, 60),
            "cpu",
            None,
            rounds=rounds,
        ),
        Pair(
            "prefetch_idle_wall",
            "a walk without latency and work, with prefetch / without",
            [made.program("walk"), idle, "2000", "0", "1"],
            [made.program("walk"), idle, "2000", "0", "0"],
            "wall",
            None,
            rounds=rounds,
            pinned=False,
            needs="prefetch",
        ),
        Pair(
            "prefetch_wall",
            "a walk of 40 pages, 20 ms latency, 20 ms work, with prefetch / without",
            [made.program("prefetch"), slow, "40", "0", "1"],
            [made.program("prefetch"), slow, "40", "0", "0"],
            "wall",
            0.58,
            "ms",
            min(rounds, 5),
            pinned=False,
            needs="prefetch",
        ),
    ]


def compare(pair: Pair, made: Made, server: Server, progress: Callable[[str], None]) -> Result:
    """Run both by turns."""
    # Work on both cores would be in the way of a server that has to stay on one of them.
    server.stay(pinned=pair.pinned)
    scale = 1e6 if pair.unit == "ms" else 1e3
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(pair.rounds):
        progress(f"{pair.name}: {turn + 1} of {pair.rounds}")
        sums = []
        for command, values in ((pair.ours, ours), (pair.theirs, theirs)):
            line = measure(command, made, pair.pinned)
            sums.append(line["sum"])
            whole = line["cpu_ns"] / line["pages"] if pair.of == "cpu" else line["wall_ns"]
            values.append(whole / scale)
        if pair.same and sums[0] != sums[1]:
            sys.exit(f"{pair.name}: the two didn't read the same ({sums[0]} and {sums[1]})")
    ratios = [one / other for one, other in zip(ours, theirs)]
    return Result(pair, median(ours), median(theirs), median(ratios), min(ratios), max(ratios))
