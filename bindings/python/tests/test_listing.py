from __future__ import annotations

import _thread
import copy
import dataclasses
import json
import pickle
import pprint
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import TOKEN, SilentServer, http

from data_connectors import AsyncClient, BadRequestError, Client, Connector
from data_connectors._connector import FIELDS, PackedColumns, ParsedColumns, parse_time


def test_lists_every_connector_once_newest_first(client: Client) -> None:
    connectors = list(client.list())
    assert len(connectors) == 137
    assert len({connector.id for connector in connectors}) == 137
    times = [connector.updated_at for connector in connectors]
    assert all(time is not None and time.tzinfo is not None for time in times)
    assert times == sorted(times, key=lambda time: time or datetime.max, reverse=True)


def test_page_has_the_json_the_rows_and_the_next_cursor(client: Client) -> None:
    page = client.list_page(per_page=50)
    assert len(page) == 50 and page and page.raw and page.next_cursor
    assert "_rows" not in vars(page), "no row was accessed yet"
    assert page.json() == json.loads(page.raw)
    assert page.json()["type"] == "list"
    assert [row["id"] for row in page.json()["data"]] == [connector.id for connector in page]
    assert [row.id for row in page[1:3]] == [row.id for row in list(page)[1:3]]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        copied = pickle.loads(pickle.dumps(page, protocol))
        assert (copied.raw, copied[0], copied.rate_limit) == (page.raw, page[0], page.rate_limit)
        assert pickle.loads(pickle.dumps(page[0], protocol)) == page[0]
    assert page[0] == next(iter(page)) and page[-1].id == page.json()["data"][-1]["id"]
    assert page.has_next and page.request_id is not None and len(page.request_id) == 36
    assert page.rate_limit.limit == 10_000
    assert page.rate_limit.remaining is not None and page.rate_limit.reset is not None
    assert abs((page.rate_limit.reset - datetime.now(timezone.utc)).total_seconds()) < 60

    second = client.list_page(per_page=50, starting_after=page.next_cursor)
    third = client.list_page(per_page=50, starting_after=second.next_cursor)
    assert (len(third), third.next_cursor, third.has_next) == (37, None, False)
    with pytest.raises(IndexError):
        third[37]


def test_page_without_rows_is_true(scripted: Any) -> None:
    server = scripted(http("200 OK", '{"data":[]}'))
    with Client(TOKEN, base_url=server.url) as client:
        page = client.list_page()
        assert (bool(page), len(page), list(page)) == (True, 0, [])


def test_parses_integers_of_any_length(scripted: Any) -> None:
    digits = "1" * 5000
    server = scripted(http("200 OK", f'{{"data":[{{"id":"1","n":{digits},"m":7}}]}}'))
    with Client(TOKEN, base_url=server.url) as client:
        (connector,) = client.list()
    row = connector.to_dict()
    assert str(row["n"]) == digits and row["m"] == 7


def test_iteration_is_lazy_and_can_be_resumed(client: Client) -> None:
    listing = client.list(per_page=10)
    pages = listing.pages()
    first, second = next(pages), next(pages)
    pages.close()
    assert first.next_cursor != second.next_cursor
    rest = list(client.list(per_page=50, starting_after=second.next_cursor))
    assert [*first, *second, *rest] == list(listing), "second iteration"


def test_iteration_continues_after_an_error(scripted: Any) -> None:
    def page(next_cursor: str, *ids: str) -> bytes:
        rows = ",".join(f'{{"id":"{id}"}}' for id in ids)
        body = f'{{"data":[{rows}],"pages":{{"next":{{"starting_after":"{next_cursor}"}}}}}}'
        return http("200 OK", body)

    error = http("400 Bad Request", "{}")
    server = scripted(error, page("a", "1", "2"), error, error, page("b", "3"), page("", "4"))
    with Client(TOKEN, base_url=server.url) as client:
        seen: list[str | None] = []
        failures = 0
        pages = client.list().pages()
        assert pages.cursor is None
        while True:
            try:
                seen += [connector.id for connector in next(pages)]
            except BadRequestError:
                failures += 1
                assert pages.cursor == (None if failures == 1 else "a")
            except StopIteration:
                break
        assert (seen, failures, pages.cursor) == (["1", "2", "3", "4"], 3, None)

    server = scripted(page("a", "1"), error, page("", "2"))
    with Client(TOKEN, base_url=server.url) as client:
        connectors = iter(client.list())
        assert next(connectors).id == "1"
        with pytest.raises(BadRequestError) as failure:
            next(connectors)
        assert failure.value.__context__ is None
        assert [connector.id for connector in connectors] == ["2"]


