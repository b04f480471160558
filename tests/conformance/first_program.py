"""The first program in each language, as the README has it: it lists a sandbox's connectors."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from languages import Language, Place
from suite import TOKEN, Sandbox


def wrong_with(language: Language, place: Place, folder: Path) -> str:
    """Run the README's program against a sandbox; say what is wrong, or nothing."""
    first = language.first
    text = _block((place.root / "README.md").read_text(), first["block"])
    found, replaced = first["base_url"]
    if text.count(found) != 1:
        return f"the README's {first['block']} block has no single {found!r}"
    connectors = 7
    running = Sandbox(place.sandbox, {"connectors": connectors})
    try:
        file = folder / first["file"]
        file.write_text(text.replace(found, replaced.replace("{base_url}", running.url)))
        environment = {**place.environment(), "INTERCOM_ACCESS_TOKEN": TOKEN}
        for command in first["run"]:
            filled = place.filled(command, program=file, folder=folder)
            done = subprocess.run(
                filled, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
            )
            if done.returncode != 0 or TOKEN in done.stdout + done.stderr:
                return f"{' '.join(filled)}: {done.stdout}{done.stderr}".replace(
                    TOKEN, "[the token]"
                )
    finally:
        running.stop()
    listed = re.findall(r"(?m)^(\d+) \S", done.stdout)
    if len(listed) != connectors or done.stderr:
        return f"{connectors} connectors were to be listed: {done.stdout}{done.stderr}"
    return ""


def _block(readme: str, language: str) -> str:
    found = re.search(rf"(?ms)^```{language}\n(.*?)^```", readme)
    return found[1] if found else ""
