"""PyInstaller's hook for this package, which PyInstaller finds by the entry point in the wheel."""

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """Return the folder of the hook."""
    return [str(Path(__file__).parent)]