def test_fields_that_are_missing_null_or_of_another_type_are_none(scripted: Any) -> None:
    rows = '[{"id":7,"name":null,"state":"archived","new":[1]},null,{"created_at":"yesterday"}]'
    server = scripted(http("200 OK", f'{{"data":{rows}}}'))
    with Client(TOKEN, base_url=server.url) as client:
        first, second, third = client.list()
    assert (first.id, first.name, first.state, first.direct_fin_usage) == (
        None,
        None,
        "archived",
        None,
    )
    assert first.to_dict() == {"id": 7, "name": None, "state": "archived", "new": [1]}
    assert (second.to_dict(), third.created_at) == ({}, None)


def test_connector_has_every_field_with_its_type() -> None:
    row = {
        "type": "data_connector",
        "id": "12345",
        "name": "Bestellübersicht 📦",
        "description": None,
        "state": "live",
        "http_method": "get",
        "direct_fin_usage": False,
        "created_by_admin_id": "1",
        "updated_by_admin_id": "2",
        "created_at": "2025-11-15T09:30:00Z",
        "updated_at": "2026-01-20T14:22:15.5+01:00",
        "execution_results_url": "/data_connectors/12345/execution_results",
    }
    connector = Connector(row)
    assert connector.created_at == datetime(2025, 11, 15, 9, 30, tzinfo=timezone.utc)
    assert connector.updated_at == datetime.fromisoformat("2026-01-20T14:22:15.500+01:00")
    for name, value in row.items():
        if not name.endswith("_at") and name != "type":
            assert getattr(connector, name) == value
    assert repr([connector]) == "[Connector(id='12345', name='Bestellübersicht 📦', state='live')]"
    assert connector == Connector(dict(row)) and hash(connector) == hash(Connector(dict(row)))
    assert connector != Connector({**row, "new": 1}) and connector != row
    assert Connector({"direct_fin_usage": True}) != Connector({"direct_fin_usage": 1})


def test_connector_is_a_dataclass_of_its_properties(client: Client) -> None:
    names = [field.name for field in dataclasses.fields(Connector)]
    assert names == list(FIELDS)
    page = client.list_page()
    assert len(page) == 20 and page[0].created_at and page[0].created_at.tzinfo
    for connector in page:
        expected = {name: getattr(connector, name) for name in names}
        assert dataclasses.asdict(connector) == expected
        assert dataclasses.astuple(connector) == tuple(expected.values())
        assert pprint.pformat(connector) == repr(connector)
        assert not hasattr(connector, "__dict__")
        with pytest.raises(AttributeError):
            connector.name = "x"  # type: ignore[misc]
        with pytest.raises((TypeError, ValueError), match="init=False"):
            dataclasses.replace(connector, name="x")

    @dataclasses.dataclass(frozen=True)
    class Subclass(Connector):
        added: int = 1

    assert [field.name for field in dataclasses.fields(Subclass)] == [*names, "added"]


def test_list_is_described_without_a_request(silent: SilentServer) -> None:
    with Client(TOKEN, base_url=silent.url) as client:
        assert repr(client.list(per_page=5, starting_after="é'")) == (
            '<data_connectors.ConnectorList(per_page=5, starting_after="é\'"): '
            "iterate over it to request the pages>"
        )
        assert "(per_page=None, starting_after=None): " in repr(client.list())
        for iterator in (client.list(per_page=5).pages(), iter(client.list(per_page=5))):
            assert repr(iterator) == (
                f"<data_connectors.{type(iterator).__name__}(per_page=5, starting_after=None): "
                "iterate over it to request the pages>"
            )
    listing = AsyncClient(TOKEN, base_url=silent.url).list(starting_after="a")
    assert "AsyncConnectorList(" in repr(listing)
    assert "AsyncPageIterator(per_page=None, starting_after='a'): " in repr(listing.pages())
    assert not silent.reached.is_set()


