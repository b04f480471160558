"""The languages: what each needs, how its runner is built, and how it is run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "languages"


@dataclass(frozen=True)
class Place:
    """Where things are."""

    root: Path
    target: Path
    prefix: Path

    @property
    def library(self) -> Path:
        return self.prefix / "lib" / "libdata_connectors.so.1"

    def environment(self) -> dict[str, str]:
        """What every command of a language finds around it."""
        found = [str(self.prefix / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        packages = [str(self.prefix / "lib" / "pkgconfig"), os.environ.get("PKG_CONFIG_PATH", "")]
        return {
            **os.environ,
            "DATA_CONNECTORS_LIBRARY": str(self.library),
            "LD_LIBRARY_PATH": ":".join(filter(None, found)),
            "PKG_CONFIG_PATH": ":".join(filter(None, packages)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@dataclass(frozen=True)
class Language:
    """One language. Its commands have names of places in braces, such as {root}: see `_filled`."""

    name: str
    needs: dict[str, str]
    prepare: list[list[str]]
    run: list[str]

    def lacking(self) -> list[str]:
        """Say what this machine has not, and where it comes from."""
        return [
            f"{command} ({where})"
            for command, where in self.needs.items()
            if not shutil.which(command)
        ]

    def commands(self, place: Place) -> list[list[str]]:
        """Give the commands that build the runner."""
        return [_filled(command, place) for command in self.prepare]

    def runner(self, place: Place, cases: Path) -> list[str]:
        """Give the command that runs the cases."""
        return _filled(self.run, place, cases)


def _filled(command: list[str], place: Place, cases: Path = Path()) -> list[str]:
    names = {
        "root": place.root,
        "target": place.target / "conformance",
        "library": place.library,
        "include": place.prefix / "include",
        "prefix": place.prefix,
        "cases": cases,
        "python": sys.executable,
    }
    for name, value in names.items():
        command = [part.replace(f"{{{name}}}", str(value)) for part in command]
    return command


def read(only: str) -> list[Language]:
    """Read all languages, or those named."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"there is no language {unknown[0]}: use {', '.join(known)}")
    return [Language(**json.loads(known[name].read_text())) for name in wanted]
