"""Runs the cases of tests/conformance and prints a result for each."""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import data_connectors as dc

Case = dict[str, Any]

_FIELDS = {"name", "settings", "call", "per_page", "starting_after", "prefetch", "stop_after"} | {
    *("options", "then", "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect"),
    *("overlap_ms", "max_passes", "snapshot_timeout_ms", "stored"),
}


class Outcome:
    """The result of a call."""

    def __init__(self) -> None:
        self.rows: list[dc.Connector] = []
        self.pages: list[dc.Page] = []
        self.snapshot: dc.Snapshot | None = None
        self.diff: dc.SnapshotDiff | None = None
        self.error: BaseException | None = None
        self.duration_ms = 0.0

    def add(self, page: dc.Page) -> None:
        self.pages.append(page)
        self.rows.extend(page)


class UnexpectedError(Exception):
    """The outcome differs from what the case expects."""


def check(name: str, actual: Any, expected: Any) -> None:
    if actual != expected:
        raise UnexpectedError(f"{name} is {actual!r}, expected {expected!r}")


def create_client(case: Case) -> dc.Client:
    keywords = dict(case["settings"])
    for name in ("timeout", "connect_timeout"):
        if f"{name}_ms" in keywords:
            keywords[name] = keywords.pop(f"{name}_ms") / 1000
    options = dict(case.get("options", {}))
    # A required argument has no other name.
    keywords.setdefault("token", options.pop("access_token", None))
    return dc.Client(**keywords, options=options)


def run_call(case: Case, client: dc.Client, token: dc.CancelToken, outcome: Outcome) -> None:
    arguments: dict[str, Any] = {
        name: case[name] for name in ("per_page", "starting_after", "prefetch") if name in case
    }
    arguments["cancel_token"] = token
    if case["call"] == "page":
        outcome.add(client.list_page(**arguments))
    elif case["call"] == "pages":
        iterate_pages(case, client, arguments, outcome)
    elif case["call"] == "connectors":
        for connector in client.list(**arguments):
            outcome.rows.append(connector)
            if len(outcome.rows) == case.get("stop_after"):
                break
    elif case["call"] in ("snapshot", "load"):
        run_snapshot(case, client, token, outcome)
    elif case["call"] != "client":
        raise UnexpectedError(f"unknown call {case['call']}")


def run_snapshot(case: Case, client: dc.Client, token: dc.CancelToken, outcome: Outcome) -> None:
    arguments: dict[str, Any] = {"cancel_token": token}
    for name in ("overlap", "snapshot_timeout"):
        if f"{name}_ms" in case:
            arguments[name.removeprefix("snapshot_")] = case[f"{name}_ms"] / 1000
    if "max_passes" in case:
        arguments["max_passes"] = case["max_passes"]
    if case["call"] == "load":
        first = dc.Snapshot.load(case["stored"])
    else:
        first = client.snapshot(**arguments)
    outcome.snapshot = first
    then = case.get("then")
    if then == "store":
        outcome.snapshot = dc.Snapshot.load(first.json())
    elif then is not None:
        outcome.snapshot = client.snapshot({"refresh": first, "again": None}[then], **arguments)
        outcome.diff = outcome.snapshot.diff(first)
    outcome.rows = list(outcome.snapshot)


def iterate_pages(
    case: Case, client: dc.Client, arguments: dict[str, Any], outcome: Outcome
) -> None:
    pages = client.list(**arguments).pages()
    try:
        receive_pages(pages, case.get("stop_after"), outcome)
    except dc.DataConnectorsError as error:
        if case.get("then") != "continue":
            raise
        outcome.error = error
        receive_pages(pages, None, outcome)
    if case.get("then") == "resume":
        arguments["starting_after"] = pages.cursor
        receive_pages(client.list(**arguments).pages(), None, outcome)


def receive_pages(pages: Iterator[dc.Page], limit: int | None, outcome: Outcome) -> None:
    for count, page in enumerate(pages, start=1):
        outcome.add(page)
        if count == limit:
            return


def call(case: Case, client: dc.Client) -> Outcome:
    outcome, token, timers = Outcome(), dc.CancelToken(), []
    for name, cancel in (
        ("cancel_after_ms", token.cancel),
        ("shutdown_after_ms", client.shutdown),
    ):
        if case.get(name) == 0:
            cancel()
        elif name in case:
            timers.append(threading.Timer(case[name] / 1000, cancel))
            timers[-1].start()
    start = time.monotonic()
    try:
        run_call(case, client, token, outcome)
    except (ValueError, TypeError, dc.DataConnectorsError) as error:
        outcome.error = error
    outcome.duration_ms = (time.monotonic() - start) * 1000
    for timer in timers:
        timer.cancel()
        timer.join()
    return outcome


def run(case: Case) -> None:
    unknown = set(case) - _FIELDS
    if unknown:
        raise UnexpectedError(f"unknown fields {', '.join(sorted(unknown))}")
    try:
        client = create_client(case)
    except (ValueError, TypeError) as error:
        outcome = Outcome()
        outcome.error = error
        verify(case, outcome)
        return
    with client:
        print_lines(f"{client!r} {vars(client)}")
        if case.get("closed"):
            client.close()
        outcomes: list[Outcome] = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(call(case, client)))
            for _ in range(case.get("callers", 1))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    check("the number of calls that returned", len(outcomes), len(threads))
    for outcome in outcomes:
        verify(case, outcome)


