"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import re
from datetime import datetime, timedelta, timezone

from .._connector import parse_time
from .._options import TOKEN_VARIABLE, Options, native_options
from .._version import __version__
from ._formats import FORMATS

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EPILOG = (
    f"The access token is read from the environment variable {TOKEN_VARIABLE}. "
    "Exit status: 0 success; 1 error, the output may be incomplete; 2 usage error."
)


class Arguments(argparse.Namespace):
    """The parsed command line."""

    format: str
    state: str | None
    fin: bool | None
    since: datetime | None
    limit: int | None
    starting_after: str | None
    region: str | None
    base_url: str | None
    proxy: str | None
    ca_file: str | None
    timeout: float | None
    option: list[str]
    verbose: int

    @property
    def client_options(self) -> Options:
        """The options of the client."""
        return {
            "region": self.region,
            "base_url": self.base_url,
            "proxy": self.proxy,
            "ca_file": self.ca_file,
            "timeout": self.timeout,
            "options": {
                "user_agent_suffix": f"data-connectors-command/{__version__}",
                **{name: value for name, _, value in (one.partition("=") for one in self.option)},
            },
        }


def parse(arguments: list[str] | None) -> Arguments:
    """Parse the command line; exit with status 2 if it is invalid, with 0 after ``--help``."""
    parser = argparse.ArgumentParser(
        prog="data-connectors",
        description="Lists the data connectors of an Intercom workspace.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"data-connectors {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser(
        "list",
        help="list the connectors, most recently updated first",
        description="List the connectors of a workspace, most recently updated first.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    listing.add_argument(
        "--format",
        choices=sorted(FORMATS),
        default="table",
        help="output format: table (default), csv, json (one array) or ndjson (one object per "
        "line)",
    )
    listing.add_argument(
        "--state", metavar="STATE", help="only connectors in this state: live or draft"
    )
    listing.add_argument(
        "--fin",
        action=argparse.BooleanOptionalAction,
        help="only connectors that Fin uses directly, or only those that it does not",
    )
    listing.add_argument(
        "--since",
        metavar="TIME",
        type=_time,
        help="only connectors updated at or after TIME: 2026-01-20, 2026-01-20T14:22:15Z, or an "
        "age such as 90m, 12h, 7d, 4w; UTC unless it has a time zone",
    )
    listing.add_argument(
        "--starting-after", metavar="CURSOR", help="start after the page with this next cursor"
    )
    listing.add_argument(
        "--limit", metavar="N", type=_count, help="maximum number of connectors to list"
    )
    service = listing.add_mutually_exclusive_group()
    service.add_argument("--region", metavar="REGION", help="us (default), eu or au")
    service.add_argument(
        "--base-url", metavar="URL", help="URL of the service, instead of a region"
    )
    listing.add_argument("--proxy", metavar="URL", help="HTTP proxy: http://host[:port]")
    listing.add_argument(
        "--ca-file",
        metavar="FILE",
        help="PEM file of CA certificates to trust instead of the bundled ones",
    )
    listing.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        help="maximum time for each page (default 60)",
    )
    listing.add_argument(
        "--option",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help=f"set another option; repeatable{_other_options()}",
    )
    listing.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="log each response to standard error; -vv also logs each request",
    )
    return parser.parse_args(arguments, namespace=Arguments())


def _other_options() -> str:
    """List the options without a flag of their own; without the native library they are unknown."""
    with contextlib.suppress(ImportError):
        options = [one.name for one in native_options().values() if not one.is_secret]
        names = [name for name in options if name not in Arguments.__annotations__]
        return f": {', '.join(names)}"
    return ""


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid number of seconds {text!r}: use 30") from None


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]+", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number of connectors {text!r}: use 1 or more")
    return int(text)


def _time(text: str) -> datetime:
    age = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    if age is not None:
        amount, unit = age.groups()
        # An age that is too large means no limit.
        with contextlib.suppress(OverflowError):
            return datetime.now(timezone.utc) - timedelta(**{_UNITS[unit]: int(amount)})
        return datetime.min.replace(tzinfo=timezone.utc)
    is_date = re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
    time = parse_time(f"{text}T00:00:00" if is_date else text)
    if time is None:
        raise argparse.ArgumentTypeError(
            f"invalid time {text!r}: use 2026-01-20, 2026-01-20T14:22:15Z, 90m, 12h, 7d or 4w"
        )
    return time
