"""The native library: where it is, and the type of each of its functions."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_void_p
from functools import lru_cache
from pathlib import Path
from typing import Any

ABI_VERSION = 1
"""The version of the C ABI that this package was written for."""

LIBRARY_VARIABLE = "DATA_CONNECTORS_LIBRARY"
"""The environment variable that names the library's file, if it isn't where it is looked for."""

_OUT = POINTER(c_void_p)
_ERROR = [_OUT]

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "dc_version": (c_char_p, []),
    "dc_version_number": (c_int32, []),
    "dc_abi_version": (c_int32, []),
    "dc_status_name": (c_char_p, [c_int32]),
    "dc_status_message": (c_char_p, [c_int32]),
    "dc_error_status": (c_int32, [c_void_p]),
    "dc_error_message": (c_char_p, [c_void_p]),
    "dc_error_http_status": (c_int32, [c_void_p]),
    "dc_error_api_code": (c_char_p, [c_void_p]),
    "dc_error_api_field": (c_char_p, [c_void_p]),
    "dc_error_request_id": (c_char_p, [c_void_p]),
    "dc_error_retry_after_ms": (c_int64, [c_void_p]),
    "dc_error_rate_limit": (c_int64, [c_void_p]),
    "dc_error_rate_limit_remaining": (c_int64, [c_void_p]),
    "dc_error_rate_limit_reset": (c_int64, [c_void_p]),
    "dc_error_attempts": (c_int32, [c_void_p]),
    "dc_error_free": (None, [c_void_p]),
    "dc_config_new": (c_void_p, []),
    "dc_config_set_token": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_region": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_base_url": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_allow_insecure_http": (c_int32, [c_void_p, c_int32, *_ERROR]),
    "dc_config_set_api_version": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_user_agent_suffix": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_timeout_ms": (c_int32, [c_void_p, c_int64, *_ERROR]),
    "dc_config_set_connect_timeout_ms": (c_int32, [c_void_p, c_int64, *_ERROR]),
    "dc_config_set_max_retries": (c_int32, [c_void_p, c_int32, *_ERROR]),
    "dc_config_set_max_response_bytes": (c_int32, [c_void_p, c_int64, *_ERROR]),
    "dc_config_set_proxy": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_no_proxy": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_ca_file": (c_int32, [c_void_p, c_char_p, *_ERROR]),
    "dc_config_set_system_roots": (c_int32, [c_void_p, c_int32, *_ERROR]),
    "dc_config_set_pacing": (c_int32, [c_void_p, c_int32, *_ERROR]),
    "dc_config_set_interrupt_check": (c_int32, [c_void_p, c_void_p, c_void_p, c_void_p, *_ERROR]),
    "dc_config_set_logger": (c_int32, [c_void_p, c_int32, c_void_p, c_void_p, c_void_p, *_ERROR]),
    "dc_config_free": (None, [c_void_p]),
    "dc_client_new": (c_int32, [c_void_p, _OUT, *_ERROR]),
    "dc_client_shutdown": (None, [c_void_p]),
    "dc_client_free": (None, [c_void_p]),
    "dc_cancel_token_new": (c_int32, [_OUT, *_ERROR]),
    "dc_cancel_token_clone": (c_void_p, [c_void_p]),
    "dc_cancel_token_cancel": (None, [c_void_p]),
    "dc_cancel_token_is_cancelled": (c_int32, [c_void_p]),
    "dc_cancel_token_free": (None, [c_void_p]),
    "dc_page_json": (c_void_p, [c_void_p]),
    "dc_page_json_len": (c_size_t, [c_void_p]),
    "dc_page_count": (c_size_t, [c_void_p]),
    "dc_page_next_cursor": (c_char_p, [c_void_p]),
    "dc_page_has_next": (c_int32, [c_void_p]),
    "dc_page_request_id": (c_char_p, [c_void_p]),
    "dc_page_rate_limit": (c_int64, [c_void_p]),
    "dc_page_rate_limit_remaining": (c_int64, [c_void_p]),
    "dc_page_rate_limit_reset": (c_int64, [c_void_p]),
    "dc_page_free": (None, [c_void_p]),
    "dc_page_connector": (c_void_p, [c_void_p, c_size_t]),
    "dc_page_table": (c_void_p, [c_void_p]),
    "dc_page_table_len": (c_size_t, [c_void_p]),
    "dc_connector_json": (c_char_p, [c_void_p]),
    "dc_connector_json_len": (c_size_t, [c_void_p]),
    "dc_connector_type": (c_char_p, [c_void_p]),
    "dc_connector_type_len": (c_size_t, [c_void_p]),
    "dc_connector_id": (c_char_p, [c_void_p]),
    "dc_connector_id_len": (c_size_t, [c_void_p]),
    "dc_connector_name": (c_char_p, [c_void_p]),
    "dc_connector_name_len": (c_size_t, [c_void_p]),
    "dc_connector_description": (c_char_p, [c_void_p]),
    "dc_connector_description_len": (c_size_t, [c_void_p]),
    "dc_connector_execution_results_url": (c_char_p, [c_void_p]),
    "dc_connector_execution_results_url_len": (c_size_t, [c_void_p]),
    "dc_connector_state": (c_char_p, [c_void_p]),
    "dc_connector_state_len": (c_size_t, [c_void_p]),
    "dc_connector_state_code": (c_int32, [c_void_p]),
    "dc_connector_http_method": (c_char_p, [c_void_p]),
    "dc_connector_http_method_len": (c_size_t, [c_void_p]),
    "dc_connector_http_method_code": (c_int32, [c_void_p]),
    "dc_connector_direct_fin_usage": (c_int32, [c_void_p]),
    "dc_connector_created_by_admin_id": (c_char_p, [c_void_p]),
    "dc_connector_created_by_admin_id_len": (c_size_t, [c_void_p]),
    "dc_connector_updated_by_admin_id": (c_char_p, [c_void_p]),
    "dc_connector_updated_by_admin_id_len": (c_size_t, [c_void_p]),
    "dc_connector_created_at": (c_char_p, [c_void_p]),
    "dc_connector_created_at_len": (c_size_t, [c_void_p]),
    "dc_connector_created_at_ms": (c_int64, [c_void_p]),
    "dc_connector_updated_at": (c_char_p, [c_void_p]),
    "dc_connector_updated_at_len": (c_size_t, [c_void_p]),
    "dc_connector_updated_at_ms": (c_int64, [c_void_p]),
    "dc_list_page": (c_int32, [c_void_p, c_int32, c_char_p, c_void_p, _OUT, *_ERROR]),
    "dc_pager_new": (c_int32, [c_void_p, c_int32, c_char_p, _OUT, *_ERROR]),
    "dc_pager_set_prefetch": (c_int32, [c_void_p, c_int32, *_ERROR]),
    "dc_pager_next": (c_int32, [c_void_p, c_void_p, _OUT, *_ERROR]),
    "dc_pager_cursor": (c_char_p, [c_void_p]),
    "dc_pager_free": (None, [c_void_p]),
}
"""Every function of the header: what it returns and what it takes. The tests compare the two."""


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """Load the library, once, and check that it is the right one.

    Raises:
        ImportError: it wasn't found, can't be loaded, or has another ABI version.

    """
    loaded = _load()
    try:
        version = int(_typed(loaded, "dc_abi_version")())
    except AttributeError:
        raise ImportError(f"{loaded._name} is not libdata_connectors") from None
    if version != ABI_VERSION:
        raise ImportError(
            f"{loaded._name} has ABI version {version}, and this package needs {ABI_VERSION}: "
            "install the two in matching versions"
        )
    for name in FUNCTIONS:
        try:
            _typed(loaded, name)
        except AttributeError:
            raise ImportError(
                f"{loaded._name} has no {name}: it is older than this package, install a newer one"
            ) from None
    return loaded


def _typed(loaded: ctypes.CDLL, name: str) -> Any:
    function = getattr(loaded, name)
    function.restype, function.argtypes = FUNCTIONS[name]
    return function


def _load() -> ctypes.CDLL:
    # Who names one wants that, also where there is one in the wheel.
    named = os.environ.get(LIBRARY_VARIABLE)
    if named:
        return _open(named, f"{LIBRARY_VARIABLE} names {named}")
    beside = Path(__file__).with_name(_file_names()[0])
    if beside.exists():
        return _open(str(beside), f"{beside} is there")
    reasons: list[str] = []
    for name in _file_names():
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            reasons.append(str(error))
    raise ImportError(
        f"{_file_names()[0]} can't be loaded, and none is in the package ({'; '.join(reasons)}): "
        f"build it (make library) and let {LIBRARY_VARIABLE} name its file, with its whole path"
    )


def _open(path: str, known_from: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"{known_from}, but it can't be loaded: {error}") from None


def _file_names() -> list[str]:
    """Give the name of the right version, then the one that may be of any."""
    if sys.platform == "darwin":
        return [f"libdata_connectors.{ABI_VERSION}.dylib", "libdata_connectors.dylib"]
    if sys.platform == "win32":
        return ["data_connectors.dll"]
    return [f"libdata_connectors.so.{ABI_VERSION}", "libdata_connectors.so"]