def verify(case: Case, outcome: Outcome) -> None:
    if outcome.error is not None:
        print_lines("".join(traceback.format_exception(outcome.error)))
        print_lines(f"{outcome.error!r} {vars(outcome.error)}")
    expected = dict(case["expect"])
    verify_error(outcome.error, expected.pop("error", None))
    duration = outcome.duration_ms
    minimum, maximum = expected.pop("min_ms", 0), expected.pop("max_ms", 10_000)
    if not minimum <= duration <= maximum:
        raise UnexpectedError(f"it took {duration:.0f} ms, expected {minimum} to {maximum}")
    last = outcome.pages[-1] if outcome.pages else None
    for name, value in expected.items():
        if name == "rows":
            verify_rows(outcome.rows, value)
        elif name == "ids":
            check("ids", [row.id for row in outcome.rows], value)
        elif name == "pages":
            check("pages", len(outcome.pages), value)
        elif name in ("next_cursor", "request_id"):
            check(name, getattr(last, name), value)
        elif name.startswith("rate_limit"):
            check(name, rate_limit_field(last, name), value)
        elif name == "diff":
            verify_diff(outcome.diff, value)
        elif outcome.snapshot is not None:
            verify_snapshot(outcome.snapshot, name, value)
        else:
            raise UnexpectedError(f"unknown field expect.{name}")


def verify_snapshot(snapshot: dc.Snapshot, name: str, value: Any) -> None:
    if name == "state":
        check("state", snapshot.state, value)
        check("is_complete", snapshot.is_complete, value == "complete")
    elif name == "reason" and value is None:
        check("reason", snapshot.reason, None)
    elif name == "as_of_ms":
        as_of = snapshot.as_of and round(snapshot.as_of.timestamp() * 1000)
        check("as_of_ms", as_of, value)
    elif name in ("reason", "stored_contains"):
        text = snapshot.reason or "" if name == "reason" else snapshot.json().decode()
        for part in value:
            if part not in text:
                raise UnexpectedError(f"{name}: {text!r} lacks {part!r}")
    else:
        raise UnexpectedError(f"unknown field expect.{name}")


def verify_diff(diff: dc.SnapshotDiff | None, expected: dict[str, Any]) -> None:
    if diff is None:
        raise UnexpectedError("there is no diff")
    actual = {
        "added": [row.id for row in diff.added],
        "changed": {change.id: list(change.fields) for change in diff.changed},
        "removed": None if diff.removed is None else [row.id for row in diff.removed],
    }
    for name, value in expected.items():
        if name not in actual:
            raise UnexpectedError(f"unknown field expect.diff.{name}")
        check(name, actual[name], value)
    for change in diff.changed:
        check("the ids of a change", (change.old.id, change.new.id), (change.id, change.id))
        if change.old == change.new:
            raise UnexpectedError(f"the rows of change {change.id} are equal")


def rate_limit_field(source: Any, name: str) -> int | None:
    limit: dc.RateLimit = source.rate_limit
    if name == "rate_limit_reset":
        return None if limit.reset is None else round(limit.reset.timestamp())
    return limit.limit if name == "rate_limit" else limit.remaining


def verify_error(error: BaseException | None, expected: dict[str, Any] | None) -> None:
    if expected is None or error is None:
        check("the error", error, expected)
        return
    for name, value in expected.items():
        if name == "status":
            check(f"the status of {error!r}", status_of(error), value)
        elif name == "message":
            for part in value:
                if part not in str(error):
                    raise UnexpectedError(f"the message of {error!r} lacks {part!r}")
        elif name.startswith("rate_limit"):
            check(name, rate_limit_field(error, name), value)
        elif name == "retry_after_ms":
            wait = error.retry_after  # type: ignore[attr-defined]
            check(name, None if wait is None else round(wait * 1000), value)
        else:
            names = {"http_status": "status_code", "api_code": "code", "api_field": "field"}
            check(name, getattr(error, names.get(name, name)), value)


def status_of(error: BaseException) -> str | None:
    if isinstance(error, dc.DataConnectorsError):
        return error.status_name
    return "closed" if "closed" in str(error) else "DC_ERR_INVALID_ARGUMENT"


def verify_rows(rows: list[dc.Connector], expected: list[dict[str, Any]]) -> None:
    check("the number of rows", len(rows), len(expected))
    for row, fields in zip(rows, expected):
        for name, value in fields.items():
            # Python's rows have strings in place of codes.
            if not name.endswith("_code"):
                check(name, row_field(row, name), value)


def row_field(row: dc.Connector, name: str) -> Any:
    if name in ("created_at", "updated_at"):
        text = row.to_dict().get(name)
        return text if isinstance(text, str) else None
    value = getattr(row, name.removesuffix("_ms"))
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def print_lines(text: str) -> None:
    for line in text.splitlines():
        print(f"# {line}")


def main() -> None:
    for case in json.loads(Path(sys.argv[1]).read_text()):
        try:
            run(case)
            print(f"ok {case['name']}", flush=True)
        except Exception as error:
            reason = str(error) if isinstance(error, UnexpectedError) else repr(error)
            print(f"not ok {case['name']}: {' '.join(reason.split())}", flush=True)


if __name__ == "__main__":
    main()
