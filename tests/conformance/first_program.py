"""Runs the first program of a language against the sandbox, as the documentation shows it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from languages import Environment, Language
from suite import ACCESS_TOKEN, Sandbox

CONNECTORS = 7


def run(language: Language, environment: Environment, folder: Path) -> str:
    """Run the program; return the reason of a failure, or an empty string.

    It is run unedited, with the base URL as its argument, unless `base_url` names a replacement.
    """
    first = language.first
    page = first.get("page", f"docs/embedding/{language.name}.md")
    source = code_block((environment.root / page).read_text(), first["block"])
    original, replacement = first.get("base_url", ["", ""])
    if not source or (original and source.count(original) != 1):
        return f"expected {original!r} exactly once in the first {first['block']} block of {page}"
    sandbox = Sandbox(environment.sandbox, {"connectors": CONNECTORS})
    try:
        file = folder / first["file"]
        if original:
            source = source.replace(original, replacement.replace("{base_url}", sandbox.url))
        file.write_text(source)
        variables = {**environment.variables(), "INTERCOM_ACCESS_TOKEN": ACCESS_TOKEN}
        for command in first["run"]:
            expanded = environment.expand(command, program=file, folder=folder)
            if command is first["run"][-1] and not original:
                expanded.append(sandbox.url)
            completed = subprocess.run(
                expanded, cwd=folder, env=variables, capture_output=True, text=True, timeout=120
            )
            output = completed.stdout + completed.stderr
            if completed.returncode != 0 or ACCESS_TOKEN in output:
                failure = f"{' '.join(expanded)}: {output}"
                return failure.replace(ACCESS_TOKEN, "[access token]")
    finally:
        sandbox.stop()
    listed = re.findall(r"(?m)^(\d+) \S", completed.stdout)
    if len(listed) != CONNECTORS or completed.stderr:
        return f"expected {CONNECTORS} connectors: {output}"
    return ""


def code_block(page: str, language: str) -> str:
    """Return the first code block of a language."""
    found = re.search(rf"(?ms)^```{language}\n(.*?)^```", page)
    return found[1] if found else ""
