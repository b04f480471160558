"""Loads the native library and declares its functions."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_void_p
from functools import lru_cache
from typing import Any

from ._bundled import load_bundled
from ._file_name import ABI_VERSION, file_name

LIBRARY_VARIABLE = "DATA_CONNECTORS_LIBRARY"
"""The environment variable with the path of the library to load instead of the bundled one."""

_OUT = POINTER(c_void_p)
_LENGTH = POINTER(c_size_t)
_NUMBER = POINTER(c_int64)

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "dc_abi_version": (c_int32, []),
    "dc_status_name": (c_char_p, [c_int32]),
    "dc_status_message": (c_char_p, [c_int32]),
    "dc_error_message": (c_char_p, [c_void_p]),
    "dc_error_http_status": (c_int32, [c_void_p]),
    "dc_error_api_code": (c_char_p, [c_void_p]),
    "dc_error_api_field": (c_char_p, [c_void_p]),
    "dc_error_request_id": (c_char_p, [c_void_p]),
    "dc_error_retry_after_ms": (c_int64, [c_void_p]),
    "dc_error_rate_limit": (None, [c_void_p, _NUMBER, _NUMBER, _NUMBER]),
    "dc_error_attempts": (c_int32, [c_void_p]),
    "dc_error_free": (None, [c_void_p]),
    "dc_config_new": (c_void_p, []),
    "dc_config_set_string": (c_int32, [c_void_p, c_char_p, c_char_p, _OUT]),
    "dc_config_option_count": (c_size_t, []),
    "dc_config_option": (c_char_p, [c_size_t, c_int32]),
    "dc_config_set_interrupt_check": (c_int32, [c_void_p, c_void_p, c_void_p, c_void_p, _OUT]),
    "dc_config_set_logger": (c_int32, [c_void_p, c_int32, c_void_p, c_void_p, c_void_p, _OUT]),
    "dc_config_free": (None, [c_void_p]),
    "dc_client_new": (c_int32, [c_void_p, _OUT, _OUT]),
    "dc_client_shutdown": (None, [c_void_p]),
    "dc_client_free": (None, [c_void_p]),
    "dc_cancel_token_new": (c_int32, [_OUT, _OUT]),
    "dc_cancel_token_cancel": (None, [c_void_p]),
    "dc_cancel_token_is_cancelled": (c_int32, [c_void_p]),
    "dc_cancel_token_free": (None, [c_void_p]),
    "dc_list_page": (c_int32, [c_void_p, c_int32, c_char_p, c_void_p, _OUT, _OUT]),
    "dc_pager_new": (c_int32, [c_void_p, c_int32, c_char_p, _OUT, _OUT]),
    "dc_pager_set_prefetch": (c_int32, [c_void_p, c_int32, _OUT]),
    "dc_pager_next": (c_int32, [c_void_p, c_void_p, _OUT, _OUT]),
    "dc_pager_free": (None, [c_void_p]),
    "dc_page_json": (c_void_p, [c_void_p]),
    "dc_page_json_len": (c_size_t, [c_void_p]),
    "dc_page_packed_rows": (c_void_p, [c_void_p, c_int32, _LENGTH]),
    "dc_page_count": (c_size_t, [c_void_p]),
    "dc_page_next_cursor": (c_char_p, [c_void_p]),
    "dc_page_has_next": (c_int32, [c_void_p]),
    "dc_page_request_id": (c_char_p, [c_void_p]),
    "dc_page_rate_limit": (None, [c_void_p, _NUMBER, _NUMBER, _NUMBER]),
    "dc_page_free": (None, [c_void_p]),
    "dc_snapshot_take": (
        c_int32,
        [c_void_p, c_void_p, c_int64, c_int32, c_int64, c_void_p, _OUT, _OUT],
    ),
    "dc_snapshot_load": (c_int32, [c_char_p, c_size_t, _OUT, _OUT]),
    "dc_snapshot_page": (c_void_p, [c_void_p]),
    "dc_snapshot_state": (c_int32, [c_void_p]),
    "dc_snapshot_reason": (c_char_p, [c_void_p]),
    "dc_snapshot_as_of_ms": (c_int64, [c_void_p]),
    "dc_snapshot_diff": (c_int32, [c_void_p, c_void_p, _OUT, _OUT]),
    "dc_diff_json": (c_void_p, [c_void_p, _LENGTH]),
    "dc_diff_free": (None, [c_void_p]),
    "dc_snapshot_free": (None, [c_void_p]),
}
"""The result and parameters of every function that the package calls.

A test compares them with abi/data_connectors.json. Byte buffers are c_void_p: c_char_p would end
at a NUL.
"""


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """Load the library, once, and check its ABI version.

    Raises:
        ImportError: the library was not found, could not be loaded, or has another ABI version.

    """
    loaded = _load()
    try:
        version = int(_typed(loaded, "dc_abi_version")())
    except AttributeError:
        raise ImportError(f"{loaded._name} is not libdata_connectors") from None
    if version != ABI_VERSION:
        raise ImportError(
            f"{loaded._name} has ABI version {version}, this package requires {ABI_VERSION}: "
            "install matching versions"
        )
    for name in FUNCTIONS:
        try:
            _typed(loaded, name)
        except AttributeError:
            raise ImportError(
                f"{loaded._name} has no {name} (older than this package): install a newer version"
            ) from None
    return loaded


def _typed(loaded: ctypes.CDLL, name: str) -> Any:
    function = getattr(loaded, name)
    function.restype, function.argtypes = FUNCTIONS[name]
    return function


def _load() -> ctypes.CDLL:
    named = os.environ.get(LIBRARY_VARIABLE)
    name = named or file_name(sys.platform)
    bundled = None if named else load_bundled(name)
    if bundled is not None:
        return bundled
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        remedy = f"check {LIBRARY_VARIABLE}, and that the library is for this platform"
        if not named:
            remedy = f"install libdata_connectors, or set {LIBRARY_VARIABLE} to its absolute path"
        raise ImportError(f"could not load {name} ({error}): {remedy}") from None