def test_native_rows_equal_parsed_rows(scripted: Any) -> None:
    complete = {
        "type": "data_connector",
        "id": "1",
        "name": "name 🚚 é",
        "description": "Line one\nline two",
        "state": "live",
        "http_method": "get",
        "created_by_admin_id": "1",
        "updated_by_admin_id": "2",
        "created_at": "2025-11-15T09:30:00Z",
        "updated_at": "2026-01-20T14:22:15.5+01:00",
        "execution_results_url": "/x",
        "new": ["a"],
    }
    odd = [
        '{"direct_fin_usage":true}',
        "{}",
        "null",
        "[1]",
        '{"name":"a\\u001d\\u001e\\u001f\\u0000b","id":""}',
        '{"description":"a,\\"created_at_ms\\":[],\\"json_start\\":[","id":"],"}',
        '{"id":"\\ud83d"}',
        '{"direct_fin_usage":"1","name":true,"id":7}',
        '{"direct_fin_usage":false,"id":null}',
    ]
    rows = ",".join([json.dumps(complete), *odd])
    server = scripted(http("200 OK", f'{{"data":[{rows}]}}'))
    native = Client(TOKEN, base_url=server.url).list_page()
    parsed = pickle.loads(pickle.dumps(native))
    assert isinstance(native[0]._columns, PackedColumns), "the rows should be native"
    assert isinstance(parsed[0]._columns, ParsedColumns), "the rows should be parsed"
    names = [name for name, kind in vars(Connector).items() if isinstance(kind, property)]
    assert len(names) == 12
    for one, other in zip(parsed, native):
        for name in names:
            assert getattr(one, name) == getattr(other, name), name
        assert one == other and hash(one) == hash(other) and repr(one) == repr(other)
        assert pickle.loads(pickle.dumps(other)) == one
        other.to_dict().setdefault("new", []).append("b")
        assert one.to_dict() == other.to_dict()
    first = native[0]
    assert (first.created_by_admin_id, first.updated_by_admin_id) == ("1", "2")
    assert (first.execution_results_url, first.name) == ("/x", "name 🚚 é")
    assert [row.direct_fin_usage for row in native] == [None, True, *[None] * 7, False]
    assert (native[5].name, native[7].id) == ("a\x1d\x1e\x1f\0b", "\ufffd")
    assert len(native) == len(parsed) == 10 and parsed[0] != parsed[1]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["2025-11-15T09:30:00Z", "2026-01-20T14:22:15Z"],
        ["2025-11-15T09:30:00Z", None],
        ["2025-11-15T09:30:00Z", "2025-02-30T09:30:00Z"],
        ["2025-11-15T09:30:00Z", "2025-11-15T09:30:00.25+01:00"],
        ["2025-11-15t09:30:00z", "2025-11-15 09:30:00", "20251115T093000Z", "2025-W46-6"],
        ["2025-11-15T09:30:00Z\n2025-11-15T09:30:00Z", "2025-11-15T09:30:00Z", ""],
        ["2025-11-15T09:30:00Z2", "025-11-15T09:30:00Z"],
        ["\u0662025-11-15T09:30:00Z"],
    ],
)
def test_times_of_a_page_are_those_of_single_rows(texts: list[str | None], scripted: Any) -> None:
    rows = [{"created_at": text, "updated_at": text} for text in texts]
    server = scripted(http("200 OK", json.dumps({"data": rows})))
    with Client(TOKEN, base_url=server.url) as client:
        page = client.list_page()
    expected = [None if text is None else parse_time(text) for text in texts]
    assert [row.created_at for row in page] == [row.updated_at for row in page] == expected
    assert [Connector(row).created_at for row in rows] == expected
    assert all(time is None or time.tzinfo for time in expected)


def test_connector_copies_its_row() -> None:
    row = {"id": "1", "list": [1]}
    connector = Connector(row)
    row["id"], row["list"] = "2", []
    connector.to_dict()["list"].append(2)
    assert (connector.id, connector.to_dict()) == ("1", {"id": "1", "list": [1]})
    with pytest.raises(TypeError, match=r"must be a dict, .* not str"):
        Connector('{"id":"1"}')  # type: ignore[arg-type]


def test_iterators_cannot_be_copied(client: Client) -> None:
    pages = client.list().pages()
    for iterator in (pages, iter(client.list())):
        with pytest.raises(TypeError, match="create another one"):
            copy.deepcopy(iterator)
    with pytest.raises(TypeError, match="create another one"):
        copy.copy(pages)
    pages.close()
    with pytest.raises(ValueError, match="this iterator is closed"):
        next(pages)
    assert len(client.list_page()) == 20


@pytest.mark.parametrize("how", ["close", "with"])
def test_rejects_use_after_close(sandbox: str, how: str) -> None:
    client = Client(TOKEN, base_url=sandbox)
    pages = client.list(per_page=10).pages()
    next(pages)
    if how == "close":
        client.close()
        client.close()
    else:
        with client:
            pass
    with pytest.raises(ValueError, match="this client is closed"):
        client.list_page()
    with pytest.raises(ValueError, match="this client is closed"):
        next(pages)


def test_close_lets_the_current_call_finish() -> None:
    import socket

    listener = socket.create_server(("127.0.0.1", 0))
    client = Client(TOKEN, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    counts: list[int] = []
    call = threading.Thread(target=lambda: counts.append(len(client.list_page())))
    call.start()
    connection, _ = listener.accept()
    connection.recv(4096)
    client.close()
    connection.sendall(http("200 OK", '{"data":[{},{}]}'))
    call.join(10)
    connection.close()
    listener.close()
    assert counts == [2]


def test_ctrl_c_cancels_a_call(silent: SilentServer) -> None:
    # interrupt_main() simulates SIGINT, also on Windows.
    timer = threading.Timer(0.2, _thread.interrupt_main)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Client(TOKEN, base_url=silent.url) as client:
            timer.start()
            start = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                client.list_page()
            assert time.monotonic() - start < 5
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("what", ["pages", "connectors"])
def test_finished_iterator_stays_finished_after_close(sandbox: str, what: str) -> None:
    with Client(TOKEN, base_url=sandbox) as client:
        listing = client.list()
        iterator: Iterator[object] = listing.pages() if what == "pages" else iter(listing)
        assert list(iterator)
    assert next(iterator, "end") == "end"
