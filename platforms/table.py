#!/usr/bin/env python3
"""Checks the table in docs/platforms.md against targets.py; with --write, updates it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from targets import TARGETS, Target

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/platforms.md"


def _tests(target: Target) -> str:
    if target.tier == 1:
        return "all, in CI"
    if target.has_conformance_tests:
        others = ", Python and Node" if target.is_windows else ""
        return f"Rust tests, C programs; conformance cases of C, C++, Go{others}"
    if target.tests:
        names = ", ".join(f"`{name}`" for name in target.tests)
        return f"unit tests, {names}, C example, C++ wrapper"
    return "none; linked, and its exports checked" if target.is_macos else "none; type-checked"


def table() -> str:
    """Return the table of targets in Markdown."""
    lines = ["| Tier | Target | Packages | Tests | Run |", "| --- | --- | --- | --- | --- |"]
    for target in TARGETS:
        name = f"`{target.triple}`"
        if "gnu." in target.zig:
            name += f", glibc {target.zig.split('gnu.')[1]} or later"
        packages = "yes" if target.has_packages else "no"
        cells = [str(target.tier), name, packages, _tests(target), target.how or "never"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Compare the table with the document's; return 1 if they differ."""
    text = DOCUMENT.read_text()
    updated = re.sub(r"^\|.*\n(?:\|.*\n)*", lambda _: table(), text, count=1, flags=re.MULTILINE)
    if text == updated:
        return 0
    if sys.argv[1:] == ["--write"]:
        DOCUMENT.write_text(updated)
        return 0
    print("the table in docs/platforms.md is outdated: run platforms/table.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
