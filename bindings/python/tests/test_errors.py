from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from conftest import TOKEN, SilentServer, http

import data_connectors as dc

LIST = '{"type":"error.list","request_id":"r-1","errors":[{"code":"c","message":"m","field":"f"}]}'


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", dc.BadRequestError),
        ("401 Unauthorized", dc.AuthenticationError),
        ("403 Forbidden", dc.PermissionDeniedError),
        ("404 Not Found", dc.NotFoundError),
        ("422 Unprocessable Entity", dc.BadRequestError),
        ("429 Too Many Requests", dc.RateLimitError),
        ("500 Internal Server Error", dc.InternalServerError),
        ("502 Bad Gateway", dc.InternalServerError),
    ],
)
def test_each_http_status_has_its_exception(
    scripted: Any, status: str, kind: type[dc.APIStatusError]
) -> None:
    server = scripted(http(status, LIST, "Retry-After: 3"))
    with (
        dc.Client(TOKEN, base_url=server.url, max_retries=0) as client,
        pytest.raises(kind) as raised,
    ):
        client.list_page()
    error = raised.value
    assert type(error) is kind and isinstance(error, dc.APIStatusError)
    assert error.status_code == int(status[:3])
    assert (error.code, error.field, error.request_id, error.attempts) == ("c", "f", "r-1", 1)
    assert f"{status}: m (c, field f)" in str(error)
    assert error.retry_after == 3.0
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(copied), str(copied), vars(copied)) == (kind, str(error), vars(error))


def test_tls_and_proxy_failures_are_connection_errors(scripted: Any) -> None:
    plain = SilentServer(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    url = plain.url.replace("http:", "https:")
    with (
        dc.Client(TOKEN, base_url=url, max_retries=0) as client,
        pytest.raises(dc.APIConnectionError, match="TLS") as raised,
    ):
        client.list_page()
    assert raised.value.status_name == "DC_ERR_TLS"
    plain.stop()
    refusing = scripted(http("407 Proxy Authentication Required", ""))
    with (
        dc.Client(TOKEN, base_url="https://a.example", proxy=refusing.url) as client,
        pytest.raises(dc.APIConnectionError, match="407"),
    ):
        client.list_page()


def test_exceptions_can_be_created_by_users() -> None:
    error = dc.RateLimitError("slow down", status_code=429, retry_after=2.5)
    assert (str(error), error.retry_after, error.code, error.attempts) == (
        "slow down",
        2.5,
        None,
        0,
    )
    assert error.rate_limit == dc.RateLimit(None, None, None)
    assert repr(dc.NotFoundError()) == "NotFoundError('')"


def test_connection_refused_and_timeout() -> None:
    with (
        dc.Client(TOKEN, base_url="http://127.0.0.1:1", max_retries=0) as client,
        pytest.raises(dc.APIConnectionError, match=r"\(connection refused\): check") as raised,
    ):
        client.list_page()
    assert not isinstance(raised.value, dc.APITimeoutError)

    import socket

    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        dc.Client(
            TOKEN, base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2
        ) as client,
        pytest.raises(dc.APITimeoutError),
    ):
        client.list_page()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"token": None}, TypeError, "token must be a str, not NoneType"),
        ({"token": b"x"}, TypeError, "token must be a str, not bytes"),
        ({"token": "a\0b"}, ValueError, "invalid access_token: it contains a NUL character"),
        ({"token": "a\udc80"}, ValueError, "lone surrogate"),
        ({"region": "eu", "base_url": "https://a.example"}, ValueError, "pass one of them"),
        ({"timeout": 0}, ValueError, "invalid timeout 0: use 0.001 to 86400 seconds"),
        ({"timeout": -1}, ValueError, "invalid timeout -1:"),
        ({"timeout": 10**400}, ValueError, "use 0.001 to 86400"),
        ({"timeout": float("inf")}, ValueError, "invalid timeout inf:"),
        ({"timeout": float("nan")}, ValueError, "invalid timeout nan:"),
        ({"timeout": "60"}, TypeError, "timeout must be a number of seconds, not str"),
        ({"connect_timeout": 1e300}, ValueError, "use 0.001 to 86400"),
        ({"max_retries": 2**40}, ValueError, "invalid max_retries 1099511627776: use 0 to 10"),
        ({"max_retries": True}, TypeError, "must be an int, not bool"),
        ({"max_response_bytes": 1}, ValueError, "use 1024 to"),
        ({"ca_file": 1}, TypeError, "ca_file must be a path, not int"),
        ({"client_key_file": 1}, TypeError, "client_key_file must be a path, not int"),
        ({"retries": 3}, TypeError, r"Client.__init__\(\) got an unexpected|__init__"),
        ({"allow_insecure_http": "no"}, TypeError, "True or False"),
    ],
)
def test_rejects_invalid_options(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        dc.Client(**{"token": TOKEN, **options})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"per_page": 0}, "invalid per_page 0: use 1 to 50"),
        ({"per_page": 51}, "invalid per_page 51: use 1 to 50"),
        ({"per_page": -1}, "invalid per_page -1:"),
        ({"per_page": 2**40}, "use 1 to 50, or None for the service"),
        ({"starting_after": ""}, "starting_after is empty"),
        ({"starting_after": "a\0"}, "NUL character"),
    ],
)
def test_rejects_invalid_arguments(
    client: dc.Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        client.list_page(**arguments)
    with pytest.raises(ValueError, match=message):
        client.list(**arguments)


def test_access_token_is_redacted(scripted: Any) -> None:
    echo = LIST.replace('"m"', f'"you sent {TOKEN}"')
    server = scripted(http("400 Bad Request", echo))
    client = dc.Client(TOKEN, base_url=server.url)
    with pytest.raises(dc.BadRequestError) as raised:
        client.list_page()
    error = raised.value
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    shown = "".join(lines) + repr(client) + repr(error)
    assert "you sent [token]" in shown and TOKEN not in shown
    client.close()
