"""A client's options, and how they are passed to the native library."""

from __future__ import annotations

import ctypes
import logging
import os
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, TypedDict

from . import _callbacks, _log
from ._handle import Owned
from ._library import library
from ._native import call, make, text_in

TOKEN_VARIABLE = "INTERCOM_ACCESS_TOKEN"
"""The environment variable that ``from_env`` reads the access token from."""

_MUTUALLY_EXCLUSIVE = (("region", "base_url"), ("ca_file", "system_roots"))
_SECRETS = ("token", "proxy")


class Options(TypedDict, total=False):
    """A client's options except its access token; :class:`Client` describes them."""

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
    """What ``with_options`` can change: the options and the access token."""

    token: str


@dataclass(frozen=True, repr=False)
class ClientOptions:
    """The options of one client, as they were passed."""

    values: dict[str, Any]
    removed_secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        shown = {name: value for name, value in self.values.items() if name not in _SECRETS}
        return f"ClientOptions({shown})"

    def changed(self, changes: dict[str, Any]) -> ClientOptions:
        """Return a changed copy; a new option replaces the one that it excludes.

        Raises:
            TypeError: an option is unknown.

        """
        known = Changes.__optional_keys__
        unknown = sorted(changes.keys() - known)
        if unknown:
            raise TypeError(f"unknown option {unknown[0]!r}: use {', '.join(sorted(known))}")
        values = {**self.values, **changes}
        for pair in _MUTUALLY_EXCLUSIVE:
            for given, replaced in (pair, pair[::-1]):
                if changes.get(given) and replaced not in changes:
                    values.pop(replaced, None)
        removed = tuple(name for name in self.removed_secrets if name not in changes)
        return ClientOptions(values, removed)

    def without_secrets(self) -> ClientOptions:
        """Return a copy without the access token and without a proxy whose URL has a password."""
        removed = {"token", *self.removed_secrets}
        if "@" in (self.values["proxy"] or ""):
            removed.add("proxy")
        values = {**self.values, **dict.fromkeys(removed)}
        return ClientOptions(values, tuple(sorted(removed)))

    def new_native_client(self, *, interruptible: bool) -> Owned:
        """Create a native client.

        Raises:
            ValueError: an option is invalid.
            TypeError: an option has the wrong type.

        """
        for one, other in _MUTUALLY_EXCLUSIVE:
            if self.values.get(one) and self.values.get(other):
                raise ValueError(f"{one} and {other} are mutually exclusive: pass one of them")
        lib = library()
        owned = Owned(lib.dc_config_free)
        config = owned.out
        config.value = lib.dc_config_new()
        try:
            self._configure(config)
            if interruptible:
                check = ctypes.cast(_callbacks.CHECK, ctypes.c_void_p)
                arguments = (check, _callbacks.USER_DATA, None)
                call(lib.dc_config_set_interrupt_check, config, *arguments)
            return make(lib.dc_client_free, lib.dc_client_new, config)
        finally:
            del owned

    def _configure(self, config: ctypes.c_void_p) -> None:
        lib = library()
        flag(self.values["pickle_secrets"], "pickle_secrets")
        for name in _FLAGS:
            if flag(self.values.get(name, False), name):
                call(_setter(name), config, 1)
        for name, to_native in _CONVERTERS.items():
            if name == "token" or self.values.get(name) is not None:
                # Not in a local variable, which a traceback could show.
                call(_setter(name), config, to_native(self.values[name], name))
        write = ctypes.cast(_callbacks.WRITE, ctypes.c_void_p)
        level = _log.native_level(self.logger())
        call(lib.dc_config_set_logger, config, level, write, _callbacks.USER_DATA, None)

    def logger(self) -> logging.Logger:
        """Return the logger that receives the log lines."""
        logger = self.values["logger"]
        if logger is None:
            return _log.LOGGER
        if not isinstance(logger, logging.Logger):
            raise TypeError(f"logger must be a logging.Logger, not {type(logger).__name__}")
        return logger


def token_from_environment() -> str:
    """Read the access token from the environment.

    Raises:
        ValueError: the variable is not set or empty.

    """
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise ValueError(f"{TOKEN_VARIABLE} is not set: set it to the workspace's access token")
    return token


def integer(value: int, name: str, minimum: int, maximum: int, alternative: str = "") -> int:
    """Check an integer; ctypes would silently truncate it to the size of the C type."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if not minimum <= value <= maximum:
        raise ValueError(f"invalid {name} {value}: use {minimum} to {maximum}{alternative}")
    return value


def flag(value: bool, name: str) -> bool:
    """Check a boolean."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value


def _milliseconds(seconds: float, name: str) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    # This also rejects NaN.
    if not 0.001 <= seconds <= 86400:
        raise ValueError(f"invalid {name} {seconds}: use 0.001 to 86400 seconds")
    return round(seconds * 1000)


def _path(value: str | os.PathLike[str], name: str) -> bytes:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, not {type(value).__name__}")
    return text_in(os.fspath(value), name)


_FLAGS = ("allow_insecure_http", "wait_for_rate_limit", "system_roots")
_CONVERTERS: dict[str, Callable[[Any, str], Any]] = {
    "token": text_in,
    "region": text_in,
    "base_url": text_in,
    "api_version": text_in,
    "user_agent_suffix": text_in,
    "proxy": text_in,
    "no_proxy": text_in,
    "ca_file": _path,
    "timeout": _milliseconds,
    "connect_timeout": _milliseconds,
    "max_retries": partial(integer, minimum=0, maximum=10),
    "max_response_bytes": partial(integer, minimum=1024, maximum=1 << 30),
}


def _setter(name: str) -> Any:
    renamed = {
        "timeout": "timeout_ms",
        "connect_timeout": "connect_timeout_ms",
        "wait_for_rate_limit": "pacing",
    }
    return getattr(library(), f"dc_config_set_{renamed.get(name, name)}")
