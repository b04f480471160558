"""Runs a language's runner, and judges what it says and what the servers got."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from languages import Language, Place
from servers import Server
from suite import SECRETS, TOKEN, Case, Servers

LIMIT = 300
"""Seconds for all cases of one language, or a command of its tests."""

_LINE = re.compile(r"(ok|not ok|skip) ([\w-]+)(?:: ?(.*))?")


@dataclass
class Results:
    """What became of each case in one language: what is wrong, and why some were skipped."""

    names: list[str]
    wrong: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    lacking: str = ""
    absent: bool = False
    besides: dict[str, str] = field(default_factory=dict)

    def fail(self, name: str, why: str) -> None:
        self.wrong.setdefault(name, why)

    def beside(self, what: str, wrong: str) -> None:
        """Keep what became of something that is no case."""
        self.besides[what] = wrong

    def passed(self) -> int:
        return sum(name not in self.wrong and name not in self.skipped for name in self.names)


def run(language: Language, place: Place, servers: Servers, results: Results, folder: Path) -> None:
    """Build and run one runner; what it says goes into `results`."""
    (place.target / "conformance" / language.name).mkdir(parents=True, exist_ok=True)
    absent = language.lacking(place)
    if absent:
        results.absent = True
        results.lacking = f"this machine lacks {', '.join(absent)}"
        return
    results.lacking = _failure_of(language.prepare, place)
    if results.lacking:
        return
    output, complaint = _performed(language, place, servers, folder)
    _read(output, results, complaint)
    for case in servers.cases:
        server = servers.asked.get(case["name"])
        if server is not None and case["name"] in results.names:
            _look_at_requests(case, server, results)


def unseen(language: Language, place: Place, servers: Servers, folder: Path) -> str:
    """Run cases that are wrong; say which of them the runner does not find so, or nothing."""
    output, complaint = _performed(language, place, servers, folder)
    found = [found for found in map(_LINE.fullmatch, output.splitlines()) if found]
    seen = {line[2] for line in found if line[1] == "not ok" and line[3]}
    missed = [case["name"] for case in servers.cases if case["name"] not in seen]
    return f"it does not see {', '.join(missed)} {complaint}" if missed or complaint else ""


def _performed(language: Language, place: Place, servers: Servers, folder: Path) -> tuple[str, str]:
    file = folder / "cases.json"
    given = servers.start(language.name)
    file.write_text(json.dumps(given, ensure_ascii=False))
    try:
        return _output(place.filled(language.run, cases=file), place.environment())
    finally:
        servers.stop()


def tests(language: Language, place: Place) -> str:
    """Run a language's own tests; say what is wrong, or nothing."""
    return _failure_of(language.test, place)


def _failure_of(commands: list[list[str]], place: Place) -> str:
    for command in commands:
        filled = place.filled(command)
        output, complaint = _output(filled, place.environment(), cwd=place.root)
        if TOKEN in output:
            complaint = "it prints the token"
        if complaint:
            told = f"{' '.join(filled)}: {complaint}\n{output}"
            return told.replace(TOKEN, "[the token]")
    return ""


def _output(
    command: list[str], environment: dict[str, str], cwd: Path | None = None
) -> tuple[str, str]:
    """Give all that a command prints, and how it ended if not well."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode(errors="replace")
        return output, f"it was still running after {LIMIT} s"
    output = done.stdout.decode(errors="replace")
    return output, f"it ended with {done.returncode}" if done.returncode else ""


def _read(output: str, results: Results, complaint: str) -> None:
    told = set()
    for line in output.splitlines():
        found = _LINE.fullmatch(line)
        if found and found[2] in results.names:
            outcome, name, why = found.groups()
            told.add(name)
            if outcome == "not ok":
                results.fail(name, why or "it does not say why")
            elif outcome == "skip":
                results.skipped[name] = why or "it does not say why"
                if not why:
                    results.fail(name, "skipped without a reason")
    silent = [name for name in results.names if name not in told]
    for name in silent:
        results.fail(name, f"the runner says nothing of it{', ' if complaint else ''}{complaint}")
    if complaint or "WARNING in native method" in output:
        print(output, file=sys.stderr)
        for name in results.names:
            results.fail(name, f"the runner did not end well: {complaint or 'a JNI warning'}")
    for secret in SECRETS:
        for line in [line for line in output.splitlines() if secret in line][:1]:
            for name in results.names:
                results.fail(name, f"the token is printed: {line.replace(secret, '[here]')[:300]}")


def _look_at_requests(case: Case, server: Server, results: Results) -> None:
    expected: dict[str, Any] = case["expect"].get("requests", {})
    queries = [target.partition("?")[2] for target, _ in server.requests]
    got = {"count": len(queries), "queries": queries, "connections": server.connections}
    for name, value in expected.items():
        if name == "headers":
            headers = server.requests[0][1] if server.requests else {}
            for header, part in value.items():
                if part.replace("{token}", TOKEN) not in headers.get(header, ""):
                    results.fail(case["name"], f"the request's {header} is not {part}")
        elif got[name] != value:
            results.fail(case["name"], f"the server's {name}: {got[name]}, and not {value}")
