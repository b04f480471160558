"""Benchmark: our library and other clients against the same local server.

Prints tables, and machine-readable lines ``RATIO name ours/theirs``. A missed goal is marked, but
is not a failure, as times vary. Instruction counts hardly vary: the exit status is 1 if one is
more than 3 % above its baseline in instructions.txt, or has none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import binding_costs
import counts
import report
import resources
import sizes
from build import build
from commands import ROOT
from compare import compare
from comparisons import comparisons
from processes import CLIENT_CORE, PINNED, SERVER_CORE, Server

COUNTS_AND_SIZES = [
    "instructions",
    "allocations",
    "syscalls",
    "memory",
    "threads",
    "snapshots",
    "bindings",
    "size",
]


def parse_options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="make bench",
        usage='make bench ARGS="[--only NAMES] [--quick] [--out FILE]"',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 success, 1 an instruction count has grown or has no baseline, or a "
        "program failed, "
        "2 invalid options.",
    )
    parser.add_argument(
        "--only",
        metavar="NAMES",
        help="comma-separated names to run: names of the first table, "
        + ", ".join(COUNTS_AND_SIZES)
        + " [default: all]",
    )
    parser.add_argument("--quick", action="store_true", help="run fewer rounds and pages")
    parser.add_argument("--out", metavar="FILE", type=Path, help="also write the results as JSON")
    return parser.parse_args()


def show_progress(step: str) -> None:
    """Show the current step on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


def main() -> int:
    """Run the selected benchmarks; return 1 if instruction counts have grown or lack a baseline."""
    options = parse_options()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    artifacts = build(target)
    with Server(artifacts) as server:
        known = comparisons(artifacts, server, options.quick)
        names = [comparison.name for comparison in known] + COUNTS_AND_SIZES
        selected = options.only.split(",") if options.only else names
        if unknown := set(selected) - set(names):
            sys.exit(f"unknown name {', '.join(sorted(unknown))}: use {', '.join(names)}")
        if PINNED:
            print(f"clients pinned to core {CLIENT_CORE}, server to core {SERVER_CORE}")
        else:
            print("not pinned: there is only one core, shared by clients and server")
        print(time.strftime("started %Y-%m-%d %H:%M:%S"), flush=True)

        chosen = [comparison for comparison in known if comparison.name in selected]
        missing = {
            comparison.name: artifacts.missing[comparison.requires]
            for comparison in chosen
            if comparison.requires in artifacts.missing
        }
        results = [
            compare(comparison, artifacts, server, show_progress)
            for comparison in chosen
            if comparison.name not in missing
        ]
        server.set_pinned(pinned=True)
        show_progress("")
        if chosen:
            print("", *report.ratios(results, missing), sep="\n", flush=True)

        extras: dict[str, Any] = {}
        counters = {
            "instructions": counts.instructions,
            "allocations": counts.allocations,
            "syscalls": counts.system_calls,
        }
        for name, counter in counters.items():
            if name in selected:
                show_progress(name)
                extras[name] = counter(artifacts, server)
        show_progress("")
        if extras:
            print("", *report.counts(extras), sep="\n", flush=True)
        if "memory" in selected:
            extras["memory"] = resources.memory(artifacts, server)
            table = report.memory(extras["memory"], resources.PAGE_COUNTS)
            print("", *table, sep="\n", flush=True)
        if "threads" in selected:
            extras["threads"] = resources.threads(artifacts, server, 3 if options.quick else 5)
            print("", *report.threads(extras["threads"]), sep="\n", flush=True)
        if "snapshots" in selected:
            extras["snapshots"] = resources.snapshots(artifacts)
            print("", *report.snapshots(extras["snapshots"]), sep="\n", flush=True)
        if "bindings" in selected:
            rounds = 3 if options.quick else 5
            figures, absent = binding_costs.binding_costs(artifacts, server, rounds, show_progress)
            show_progress("")
            extras["bindings"] = figures
            print("", *report.bindings(figures, absent), sep="\n", flush=True)
        if "size" in selected:
            extras["size"] = sizes.sizes(artifacts)
            print("", *report.sizes(extras["size"]), sep="\n", flush=True)

    if options.out:
        content = json.dumps(report.as_json(results, missing, extras), indent=2)
        options.out.write_text(content + "\n")
    regressions = []
    if "instructions" in extras:
        regressions = counts.check_baseline(extras["instructions"])
    if regressions:
        print(
            "",
            "instruction counts above their baseline, or without one "
            "(UPDATE_INSTRUCTIONS=1 updates it):",
            *regressions,
            sep="\n",
        )
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main())
