"""The cases as files, and as a runner gets them: with the address of what answers them."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from servers import Server, make_certificates

FOLDER = Path(__file__).resolve().parent / "cases"
TOKEN = "canary-4f1c9be2-token"
SECRETS = (TOKEN, base64.b64encode(f"user:{TOKEN}".encode()).decode())
"""What must be seen nowhere: the token, also as a proxy's password, in its header."""

Case = dict[str, Any]

_FIELDS = {"name", "about", "server", "settings", "call", "expect", "not_for"} | {
    *("per_page", "starting_after", "prefetch", "stop_after", "then"),
    *("cancel_after_ms", "shutdown_after_ms", "closed", "callers"),
}
_SETTINGS = {"token", "region", "base_url", "allow_insecure_http", "api_version"} | {
    *("user_agent_suffix", "timeout_ms", "connect_timeout_ms", "max_retries"),
    *("max_response_bytes", "pacing", "proxy", "no_proxy", "ca_file", "system_roots"),
}
_OF_ERROR = {"status", "says", "http_status", "api_code", "api_field", "request_id"} | {
    *("retry_after_ms", "attempts", "rate_limit", "rate_limit_remaining", "rate_limit_reset"),
}
_EXPECTED = {"error", "rows", "ids", "pages", "requests", "least_ms", "most_ms"} | {
    *("next_cursor", "request_id"),
    *("rate_limit", "rate_limit_remaining", "rate_limit_reset"),
}


def read(part: str) -> list[Case]:
    """Read all cases, or those with `part` in their names."""
    cases = [
        case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())
    ]
    names = [case["name"] for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    for case in cases:
        wrong = (
            (set(case) - _FIELDS)
            | (set(case["expect"]) - _EXPECTED)
            | (set(case.get("settings", {})) - _SETTINGS)
            | (set(case["expect"].get("error", {})) - _OF_ERROR)
            | ({"about", "call"} - set(case))
        )
        if wrong or case["name"] in twice:
            sys.exit(f"{case['name']} is not as README.md says: {wrong or 'its name comes twice'}")
    chosen = [case for case in cases if part in case["name"]]
    return chosen or sys.exit(f"no case has {part!r} in its name")


def not_for(case: Case) -> dict[str, str]:
    """Give the languages that a case can't be asked in, and why."""
    found: dict[str, str] = case.get("not_for", {})
    return found


def names_for(language: str, cases: list[Case]) -> list[str]:
    """Name the cases that a language is asked."""
    return [case["name"] for case in cases if language not in not_for(case)]


class Sandbox:
    """The project's own stand-in for the service, running."""

    def __init__(self, program: Path, options: dict[str, Any]) -> None:
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen(
            [program, *given], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


class Servers:
    """What answers the cases."""

    def __init__(self, cases: list[Case], sandbox: Path, folder: Path) -> None:
        self.cases = cases
        self.asked: dict[str, Server] = {}
        self._sandbox = sandbox
        self._sandboxes: list[Sandbox] = []
        self._certificates = folder / "certificates"
        self._certificates.mkdir()
        make_certificates(self._certificates)

    def start(self, language: str) -> list[Case]:
        """Start a server for each case, and give the cases as the language's runner gets them."""
        return [self._resolved(case) for case in self.cases if language not in not_for(case)]

    def stop(self) -> None:
        """End all of them."""
        for server in self.asked.values():
            server.stop()
        for sandbox in self._sandboxes:
            sandbox.stop()
        self._sandboxes = []

    def _resolved(self, case: Case) -> Case:
        given = copy.deepcopy(
            {
                name: value
                for name, value in case.items()
                if name not in ("server", "about", "not_for")
            }
        )
        given["expect"].pop("requests", None)
        settings = given.setdefault("settings", {})
        settings.setdefault("token", TOKEN)
        script = case.get("server", {})
        if "sandbox" in script:
            settings["base_url"] = self._start_sandbox(script["sandbox"])
        elif script:
            server = self.asked[case["name"]] = Server(case, self._certificates)
            if "proxy" in script:
                settings["proxy"] = f"http://user:{TOKEN}@127.0.0.1:{server.port}"
                settings.setdefault("base_url", "https://service.invalid")
            else:
                settings.setdefault("base_url", server.url)
            if script.get("tls") == "trusted":
                # First, so that a setting which says no to the system's comes behind it.
                file = {"ca_file": str(self._certificates / "trusted" / "ca.pem")}
                given["settings"] = {**file, **settings}
        return given

    def _start_sandbox(self, options: dict[str, Any]) -> str:
        self._sandboxes.append(Sandbox(self._sandbox, options))
        return self._sandboxes[-1].url
