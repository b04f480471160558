"""The languages: what each needs, how its runner is built, and how it is run."""

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


@dataclass(frozen=True)
class Place:
    """Where things are."""

    root: Path
    target: Path
    prefix: Path
    sandbox: Path

    @property
    def library(self) -> Path:
        return self.prefix / "lib" / "libdata_connectors.so.1"

    def filled(self, command: list[str], **more: Path) -> list[str]:
        """Put the places, and what else is given, where a command names them."""
        names = {
            "root": self.root,
            "target": self.target / "conformance",
            "library": self.library,
            "include": self.prefix / "include",
            "prefix": self.prefix,
            "sandbox": self.sandbox,
            "python": sys.executable,
            **more,
        }
        for name, value in names.items():
            command = [part.replace(f"{{{name}}}", str(value)) for part in command]
        return command

    def finds(self, command: list[str]) -> bool:
        """Say whether a command ends well."""
        filled = self.filled(command)
        return subprocess.run(filled, capture_output=True, check=False).returncode == 0

    def environment(self) -> dict[str, str]:
        """What every command of a language finds around it."""
        found = [str(self.prefix / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        packages = [str(self.prefix / "lib" / "pkgconfig"), os.environ.get("PKG_CONFIG_PATH", "")]
        return {
            **os.environ,
            "DATA_CONNECTORS_LIBRARY": str(self.library),
            "LD_LIBRARY_PATH": ":".join(filter(None, found)),
            "PKG_CONFIG_PATH": ":".join(filter(None, packages)),
            "DC_TEST_SANDBOX": str(self.sandbox),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@dataclass(frozen=True)
class Language:
    """One language. Its commands have names of places in braces, such as {root}."""

    name: str
    needs: dict[str, str]
    prepare: list[list[str]]
    run: list[str]
    checks: dict[str, list[str]] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    test: list[list[str]] = field(default_factory=list)

    def lacking(self, place: Place) -> list[str]:
        """Say what this machine has not: a command, or what a command of `checks` looks for."""
        absent = [
            f"{command} ({where})"
            for command, where in self.needs.items()
            if not shutil.which(command)
        ]
        return absent or [what for what, check in self.checks.items() if not place.finds(check)]


def read(only: str) -> list[Language]:
    """Read all languages, or those named."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"there is no language {unknown[0]}: use {', '.join(known)}")
    return [Language(**json.loads(known[name].read_text())) for name in wanted]
