"""A client's options, and how they are passed to the native library."""

from __future__ import annotations

import ctypes
import logging
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict, Union

from . import _callbacks, _log
from ._handle import OwnedPointer
from ._library import library
from ._native import call, create_handle, decode, encode

TOKEN_VARIABLE = "INTERCOM_ACCESS_TOKEN"
"""The environment variable that ``from_env`` reads the access token from."""

OptionValue = Union[str, int, bool, None]


class Options(TypedDict, total=False):
    """A client's options except its access token; :class:`Client` describes them."""

    region: str | None
    base_url: str | None
    allow_insecure_http: bool | None
    api_version: str | None
    user_agent_suffix: str | None
    timeout: float | None
    connect_timeout: float | None
    max_retries: int | None
    max_response_bytes: int | None
    wait_for_rate_limit: bool | None
    proxy: str | None
    no_proxy: str | None
    ca_file: str | os.PathLike[str] | None
    system_roots: bool | None
    client_certificate_file: str | os.PathLike[str] | None
    client_key_file: str | os.PathLike[str] | None
    options: Mapping[str, OptionValue] | None
    logger: logging.Logger | None
    pickle_secrets: bool | None


class Changes(Options, total=False):
    """What ``with_options`` can change: the options and the access token."""

    token: str


KEYWORDS = tuple(Changes.__annotations__)
"""The keyword arguments of a client."""

_NATIVE_NAMES = {
    "token": "access_token",
    "timeout": "timeout_ms",
    "connect_timeout": "connect_timeout_ms",
}


def native_names() -> dict[str, str]:
    """Return the native name of each keyword argument that is a native option."""
    others = ("options", "logger", "pickle_secrets")
    return {name: _NATIVE_NAMES.get(name, name) for name in KEYWORDS if name not in others}


class NativeOption(NamedTuple):
    """The description of a native option: DC_INFO_… in order."""

    name: str
    type: str
    default: str | None
    allowed: str
    description: str
    is_secret: bool
    replaces: str | None


@lru_cache(maxsize=1)
def native_options() -> dict[str, NativeOption]:
    """Return the options of the native library by name.

    Raises:
        ImportError: the library lacks options of the package.

    """
    lib = library()
    options = {}
    for index in range(lib.dc_config_option_count()):
        info: list[Any] = [decode(lib.dc_config_option(index, number)) for number in range(7)]
        info[5] = info[5] == "true"
        options[info[0]] = NativeOption(*info)
    for name in native_names().values():
        if name not in options:
            raise ImportError(
                f"{lib._name} has no option {name} (older than this package): "
                "install a newer version"
            )
    return options


def _is_secret(name: str) -> bool:
    option = native_options().get(name)
    return option is None or option.is_secret


class OptionValues(dict[str, Any]):
    """Options whose representation, such as in a traceback or a log, contains no secrets."""

    def __repr__(self) -> str:
        return repr({name: self[name] for name in self if not _is_secret(name)})


@dataclass(frozen=True)
class ClientOptions:
    """The options of one client; the native ones as strings."""

    values: OptionValues = field(default_factory=OptionValues)
    logger: logging.Logger = _log.LOGGER
    pickle_secrets: bool = False
    removed_secrets: tuple[str, ...] = ()

    def changed(self, changes: OptionValues) -> ClientOptions:
        """Return a copy with other keyword arguments; an option replaces the one that it excludes.

        Raises:
            TypeError: an option is unknown or has the wrong type.
            ValueError: an option is invalid, passed twice, or passed with one that it excludes.

        """
        logger = changes.get("logger", self.logger)
        if logger is None:
            logger = _log.LOGGER
        if not isinstance(logger, logging.Logger):
            raise TypeError(f"logger must be a logging.Logger, not {type(logger).__name__}")
        pickle_secrets = changes.get("pickle_secrets", self.pickle_secrets)
        pickle_secrets = pickle_secrets is not None and check_bool(pickle_secrets, "pickle_secrets")
        added = _native_values(changes)
        values = OptionValues({name: self.values[name] for name in self.values.keys() - added})
        given = [name for name in added if added[name] is not None]
        for name in given:
            option = native_options().get(name)
            if option and option.replaces:
                if option.replaces in given:
                    pair = f"{name} and {option.replaces}"
                    raise ValueError(f"{pair} are mutually exclusive: pass one of them")
                values.pop(option.replaces, None)
            values[name] = added[name]
        removed = tuple(name for name in self.removed_secrets if name not in added)
        return ClientOptions(values, logger, pickle_secrets, removed)

    def without_secrets(self) -> ClientOptions:
        """Return a copy without the access token and without a proxy whose URL has a password."""
        removed = {name for name in self.values if _is_secret(name)}
        if "@" not in self.values.get("proxy", ""):
            removed.discard("proxy")
        values = OptionValues({name: self.values[name] for name in self.values.keys() - removed})
        removed.update(self.removed_secrets)
        return replace(self, values=values, removed_secrets=tuple(sorted(removed)))

    def new_native_client(self, *, interruptible: bool) -> OwnedPointer:
        """Create a native client.

        Raises:
            ValueError: an option is invalid or unknown.

        """
        lib = library()
        owned = OwnedPointer(lib.dc_config_free)
        config = owned.out
        config.value = lib.dc_config_new()
        try:
            for name in sorted(self.values):
                option = name.encode()
                # The value is in no local variable, which a traceback could show.
                call(lib.dc_config_set_string, config, option, encode(self.values[name], name))
            level = _log.native_level(self.logger)
            write = ctypes.cast(_callbacks.WRITE, ctypes.c_void_p)
            call(lib.dc_config_set_logger, config, level, write, _callbacks.USER_DATA, None)
            if interruptible:
                check = ctypes.cast(_callbacks.CHECK, ctypes.c_void_p)
                call(lib.dc_config_set_interrupt_check, config, check, _callbacks.USER_DATA, None)
            return create_handle(lib.dc_client_free, lib.dc_client_new, config)
        finally:
            del owned


