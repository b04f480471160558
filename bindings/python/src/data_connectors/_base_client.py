"""The base of both clients: their options and the native client."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _exit
from ._handle import Handle, OwnedPointer
from ._library import library
from ._options import (
    KEYWORDS,
    Changes,
    ClientOptions,
    Options,
    OptionValue,
    OptionValues,
    native_names,
    native_options,
    token_from_environment,
)

if sys.version_info >= (3, 11):
    from typing import Self, Unpack
elif TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class BaseClient:
    """A client's options and its native client."""

    _interruptible: bool
    _options = ClientOptions()
    _handle: Handle | None = None
    _is_shut_down = False
    _logger: logging.Logger

    def __init__(
        self,
        token: str,
        *,
        region: str | None = None,
        base_url: str | None = None,
        allow_insecure_http: bool | None = False,
        api_version: str | None = None,
        user_agent_suffix: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        max_retries: int | None = None,
        max_response_bytes: int | None = None,
        wait_for_rate_limit: bool | None = False,
        proxy: str | None = None,
        no_proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        system_roots: bool | None = False,
        client_certificate_file: str | os.PathLike[str] | None = None,
        client_key_file: str | os.PathLike[str] | None = None,
        options: Mapping[str, OptionValue] | None = None,
        logger: logging.Logger | None = None,
        pickle_secrets: bool | None = False,
    ) -> None:
        """Create a client. No request is sent. An option that is None has its default value.

        Args:
            token: the workspace's access token.
            region: the workspace's region, ``us`` (default), ``eu`` or ``au``; excludes base_url.
            base_url: the URL of the service, instead of a region. ``http://`` requires a loopback
                address or allow_insecure_http.
            allow_insecure_http: send the access token over unencrypted HTTP to other hosts, and
                through proxies. For test networks only.
            api_version: the Intercom-Version header; default ``Preview``.
            user_agent_suffix: your program's name and version, appended to the User-Agent header.
            timeout: the timeout of a call in seconds, including retries and waits, 0.001 to 86400;
                default 60.
            connect_timeout: the timeout of a connection attempt in seconds, 0.001 to 86400;
                default 10.
            max_retries: the maximum number of retries of a call, 0 to 10; default 2.
            max_response_bytes: the maximum size of a response body, 1024 (1 KiB) to 1073741824
                (1 GiB) bytes; default 8388608 (8 MiB).
            wait_for_rate_limit: when the rate limit is used up, wait for its reset before a
                request, instead of getting a 429 response.
            proxy: the HTTP proxy, ``http://[user:password@]host[:port]``. Environment variables
                are ignored.
            no_proxy: comma-separated hosts to connect to without the proxy.
            ca_file: a PEM file of CA certificates to trust instead of the bundled ones.
            system_roots: trust the operating system's root certificates instead of the bundled
                ones; excludes ca_file.
            client_certificate_file: a PEM file with the certificate, and its chain, for a server
                that requires a client certificate. Requires client_key_file.
            client_key_file: a PEM file with the private key of that certificate, not encrypted.
            options: options of the native library by name, such as ``{"timeout_ms": 500}``, for
                those without a keyword argument.
            logger: receives the log lines; default ``logging.getLogger("data_connectors")``. Its
                level is read once, when the client is created: INFO logs each response, DEBUG also
                each request.
            pickle_secrets: include the access token, and a proxy whose URL has a password, in
                pickles. Without them an unpickled client needs ``with_options(token=...)``.

        Raises:
            ValueError: an option is invalid.
            TypeError: an option has the wrong type.
            ImportError: the native library is missing or has another ABI version.

        """
        given = OptionValues({name: value for name, value in locals().items() if name in KEYWORDS})
        # A traceback can show local variables.
        del token, proxy, options
        self._set_up(ClientOptions().changed(given))

    @classmethod
    def from_env(cls, **keywords: Unpack[Options]) -> Self:
        """Create a client with the access token in the environment variable INTERCOM_ACCESS_TOKEN.

        Args:
            keywords: the other options, as for the class.

        Raises:
            ValueError: the variable is not set or empty, or an option is invalid.

        """
        try:
            return cls(token_from_environment(), **keywords)
        finally:
            # A traceback can show local variables.
            del keywords

    def with_options(self, **changes: Unpack[Changes]) -> Self:
        """Create another client with some options changed. It shares no connections.

        Args:
            changes: the options to change. An option replaces the one that it excludes: a region
                replaces a base_url. ``options`` are added to those that the client has.

        Raises:
            ValueError: an option is invalid.
            TypeError: an option is unknown or has the wrong type.

        """
        given = OptionValues(changes)
        # A traceback can show local variables.
        del changes
        return self._copy_with(self._options.changed(given))

    def shutdown(self) -> None:
        """Cancel all current and later calls, which raise CallCancelledError.

        It may be called from any thread and returns at once.
        """
        self._is_shut_down = True
        handle = self._handle
        if handle is not None:
            client = handle.acquire_if_alive()
            if client is not None:
                library().dc_client_shutdown(client.out)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Pickle the options, with the secrets only if pickle_secrets is set."""
        options = self._options
        if not options.pickle_secrets:
            options = options.without_secrets()
        return _unpickle, (type(self), options)

    def __copy__(self) -> Self:
        return self._copy_with(self._options)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._copy_with(self._options)

    def __repr__(self) -> str:
        if self._handle is None and not self._options.removed_secrets:
            return f"<data_connectors.{type(self).__name__} (not created)>"
        values = self._options.values
        region = values.get("region", native_options()["region"].default)
        place = values.get("base_url", f"region {region}")
        return f"<data_connectors.{type(self).__name__} of {place}>"

    def _copy_with(self, options: ClientOptions) -> Self:
        client = self.__new__(type(self))
        # A subclass may have attributes of its own.
        vars(client).update(vars(self))
        client._set_up(options)
        return client

    def _set_up(self, options: ClientOptions) -> None:
        self._options = options
        self._handle = None
        self._is_shut_down = False
        if options.removed_secrets:
            return
        self._logger = options.logger
        native = options.new_native_client(interruptible=self._interruptible)
        self._handle = Handle("client", native)
        _exit.shut_down_at_exit(native)

    def _close(self) -> None:
        if self._handle is not None:
            self._handle.close()

    def _is_stopped(self) -> bool:
        """Return whether calls fail because the client is closed or shut down."""
        return self._is_shut_down or self._handle is None or self._handle.is_closed

    def _acquire(self) -> OwnedPointer:
        """Return the native client, which stays valid as long as the caller keeps it."""
        if self._handle is None:
            missing = self._options.removed_secrets[0]
            keywords = [keyword for keyword, name in native_names().items() if name == missing]
            raise ValueError(
                f"this client was pickled without its {missing}: add it with "
                f"client.with_options({(keywords or ['options'])[0]}=...), "
                "or create the client with pickle_secrets=True"
            )
        return self._handle.acquire()


def _unpickle(kind: type[BaseClient], options: ClientOptions) -> BaseClient:
    client = kind.__new__(kind)
    client._set_up(options)
    return client


# Python's messages about invalid arguments contain this name: use that of a public class.
BaseClient.__init__.__qualname__ = "Client.__init__"
