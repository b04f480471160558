"""Runs the first program of the README in a language against the sandbox."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from languages import Environment, Language
from suite import ACCESS_TOKEN, Sandbox

CONNECTORS = 7


def run(language: Language, environment: Environment, folder: Path) -> str:
    """Run the program; return the reason of a failure, or an empty string."""
    first = language.first
    source = code_block((environment.root / "README.md").read_text(), first["block"])
    original, replacement = first["base_url"]
    if source.count(original) != 1:
        return f"expected {original!r} exactly once in the {first['block']} block of README.md"
    sandbox = Sandbox(environment.sandbox, {"connectors": CONNECTORS})
    try:
        file = folder / first["file"]
        file.write_text(source.replace(original, replacement.replace("{base_url}", sandbox.url)))
        variables = {**environment.variables(), "INTERCOM_ACCESS_TOKEN": ACCESS_TOKEN}
        for command in first["run"]:
            expanded = environment.expand(command, program=file, folder=folder)
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


def code_block(readme: str, language: str) -> str:
    """Return the first code block of a language."""
    found = re.search(rf"(?ms)^```{language}\n(.*?)^```", readme)
    return found[1] if found else ""