def _native_values(changes: OptionValues) -> OptionValues:
    """Convert keyword arguments to strings by native name; None is the default."""
    unknown = sorted(changes.keys() - set(KEYWORDS))
    if unknown:
        raise TypeError(f"unknown option {unknown[0]!r}: use {', '.join(sorted(KEYWORDS))}")
    added = OptionValues()
    for keyword, name in native_names().items():
        if keyword in changes:
            added[name] = _keyword_value(keyword, name, changes[keyword])
    if not isinstance(changes.get("options") or {}, Mapping):
        raise TypeError(f"options must be a dict, not {type(changes['options']).__name__}")
    for name in changes.get("options") or ():
        _check_option_name(name)
        if added.get(name) is not None:
            raise ValueError(_passed_twice(name))
        added[name] = _option_value(name, changes["options"][name])
    return added


def _check_option_name(name: str) -> None:
    try:
        check_native_name(name)
    except ValueError:
        if name not in KEYWORDS:
            raise
        unit = ", in seconds" if f"{name}_ms" in native_options() else ""
        raise ValueError(
            f"unknown option {name!r}: use the keyword argument {name}={unit}"
        ) from None


def _passed_twice(name: str) -> str:
    if name == "access_token":
        return "pass the access token as token only"
    (keyword,) = (keyword for keyword, native in native_names().items() if native == name)
    return f"{keyword} and options[{name!r}] are the same option: pass one of them"


def check_native_name(name: str) -> None:
    """Check that the native library has an option; its message repeats no name that may be a value.

    Raises:
        TypeError: the name isn't a string.
        ValueError: there is no such option.

    """
    encoded = encode(name, "option name")
    if name not in native_options():
        _check_natively(encoded, b"")


def _check_natively(name: bytes, value: bytes) -> None:
    lib = library()
    owned = OwnedPointer(lib.dc_config_free)
    owned.out.value = lib.dc_config_new()
    try:
        call(lib.dc_config_set_string, owned.out, name, value)
    finally:
        # A traceback can show local variables.
        del owned, value


def _keyword_value(keyword: str, name: str, value: Any) -> str | None:
    kind = native_options()[name].type
    if value is None and keyword != "token":
        return None
    if kind == "bool":
        return "true" if check_bool(value, keyword) else None
    if kind == "int":
        return str(check_int(value, keyword) if name == keyword else milliseconds(value, keyword))
    is_path = keyword.endswith("_file")
    if is_path and isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        expected = "a path" if is_path else "a str"
        raise TypeError(f"{keyword} must be {expected}, not {type(value).__name__}")
    return value


def _option_value(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int)):
        raise TypeError(f"option {name} must be a str, int or bool, not {type(value).__name__}")
    return value if isinstance(value, str) else str(value)


def token_from_environment() -> str:
    """Read the access token from the environment.

    Raises:
        ValueError: the variable is not set or empty, or the token is invalid.

    """
    if not os.environ.get(TOKEN_VARIABLE):
        state = "empty" if TOKEN_VARIABLE in os.environ else "not set"
        raise ValueError(f"{TOKEN_VARIABLE} is {state}: set it to the workspace's access token")
    try:
        # The token is in no local variable, which a traceback could show.
        _check_natively(b"access_token", encode(os.environ[TOKEN_VARIABLE], "access_token"))
    except ValueError as error:
        raise ValueError(f"{TOKEN_VARIABLE}: {error}") from None
    return os.environ[TOKEN_VARIABLE]


def check_int(value: object, name: str) -> int:
    """Check that a value is an integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def check_bool(value: object, name: str) -> bool:
    """Check that a value is a boolean."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value


def milliseconds(seconds: object, name: str, minimum: float = 0.001, maximum: float = 86400) -> int:
    """Check a number of seconds, and convert it; a part of a millisecond is rounded up."""
    checked = check_seconds(seconds, name, minimum, maximum)
    # Exactly: 0.07 * 1000 is more than 70.
    return math.ceil(Decimal(repr(float(checked))) * 1000)


def check_seconds(
    seconds: object, name: str, minimum: float = 0.001, maximum: float = 86400
) -> float:
    """Check a number of seconds and its range."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    # This also rejects NaN.
    if not minimum <= seconds <= maximum:
        raise ValueError(f"invalid {name} {seconds}: use {minimum} to {maximum} seconds")
    return seconds
