"""The token that cancels calls from another thread."""

from __future__ import annotations

from typing import NoReturn

from ._handle import Handle, OwnedPointer
from ._library import library
from ._native import create_handle


class CancelToken:
    """Cancels the calls that it is passed to, both current and later ones.

    It can't be reset: create one for each operation that is cancelled separately. It is
    thread-safe, and holds one file descriptor (on Windows: a socket).
    """

    def __init__(self) -> None:
        """Create a token that is not cancelled.

        Raises:
            DataConnectorsError: the process is out of file descriptors.

        """
        lib = library()
        token = create_handle(lib.dc_cancel_token_free, lib.dc_cancel_token_new)
        self._handle = Handle("cancel token", token)

    def cancel(self) -> None:
        """Cancel the calls: each raises CallCancelledError within milliseconds."""
        token = self._handle.acquire()
        library().dc_cancel_token_cancel(token.out)

    @property
    def is_cancelled(self) -> bool:
        """Whether the token is cancelled."""
        token = self._handle.acquire()
        return bool(library().dc_cancel_token_is_cancelled(token.out) == 1)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a CancelToken can't be copied or pickled: create another one")

    def __repr__(self) -> str:
        return f"CancelToken(is_cancelled={self.is_cancelled})"


def acquire(cancel_token: CancelToken | None) -> OwnedPointer | None:
    """Return the native token, if any, which stays valid as long as the caller keeps it."""
    if cancel_token is None:
        return None
    if not isinstance(cancel_token, CancelToken):
        kind = type(cancel_token).__name__
        raise TypeError(f"cancel_token must be a CancelToken, not {kind}")
    return cancel_token._handle.acquire()
