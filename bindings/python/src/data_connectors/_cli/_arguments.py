"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable

from .._connector import parse_time
from .._options import (
    TOKEN_VARIABLE,
    Options,
    check_native_name,
    native_names,
    native_options,
)
from .._version import __version__
from ._exit_status import MEANINGS

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TOKEN_FLAGS = ("--token", "--access-token")
_VISIBLE = "arguments are visible to other users of the machine"
# A longer value may be a secret passed to the wrong flag.
_MAX_SHOWN_VALUE = 16


class Arguments(argparse.Namespace):
    """The parsed command line: the options of the client, and those of one command."""

    command: Command
    region: str | None
    base_url: str | None
    proxy: str | None
    ca_file: str | None
    timeout: float | None
    max_retries: int | None
    wait_for_rate_limit: bool | None
    option: list[tuple[str, str]]
    verbose: int

    format: str
    escape_formulas: bool
    state: str | None
    fin: bool | None
    since: datetime | None
    limit: int | None
    starting_after: str | None
    overlap: float
    max_passes: int
    snapshot_timeout: float
    output: str | None
    previous: str | None
    old: str
    new: str
    only: list[str] | None
    no_longer: str | None
    update: bool
    database: str
    refresh: bool
    replace_all: bool
    interval: float
    resync: float
    state_file: str | None

    @property
    def client_options(self) -> Options:
        """The options of the client.

        Raises:
            ValueError: a name given to --option is unknown, or a flag sets the same option.
            ImportError: the native library, which knows the names, can't be loaded.

        """
        named = dict(self.option)
        if "access_token" in named or "token" in named:
            raise ValueError(f"the access token is read from {TOKEN_VARIABLE}: {_VISIBLE}")
        for keyword, name in native_names().items():
            if name in named and getattr(self, keyword, None) is not None:
                flag = keyword.replace("_", "-")
                pair = f"--{flag} and --option {name}"
                raise ValueError(f"{pair} are the same option: pass one of them")
        for name in named:
            check_native_name(name)
        return {
            "region": self.region,
            "base_url": self.base_url,
            "proxy": self.proxy,
            "ca_file": self.ca_file,
            "timeout": self.timeout,
            "max_retries": self.max_retries,
            "wait_for_rate_limit": self.wait_for_rate_limit,
            "options": {
                "user_agent_suffix": f"data-connectors-command/{__version__}",
                **named,
            },
        }


