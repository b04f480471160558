"""What the two clients have in common: their settings, and the native client."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from . import _exit
from ._handle import Handle, Owned
from ._library import library
from ._settings import Changes, Options, Settings, token_from_environment

if sys.version_info >= (3, 11):
    from typing import Self, Unpack
elif TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class BaseClient:
    """A client's settings and its native client."""

    _interruptible: bool
    _handle: Handle | None
    _logger: logging.Logger

    def __init__(
        self,
        token: str,
        *,
        region: str | None = None,
        base_url: str | None = None,
        allow_insecure_http: bool = False,
        api_version: str | None = None,
        user_agent_suffix: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        max_retries: int | None = None,
        max_response_bytes: int | None = None,
        wait_for_rate_limit: bool = False,
        proxy: str | None = None,
        no_proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        system_roots: bool = False,
        logger: logging.Logger | None = None,
        pickle_secrets: bool = False,
    ) -> None:
        """Make a client. Nothing is sent yet. What is None has the library's default.

        Args:
            token: the workspace's access token.
            region: ``us`` (default), ``eu`` or ``au``; not together with base_url.
            base_url: where the service is, if not in a region; ``http://`` to loopback, or
                with allow_insecure_http.
            allow_insecure_http: whether the token may go over plain HTTP to another machine, or
                through a proxy; for a test network only.
            api_version: the Intercom-Version, default ``Preview``.
            user_agent_suffix: a name for your program, behind the library's own.
            timeout: seconds for a whole call, retries and waits included, 0.001 to 86400;
                default 60.
            connect_timeout: seconds for opening a connection, 0.001 to 86400; default 10.
            max_retries: how often a call is tried again after a failure that may pass, 0 to 10;
                default 2.
            max_response_bytes: the largest answer taken, 1024 (1 KiB) to 1073741824 (1 GiB) bytes;
                default 8388608 (8 MiB).
            wait_for_rate_limit: whether to wait for the rate limit's reset instead of earning a 429.
            proxy: ``http://[user:password@]host[:port]``; the environment's has no effect.
            no_proxy: hosts to reach directly although there is a proxy, with commas between.
            ca_file: a PEM file of authorities to trust instead of the bundled ones.
            system_roots: whether to trust the system's authorities instead; not together with
                ca_file.
            logger: where log lines go; default ``logging.getLogger("data_connectors")``. Its level
                is read when the client is made: INFO brings a line for each answer, DEBUG one for
                each request, too.
            pickle_secrets: whether a pickle of the client has its token, and a proxy that has a
                password; else the unpickled one needs ``with_options(token=...)`` first.

        Raises:
            ValueError: a setting was refused; the text says what would be right.
            TypeError: a setting is of a wrong type.
            ImportError: the native library is missing or doesn't match.

        """
        settings = Settings(**{name: value for name, value in locals().items() if name in _NAMES})
        # A traceback that shows local variables shows no secrets.
        del token, proxy
        self._set_up(settings)

    @classmethod
    def from_env(cls, **settings: Unpack[Options]) -> Self:
        """Make a client with the token in the environment variable INTERCOM_ACCESS_TOKEN.

        Args:
            settings: the other settings, as for the class itself.

        Raises:
            ValueError: the variable is not set or empty, or a setting was refused.

        """
        return cls(token_from_environment(), **settings)

    def with_options(self, **changes: Unpack[Changes]) -> Self:
        """Make another client that has some other settings. It has connections of its own.

        Args:
            changes: what is different; a region takes the place of a base_url, and so on.

        Raises:
            ValueError: a setting was refused.
            TypeError: there is no such setting, or one is of a wrong type.

        """
        return self._like(self._settings.changed(dict(changes)))

    def shutdown(self) -> None:
        """End all calls under way, from any thread, and refuse later ones.

        They raise CallCancelledError. It doesn't wait for them.
        """
        handle = self._handle
        if handle is not None:
            client = handle.used_still()
            if client is not None:
                library().dc_client_shutdown(client.out)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Pickle the settings; the secrets among them only with pickle_secrets."""
        settings = self._settings
        if not settings.pickle_secrets:
            settings = settings.without_secrets()
        return _unpickled, (type(self), settings)

    def __copy__(self) -> Self:
        return self._like(self._settings)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._like(self._settings)

    def __repr__(self) -> str:
        settings = self._settings
        place = settings.base_url or f"region {settings.region or 'us'}"
        return f"<data_connectors.{type(self).__name__} of {place}>"

    def _like(self, settings: Settings) -> Self:
        client = self.__new__(type(self))
        # What a subclass has besides.
        vars(client).update(vars(self))
        client._set_up(settings)
        return client

    @classmethod
    def _made(cls, settings: Settings) -> Self:
        client = cls.__new__(cls)
        client._set_up(settings)
        return client

    def _set_up(self, settings: Settings) -> None:
        self._settings = settings
        self._handle = None
        if settings.left_out:
            return
        self._logger = settings.listener()
        native = settings.native_client(interruptible=self._interruptible)
        self._handle = Handle("client", native)
        _exit.watch(native)

    def _close(self) -> None:
        if self._handle is not None:
            self._handle.close()

    def _use(self) -> Owned:
        """Give the native client; it stays for as long as the caller keeps it."""
        if self._handle is None:
            missing = self._settings.left_out[-1]
            raise ValueError(
                f"this client was pickled without its {missing}: make one that has it, with "
                f"client.with_options({missing}=...), or pickle one made with pickle_secrets=True"
            )
        return self._handle.use()


def _unpickled(kind: type[BaseClient], settings: Settings) -> BaseClient:
    return kind._made(settings)


_NAMES = frozenset(Settings.__dataclass_fields__) - {"left_out"}
# What Python says of a wrong argument names a class that users know.
BaseClient.__init__.__qualname__ = "Client.__init__"
