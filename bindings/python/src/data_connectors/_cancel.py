"""The token that ends calls from another thread."""

from __future__ import annotations

from typing import NoReturn

from ._handle import Handle, Owned
from ._library import library
from ._native import make


class CancelToken:
    """Ends the calls that it was passed to, those under way and those to come.

    Once cancelled it stays so: make one for each thing that is to be ended by itself. Any number
    of threads may use it at once. It holds a file descriptor for as long as something refers to it.
    """

    def __init__(self) -> None:
        """Make one that isn't cancelled.

        Raises:
            DataConnectorsError: the process has no file descriptor left.

        """
        lib = library()
        token = make(lib.dc_cancel_token_free, lib.dc_cancel_token_new)
        self._handle = Handle("cancel token", token)

    def cancel(self) -> None:
        """End the calls: each raises CallCancelledError within milliseconds."""
        token = self._handle.use()
        library().dc_cancel_token_cancel(token.out)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        token = self._handle.use()
        return bool(library().dc_cancel_token_is_cancelled(token.out) == 1)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled."""
        raise TypeError("a CancelToken can't be copied or pickled: make another one")

    def __repr__(self) -> str:
        return f"CancelToken(is_cancelled={self.is_cancelled})"


def passed(cancel_token: CancelToken | None) -> Owned | None:
    """Give the native token, if there is one; it stays for as long as the caller keeps it."""
    if cancel_token is None:
        return None
    if not isinstance(cancel_token, CancelToken):
        kind = type(cancel_token).__name__
        raise TypeError(f"cancel_token should be a CancelToken, not {kind}")
    return cancel_token._handle.use()
