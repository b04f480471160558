"""The matrix of languages and cases, as it is printed."""

from __future__ import annotations

from judge import Results
from suite import Case, not_for


def show(cases: list[Case], results: dict[str, Results], *, all_wanted: bool) -> int:
    """Print the matrix, what is wrong, and a line for each language; give the exit code.

    A language that this machine hasn't is a failure only if all are wanted.
    """
    names = list(results)
    widest = max(len(case["name"]) for case in cases)
    print(" " * widest, *names)
    for case in cases:
        marks = (_mark(results[name], case["name"]).center(len(name)) for name in names)
        print(case["name"].ljust(widest), *marks)
    for what in dict.fromkeys(what for result in results.values() for what in result.besides):
        marks = (_beside(results[name], what).center(len(name)) for name in names)
        print(f"({what})".ljust(widest), *marks)
    for name, result in results.items():
        for case in cases:
            if name in not_for(case):
                print(f"{name} is not asked {case['name']}: {not_for(case)[name]}")
        if result.lacking:
            print(f"\n{name} did not run: {result.lacking}")
        for kind, reasons in (("wrong", result.wrong), ("skipped", result.skipped)):
            for case_name, why in reasons.items():
                print(f"{name} {kind} {case_name}: {why}")
        for what, wrong in result.besides.items():
            if wrong:
                print(f"{name}: its {what} failed: {wrong}")
    print()
    complete = True
    for name, result in results.items():
        passed = 0 if result.lacking else result.passed()
        if result.absent and not all_wanted:
            pass
        elif passed < len(result.names) or any(result.besides.values()):
            complete = False
        print(f"LANG {name} {passed}/{len(result.names)}")
    return 0 if complete else 1


def _beside(result: Results, what: str) -> str:
    return {None: "-", "": "+"}.get(result.besides.get(what), "x")


def _mark(result: Results, name: str) -> str:
    if result.lacking:
        return "-"
    if name not in result.names:
        return "."
    if name in result.wrong:
        return "x"
    return "s" if name in result.skipped else "+"
