"""Prints the matrix of languages and cases."""

from __future__ import annotations

from evaluate import Results
from suite import Case, not_for


def print_matrix(cases: list[Case], results: dict[str, Results], *, require_all: bool) -> int:
    """Print the matrix, the failures, and a summary line per language; return the exit status.

    A language that is not installed is a failure only with `require_all`.
    """
    names = list(results)
    width = max(len(case["name"]) for case in cases)
    print(" " * width, *names)
    for case in cases:
        marks = (_mark(results[name], case["name"]).center(len(name)) for name in names)
        print(case["name"].ljust(width), *marks)
    for check in dict.fromkeys(check for result in results.values() for check in result.checks):
        marks = (_check_mark(results[name], check).center(len(name)) for name in names)
        print(f"({check})".ljust(width), *marks)
    for name, result in results.items():
        for case in cases:
            if name in not_for(case):
                print(f"{name} does not run {case['name']}: {not_for(case)[name]}")
        if result.not_run:
            print(f"\n{name} did not run: {result.not_run}")
        for kind, reasons in (("failed", result.failures), ("skipped", result.skipped)):
            for case_name, reason in reasons.items():
                print(f"{name} {kind} {case_name}: {reason}")
        for check, failure in result.checks.items():
            if failure:
                print(f"{name} failed ({check}): {failure}")
    print()
    complete = True
    for name, result in results.items():
        passed = 0 if result.not_run else result.passed()
        if result.not_installed and not require_all:
            pass
        elif passed < len(result.names) or any(result.checks.values()):
            complete = False
        print(f"LANG {name} {passed}/{len(result.names)}")
    return 0 if complete else 1


def _check_mark(result: Results, check: str) -> str:
    return {None: "-", "": "+"}.get(result.checks.get(check), "x")


def _mark(result: Results, name: str) -> str:
    if result.not_run:
        return "-"
    if name not in result.names:
        return "."
    if name in result.failures:
        return "x"
    return "s" if name in result.skipped else "+"
