"""The package's logger, and the levels of the native library."""

from __future__ import annotations

import logging

LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}
"""The logging module's level for each native level."""

LOGGER = logging.getLogger("data_connectors")
"""The logger of clients that were given no other."""

# Without a handler Python would print warnings to stderr.
LOGGER.addHandler(logging.NullHandler())


def native_level(logger: logging.Logger) -> int:
    """Return the finest native level that a logger is enabled for.

    It is at least the level of warnings: they are rare, while finer lines cost time per request.
    """
    return max(
        native for native, level in LEVELS.items() if native <= 2 or logger.isEnabledFor(level)
    )
