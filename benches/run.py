"""The benchmark: ours and others side by side against one cheap server. `make bench` runs it.

It prints tables and, for machines, lines ``RATIO name ours/theirs``. A goal that is missed is
marked and no failure, as figures vary; instruction counts don't, and one above the kept is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import counts
import extent
import report
from pairs import compare, pairs
from prepare import ROOT, prepare
from processes import CLIENT_CORE, PINNED, SERVER_CORE, Server

EXTRAS = ["instructions", "allocations", "syscalls", "memory", "threads", "size"]


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument(
        "--only",
        metavar="NAMES",
        help="run these only, with commas between: names of the table, " + ", ".join(EXTRAS),
    )
    parser.add_argument("--quick", action="store_true", help="fewer turns and pages")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the results as JSON, too")
    return parser.parse_args()


def progress(what: str) -> None:
    """Say on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def main() -> int:
    """Run what is asked for; 1 if an instruction count has grown."""
    args = options()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    made = prepare(target)
    with Server(made) as server:
        everything = pairs(made, server, args.quick)
        names = [pair.name for pair in everything] + EXTRAS
        wanted = args.only.split(",") if args.only else names
        if unknown := set(wanted) - set(names):
            sys.exit(f"{', '.join(sorted(unknown))}: there are only {', '.join(names)}")
        if PINNED:
            print(f"pinned: clients to core {CLIENT_CORE}, the server to core {SERVER_CORE}")
        else:
            print("not pinned, as there is only one core: the server takes its part of it")
        print(time.strftime("started %Y-%m-%d %H:%M:%S"), flush=True)

        chosen = [pair for pair in everything if pair.name in wanted]
        missing = [pair.name for pair in chosen if pair.needs in made.missing]
        results = [
            compare(pair, made, server, progress) for pair in chosen if pair.name not in missing
        ]
        server.stay(pinned=True)
        progress("")
        if chosen:
            print("", *report.ratios(results, missing), sep="\n", flush=True)

        extras: dict[str, Any] = {}
        counters = {
            "instructions": counts.instructions,
            "allocations": counts.allocations,
            "syscalls": counts.system_calls,
        }
        for name, counter in counters.items():
            if name in wanted:
                progress(name)
                extras[name] = counter(made, server)
        progress("")
        if extras:
            print("", *report.counts(extras), sep="\n", flush=True)
        if "memory" in wanted:
            extras["memory"] = extent.memory(made, server)
            print("", *report.memory(extras["memory"], extent.WALKS), sep="\n", flush=True)
        if "threads" in wanted:
            extras["threads"] = extent.threads(made, server, 3 if args.quick else 5)
            print("", *report.threads(extras["threads"]), sep="\n", flush=True)
        if "size" in wanted:
            extras["size"] = extent.sizes(made)
            print("", *report.sizes(extras["size"]), sep="\n", flush=True)

    if args.out:
        args.out.write_text(json.dumps(report.as_json(results, missing, extras), indent=2) + "\n")
    grown = counts.check_kept(extras.get("instructions", {})) if "instructions" in extras else []
    if grown:
        print(
            "",
            "more instructions than were kept (UPDATE_INSTRUCTIONS=1 keeps these):",
            *grown,
            sep="\n",
        )
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
