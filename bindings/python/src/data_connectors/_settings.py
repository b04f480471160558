"""What a client can be told, and how the native library is told it."""

from __future__ import annotations

import ctypes
import logging
import os
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypedDict

from . import _interrupt, _log
from ._handle import Owned
from ._library import library
from ._native import call, make, text_in

TOKEN_VARIABLE = "INTERCOM_ACCESS_TOKEN"
"""The environment variable that ``from_env`` takes the token from."""

# Of each pair a client can be told one.
_EITHER = (("region", "base_url"), ("ca_file", "system_roots"))


class Options(TypedDict, total=False):
    """The settings of a client beside its token; see :class:`Client` for what they mean."""

    region: str | None
    base_url: str | None
    allow_insecure_http: bool
    api_version: str | None
    user_agent_suffix: str | None
    timeout: float | None
    connect_timeout: float | None
    max_retries: int | None
    max_response_bytes: int | None
    wait_for_rate_limit: bool
    proxy: str | None
    no_proxy: str | None
    ca_file: str | os.PathLike[str] | None
    system_roots: bool
    logger: logging.Logger | None
    pickle_secrets: bool


class Changes(Options, total=False):
    """What ``with_options`` can change: the token, too."""

    token: str


@dataclass(frozen=True)
class Settings:
    """The settings of one client, as they were given. Secrets aren't in its repr."""

    token: str | None = field(repr=False)
    region: str | None = None
    base_url: str | None = None
    allow_insecure_http: bool = False
    api_version: str | None = None
    user_agent_suffix: str | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    max_retries: int | None = None
    max_response_bytes: int | None = None
    wait_for_rate_limit: bool = False
    proxy: str | None = field(default=None, repr=False)
    no_proxy: str | None = None
    ca_file: str | os.PathLike[str] | None = None
    system_roots: bool = False
    logger: logging.Logger | None = None
    pickle_secrets: bool = False
    left_out: tuple[str, ...] = ()

    def changed(self, changes: dict[str, Any]) -> Settings:
        """Give a copy with some changes; one of a pair takes the place of the other.

        Raises:
            TypeError: there is no such setting.

        """
        known = {setting.name for setting in fields(self)} - {"left_out"}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise TypeError(f"there is no setting {unknown[0]!r}: use {', '.join(sorted(known))}")
        for one, other in _EITHER:
            for given, replaced in ((one, other), (other, one)):
                if changes.get(given) and replaced not in changes:
                    changes[replaced] = _DEFAULTS[replaced]
        left_out = tuple(name for name in self.left_out if name not in changes)
        return replace(self, **changes, left_out=left_out)

    def without_secrets(self) -> Settings:
        """Give a copy without the token and without a proxy that has a password in its URL."""
        left_out = {*self.left_out, "token"}
        proxy = self.proxy
        if proxy is not None and "@" in proxy:
            left_out.add("proxy")
            proxy = None
        return replace(self, token=None, proxy=proxy, left_out=tuple(sorted(left_out)))

    def native_client(self, *, interruptible: bool) -> Owned:
        """Make a native client.

        Raises:
            ValueError: a setting was refused; the text says what would be right.
            TypeError: a setting is of a wrong type.

        """
        for one, other in _EITHER:
            if getattr(self, one) and getattr(self, other):
                raise ValueError(f"{one} and {other} are for the same thing: pass one of them")
        lib = library()
        owned = Owned(lib.dc_config_free)
        config = owned.out
        config.value = lib.dc_config_new()
        try:
            self._tell(config)
            if interruptible:
                check = ctypes.cast(_interrupt.CHECK, ctypes.c_void_p)
                arguments = (check, _interrupt.USER_DATA, None)
                call(lib.dc_config_set_interrupt_check, config, *arguments)
            return make(lib.dc_client_free, lib.dc_client_new, config)
        finally:
            del owned

    def _tell(self, config: ctypes.c_void_p) -> None:
        lib = library()

        def tell(setting: str, *values: Any) -> None:
            call(getattr(lib, f"dc_config_set_{setting}"), config, *values)

        flag(self.pickle_secrets, "pickle_secrets")
        for name in ("allow_insecure_http", "wait_for_rate_limit", "system_roots"):
            if flag(getattr(self, name), name):
                # The native setter has another name.
                tell("pacing" if name == "wait_for_rate_limit" else name, 1)
        if self.token is None:
            raise TypeError("token should be a str, not NoneType")
        tell("token", text_in(self.token, "token"))
        for name in ("region", "base_url", "api_version", "user_agent_suffix", "proxy", "no_proxy"):
            text = getattr(self, name)
            if text is not None:
                tell(name, text_in(text, name))
        if self.ca_file is not None:
            if not isinstance(self.ca_file, (str, os.PathLike)):
                raise TypeError(f"ca_file should be a path, not {type(self.ca_file).__name__}")
            tell("ca_file", text_in(os.fspath(self.ca_file), "ca_file"))
        for name in ("timeout", "connect_timeout"):
            seconds = getattr(self, name)
            if seconds is not None:
                tell(f"{name}_ms", _milliseconds(seconds, name))
        for name, least, most in (("max_retries", 0, 10), ("max_response_bytes", 1024, 1 << 30)):
            number = getattr(self, name)
            if number is not None:
                tell(name, integer(number, name, least, most))
        write = ctypes.cast(_interrupt.WRITE, ctypes.c_void_p)
        tell("logger", _log.native_level(self.listener()), write, _interrupt.USER_DATA, None)

    def listener(self) -> logging.Logger:
        """Give the logger that gets the log lines."""
        if self.logger is None:
            return _log.LOGGER
        if not isinstance(self.logger, logging.Logger):
            raise TypeError(f"logger should be a logging.Logger, not {type(self.logger).__name__}")
        return self.logger


_DEFAULTS = asdict(Settings(token=None))


def token_from_environment() -> str:
    """Read the token from the environment.

    Raises:
        ValueError: there is none.

    """
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise ValueError(f"{TOKEN_VARIABLE} is not set: set it to the workspace's access token")
    return token


def integer(value: int, name: str, least: int, most: int, otherwise: str = "") -> int:
    """Check a number; ctypes would silently cut it to the size of a C integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} should be an int, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{name} is {value}: use {least} to {most}{otherwise}")
    return value


def flag(value: bool, name: str) -> bool:
    """Check a truth value; a number or a text would be taken for one by mistake."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} should be True or False, not {value!r}")
    return value


def _milliseconds(seconds: float, name: str) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} should be a number of seconds, not {type(seconds).__name__}")
    # Not a number is within no bounds either.
    if not 0.001 <= seconds <= 86400:
        raise ValueError(f"{name} is {seconds} seconds: use 0.001 to 86400 (24 h)")
    return round(seconds * 1000)
