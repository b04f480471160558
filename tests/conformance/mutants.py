"""Cases with wrong expectations, which a runner must report as failed.

There is one for each field that the cases expect, with a value and with null.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from suite import Case

_SLOW = ("times-out", "is-cancelled", "16-")


def generate(cases: list[Case]) -> list[Case]:
    """Make one mutant per expected field, from the first case that has it."""
    mutants: dict[str, Case] = {}
    quick = [case for case in cases if not case["name"].startswith(_SLOW)]
    for case in quick:
        for name, mutant in _mutants(case):
            mutant["name"] = name
            mutant["expect"].pop("requests", None)
            mutants.setdefault(name, mutant)
    for case in cases:
        if case.get("callers", 1) > 1 and "ids" in case["expect"]:
            mutants.setdefault("one-of-the-callers-fails", _one_caller_fails(case))
    return list(mutants.values())


def _one_caller_fails(case: Case) -> Case:
    """Fail a single caller: the runner must check all of them."""
    mutant = copy.deepcopy(case)
    mutant["name"] = "one-of-the-callers-fails"
    success = {"rows": [{"id": name} for name in case["expect"]["ids"]]}
    failures = [{"status": 418, "body": ""}]
    mutant["server"] = {"responses": [*([success] * (case["callers"] - 1)), *failures]}
    mutant["expect"].pop("requests", None)
    return mutant


def _mutants(case: Case) -> Iterator[tuple[str, Case]]:
    for name, value in case["expect"].items():
        if name in ("requests", "min_ms"):
            continue
        if name == "error":
            yield "error-not-expected", _with(case, "error", None)
            yield "unknown-error-field", _with(case, "error", {**value, "unknown_field": None})
            for part, expected in value.items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["error"][part] = _other(part, expected)
                yield _named(f"error-{part}", expected), mutant
        elif name == "rows" and value:
            for field, expected in value[0].items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["rows"][0][field] = _other(field, expected)
                # Some wrappers have the string instead of the code.
                if not field.endswith("_code"):
                    yield _named(f"rows-{field}", expected), mutant
            yield "rows-too-few", _with(case, "rows", value[:-1])
            yield "rows-too-many", _with(case, "rows", [*value, {}])
        elif name == "max_ms":
            yield "min_ms", _with(case, "min_ms", 60_000)
            # A call can take less than a millisecond.
            yield "max_ms", _with(case, "max_ms", -1)
        else:
            yield _named(name, value), _with(case, name, _other(name, value))
            if name == "ids" and value != value[::-1]:
                yield "ids-in-another-order", _with(case, name, value[::-1])
    if "error" not in case["expect"]:
        yield "error-expected", _with(case, "error", {"status": "DC_ERR_SERVER"})
    yield "unknown-expectation", _with(case, "unknown_field", 1)
    yield "unknown-field", {**copy.deepcopy(case), "unknown_field": 1}


def _named(name: str, expected: Any) -> str:
    return f"{name}-null" if expected is None else name


def _with(case: Case, name: str, value: Any) -> Case:
    mutant = copy.deepcopy(case)
    mutant["expect"][name] = value
    if value is None and name == "error":
        del mutant["expect"]["error"]
    return mutant


def _other(name: str, expected: Any) -> Any:
    """Return a different value of the same type."""
    if isinstance(expected, bool):
        return not expected
    if isinstance(expected, str):
        return f"{expected}?"
    if isinstance(expected, int):
        return expected + 1
    if isinstance(expected, list):
        return [*expected, "unexpected"]
    if name.endswith("_ms") or name.startswith("rate_limit") or name in ("http_status", "attempts"):
        return 1
    return True if name == "direct_fin_usage" else "x"
