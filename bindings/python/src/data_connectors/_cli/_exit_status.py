"""The exit statuses, which all commands share."""

SUCCESS = 0
ERROR = 1
USAGE = 2
FOUND = 3

MEANINGS = {
    SUCCESS: "success",
    ERROR: "error, the output may be incomplete",
    USAGE: "usage error",
    FOUND: "the command found the condition that it checks for",
}
"""The meaning of each status."""

OF_MOST = (SUCCESS, ERROR, USAGE)
"""The statuses of commands that check for no condition."""
