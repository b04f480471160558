"""What a run prints, and the same as JSON."""

from __future__ import annotations

from typing import Any

from pairs import Result

# Peak memory may grow so much and is still called flat.
FLAT = 0.05


def _number(value: float, unit: str) -> str:
    return f"{value:,.{0 if value >= 1000 else 1}f} {unit}"


def _columns(rows: list[list[str]]) -> list[str]:
    """Rows as lines, the first column to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def ratios(results: list[Result], missing: list[str]) -> list[str]:
    """The table, what its names mean, and the lines for machines."""
    rows = [["name", "ours", "theirs", "ratio", "(min to max)", "goal", "verdict"]]
    for one in results:
        unit, goal = one.pair.unit, one.pair.goal
        rows.append(
            [
                one.pair.name,
                _number(one.ours, unit),
                _number(one.theirs, unit),
                f"{one.ratio:.3f}",
                f"({one.least:.3f} to {one.greatest:.3f})",
                "" if goal is None else f"<= {goal}",
                one.verdict,
            ]
        )
    rows += [[name, "", "", "", "", "", "not there yet"] for name in missing]
    meanings = [f"{one.pair.name}: {one.pair.what}; {_per(one)}" for one in results]
    lines = [f"RATIO {one.pair.name} {one.ratio:.3f}" for one in results]
    return [*_columns(rows), "", *meanings, "", *lines]


def _per(one: Result) -> str:
    return (
        f"CPU of a page, {one.pair.rounds} turns"
        if one.pair.of == "cpu"
        else f"wall, {one.pair.rounds} turns"
    )


def counts(found: dict[str, Any]) -> list[str]:
    """Instructions, allocations and system calls of a page, side by side."""
    names = list(next(iter(found.values())))
    rows = [["per page", *names]]
    if "instructions" in found:
        rows.append(["instructions", *(f"{found['instructions'][name]:,}" for name in names)])
    if "allocations" in found:
        rows.append(["allocations", *(f"{found['allocations'][name]:.1f}" for name in names)])
    if "syscalls" in found:
        rows.append(
            ["system calls", *(f"{sum(found['syscalls'][name].values()):.1f}" for name in names)]
        )
    lines = _columns(rows)
    for name, calls in found.get("syscalls", {}).items():
        by_name = ", ".join(f"{call} {count:.1f}" for call, count in sorted(calls.items()))
        lines.append(f"  {name}: {by_name}")
    return lines


def memory(peaks: dict[str, list[int]], walks: list[int]) -> list[str]:
    """Peak memory, and whether it grows from the second walk to the last."""
    rows = [["peak memory after", *(f"{pages:,} pages" for pages in walks), "2nd to 3rd", ""]]
    for name, kb in peaks.items():
        growth = kb[-1] / kb[1] - 1
        verdict = "flat" if growth <= FLAT else "GROWS"
        rows.append([name, *(f"{one:,} kB" for one in kb), f"{growth:+.1%}", verdict])
    return _columns(rows)


def threads(figures: dict[int, tuple[float, float]]) -> list[str]:
    """One thread and two on one client."""
    rows = [["threads on one client", "pages a second", "CPU of a page"]]
    rows += [
        [str(count), f"{rate:,.0f}", f"{cpu:.1f} µs"] for count, (rate, cpu) in figures.items()
    ]
    (rate_1, cpu_1), (rate_2, cpu_2) = figures[1], figures[2]
    rows.append(["2 / 1", f"{rate_2 / rate_1:.2f}", f"{cpu_2 / cpu_1:.2f}"])
    return _columns(rows)


def sizes(files: dict[str, int]) -> list[str]:
    """Files."""
    return _columns(
        [["size", "kB"], *([name, f"{size / 1000:,.0f}"] for name, size in files.items())]
    )


def as_json(results: list[Result], missing: list[str], extras: dict[str, Any]) -> dict[str, Any]:
    """Everything, for ``--out``."""
    return {
        "ratios": [
            {
                "name": one.pair.name,
                "what": one.pair.what,
                "of": one.pair.of,
                "unit": one.pair.unit,
                "ours": one.ours,
                "theirs": one.theirs,
                "ratio": one.ratio,
                "least": one.least,
                "greatest": one.greatest,
                "goal": one.pair.goal,
            }
            for one in results
        ],
        "missing": missing,
        **extras,
    }
