"""The folders of the repository, and commands that must succeed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def run(*command: object, cwd: Path = ROOT, **options: Any) -> None:
    """Run a command, which must succeed."""
    subprocess.run([str(word) for word in command], check=True, cwd=cwd, **options)


def compiler() -> list[str]:
    """Return the C compiler command, which may have arguments."""
    return os.environ.get("BENCH_CC", "cc").split()