@dataclass(frozen=True)
class Command:
    """A command: its part of the command line, and the function that runs it."""

    name: str
    summary: str
    description: str
    statuses: Sequence[int]
    """The exit statuses that it can have."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Arguments], int]
    operands: str = ""
    """The names of its arguments that are not flags."""
    advice: str = ""
    """What to use instead of an unexpected argument."""
    check: Callable[[Arguments], str | None] = lambda _: None
    """Returns why a combination of flags is invalid; None if it is not."""


def parse(arguments: list[str] | None, commands: Sequence[Command]) -> Arguments:
    """Parse the command line; exit with status 2 if it is invalid, with 0 after ``--help``."""
    parser = argparse.ArgumentParser(
        prog="data-connectors",
        description="Lists, compares, copies and watches the data connectors of an Intercom "
        "workspace.",
        epilog=_epilog({status for command in commands for status in command.statuses}),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"data-connectors {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    parsers = {
        command.name: subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            epilog=_epilog(command.statuses),
            allow_abbrev=False,
        )
        for command in commands
    }
    given = sys.argv[1:] if arguments is None else arguments
    at = next((index for index, one in enumerate(given) if one[:1] != "-"), len(given))
    _check_flags(parser, given[:at], _misplaced_flag)
    command = next((one for one in commands if [one.name] == given[at : at + 1]), None)
    if command is None and given[at:]:
        *others, last = parsers
        parser.error(f"unknown command: use {', '.join(others)} or {last}")
    if command is None or at > 0:
        # A flag before the command, such as --help, exits.
        parser.parse_args(given[:at])
        raise AssertionError
    of_command = parsers[command.name]
    command.add_arguments(of_command)
    _add_client_options(of_command)
    _check_flags(of_command, given[1:])
    # Otherwise argparse would not accept OLD --flag NEW.
    parsed, unexpected = of_command.parse_known_intermixed_args(given[1:], namespace=Arguments())
    if unexpected:
        accepted = f"{command.operands} and flags" if command.operands else "flags"
        advice = f": {command.advice}" if command.advice else ""
        of_command.error(f"unexpected argument: {command.name} accepts only {accepted}{advice}")
    parsed.command = command
    problem = command.check(parsed)
    if problem:
        of_command.error(problem)
    return parsed


def _epilog(statuses: Iterable[int]) -> str:
    meanings = "; ".join(f"{status} {MEANINGS[status]}" for status in sorted(statuses))
    return (
        f"The access token is read from the environment variable {TOKEN_VARIABLE}. "
        f"Exit status: {meanings}."
    )


def _add_client_options(parser: argparse.ArgumentParser) -> None:
    service = parser.add_mutually_exclusive_group()
    service.add_argument("--region", metavar="REGION", help="us (default), eu or au")
    service.add_argument(
        "--base-url", metavar="URL", help="URL of the service, instead of a region"
    )
    parser.add_argument("--proxy", metavar="URL", help="HTTP proxy: http://host[:port]")
    parser.add_argument(
        "--ca-file",
        metavar="FILE",
        help="PEM file of CA certificates to trust instead of the bundled ones",
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds(),
        help="maximum time for each page, including retries and waits (default 60)",
    )
    parser.add_argument(
        "--max-retries",
        metavar="N",
        type=number_of("retries", minimum=0, example="a number such as 5"),
        help="maximum number of retries for each page, 0 to 10 (default 2)",
    )
    parser.add_argument(
        "--wait-for-rate-limit",
        action="store_true",
        default=None,
        help="when the rate limit is used up, wait for its reset, up to the timeout, instead of "
        "getting a 429 response",
    )
    parser.add_argument(
        "--option",
        metavar="NAME=VALUE",
        type=_option,
        action="append",
        default=[],
        help=f"set another option; repeatable{_other_options()}",
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="log each response to standard error; -vv also logs each request",
    )


def _check_flags(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str],
    describe: Callable[[str], str] | None = None,
) -> None:
    """Reject unknown flags and unexpected values: argparse would print the value."""
    known = parser._option_string_actions
    is_value = False
    for argument in arguments:
        if argument == "--":
            return
        if is_value or not re.match(r"--|-[^0-9.]", argument):
            is_value = False
            continue
        is_long = argument.startswith("--")
        flag = re.split(r"[=\s]", argument, maxsplit=1)[0] if is_long else argument[:2]
        action = known.get(flag)
        if action is None:
            parser.error((describe or _unknown_flag)(flag))
        is_value = action.nargs != 0 and argument == flag
        others = () if is_long else argument[2:]
        if action.nargs == 0 and (
            (is_long and argument != flag) or any(f"-{one}" not in known for one in others)
        ):
            parser.error(f"{flag} does not accept a value")


def _misplaced_flag(flag: str) -> str:
    """Describe a flag before the command."""
    if _is_token(flag):
        return _unknown_flag(flag)
    return f"unexpected flag{_shown_flag(flag)}: the options of a command go after the command"


def _unknown_flag(flag: str) -> str:
    if _is_token(flag):
        return f"unknown flag {flag}: set {TOKEN_VARIABLE}; {_VISIBLE}"
    name = flag.lstrip("-").replace("-", "_").lower()
    if name == "per_page":
        return (
            f"unknown flag {flag}: pages have up to 50 rows; to list fewer connectors, use --limit"
        )
    with contextlib.suppress(ImportError):
        native = native_names().get(name, name)
        if native in native_options():
            return f"unknown flag {flag}: use --option {native}=VALUE"
    return f"unknown flag{_shown_flag(flag)}"


def _is_token(flag: str) -> bool:
    return flag.lower().replace("_", "-") in _TOKEN_FLAGS


def _shown_flag(flag: str) -> str:
    # A string that is not a flag may be a secret.
    return f" {flag}" if re.fullmatch(r"-?-[A-Za-z][A-Za-z0-9_-]{0,30}", flag) else ""


def _other_options() -> str:
    """List the options that have no flag; unknown without the native library."""
    with contextlib.suppress(ImportError):
        options = [option.name for option in native_options().values() if not option.is_secret]
        keywords = {name: keyword for keyword, name in native_names().items()}
        names = [name for name in options if keywords.get(name) not in Arguments.__annotations__]
        return f": {', '.join(names)}"
    return ""


def _shown(text: str) -> str:
    return f" {text!r}" if len(text) <= _MAX_SHOWN_VALUE else ""


def one_of(kind: str, known: Iterable[str]) -> Callable[[str], str]:
    """Create a parser of one of these values; that of argparse would print a secret."""

    def parse_value(text: str) -> str:
        if text not in known:
            raise argparse.ArgumentTypeError(
                f"invalid {kind}{_shown(text)}: use one of {', '.join(known)}"
            )
        return text

    return parse_value


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("use NAME=VALUE")
    return name, value


def input_file(text: str) -> str:
    """Parse the path of a file that is read, and maybe replaced."""
    if text == "-":
        raise argparse.ArgumentTypeError("standard input is not supported: use a file")
    return text


def seconds(minimum: float = 0.001, maximum: int = 86400) -> Callable[[str], float]:
    """Create a parser of a number of seconds."""

    def parse_value(text: str) -> float:
        with contextlib.suppress(ValueError):
            # This also rejects NaN.
            if minimum <= float(text) <= maximum:
                return float(text)
        raise argparse.ArgumentTypeError(
            f"invalid number of seconds{_shown(text)}: use {minimum} to {maximum}"
        )

    return parse_value


def number_of(
    things: str, *, minimum: int, example: str, maximum: int = 10**18
) -> Callable[[str], int]:
    """Create a parser of an integer."""

    def parse_value(text: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", text) or not minimum <= int(text) <= maximum:
            raise argparse.ArgumentTypeError(
                f"invalid number of {things}{_shown(text)}: use {example}"
            )
        return int(text)

    return parse_value


def point_in_time(text: str) -> datetime:
    age = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    if age is not None:
        amount, unit = age.groups()
        # An age that is out of range means no limit.
        with contextlib.suppress(OverflowError):
            return datetime.now(timezone.utc) - timedelta(**{_UNITS[unit]: int(amount)})
        return datetime.min.replace(tzinfo=timezone.utc)
    is_date = re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
    time = parse_time(f"{text}T00:00:00" if is_date else text)
    if time is None:
        raise argparse.ArgumentTypeError(
            f"invalid time{_shown(text)}: use 2026-01-20, 2026-01-20T14:22:15Z, 90m, 12h, 7d or 4w"
        )
    return time
