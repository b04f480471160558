"""Cases whose expectation is wrong on purpose: a runner has to find each of them so.

There is one for each thing that the cases expect, be it a value or that there is none.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from suite import Case

_SLOW = ("times-out", "is-cancelled", "16-")
_TEXTS = {"api_code", "api_field", "request_id", "next_cursor"}


def of(cases: list[Case]) -> list[Case]:
    """Make one of the first case that has it for each thing that is expected."""
    made: dict[str, Case] = {}
    quick = [case for case in cases if not case["name"].startswith(_SLOW)]
    for case in quick:
        for name, mutant in _mutants(case):
            mutant["name"] = name
            mutant["expect"].pop("requests", None)
            made.setdefault(name, mutant)
    for case in cases:
        if case.get("callers", 1) > 1 and "ids" in case["expect"]:
            made.setdefault("one-of-the-callers-fails", _one_fails(case))
    return list(made.values())


def _one_fails(case: Case) -> Case:
    """Let all callers but one get what is expected: each has to be looked at."""
    mutant = copy.deepcopy(case)
    mutant["name"] = "one-of-the-callers-fails"
    good = {"rows": [{"id": name} for name in case["expect"]["ids"]]}
    refusals = [{"status": 418, "body": ""}]
    mutant["server"] = {"answers": [*([good] * (case["callers"] - 1)), *refusals]}
    mutant["expect"].pop("requests", None)
    return mutant


def _mutants(case: Case) -> Iterator[tuple[str, Case]]:
    for name, value in case["expect"].items():
        if name in ("requests", "least_ms"):
            continue
        if name == "error":
            yield "error-not-expected", _with(case, "error", None)
            yield "unknown-fact-of-an-error", _with(case, "error", {**value, "no_such_fact": None})
            for part, known in value.items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["error"][part] = _other(part, known)
                yield _named(f"error-{part}", known), mutant
        elif name == "rows" and value:
            for field, known in value[0].items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["rows"][0][field] = _other(field, known)
                # Some wrappers have the text in place of the code.
                if not field.endswith("_code"):
                    yield _named(f"rows-{field}", known), mutant
            yield "rows-too-few", _with(case, "rows", value[:-1])
            yield "rows-too-many", _with(case, "rows", [*value, {}])
        elif name == "most_ms":
            yield "least_ms", _with(case, "least_ms", 60_000)
            yield "most_ms", _with(case, "most_ms", 0)
        else:
            yield _named(name, value), _with(case, name, _other(name, value))
            if name == "ids" and value != value[::-1]:
                yield "ids-in-another-order", _with(case, name, value[::-1])
    if "error" not in case["expect"]:
        yield "error-expected", _with(case, "error", {"status": "DC_ERR_SERVER"})
    yield "unknown-expectation", _with(case, "no_such_thing", 1)
    yield "unknown-field", {**copy.deepcopy(case), "no_such_field": 1}


def _named(name: str, known: Any) -> str:
    return f"{name}-null" if known is None else name


def _with(case: Case, name: str, value: Any) -> Case:
    mutant = copy.deepcopy(case)
    mutant["expect"][name] = value
    if value is None and name == "error":
        del mutant["expect"]["error"]
    return mutant


def _other(name: str, known: Any) -> Any:
    """Give another value of the same kind."""
    if isinstance(known, bool):
        return not known
    if isinstance(known, str):
        return f"{known}?"
    if isinstance(known, int):
        return known + 1
    if isinstance(known, list):
        return [*known, "no such words"]
    if name.endswith("_ms") or name.startswith("rate_limit") or name in ("http_status", "attempts"):
        return 1
    return True if name == "direct_fin_usage" else "x"
