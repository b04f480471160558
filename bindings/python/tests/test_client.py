"""Creating, changing, pickling and shutting down clients, and their representation."""

from __future__ import annotations

import copy
import functools
import inspect
import logging
import pickle
import threading
import traceback
from typing import Any

import pytest
from conftest import TOKEN, SilentServer, http

import data_connectors as dc
from data_connectors._options import KEYWORDS, Options, native_names, native_options

KINDS = [dc.Client, dc.AsyncClient]


@pytest.mark.parametrize("kind", KINDS)
def test_from_env_reads_the_access_token(kind: Any, sandbox: str, monkeypatch: Any) -> None:
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN", raising=False)
    with pytest.raises(ValueError, match="INTERCOM_ACCESS_TOKEN is not set: set it to"):
        kind.from_env()
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", "")
    with pytest.raises(ValueError, match="INTERCOM_ACCESS_TOKEN is empty: set it to"):
        kind.from_env()
    for token in ("Bearer opensesame", "opensesame\n", "opensesame\udc80"):
        monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", token)
        with pytest.raises(ValueError, match=r"^INTERCOM_ACCESS_TOKEN: invalid access_token: "):
            kind.from_env()
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    client = kind.from_env(base_url=sandbox, timeout=5)
    assert repr(client) == f"<data_connectors.{kind.__name__} of {sandbox}>"


def test_with_options_changes_only_the_given_options(scripted: Any) -> None:
    empty = http("200 OK", '{"data":[]}')
    server = scripted(empty)
    with dc.Client(TOKEN, base_url=server.url, api_version="2.16") as client:
        other = client.with_options(token="another-token-1", user_agent_suffix="mirror/2")
        client.list_page()
        other.list_page()
    first, second = (request.decode() for request in server.requests)
    assert f"Bearer {TOKEN}" in first and "mirror/2" not in first
    assert "Bearer another-token-1" in second and " mirror/2\r\n" in second
    assert "2.16" in first and "2.16" in second
    # The copy outlives the original.
    assert len(other.list_page()) == 0
    other.close()


def test_with_options_replaces_a_mutually_exclusive_option(monkeypatch: Any) -> None:
    client = dc.Client(TOKEN, region="eu")
    assert repr(client) == "<data_connectors.Client of region eu>"
    elsewhere = client.with_options(base_url="https://gateway.example")
    assert repr(elsewhere) == "<data_connectors.Client of https://gateway.example>"
    assert repr(elsewhere.with_options(region="au")) == "<data_connectors.Client of region au>"
    with pytest.raises(
        ValueError, match="region and base_url are mutually exclusive: pass one of them"
    ):
        client.with_options(region="eu", base_url="https://gateway.example")
    with pytest.raises(TypeError, match="unknown option 'tiemout': use allow_insecure_http, "):
        client.with_options(tiemout=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="invalid timeout 0: use "):
        client.with_options(timeout=0)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    with pytest.raises(TypeError, match="tiemout"):
        dc.Client.from_env(tiemout=3)  # type: ignore[call-arg]


def test_keyword_arguments_are_typed() -> None:
    assert set(inspect.signature(dc.Client).parameters) == set(KEYWORDS)
    assert set(KEYWORDS) == {"token", *Options.__annotations__}


def test_native_options_have_keyword_arguments() -> None:
    """An option of a newer library has none, but can be set by its name."""
    assert set(native_names().values()) <= set(native_options())
    for option in native_options().values():
        if option.default is not None:
            dc.Client(TOKEN, options={option.name: option.default}).close()


def test_options_by_name(silent: SilentServer) -> None:
    options: Any = {"timeout_ms": 300, "max_retries": "0", "system_roots": False}
    client = dc.Client(TOKEN, options={"base_url": silent.url, **options})
    assert repr(client) == f"<data_connectors.Client of {silent.url}>"
    with pytest.raises(dc.APITimeoutError, match="300 ms"):
        client.list_page()
    other = client.with_options(timeout=0.2, options={"user_agent_suffix": "a/1"})
    assert other._options.values == {
        "access_token": TOKEN,
        "base_url": silent.url,
        "max_retries": "0",
        "system_roots": "false",
        "timeout_ms": "200",
        "user_agent_suffix": "a/1",
    }
    assert repr(other.with_options(region="eu")) == "<data_connectors.Client of region eu>"
    assert "timeout_ms" not in other.with_options(timeout=None)._options.values
    assert client.with_options(options={"timeout_ms": 1})._options.values["timeout_ms"] == "1"
    # None selects the default, as NULL does in C.
    assert "timeout_ms" not in other.with_options(options={"timeout_ms": None})._options.values
    assert repr(dc.Client(TOKEN, options={"region": None})).endswith("of region us>")
    elsewhere = client.with_options(options={"region": "eu", "base_url": None})
    assert repr(elsewhere) == "<data_connectors.Client of region eu>"


