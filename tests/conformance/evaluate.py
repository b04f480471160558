"""Runs the runner of a language, and evaluates its output and the requests it sent."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from languages import Environment, Language
from servers import Server
from suite import ACCESS_TOKEN, PROXY_CREDENTIALS, SECRETS, VERSION, Case, Servers

TIMEOUT = 300
"""Seconds for all cases of a language, or for one command of its tests."""

_RESULT_LINE = re.compile(r"(ok|not ok|skip) ([\w-]+)(?:: ?(.*))?")


@dataclass
class Results:
    """The results of a language: failed and skipped cases with reasons, and additional checks."""

    names: list[str]
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    not_run: str = ""
    not_installed: bool = False
    checks: dict[str, str] = field(default_factory=dict)

    def fail(self, name: str, reason: str) -> None:
        """Record a failure, unless the case has one."""
        self.failures.setdefault(name, reason)

    def add_check(self, name: str, failure: str) -> None:
        """Record the result of a check that is not a case; it passed if `failure` is empty."""
        self.checks[name] = failure

    def passed(self) -> int:
        """Return the number of passed cases."""
        return sum(name not in self.failures and name not in self.skipped for name in self.names)


def run(
    language: Language, environment: Environment, servers: Servers, results: Results, folder: Path
) -> None:
    """Build and run the runner of a language, and add its results."""
    (environment.target / "conformance" / language.name).mkdir(parents=True, exist_ok=True)
    missing = language.missing(environment)
    if missing:
        results.not_installed = True
        results.not_run = f"not installed: {', '.join(missing)}"
        return
    results.not_run = _run_commands(language.prepare, environment)
    if results.not_run:
        return
    output, problem = _run_runner(language, environment, servers, folder)
    _parse_output(output, results, problem)
    for case in servers.cases:
        server = servers.servers.get(case["name"])
        if server is not None and case["name"] in results.names:
            _check_requests(case, server, results)


def undetected_mutants(
    language: Language, environment: Environment, servers: Servers, folder: Path
) -> str:
    """Run mutated cases; return those that the runner does not report as failed for their reason.

    A case without `reason_names` is not mutated, and must pass.
    """
    output, problem = _run_runner(language, environment, servers, folder)
    lines = [line for line in map(_RESULT_LINE.fullmatch, output.splitlines()) if line]
    reported = {line[2]: (line[1], line[3] or "") for line in lines}
    failures = []
    for case in servers.cases:
        outcome, reason = reported.get(case["name"], ("not reported", ""))
        names = case.get("reason_names", [])
        if not names and outcome != "ok":
            failures.append(f"{case['name']} should pass: {outcome} {reason}")
        elif names and outcome != "not ok":
            failures.append(f"{case['name']} should fail: {outcome} {reason}")
        elif names and not _names_one_of(reason, names):
            failures.append(f"{case['name']}: the reason does not name {names[0]}: {reason}")
    return "\n  ".join([*failures, problem] if problem else failures)


def _names_one_of(reason: str, names: list[str]) -> bool:
    """Return whether the reason has one of these words, in snake_case or in camelCase."""
    snake_case = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason).lower()
    return any(re.search(rf"(?<![a-z_]){name}(?![a-z_])", snake_case) for name in names)


def _run_runner(
    language: Language, environment: Environment, servers: Servers, folder: Path
) -> tuple[str, str]:
    file = folder / "cases.json"
    cases = servers.start(language.name)
    file.write_text(json.dumps(cases, ensure_ascii=False))
    try:
        # What the runner's process takes for the certificate authorities of the system.
        variables = {**environment.variables(), "SSL_CERT_FILE": str(servers.system_roots)}
        variables.pop("SSL_CERT_DIR", None)
        return _output(environment.expand(language.run, cases=file), variables)
    finally:
        servers.stop()


def run_tests(language: Language, environment: Environment) -> str:
    """Run the tests of a language; return the reason of a failure, or an empty string."""
    return _run_commands(language.test, environment)


def _run_commands(commands: list[list[str]], environment: Environment) -> str:
    for command in commands:
        expanded = environment.expand(command)
        output, problem = _output(expanded, environment.variables(), cwd=environment.root)
        if ACCESS_TOKEN in output:
            problem = "the output contains the access token"
        if problem:
            failure = f"{' '.join(expanded)}: {problem}\n{output}"
            return failure.replace(ACCESS_TOKEN, "[access token]")
    return ""


def _output(
    command: list[str], variables: dict[str, str], cwd: Path | None = None
) -> tuple[str, str]:
    """Run a command; return its output and the reason of a failure, or an empty string."""
    try:
        completed = subprocess.run(
            command,
            cwd=cwd,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as timeout:
        output = (timeout.stdout or b"").decode(errors="replace")
        return output, f"timed out after {TIMEOUT} s"
    output = completed.stdout.decode(errors="replace")
    return output, f"exit status {completed.returncode}" if completed.returncode else ""


def _parse_output(output: str, results: Results, problem: str) -> None:
    reported = set()
    for line in output.splitlines():
        found = _RESULT_LINE.fullmatch(line)
        if found and found[2] in results.names:
            outcome, name, reason = found.groups()
            reported.add(name)
            if outcome == "not ok":
                results.fail(name, reason or "no reason given")
            elif outcome == "skip":
                results.skipped[name] = reason or "no reason given"
                if not reason:
                    results.fail(name, "skipped without a reason")
    for name in results.names:
        if name not in reported:
            results.fail(name, f"not reported by the runner{', ' if problem else ''}{problem}")
    if problem or "WARNING in native method" in output:
        print(output, file=sys.stderr)
        for name in results.names:
            results.fail(name, f"the runner failed: {problem or 'JNI warning'}")
    for secret in SECRETS:
        for line in [line for line in output.splitlines() if secret in line][:1]:
            for name in results.names:
                redacted = line.replace(secret, "[access token]")[:300]
                results.fail(name, f"the output contains the access token: {redacted}")


def _check_requests(case: Case, server: Server, results: Results) -> None:
    expected: dict[str, Any] = case["expect"].get("requests", {})
    targets = [target for target, _ in server.requests]
    actual = {
        "count": len(targets),
        "targets": targets,
        "queries": [target.partition("?")[2] for target in targets],
        "connections": server.connections,
    }
    for name, value in expected.items():
        if name == "headers":
            headers = server.requests[0][1] if server.requests else {}
            for header, text in value.items():
                received = headers.get(header)
                if received != _expected_header(text):
                    shown = _redact(f"expected {text}, got {received}")
                    results.fail(case["name"], f"request header {header}: {shown}")
        elif actual[name] != value:
            results.fail(case["name"], f"request {name}: expected {value}, got {actual[name]}")


def _expected_header(text: str | None) -> str | None:
    if text is None:
        return None
    text = text.replace("{token}", ACCESS_TOKEN).replace("{version}", VERSION)
    return text.replace("{proxy_credentials}", PROXY_CREDENTIALS)


def _redact(text: str) -> str:
    for secret in SECRETS:
        text = text.replace(secret, "[access token]")
    return text
