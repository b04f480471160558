"""The exit statuses, which all commands share."""

SUCCESS = 0
ERROR = 1
USAGE = 2

MEANINGS = {
    SUCCESS: "success",
    ERROR: "error, the output may be incomplete",
    USAGE: "usage error",
    3: "the command found the condition that it checks for",
}
"""The meaning of each status."""

OF_LIST = (SUCCESS, ERROR, USAGE)
"""The statuses of ``list``, which checks for no condition."""
