"""The languages: their requirements, and the commands that build, run and test them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "languages"


def library(prefix: Path) -> Path:
    """Return the path of the library installed in a prefix."""
    other = ("bin/data_connectors.dll", "lib/libdata_connectors.1.dylib")
    found = [prefix / name for name in other if (prefix / name).exists()]
    return found[0] if found else prefix / "lib/libdata_connectors.so.1"


@dataclass(frozen=True)
class Environment:
    """Paths, and the environment variables of commands."""

    root: Path
    target: Path
    prefix: Path
    sandbox: Path

    @property
    def library(self) -> Path:
        """Return the path of the installed library."""
        return library(self.prefix)

    def expand(self, command: list[str], **more: Path) -> list[str]:
        """Replace placeholders such as {root} in a command."""
        placeholders = {
            "root": self.root,
            "target": self.target / "conformance",
            "library": self.library,
            "include": self.prefix / "include",
            "prefix": self.prefix,
            "sandbox": self.sandbox,
            "python": sys.executable,
            **more,
        }
        for name, value in placeholders.items():
            command = [part.replace(f"{{{name}}}", str(value)) for part in command]
        return command

    def succeeds(self, command: list[str]) -> bool:
        """Run a command; return whether its exit status is 0."""
        expanded = self.expand(command)
        return subprocess.run(expanded, capture_output=True, check=False).returncode == 0

    def variables(self) -> dict[str, str]:
        """Return the environment variables of all commands."""
        libraries = [str(self.prefix / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        packages = [str(self.prefix / "lib" / "pkgconfig"), os.environ.get("PKG_CONFIG_PATH", "")]
        return {
            **os.environ,
            "DATA_CONNECTORS_LIBRARY": str(self.library),
            "LD_LIBRARY_PATH": ":".join(filter(None, libraries)),
            "PKG_CONFIG_PATH": ":".join(filter(None, packages)),
            "DC_TEST_SANDBOX": str(self.sandbox),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@dataclass(frozen=True)
class Language:
    """A language. Its commands may contain placeholders such as {root}."""

    name: str
    needs: dict[str, str]
    prepare: list[list[str]]
    run: list[str]
    checks: dict[str, list[str]] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    test: list[list[str]] = field(default_factory=list)

    def missing(self, environment: Environment) -> list[str]:
        """Return the missing commands, or else the failed checks."""
        commands = [
            f"{command} ({package})"
            for command, package in self.needs.items()
            if not shutil.which(command)
        ]
        return commands or [
            name for name, check in self.checks.items() if not environment.succeeds(check)
        ]


def read(only: str) -> list[Language]:
    """Read all languages, or those in a comma-separated list."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    selected = [name.strip() for name in only.split(",") if name.strip()] or list(known)
    unknown = [name for name in selected if name not in known]
    if unknown:
        sys.exit(f"unknown language {unknown[0]}: use {', '.join(known)}")
    return [Language(**json.loads(known[name].read_text())) for name in selected]
