"""Performs the cases of tests/conformance, and says of each what became of it."""

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
    *("then", "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect")
}


class Outcome:
    """What a call gave, and how it ended."""

    def __init__(self) -> None:
        self.rows: list[dc.Connector] = []
        self.pages: list[dc.Page] = []
        self.error: BaseException | None = None
        self.took_ms = 0.0

    def take(self, page: dc.Page) -> None:
        self.pages.append(page)
        self.rows.extend(page)


class UnexpectedError(Exception):
    """What is not as the case expects."""


def check(what: str, got: Any, expected: Any) -> None:
    if got != expected:
        raise UnexpectedError(f"{what} is {got!r}, and not {expected!r}")


def client_of(settings: dict[str, Any]) -> dc.Client:
    given = dict(settings)
    if "pacing" in given:
        given["wait_for_rate_limit"] = given.pop("pacing")
    for name in ("timeout", "connect_timeout"):
        if f"{name}_ms" in given:
            given[name] = given.pop(f"{name}_ms") / 1000
    return dc.Client(**given)


def perform(case: Case, client: dc.Client, token: dc.CancelToken, outcome: Outcome) -> None:
    arguments: dict[str, Any] = {
        name: case[name] for name in ("per_page", "starting_after", "prefetch") if name in case
    }
    arguments["cancel_token"] = token
    if case["call"] == "page":
        outcome.take(client.list_page(**arguments))
    elif case["call"] == "pages":
        walk_pages(case, client, arguments, outcome)
    elif case["call"] == "connectors":
        for connector in client.list(**arguments):
            outcome.rows.append(connector)
            if len(outcome.rows) == case.get("stop_after"):
                break
    elif case["call"] != "client":
        raise UnexpectedError(f"this runner doesn't know the call {case['call']}")


def walk_pages(case: Case, client: dc.Client, arguments: dict[str, Any], outcome: Outcome) -> None:
    pages = client.list(**arguments).pages()
    try:
        take_pages(pages, case.get("stop_after"), outcome)
    except dc.DataConnectorsError as error:
        if case.get("then") != "go_on":
            raise
        outcome.error = error
        take_pages(pages, None, outcome)
    if case.get("then") == "resume":
        arguments["starting_after"] = pages.cursor
        take_pages(client.list(**arguments).pages(), None, outcome)


def take_pages(pages: Iterator[dc.Page], most: int | None, outcome: Outcome) -> None:
    for taken, page in enumerate(pages, start=1):
        outcome.take(page)
        if taken == most:
            return


def call(case: Case, client: dc.Client) -> Outcome:
    outcome, token, timers = Outcome(), dc.CancelToken(), []
    for after, end in (("cancel_after_ms", token.cancel), ("shutdown_after_ms", client.shutdown)):
        if case.get(after) == 0:
            end()
        elif after in case:
            timers.append(threading.Timer(case[after] / 1000, end))
            timers[-1].start()
    started = time.monotonic()
    try:
        perform(case, client, token, outcome)
    except (ValueError, TypeError, dc.DataConnectorsError) as error:
        outcome.error = error
    outcome.took_ms = (time.monotonic() - started) * 1000
    for timer in timers:
        timer.cancel()
        timer.join()
    return outcome


def run(case: Case) -> None:
    unknown = set(case) - _FIELDS
    if unknown:
        raise UnexpectedError(f"this runner doesn't know {', '.join(sorted(unknown))}")
    try:
        client = client_of(case["settings"])
    except (ValueError, TypeError) as error:
        refused = Outcome()
        refused.error = error
        judge(case, refused)
        return
    with client:
        say(f"{client!r} {vars(client)}")
        if case.get("closed"):
            client.close()
        outcomes: list[Outcome] = []
        callers = [
            threading.Thread(target=lambda: outcomes.append(call(case, client)))
            for _ in range(case.get("callers", 1))
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    check("the number of callers that came back", len(outcomes), len(callers))
    for outcome in outcomes:
        judge(case, outcome)


def judge(case: Case, outcome: Outcome) -> None:
    if outcome.error is not None:
        say("".join(traceback.format_exception(outcome.error)))
        say(f"{outcome.error!r} {vars(outcome.error)}")
    expected = dict(case["expect"])
    judge_error(outcome.error, expected.pop("error", None))
    took = outcome.took_ms
    least, most = expected.pop("least_ms", 0), expected.pop("most_ms", 10_000)
    if not least <= took <= most:
        raise UnexpectedError(f"it took {took:.0f} ms, and not {least} to {most}")
    last = outcome.pages[-1] if outcome.pages else None
    for name, value in expected.items():
        if name == "rows":
            judge_rows(outcome.rows, value)
        elif name == "ids":
            check("ids", [row.id for row in outcome.rows], value)
        elif name == "pages":
            check("pages", len(outcome.pages), value)
        elif name in ("next_cursor", "request_id"):
            check(name, getattr(last, name), value)
        elif name.startswith("rate_limit"):
            check(name, limit_of(last, name), value)
        else:
            raise UnexpectedError(f"this runner doesn't know expect.{name}")


def limit_of(told: Any, name: str) -> int | None:
    limit: dc.RateLimit = told.rate_limit
    if name == "rate_limit_reset":
        return None if limit.reset is None else round(limit.reset.timestamp())
    return limit.limit if name == "rate_limit" else limit.remaining


def judge_error(error: BaseException | None, expected: dict[str, Any] | None) -> None:
    if expected is None or error is None:
        check("the error", error, expected)
        return
    for name, value in expected.items():
        if name == "status":
            check(f"the status of {error!r}", status_of(error), value)
        elif name == "says":
            for part in value:
                if part not in str(error):
                    raise UnexpectedError(f"{error!r} has no {part!r}")
        elif name.startswith("rate_limit"):
            check(name, limit_of(error, name), value)
        elif name == "retry_after_ms":
            wait = error.retry_after  # type: ignore[attr-defined]
            check(name, None if wait is None else round(wait * 1000), value)
        else:
            own = {"http_status": "status_code", "api_code": "code", "api_field": "field"}
            check(name, getattr(error, own.get(name, name)), value)


def status_of(error: BaseException) -> str | None:
    if isinstance(error, dc.DataConnectorsError):
        return error.status_name
    return "closed" if "closed" in str(error) else "DC_ERR_INVALID_ARGUMENT"


def judge_rows(rows: list[dc.Connector], expected: list[dict[str, Any]]) -> None:
    check("the number of rows", len(rows), len(expected))
    for row, wanted in zip(rows, expected):
        for name, value in wanted.items():
            # The class has texts in place of codes.
            if not name.endswith("_code"):
                check(name, field_of(row, name), value)


def field_of(row: dc.Connector, name: str) -> Any:
    if name in ("created_at", "updated_at"):
        written = row.to_dict().get(name)
        return written if isinstance(written, str) else None
    value = getattr(row, name.removesuffix("_ms"))
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def say(text: str) -> None:
    for line in text.splitlines():
        print(f"# {line}")


def main() -> None:
    for case in json.loads(Path(sys.argv[1]).read_text()):
        try:
            run(case)
            print(f"ok {case['name']}", flush=True)
        except Exception as error:
            told = str(error) if isinstance(error, UnexpectedError) else repr(error)
            print(f"not ok {case['name']}: {' '.join(told.split())}", flush=True)


if __name__ == "__main__":
    main()
