"""The command's arguments."""

from __future__ import annotations

import argparse
import contextlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .._connector import parse_time
from .._settings import TOKEN_VARIABLE, Options, token_from_environment
from .._version import __version__
from ._formats import FORMATS

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Arguments:
    """What the command was told."""

    token: str
    settings: Options
    format: str
    state: str | None
    fin: bool | None
    since: datetime | None
    limit: int | None
    starting_after: str | None
    verbose: int


def parse(arguments: list[str] | None) -> Arguments:
    """Read the arguments; a wrong one ends the program with 2, ``--help`` with 0."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        token = token_from_environment()
    except ValueError as error:
        parser.error(str(error))
    settings: Options = {
        "region": given.region,
        "base_url": given.base_url,
        "proxy": given.proxy,
        "ca_file": given.ca_file,
        "timeout": given.timeout,
        "user_agent_suffix": f"data-connectors-command/{__version__}",
    }
    return Arguments(
        token=token,
        settings=settings,
        format=given.format,
        state=given.state,
        fin=given.fin,
        since=given.since,
        limit=given.limit,
        starting_after=given.starting_after,
        verbose=given.verbose,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="data-connectors",
        description="The data connectors of an Intercom workspace.",
        epilog=f"The access token is taken from {TOKEN_VARIABLE}.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"data-connectors {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser(
        "list",
        help="list the connectors, most recently updated first",
        description="List the connectors of a workspace, most recently updated first.",
        epilog=f"The access token is taken from {TOKEN_VARIABLE}. Exit codes: 0; 1 for a failure, "
        "whose output is not complete; 2 for a wrong use.",
        allow_abbrev=False,
    )
    listing.add_argument(
        "--format",
        choices=sorted(FORMATS),
        default="table",
        help="table (default), csv, json (one array) or ndjson (an object a line, page by page)",
    )
    listing.add_argument("--state", metavar="STATE", help="only these: live, draft")
    listing.add_argument(
        "--fin",
        action=argparse.BooleanOptionalAction,
        help="only those that Fin uses directly, or that it doesn't",
    )
    listing.add_argument(
        "--since",
        metavar="TIME",
        type=_moment,
        help="only those updated since: 2026-01-20, 2026-01-20T14:22:15Z, 90m, 12h, 7d, 4w; UTC if "
        "it names no zone; stops at the first older one",
    )
    listing.add_argument(
        "--starting-after", metavar="CURSOR", help="go on behind the page that gave this cursor"
    )
    listing.add_argument("--limit", metavar="N", type=_count, help="stop after N connectors")
    where = listing.add_mutually_exclusive_group()
    where.add_argument("--region", metavar="REGION", help="us (default), eu or au")
    where.add_argument("--base-url", metavar="URL", help="where the service is, if not in a region")
    listing.add_argument("--proxy", metavar="URL", help="an HTTP proxy: http://host[:port]")
    listing.add_argument("--ca-file", metavar="FILE", help="certificate authorities to trust, PEM")
    listing.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, help="for each page, default 60"
    )
    listing.add_argument(
        "-v", "--verbose", action="count", default=0, help="say what is done; -vv: each request"
    )
    return parser


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds: use 30, say") from None


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]+", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of connectors: use 1 or more")
    return int(text)


def _moment(text: str) -> datetime:
    ago = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    date_only = re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
    moment = parse_time(f"{text}T00:00:00" if date_only else text)
    if ago is not None:
        amount, unit = ago.groups()
        # Too long ago for a time is before all that there is.
        with contextlib.suppress(OverflowError):
            return datetime.now(timezone.utc) - timedelta(**{_UNITS[unit]: int(amount)})
        return datetime.min.replace(tzinfo=timezone.utc)
    if moment is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: use 2026-01-20, 2026-01-20T14:22:15Z, 90m, 12h, 7d or 4w"
        )
    return moment
