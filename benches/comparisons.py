"""The comparisons: both programs run alternately, and each round gives a ratio."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from build import HERE, Artifacts
from processes import Server, measure

Command = list[str]


@dataclass(frozen=True)
class Comparison:
    """Two programs, the metric to compare, and the goal."""

    name: str
    description: str
    ours: Command
    theirs: Command
    metric: str
    """``cpu``, per page, or ``wall``, of the whole run."""
    goal: float | None
    unit: str = "µs"
    rounds: int = 7
    same_sum: bool = True
    """Whether both programs read the same values, and so print the same sum."""
    pinned: bool = True
    """Whether processes are pinned to a core: not with a background thread."""
    requires: str | None = None
    """The C program that can't be built with an older library."""


@dataclass(frozen=True)
class Result:
    """The medians in the unit of the comparison, and the median, minimum and maximum ratio."""

    comparison: Comparison
    ours: float
    theirs: float
    ratio: float
    minimum: float
    maximum: float

    @property
    def verdict(self) -> str:
        """Return whether the goal is met."""
        if self.comparison.goal is None:
            return ""
        return "met" if self.ratio <= self.comparison.goal else "MISSED"


def comparisons(artifacts: Artifacts, server: Server, quick: bool) -> list[Comparison]:
    """Return all comparisons; a quick run has fewer pages and rounds, and varies more."""
    divisor = 2 if quick else 1
    rounds = 3 if quick else 11
    # Many short rounds of the C programs (a quarter of a second) vary less than a few long ones.
    c_rounds = 5 if quick else 21

    def c(name: str, base_url: str, pages: int, warm_up: int, *more: str) -> Command:
        return [
            artifacts.program(name),
            base_url,
            str(max(pages // divisor, 1)),
            str(warm_up),
            *more,
        ]

    def py(name: str, pages: int, warm_up: int) -> Command:
        script = str(HERE / "python" / name)
        return [
            str(artifacts.python),
            script,
            server.http,
            str(max(pages // divisor, 1)),
            str(warm_up),
        ]

    def cold(name: str, *more: str) -> Command:
        return [artifacts.program("launch"), *c(name, server.https, 1, 0, *more)]

    http, https, ca = server.http, server.https, str(server.ca_file)
    slow, idle = f"{http}/pages/40/latency/20", f"{http}/pages/2000"
    return [
        Comparison(
            "c_rows_cpu",
            "C, four fields of each row / libcurl and yyjson",
            c("ours_rows", http, 2500, 300),
            c("curl_rows", http, 2500, 300),
            "cpu",
            0.85,
            rounds=c_rounds,
            requires="ours_rows",
        ),
        Comparison(
            "c_json_cpu",
            "C, the JSON and the cursor / libcurl, the cursor parsed by yyjson",
            c("ours_json", http, 2500, 300),
            c("curl_json", http, 2500, 300),
            "cpu",
            0.75,
            rounds=c_rounds,
        ),
        Comparison(
            "c_rows_tls_cpu",
            "C, four fields of each row over TLS / libcurl with OpenSSL and yyjson",
            c("ours_rows", https, 2000, 300, ca),
            c("curl_rows", https, 2000, 300, ca),
            "cpu",
            0.85,
            rounds=c_rounds,
            requires="ours_rows",
        ),
        Comparison(
            "floor_cpu",
            "C, four fields of each row / a plain socket that only receives",
            c("ours_rows", http, 2500, 300),
            c("floor", http, 2500, 300),
            "cpu",
            1.9,
            rounds=c_rounds,
            same_sum=False,
            requires="ours_rows",
        ),
        Comparison(
            "cold_tls_wall",
            "process start to certificate verification, default root certificates / libcurl",
            cold("cold_ours"),
            cold("cold_curl"),
            "wall",
            0.5,
            "ms",
            c_rounds,
        ),
        Comparison(
            "cold_tls_page_wall",
            "process start to first page, root certificates from a file / libcurl",
            cold("cold_ours", str(server.ca_bundle)),
            cold("cold_curl", str(server.ca_bundle)),
            "wall",
            None,
            "ms",
            c_rounds,
        ),
        Comparison(
            "py_rows_cpu",
            "Python, four fields of each row / httpx and json",
            py("ours.py", 600, 60),
            py("httpx_rows.py", 600, 60),
            "cpu",
            0.25,
            rounds=rounds,
        ),
        Comparison(
            "py_sdk_cpu",
            "Python, four fields of each row / Intercom's SDK, contacts",
            py("ours.py", 600, 60),
            py("sdk.py", 40, 4),
            "cpu",
            0.02,
            rounds=min(rounds, 5),
            same_sum=False,
        ),
        Comparison(
            "py_table_cpu",
            "Python, rows from the native page / from json.loads",
            py("ours.py", 600, 60),
            py("ours_json.py", 600, 60),
            "cpu",
            None,
            rounds=rounds,
        ),
        Comparison(
            "prefetch_idle_wall",
            "2,000 pages without latency and work, with prefetch / without",
            [artifacts.program("pager"), idle, "2000", "0", "1"],
            [artifacts.program("pager"), idle, "2000", "0", "0"],
            "wall",
            None,
            rounds=rounds,
            pinned=False,
            requires="prefetch",
        ),
        Comparison(
            "prefetch_wall",
            "40 pages, 20 ms latency and 20 ms work each, with prefetch / without",
            [artifacts.program("prefetch"), slow, "40", "0", "1"],
            [artifacts.program("prefetch"), slow, "40", "0", "0"],
            "wall",
            0.58,
            "ms",
            min(rounds, 5),
            pinned=False,
            requires="prefetch",
        ),
    ]


def compare(
    comparison: Comparison, artifacts: Artifacts, server: Server, progress: Callable[[str], None]
) -> Result:
    """Run both programs alternately."""
    # Programs that use both cores would slow down a pinned server.
    server.set_pinned(pinned=comparison.pinned)
    scale = 1e6 if comparison.unit == "ms" else 1e3
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(comparison.rounds):
        progress(f"{comparison.name}: round {number + 1} of {comparison.rounds}")
        sums = []
        for command, values in ((comparison.ours, ours), (comparison.theirs, theirs)):
            line = measure(command, artifacts, comparison.pinned)
            sums.append(line["sum"])
            per_page = comparison.metric == "cpu"
            values.append((line["cpu_ns"] / line["pages"] if per_page else line["wall_ns"]) / scale)
        if comparison.same_sum and sums[0] != sums[1]:
            sys.exit(
                f"{comparison.name}: the programs read different values ({sums[0]}, {sums[1]})"
            )
    ratios = [our / their for our, their in zip(ours, theirs)]
    return Result(
        comparison, median(ours), median(theirs), median(ratios), min(ratios), max(ratios)
    )
