"""Clients: how they are made, changed, pickled, shut down, and what they say of themselves."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import threading
import traceback
from typing import Any

import pytest
from conftest import TOKEN, Silent, http

import data_connectors as dc
from data_connectors._options import _CONVERTERS, _FLAGS, Changes, Options

KINDS = [dc.Client, dc.AsyncClient]


@pytest.mark.parametrize("kind", KINDS)
def test_from_env_takes_the_token(kind: Any, sandbox: str, monkeypatch: Any) -> None:
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN", raising=False)
    with pytest.raises(ValueError, match="INTERCOM_ACCESS_TOKEN is not set: set it to"):
        kind.from_env()
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    client = kind.from_env(base_url=sandbox, timeout=5)
    assert repr(client) == f"<data_connectors.{kind.__name__} of {sandbox}>"


def test_with_options_changes_what_it_is_told(scripted: Any) -> None:
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
    # It is a client of its own.
    assert len(other.list_page()) == 0
    other.close()


def test_one_of_a_pair_takes_the_place_of_the_other(monkeypatch: Any) -> None:
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


def test_every_setting_is_known_everywhere() -> None:
    named = set(inspect.signature(dc.Client).parameters)
    assert named == set(Changes.__annotations__) | set(Options.__annotations__)
    assert named == {*_FLAGS, *_CONVERTERS, "logger", "pickle_secrets"}


def test_a_pickle_has_the_settings_and_not_the_secrets(sandbox: str) -> None:
    client = dc.Client(TOKEN, base_url=sandbox, timeout=7)
    pickled = pickle.dumps(client)
    assert TOKEN.encode() not in pickled
    bare = pickle.loads(pickled)
    assert repr(bare) == repr(client)
    for use in (bare.list_page, bare.list, lambda: bare.with_options(timeout=3).list()):
        with pytest.raises(ValueError, match=r"without its token: .*with_options\(token=\.\.\.\)"):
            use()
    bare.shutdown()
    bare.close()
    whole = bare.with_options(token=TOKEN)
    assert len(whole.list_page()) == 20
    assert whole._options == client._options

    behind = dc.Client(TOKEN, proxy="http://user:opensesame@proxy.example")
    pickled = pickle.dumps(behind)
    assert b"opensesame" not in pickled
    with pytest.raises(ValueError, match="without its proxy"):
        pickle.loads(pickled).with_options(token=TOKEN).list()
    plain = dc.Client(TOKEN, proxy="http://proxy.example")
    assert pickle.loads(pickle.dumps(plain))._options.values["proxy"] == "http://proxy.example"

    asked = dc.Client(TOKEN, base_url=sandbox, pickle_secrets=True)
    assert len(pickle.loads(pickle.dumps(asked)).list_page()) == 20


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_a_client_of_its_own(sandbox: str, copied: Any) -> None:
    client = dc.Client(TOKEN, base_url=sandbox)
    other = copied(client)
    client.close()
    assert len(other.list_page()) == 20


def test_a_subclass_keeps_what_it_has(sandbox: str) -> None:
    class Named(dc.Client):
        name = "none"

    client = Named(TOKEN, base_url=sandbox)
    client.name = "mirror"
    assert client.with_options(timeout=3).name == "mirror" and copy.copy(client).name == "mirror"


def test_a_traceback_with_local_variables_has_no_secrets() -> None:
    with pytest.raises(ValueError, match="no region") as raised:
        dc.Client(TOKEN, region="mars", proxy="http://user:opensesame@proxy.example")
    error = raised.value
    inside = error.__traceback__ and error.__traceback__.tb_next
    shown = traceback.TracebackException(type(error), error, inside, capture_locals=True)
    text = "".join(shown.format())
    assert "mars" in text and TOKEN not in text and "opensesame" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_are_in_no_repr(kind: Any) -> None:
    client = kind(TOKEN, proxy="http://user:opensesame@proxy.example")
    shown = f"{client!r} {vars(client)!r} {client._options!r}"
    assert TOKEN not in shown and "opensesame" not in shown


@pytest.mark.parametrize(
    ("settings", "kind", "says"),
    [
        ({"wait_for_rate_limit": 1}, TypeError, "wait_for_rate_limit must be True or False, not 1"),
        ({"system_roots": None}, TypeError, "system_roots must be True or False"),
        ({"pickle_secrets": "yes"}, TypeError, "pickle_secrets must be True or False"),
        ({"logger": "name"}, TypeError, "logger must be a logging.Logger, not str"),
        ({"no_proxy": "a b"}, ValueError, "no_proxy|hosts"),
        ({"ca_file": "a.pem", "system_roots": True}, ValueError, "pass one of them"),
    ],
)
def test_other_settings_are_refused(settings: Any, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says):
        dc.Client(TOKEN, **settings)


def test_settings_reach_the_native_client(silent: Silent) -> None:
    """Each in a way that shows: the proxy is passed by, and the wait is within the timeout."""
    behind = dc.Client(TOKEN, proxy="http://127.0.0.1:1", no_proxy="127.0.0.1", connect_timeout=5)
    with (
        behind.with_options(
            base_url=silent.url,
            timeout=0.3,
            max_retries=0,
            wait_for_rate_limit=True,
            allow_insecure_http=True,
        ) as client,
        pytest.raises(dc.APITimeoutError, match="timeout of 300 ms"),
    ):
        client.list_page()
    assert silent.reached.is_set()
    with dc.Client(TOKEN, system_roots=True, logger=logging.getLogger("mine")):
        pass


def test_a_cancel_token_ends_calls_from_another_thread(silent: Silent, sandbox: str) -> None:
    with dc.Client(TOKEN, base_url=silent.url) as client:
        token = dc.CancelToken()
        assert (token.is_cancelled, repr(token)) == (False, "CancelToken(is_cancelled=False)")
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(dc.CallCancelledError, match="ended by its cancel token"):
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


def test_shutdown_ends_every_call(silent: Silent) -> None:
    client = dc.Client(TOKEN, base_url=silent.url)
    walk = client.list().pages()
    endings: list[BaseException] = []

    def until_it_ends(call: Any) -> None:
        try:
            call()
        except dc.CallCancelledError as error:
            endings.append(error)

    threads = [
        threading.Thread(target=until_it_ends, args=(call,))
        for call in (client.list_page, client.list_page, walk.__next__)
    ]
    for thread in threads:
        thread.start()
    assert silent.reached.wait(10)
    client.shutdown()
    for thread in threads:
        thread.join(10)
    assert len(endings) == 3
    with pytest.raises(dc.CallCancelledError):
        client.list_page()
    client.close()
    client.shutdown()
