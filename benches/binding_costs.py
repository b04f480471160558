"""Measures the CPU per page of each language but C, C++ and Python.

A program runs twice with different numbers of pages. The difference is the cost of the pages: it
excludes the start of the process and most of the compilation at run time.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from statistics import median

from build import Artifacts
from commands import HERE, ROOT, run
from processes import Server, environment, measure

sys.path.append(str(ROOT / "tests" / "conformance"))
from languages import Environment, Language, read

PROGRAMS = {
    "java": "Rows.java",
    "csharp": "Rows.cs",
    "luajit": "rows.lua",
    "php": "rows.php",
    "ruby": "rows.rb",
    "perl": "rows.pl",
}
FEW_PAGES, MANY_PAGES = 2_000, 6_000

Figures = dict[str, tuple[float, float, float]]
"""The median, minimum and maximum in µs per page."""


def _build(language: Language, paths: Environment, artifacts: Artifacts) -> list[str]:
    """Build a program as the first program of a README is built, and return its command."""
    (artifacts.target / "conformance" / language.name).mkdir(parents=True, exist_ok=True)
    program = HERE / "bindings" / PROGRAMS[language.name]
    steps = [*language.prepare, *language.first["run"]]
    *build, command = [
        paths.expand(step, program=program, folder=artifacts.folder) for step in steps
    ]
    for step in build:
        run(*step, env=environment(artifacts), capture_output=True)
    return command


def _commands(artifacts: Artifacts) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the command of each language, and why others are left out."""
    built = {
        "go": [artifacts.program("go_ours")],
        "node": ["node", artifacts.program("node/ours.mjs")],
    }
    missing = {name: artifacts.missing[name] for name in built if name in artifacts.missing}
    commands = {name: command for name, command in built.items() if name not in missing}
    paths = Environment(ROOT, artifacts.target, artifacts.target, artifacts.library)
    for language in read(",".join(PROGRAMS)):
        if reasons := language.missing(paths):
            missing[language.name] = f"not installed: {', '.join(reasons)}"
        else:
            commands[language.name] = _build(language, paths, artifacts)
    return commands, missing


def _cpu(command: list[str], pages: int, artifacts: Artifacts, server: Server) -> float:
    """Return the µs of CPU of a run, with all its threads."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (usage.ru_utime + usage.ru_stime) * 1e6

    before = used()
    # Several languages have threads of their own.
    measure([*command, server.http, str(pages), "0"], artifacts, pinned=False)
    return used() - before


def binding_costs(
    artifacts: Artifacts, server: Server, rounds: int, progress: Callable[[str], None]
) -> tuple[Figures, dict[str, str]]:
    """Return the CPU per page of each language, and why others are left out."""
    commands, missing = _commands(artifacts)
    server.set_pinned(pinned=False)
    values: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            progress(f"bindings: {name}, round {number + 1} of {rounds}")
            few, many = (
                _cpu(command, pages, artifacts, server) for pages in (FEW_PAGES, MANY_PAGES)
            )
            values[name].append((many - few) / (MANY_PAGES - FEW_PAGES))
    figures = {name: (median(each), min(each), max(each)) for name, each in values.items()}
    return figures, missing
