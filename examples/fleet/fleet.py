#!/usr/bin/env python3
"""Takes a snapshot of the data connectors of many workspaces with Dask, and reports the changes.

The exit status is 0 if all snapshots are complete or refreshed, 1 if not, and 2 for a usage error.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import os
import re
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import data_connectors as dc
from distributed import Client, LocalCluster, as_completed


class Workspace(NamedTuple):
    name: str
    token_env: str  # the name of the environment variable that contains the access token
    region: str | None
    base_url: str | None


def read_workspaces(path: Path) -> list[Workspace]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, file)
        rows = [Workspace._make(row.get(key) or None for key in Workspace._fields) for row in lines]
    names = Counter(row.name for row in rows)
    for number, row in enumerate(rows, start=1):
        if names[row.name] > 1 or not re.fullmatch(r"[\w .-]+", row.name or ""):
            raise ValueError(f"invalid name {row.name!r} in row {number}: use a unique file name")
        # An access token in its place must not be printed, or sent to the scheduler.
        if not re.fullmatch("[A-Z_][A-Z0-9_]*", row.token_env or ""):
            raise ValueError(f"invalid token_env in row {number}: use a name such as TOKEN_1")
    return rows


def snapshot_workspace(row: Workspace, output: Path, run: Path, resync: bool) -> dict[str, Any]:
    """Take a snapshot, in a worker, and write it to a new file in `run`; return its summary."""
    name, variable, region, base_url = row
    summary: dict[str, Any] = {"workspace": name}
    try:
        stored = output / f"{name}.json"
        older = dc.Snapshot.load(stored.read_bytes()) if stored.exists() else None
        if not os.environ.get(variable):
            raise ValueError(f"environment variable {variable} is not set in the worker")
        with dc.Client(
            os.environ[variable], region=region, base_url=base_url, wait_for_rate_limit=True
        ) as client:
            snapshot = client.snapshot(None if resync else older)
        summary.update(state=snapshot.state, count=len(snapshot))
        if snapshot.reason is not None:
            return {**summary, "reason": snapshot.reason}
        if older is not None:
            diff = snapshot.diff(older)
            summary["added"] = [connector.id for connector in diff.added]
            summary["changed"] = [change.id for change in diff.changed]
            summary["removed"] = diff.removed and [connector.id for connector in diff.removed]
        file = run / os.urandom(16).hex()
        file.write_bytes(snapshot.json())
        return {**summary, "file": file}
    except Exception as error:  # A failure does not affect the other workspaces.
        return {**summary, "state": "failed", "error": str(error)}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("workspaces", type=Path, help="CSV file with a header, or NDJSON file")
    parser.add_argument("output", type=Path, help="folder of the stored snapshots")
    parser.add_argument("--resync", action="store_true", help="list all to find removed connectors")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="default: a local cluster")
    options = parser.parse_args()
    try:
        rows = read_workspaces(options.workspaces)
        options.output.mkdir(parents=True, exist_ok=True)
    except (AttributeError, OSError, TypeError, ValueError) as error:
        parser.error(str(error))
    output = options.output.resolve()
    with ExitStack() as stack:
        run = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".run-", dir=output)))
        # Dask logs the loss of connections when it closes a cluster.
        quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": None}
        cluster = options.scheduler or stack.enter_context(
            LocalCluster(n_workers=2, threads_per_worker=32, security=True, **quiet)
        )
        client = stack.enter_context(Client(cluster))
        tasks = client.map(snapshot_workspace, rows, output=output, run=run, resync=options.resync)
        summaries = []
        for task, result in as_completed(tasks, with_results=True, raise_errors=False):
            if not isinstance(result, dict):  # The task's workers died, or the scheduler.
                cause, name = str(task.exception() or task.status), rows[tasks.index(task)].name
                result = {"workspace": name, "state": "failed", "error": cause}
            summaries.append(result)
            kinds = [kind for kind in ("added", "changed", "removed") if result.get(kind)]
            changes = ", ".join(f"{len(result[kind])} {kind}" for kind in kinds)
            if text := result.get("error") or result.get("reason") or changes:
                print(f"{result['workspace']}: {result['state']}: {text}", flush=True)
        # Renamed last: a task that runs again compares with the same older snapshot.
        new = {s["workspace"]: s.pop("file") for s in summaries if "file" in s}
        (run / "summary").write_text("".join(json.dumps(s) + "\n" for s in summaries))
        (run / "summary").replace(output / "summary.ndjson")
        for name, file in new.items():
            file.replace(output / f"{name}.json")
    states = Counter(summary["state"] for summary in summaries)
    counts = ", ".join(f"{states[state]} {state}" for state in sorted(states))
    print(counts, file=sys.stderr)
    return 1 if states.keys() & {"failed", "incomplete"} else 0


if __name__ == "__main__":
    sys.exit(main())
