"""Reads the cases, starts their servers, and prepares the cases for a runner."""

from __future__ import annotations

import base64
import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from servers import Server, make_certificates

FOLDER = Path(__file__).resolve().parent / "cases"
ACCESS_TOKEN = "canary-4f1c9be2-token"
PROXY_CREDENTIALS = base64.b64encode(f"user:{ACCESS_TOKEN}".encode()).decode()
SECRETS = (ACCESS_TOKEN, PROXY_CREDENTIALS)
"""Must not appear in any output: the access token, and the proxy credentials that contain it."""

Case = dict[str, Any]

_ABI = Path(__file__).resolve().parents[2] / "abi" / "data_connectors.json"
VERSION = re.findall(r'(?m)^version = "(.*)"', (_ABI.parents[1] / "Cargo.toml").read_text())[0]
OPTIONS = [option["name"] for option in json.loads(_ABI.read_text())["options"]]

_FIELDS = {"name", "about", "server", "settings", "options", "call", "expect", "not_for"} | {
    *("per_page", "starting_after", "prefetch", "stop_after", "then"),
    *("stored", "overlap_ms", "max_passes", "snapshot_timeout_ms"),
    *("cancel_after_ms", "shutdown_after_ms", "closed", "callers"),
}
_SETTINGS = {"token", *OPTIONS} - {"access_token"}
_ERROR_FIELDS = {"status", "message", "http_status", "api_code", "api_field", "request_id"} | {
    *("retry_after_ms", "attempts", "rate_limit", "rate_limit_remaining", "rate_limit_reset"),
}
_EXPECT_FIELDS = {"error", "rows", "ids", "pages", "requests", "min_ms", "max_ms"} | {
    *("next_cursor", "request_id"),
    *("rate_limit", "rate_limit_remaining", "rate_limit_reset"),
    *("state", "reason", "as_of_ms", "stored_contains", "diff"),
}
_DIFF_FIELDS = {"added", "changed", "removed"}


def read(part: str) -> list[Case]:
    """Read the cases whose names contain `part`."""
    cases = [
        case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())
    ]
    names = [case["name"] for case in cases]
    duplicates = {name for name in names if names.count(name) > 1}
    for case in cases:
        invalid = (
            (set(case) - _FIELDS)
            | (set(case["expect"]) - _EXPECT_FIELDS)
            | (set(case.get("settings", {})) - _SETTINGS)
            | (set(case["expect"].get("error", {})) - _ERROR_FIELDS)
            | (set(case["expect"].get("diff", {})) - _DIFF_FIELDS)
            | ({"about", "call"} - set(case))
        )
        if invalid or case["name"] in duplicates:
            reason = f"invalid or missing fields {invalid}" if invalid else "duplicate name"
            sys.exit(f"invalid case {case['name']}: {reason}")
    selected = [case for case in cases if part in case["name"]]
    return selected or sys.exit(f"no case name contains {part!r}")


def not_for(case: Case) -> dict[str, str]:
    """Return the languages that do not run a case, with reasons."""
    languages: dict[str, str] = case.get("not_for", {})
    return languages


def names_for(language: str, cases: list[Case]) -> list[str]:
    """Return the names of the cases that a language runs."""
    return [case["name"] for case in cases if language not in not_for(case)]


class Sandbox:
    """A running sandbox, the local stand-in for the Intercom API."""

    def __init__(self, program: Path, options: dict[str, Any]) -> None:
        arguments = [
            part
            for name, values in options.items()
            for value in (values if isinstance(values, list) else [values])
            for part in (f"--{name}", str(value))
        ]
        self._process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def stop(self) -> None:
        """Stop the sandbox."""
        self._process.terminate()
        self._process.communicate()


class Servers:
    """The servers of all cases."""

    def __init__(self, cases: list[Case], sandbox: Path, folder: Path) -> None:
        self.cases = cases
        self.servers: dict[str, Server] = {}
        self._sandbox = sandbox
        self._sandboxes: list[Sandbox] = []
        self._certificates = folder / "certificates"
        self._certificates.mkdir()
        make_certificates(self._certificates)
        self.system_roots = self._certificates / "system" / "ca.pem"

    def start(self, language: str) -> list[Case]:
        """Start a server per case; return the cases for the runner of a language."""
        return [self._prepare(case) for case in self.cases if language not in not_for(case)]

    def stop(self) -> None:
        """Stop all servers."""
        for server in self.servers.values():
            server.stop()
        for sandbox in self._sandboxes:
            sandbox.stop()
        self._sandboxes = []

    def _prepare(self, case: Case) -> Case:
        prepared = copy.deepcopy(
            {
                name: value
                for name, value in case.items()
                if name not in ("server", "about", "not_for", "reason_names")
            }
        )
        prepared["expect"].pop("requests", None)
        script = case.get("server", {})
        defaults = {"token": ACCESS_TOKEN}
        # Before the case's own settings, so that `system_roots: false` is set after it.
        if script.get("tls") in ("trusted", "mutual"):
            defaults["ca_file"] = str(self._certificates / "trusted" / "ca.pem")
        if script.get("tls") == "self_signed":
            defaults["ca_file"] = str(self._certificates / "self_signed" / "leaf.pem")
        if "sandbox" in script:
            defaults["base_url"] = sandbox = self._start_sandbox(script["sandbox"])
            if "requests" in case["expect"]:
                server = self.servers[case["name"]] = Server(case, self._certificates, sandbox)
                defaults["base_url"] = server.url
        elif script:
            server = self.servers[case["name"]] = Server(case, self._certificates)
            defaults["base_url"] = server.url
            if "proxy" in script:
                defaults["proxy"] = f"http://user:{ACCESS_TOKEN}@127.0.0.1:{server.port}"
                defaults["base_url"] = "https://service.invalid"
        options = prepared.get("options", {})
        for name, value in options.items():
            for placeholder, default in defaults.items():
                value = value.replace(f"{{{placeholder}}}", default)
            # Certificates of clients are for servers, too.
            value = value.replace("{certificates}", str(self._certificates / "trusted"))
            options[name] = value
        if "stored" in prepared:
            base_url = defaults.get("base_url", "")
            prepared["stored"] = prepared["stored"].replace("{base_url}", base_url)
        # An option replaces the setting of the same name, and the one that it excludes.
        replaced = {*options, *(["base_url"] if "region" in options else [])}
        if "access_token" in options:
            replaced.add("token")
        settings = {name: value for name, value in defaults.items() if name not in replaced}
        prepared["settings"] = {**settings, **prepared.get("settings", {})}
        return prepared

    def _start_sandbox(self, options: dict[str, Any]) -> str:
        self._sandboxes.append(Sandbox(self._sandbox, options))
        return self._sandboxes[-1].url
