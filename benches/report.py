"""Formats the results as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compare import Result

# Peak memory that grows by less is reported as flat.
FLAT_GROWTH = 0.01

# The goal for the size of our library, in bytes: 2.25 MiB.
LIBRARY_SIZE_GOAL = 2_359_296


def _number(value: float, unit: str) -> str:
    return f"{value:,.{0 if value >= 1000 else 1}f} {unit}"


def _columns(rows: list[list[str]]) -> list[str]:
    """Align the columns: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def ratios(results: list[Result], missing: dict[str, str]) -> list[str]:
    """Return the table, the meaning of its names, and the machine-readable lines."""
    rows = [["name", "ours", "theirs", "ratio", "(min to max)", "goal", "verdict"]]
    for result in results:
        unit, goal = result.comparison.unit, result.comparison.goal
        rows.append(
            [
                result.comparison.name,
                _number(result.ours, unit),
                _number(result.theirs, unit),
                f"{result.ratio:.3f}",
                f"({result.minimum:.3f} to {result.maximum:.3f})",
                "" if goal is None else f"<= {goal}",
                result.verdict,
            ]
        )
    rows += [[name, "", "", "", "", "", f"left out: {why}"] for name, why in missing.items()]
    meanings = [
        f"{result.comparison.name}: {result.comparison.description}; {_metric(result)}"
        for result in results
    ]
    lines = [f"RATIO {result.comparison.name} {result.ratio:.3f}" for result in results]
    return [*_columns(rows), "", *meanings, "", *lines]


def _metric(result: Result) -> str:
    return (
        f"CPU per page, {result.comparison.rounds} rounds"
        if result.comparison.metric == "cpu"
        else f"wall time, {result.comparison.rounds} rounds"
    )


def counts(found: dict[str, Any]) -> list[str]:
    """Return the table of instructions, allocations and system calls per page."""
    formats: dict[str, Callable[[Any], str]] = {
        "instructions": lambda count: f"{count:,}",
        "allocations": lambda count: f"{count:.1f}",
        "syscalls": lambda calls: f"{sum(calls.values()):.1f}",
    }
    rows = [["per page", *found]]
    for name in next(iter(found.values())):
        rows.append([name, *(formats[kind](counted[name]) for kind, counted in found.items())])
    lines = _columns(rows)
    for name, calls in found.get("syscalls", {}).items():
        by_name = ", ".join(f"{call} {count:.1f}" for call, count in sorted(calls.items()))
        lines.append(f"  {name}: {by_name}")
    return lines


def memory(peaks: dict[str, list[int]], page_counts: list[int]) -> list[str]:
    """Return the table of peak memory, and whether it grows from the second count to the last."""
    rows = [["peak memory after", *(f"{pages:,} pages" for pages in page_counts), "2nd to 3rd", ""]]
    for name, kb in peaks.items():
        growth = kb[-1] / kb[1] - 1
        verdict = "flat" if growth <= FLAT_GROWTH else "GROWS"
        rows.append([name, *(f"{value:,} kB" for value in kb), f"{growth:+.1%}", verdict])
    return _columns(rows)


def threads(figures: dict[int, tuple[float, float]]) -> list[str]:
    """Return the table of one and two threads on one client."""
    rows = [["threads on one client", "pages per second", "CPU per page"]]
    rows += [
        [str(count), f"{rate:,.0f}", f"{cpu:.1f} µs"] for count, (rate, cpu) in figures.items()
    ]
    (rate_1, cpu_1), (rate_2, cpu_2) = figures[1], figures[2]
    rows.append(["2 / 1", f"{rate_2 / rate_1:.2f}", f"{cpu_2 / cpu_1:.2f}"])
    return _columns(rows)


def snapshots(figures: dict[int, dict[str, int]]) -> list[str]:
    """Return the table of the cost of snapshots, and of refreshing them without changes."""
    titles = "snapshot of,requests,time,CPU,JSON,peak memory,refresh,refresh requests"
    rows = [titles.split(",")]
    for count, line in figures.items():
        rows.append(
            [
                f"{count:,} connectors",
                f"{line['requests']:,}",
                f"{line['wall_ns'] / 1e6:,.0f} ms",
                f"{line['cpu_ns'] / 1e6:,.0f} ms",
                f"{line['json_kb']:,} kB",
                f"{line['peak_kb']:,} kB",
                f"{line['refresh_ns'] / 1e6:,.0f} ms",
                f"{line['refresh_requests']:,}",
            ]
        )
    return _columns(rows)


def bindings(figures: dict[str, tuple[float, float, float]], missing: dict[str, str]) -> list[str]:
    """Return the table of the CPU per page of each language."""
    rows = [["CPU per page", "median", "(min to max)"]]
    rows += [
        [name, f"{middle:,.0f} µs", f"({least:,.0f} to {greatest:,.0f})"]
        for name, (middle, least, greatest) in figures.items()
    ]
    rows += [[name, "", f"left out: {why}"] for name, why in missing.items()]
    return _columns(rows)


def sizes(files: dict[str, int]) -> list[str]:
    """Return the table of file sizes."""
    rows = [["size", "kB", "goal", "verdict"]]
    rows += [[name, f"{size / 1000:,.0f}", "", ""] for name, size in files.items()]
    verdict = "met" if files["libdata_connectors"] <= LIBRARY_SIZE_GOAL else "MISSED"
    rows[1][2:] = [f"<= {LIBRARY_SIZE_GOAL / 1000:,.0f}", verdict]
    return _columns(rows)


def as_json(
    results: list[Result], missing: dict[str, str], extras: dict[str, Any]
) -> dict[str, Any]:
    """Return all results for ``--out``."""
    return {
        "ratios": [
            {
                "name": result.comparison.name,
                "what": result.comparison.description,
                "of": result.comparison.metric,
                "unit": result.comparison.unit,
                "ours": result.ours,
                "theirs": result.theirs,
                "ratio": result.ratio,
                "least": result.minimum,
                "greatest": result.maximum,
                "goal": result.comparison.goal,
            }
            for result in results
        ],
        "missing": missing,
        **extras,
    }
