"""The token that ends calls from another thread."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

from ._handle import Handle
from ._library import library
from ._native import make


class CancelToken:
    """Ends the calls that it was passed to, those under way and those to come.

    Once cancelled it stays so: make one for each thing that is to be ended by itself. Any number
    of threads may use it at once. It holds a file descriptor for as long as something refers to it.

    Raises:
        DataConnectorsError: the process has no file descriptor left.

    """

    def __init__(self) -> None:
        lib = library()
        token = make(lib.dc_cancel_token_free, lib.dc_cancel_token_new)
        self._handle = Handle("cancel token", token, lib.dc_cancel_token_free)

    def cancel(self) -> None:
        """End the calls: each raises CallCancelledError within milliseconds."""
        with self._handle.use() as token:
            library().dc_cancel_token_cancel(token)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        with self._handle.use() as token:
            return bool(library().dc_cancel_token_is_cancelled(token) == 1)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled."""
        raise TypeError("a CancelToken can't be copied or pickled: make another one")

    def __repr__(self) -> str:
        return f"CancelToken(is_cancelled={self.is_cancelled})"


@contextmanager
def passed(cancel_token: CancelToken | None) -> Generator[int | None, None, None]:
    """Give the native token, if there is one, for as long as the block takes."""
    if cancel_token is None:
        yield None
        return
    if not isinstance(cancel_token, CancelToken):
        kind = type(cancel_token).__name__
        raise TypeError(f"cancel_token should be a CancelToken, not {kind}")
    with cancel_token._handle.use() as token:
        yield token