@pytest.mark.parametrize("keyword", sorted(Options.__annotations__))
def test_none_selects_the_default(keyword: str) -> None:
    changes: Any = {keyword: None}
    default = dc.Client(TOKEN)._options
    assert dc.Client(TOKEN, **changes)._options == default
    changed = dc.Client(TOKEN, system_roots=True, wait_for_rate_limit=True, pickle_secrets=True)
    values = changed.with_options(**changes)._options
    assert values.values.get(keyword) is None
    assert values.pickle_secrets is (keyword != "pickle_secrets")


@pytest.mark.parametrize("value", [3.5, "a\0b", None, 1])
def test_unknown_option_name_is_not_repeated(value: Any) -> None:
    """If name and value were swapped, it is a secret."""
    for name in ("SECRETTOKEN", "SECRET\0", "SECRET\udc80"):
        with pytest.raises(
            ValueError, match=r"dc_config_option\(\) list|invalid option name"
        ) as raised:
            dc.Client(TOKEN, options={name: value})
        assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_repr_of_a_client_that_was_not_created(kind: Any) -> None:
    secret = "http://user:opensesame@a.example"
    for arguments in ({"timeout": "x"}, {"region": "mars"}, {"base_url": secret}):
        client = kind.__new__(kind)
        with pytest.raises((TypeError, ValueError)):
            client.__init__(TOKEN, **arguments)
        assert repr(client) == f"<data_connectors.{kind.__name__} (not created)>"


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"options": {"timeout_m": 5}}, ValueError, 'option "timeout_m": did you mean timeout_ms'),
        ({"options": {"region": "mars"}}, ValueError, 'invalid region "mars": use us, eu or au'),
        ({"options": {"max_retries": True}}, ValueError, 'invalid max_retries "true": use an int'),
        ({"options": {"max_retries": 1.5}}, TypeError, "must be a str, int or bool, not float"),
        ({"options": {7: "x"}}, TypeError, "option name must be a str, not int"),
        ({"options": "region=eu"}, TypeError, "options must be a dict, not str"),
        ({"options": {"access_token": "x"}}, ValueError, "pass the access token as token only"),
        (
            {"options": {"timeout": 5}},
            ValueError,
            "^unknown option 'timeout': use the keyword argument timeout=, in seconds$",
        ),
        ({"options": {"logger": 5}}, ValueError, "'logger': use the keyword argument logger=$"),
        ({"options": {"per_page": 5}}, ValueError, '"per_page": it is an argument of the funct'),
        (
            {"timeout": 5, "options": {"timeout_ms": 5}},
            ValueError,
            r"^timeout and options\['timeout_ms'\] are the same option: pass one of them$",
        ),
        (
            {"region": "eu", "options": {"base_url": "https://a.example"}},
            ValueError,
            "region and base_url are mutually exclusive: pass one of them",
        ),
        (
            {"options": {"ca_file": "a.pem", "system_roots": True}},
            ValueError,
            "ca_file and system_roots are mutually exclusive: pass one of them",
        ),
    ],
)
def test_rejects_invalid_options_by_name(options: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        dc.Client(TOKEN, **options)


def test_pickle_has_the_options_without_the_secrets(sandbox: str) -> None:
    client = dc.Client(TOKEN, base_url=sandbox, timeout=7)
    pickled = pickle.dumps(client)
    assert TOKEN.encode() not in pickled
    stripped = pickle.loads(pickled)
    assert repr(stripped) == repr(client)
    for call in (
        stripped.list_page,
        stripped.list,
        lambda: stripped.with_options(timeout=3).list(),
    ):
        with pytest.raises(ValueError, match=r"without its access_token: .*\(token=\.\.\.\)"):
            call()
    stripped.shutdown()
    stripped.close()
    restored = stripped.with_options(token=TOKEN)
    assert len(restored.list_page()) == 20
    assert restored._options == client._options

    proxied = dc.Client(TOKEN, proxy="http://user:opensesame@proxy.example")
    pickled = pickle.dumps(proxied)
    assert b"opensesame" not in pickled
    with pytest.raises(ValueError, match="without its proxy"):
        pickle.loads(pickled).with_options(token=TOKEN).list()
    plain = dc.Client(TOKEN, proxy="http://proxy.example")
    assert pickle.loads(pickle.dumps(plain))._options.values["proxy"] == "http://proxy.example"

    with_secrets = dc.Client(TOKEN, base_url=sandbox, pickle_secrets=True)
    assert len(pickle.loads(pickle.dumps(with_secrets)).list_page()) == 20


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copy_is_an_independent_client(sandbox: str, duplicate: Any) -> None:
    client = dc.Client(TOKEN, base_url=sandbox)
    other = duplicate(client)
    client.close()
    assert len(other.list_page()) == 20


def test_with_options_keeps_subclass_attributes(sandbox: str) -> None:
    class Named(dc.Client):
        name = "none"

    client = Named(TOKEN, base_url=sandbox)
    client.name = "mirror"
    assert client.with_options(timeout=3).name == "mirror" and copy.copy(client).name == "mirror"


@pytest.mark.parametrize("how", ["Client", "from_env", "with_options"])
@pytest.mark.parametrize("by_name", [False, True])
def test_traceback_with_local_variables_has_no_secrets(
    how: str, by_name: bool, monkeypatch: Any
) -> None:
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    create: Any = {
        "Client": functools.partial(dc.Client, token=TOKEN),
        "from_env": dc.Client.from_env,
        "with_options": functools.partial(dc.Client("another-token-1").with_options, token=TOKEN),
    }[how]
    proxy: Any = {"proxy": "http://user:opensesame@proxy.example"}
    with pytest.raises(ValueError, match='invalid region "mars"') as raised:
        create(region="mars", **{"options": proxy} if by_name else proxy)
    error = raised.value
    frames = error.__traceback__ and error.__traceback__.tb_next
    shown = traceback.TracebackException(type(error), error, frames, capture_locals=True)
    text = "".join(shown.format())
    assert "mars" in text and TOKEN not in text and "opensesame" not in text


def test_traceback_of_an_invalid_token_has_no_secrets(monkeypatch: Any) -> None:
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", "Bearer opensesame")
    with pytest.raises(ValueError, match="INTERCOM_ACCESS_TOKEN: ") as raised:
        dc.Client.from_env()
    error: BaseException | None = raised.value
    while error is not None:
        frames = error.__traceback__
        shown = traceback.TracebackException(type(error), error, frames, capture_locals=True)
        lines = [line for line in shown.format() if "monkeypatch" not in line]
        assert "opensesame" not in "".join(lines)
        error = error.__context__


@pytest.mark.parametrize("kind", KINDS)
def test_repr_has_no_secrets(kind: Any) -> None:
    proxy: Any = {"proxy": "http://user:opensesame@proxy.example"}
    for client in kind(TOKEN, no_proxy="a.example", **proxy), kind(TOKEN, options=proxy):
        shown = f"{client!r} {vars(client)!r} {client._options!r}"
        assert TOKEN not in shown and "opensesame" not in shown
        assert ("{'no_proxy': 'a.example'}" in shown) == ("no_proxy" in client._options.values)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"wait_for_rate_limit": 1}, TypeError, "wait_for_rate_limit must be True or False, not 1"),
        ({"system_roots": 0}, TypeError, "system_roots must be True or False"),
        ({"pickle_secrets": "yes"}, TypeError, "pickle_secrets must be True or False"),
        ({"logger": "name"}, TypeError, "logger must be a logging.Logger, not str"),
        ({"no_proxy": "a b"}, ValueError, "no_proxy|hosts"),
        ({"ca_file": "a.pem", "system_roots": True}, ValueError, "pass one of them"),
    ],
)
def test_rejects_invalid_flags_and_pairs(options: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        dc.Client(TOKEN, **options)


def test_options_reach_the_native_client(silent: SilentServer) -> None:
    """The request bypasses the proxy and times out after the given time."""
    proxied = dc.Client(TOKEN, proxy="http://127.0.0.1:1", no_proxy="127.0.0.1", connect_timeout=5)
    with (
        proxied.with_options(
            base_url=silent.url,
            timeout=0.3,
            max_retries=0,
            wait_for_rate_limit=True,
            allow_insecure_http=True,
        ) as client,
        pytest.raises(dc.APITimeoutError, match="timed out after 300 ms"),
    ):
        client.list_page()
    assert silent.reached.is_set()
    with dc.Client(TOKEN, system_roots=True, logger=logging.getLogger("mine")):
        pass


def test_cancel_token_cancels_calls_from_another_thread(silent: SilentServer, sandbox: str) -> None:
    with dc.Client(TOKEN, base_url=silent.url) as client:
        token = dc.CancelToken()
        assert (token.is_cancelled, repr(token)) == (False, "CancelToken(is_cancelled=False)")
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(dc.CallCancelledError, match="cancelled by its cancel token"):
            client.list_page(cancel_token=token)
        assert token.is_cancelled
        with pytest.raises(dc.CallCancelledError):
            next(iter(client.list(cancel_token=token)))
        with pytest.raises(TypeError, match="cancel_token must be a CancelToken, not int"):
            client.list_page(cancel_token=3)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="cancel_token must be a CancelToken, not int"):
            client.list(cancel_token=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="create another one"):
        pickle.dumps(token)
    with dc.Client(TOKEN, base_url=sandbox) as client:
        assert len(list(client.list(cancel_token=dc.CancelToken()))) == 137


def test_shutdown_cancels_every_call(silent: SilentServer) -> None:
    client = dc.Client(TOKEN, base_url=silent.url)
    pages = client.list().pages()
    errors: list[BaseException] = []

    def until_cancelled(call: Any) -> None:
        try:
            call()
        except dc.CallCancelledError as error:
            errors.append(error)

    threads = [
        threading.Thread(target=until_cancelled, args=(call,))
        for call in (client.list_page, client.list_page, pages.__next__)
    ]
    for thread in threads:
        thread.start()
    assert silent.reached.wait(10)
    client.shutdown()
    for thread in threads:
        thread.join(10)
    assert len(errors) == 3
    with pytest.raises(dc.CallCancelledError):
        client.list_page()
    client.close()
    client.shutdown()
