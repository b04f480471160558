"""The exit statuses, which all commands share."""

SUCCESS = 0
ERROR = 1
USAGE = 2
FOUND = 3

MEANINGS = {
    SUCCESS: "success",
    ERROR: "error, the output may be incomplete",
    USAGE: "usage error",
    FOUND: "differences were found (diff only)",
}
"""The meaning of each status."""

OF_MOST = (SUCCESS, ERROR, USAGE)
"""The statuses of the commands other than diff."""
