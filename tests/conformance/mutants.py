"""Cases with wrong expectations, which a runner must report as failed, and why.

There is one for each field that the cases expect, with a value and with null.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from suite import Case, not_for

_SLOW = ("times-out", "is-cancelled", "16-")

_REASON_NAMES = {
    # A list of another length is reported by the number of rows.
    "ids": ["ids", "id", "rows"],
    "stored_contains": ["stored_contains", "stored"],
    "min_ms": ["ms"],
    "max_ms": ["ms"],
}
"""How runners name a field, unless by its name."""


def generate(cases: list[Case]) -> list[Case]:
    """Make one mutant per expected field, from the first case that has it, and a control.

    Results of snapshots have mutants of their own, as runners get them in another way.

    The control is not mutated, and must pass.

    `reason_names` of a mutant are the words of which the reason must have one.
    """
    mutants: dict[str, Case] = {}
    quick = [case for case in cases if not case["name"].startswith(_SLOW)]
    for case in quick:
        for name, field, mutant in _mutants(case):
            if case["call"] in ("snapshot", "load"):
                name = f"snapshot-{name}"
            mutant["name"] = name
            mutant["reason_names"] = _REASON_NAMES.get(field, [field])
            mutant["expect"].pop("requests", None)
            mutants.setdefault(name, mutant)
    for case in cases:
        if case.get("callers", 1) > 1 and "ids" in case["expect"]:
            mutants.setdefault("one-of-the-callers-fails", _one_caller_fails(case))
    return [_control(quick), *mutants.values()]


def _control(cases: list[Case]) -> Case:
    """Copy the case with the most expectations that every language runs."""
    run_by_all = [case for case in cases if not not_for(case)]
    control = copy.deepcopy(max(run_by_all, key=lambda case: str(case["expect"]).count("': ")))
    control["name"] = "not-mutated"
    control["expect"].pop("requests", None)
    return control


def _one_caller_fails(case: Case) -> Case:
    """Fail a single caller: the runner must check all of them."""
    mutant = copy.deepcopy(case)
    mutant["name"] = "one-of-the-callers-fails"
    mutant["reason_names"] = ["error"]
    success = {"rows": [{"id": name} for name in case["expect"]["ids"]]}
    failures = [{"status": 418, "body": ""}]
    mutant["server"] = {"responses": [*([success] * (case["callers"] - 1)), *failures]}
    mutant["expect"].pop("requests", None)
    return mutant


def _mutants(case: Case) -> Iterator[tuple[str, str, Case]]:
    """Return the name of each mutant, the mutated field, and the mutant."""
    for name, value in case["expect"].items():
        if name in ("requests", "min_ms"):
            continue
        if name == "diff":
            yield from _diff_mutants(case)
        elif name == "error":
            yield "error-not-expected", "error", _with(case, "error", None)
            unknown = {**value, "unknown_field": None}
            yield "unknown-error-field", "unknown_field", _with(case, "error", unknown)
            for part, expected in value.items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["error"][part] = _other(part, expected)
                yield _named(f"error-{part}", expected), part, mutant
        elif name == "rows" and value:
            for field, expected in value[0].items():
                mutant = copy.deepcopy(case)
                mutant["expect"]["rows"][0][field] = _other(field, expected)
                # Some wrappers have the string instead of the code.
                if not field.endswith("_code"):
                    yield _named(f"rows-{field}", expected), field, mutant
            yield "rows-too-few", "rows", _with(case, "rows", value[:-1])
            yield "rows-too-many", "rows", _with(case, "rows", [*value, {}])
        elif name == "max_ms":
            yield "min_ms", "min_ms", _with(case, "min_ms", 60_000)
            # A call can take less than a millisecond.
            yield "max_ms", "max_ms", _with(case, "max_ms", -1)
        else:
            yield _named(name, value), name, _with(case, name, _other(name, value))
            if name == "ids" and value != value[::-1]:
                yield "ids-in-another-order", "ids", _with(case, name, value[::-1])
    if "error" not in case["expect"]:
        yield "error-expected", "error", _with(case, "error", {"status": "DC_ERR_SERVER"})
    yield "unknown-expectation", "unknown_field", _with(case, "unknown_field", 1)
    yield "unknown-field", "unknown_field", {**copy.deepcopy(case), "unknown_field": 1}


def _diff_mutants(case: Case) -> Iterator[tuple[str, str, Case]]:
    diff = case["expect"]["diff"]
    for part, expected in diff.items():
        others: dict[str, Any]
        if isinstance(expected, dict):
            others = {"unexpected": {**expected, "unexpected": ["name"]}}
            for id, fields in expected.items():
                others["missing"] = {**expected, id: fields[:-1]}
                others["in-another-order"] = {**expected, id: fields[::-1]}
                others["too-few"] = {other: expected[other] for other in expected if other != id}
        else:
            others = {"unexpected": [*(expected or []), "unexpected"]}
            if expected:
                others["too-few"] = expected[:-1]
            if expected is None:
                others["not-null"] = []
            elif part == "removed":
                others["null"] = None
        for kind, other in others.items():
            if other != expected:
                yield f"diff-{part}-{kind}", part, _with(case, "diff", {**diff, part: other})
    unknown = {**diff, "unknown_field": None}
    yield "unknown-diff-field", "unknown_field", _with(case, "diff", unknown)


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
    if name == "reason":
        return ["unexpected"]
    if name.endswith("_ms") or name.startswith("rate_limit") or name in ("http_status", "attempts"):
        return 1
    return True if name == "direct_fin_usage" else "x"
