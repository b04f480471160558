"""The logger of the package."""

from __future__ import annotations

import logging

from ._interrupt import LEVELS

LOGGER = logging.getLogger("data_connectors")
"""Where the lines of a client go that was given no other logger."""

# Without it Python would print warnings of a logger that nobody listens to.
LOGGER.addHandler(logging.NullHandler())


def native_level(logger: logging.Logger) -> int:
    """Give the native level that brings all lines which this logger wants.

    Warnings are rare, and so always asked for; finer lines cost time at each request.
    """
    wanted = (
        native for native, level in LEVELS.items() if native <= 2 or logger.isEnabledFor(level)
    )
    return max(wanted)
