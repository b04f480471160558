"""Snapshots: taking, refreshing, storing and comparing them."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import EARLY, LATE, TOKEN, SilentServer, http
from test_memory import resident_bytes

import data_connectors as dc
from data_connectors._library import FUNCTIONS, library


def test_snapshot_has_a_connector_that_pagination_misses(changing: Any) -> None:
    options = ("--connectors", "120", "--change-before", f"2:update:{EARLY}")
    listed = [connector.id for connector in changing(*options).list(per_page=50)]
    snapshot = changing(*options).snapshot(overlap=0)
    assert len(listed) == 120 - 1 and EARLY not in listed
    assert len(snapshot) == 120 and EARLY in snapshot.by_id
    assert snapshot.is_complete and snapshot.state == "complete" and snapshot.reason is None
    assert isinstance(snapshot.as_of, datetime)
    assert abs((datetime.now(timezone.utc) - snapshot.as_of).total_seconds()) < 60


def test_snapshot_is_a_sequence_of_connectors(client: dc.Client) -> None:
    snapshot = client.snapshot()
    assert list(snapshot) == list(client.list(per_page=50))
    assert snapshot[0].to_dict()["id"] == snapshot[0].id
    assert snapshot[-1:] == [snapshot.by_id[str(snapshot[-1].id)]]
    assert snapshot[3] in snapshot and list(snapshot.by_id.values()) == list(snapshot)
    assert repr(snapshot).startswith("Snapshot(len=137, state='complete', as_of=20")


def test_stored_snapshot_is_loaded(client: dc.Client) -> None:
    snapshot = client.snapshot()
    stored = snapshot.json()
    assert json.loads(stored)["snapshot"]["state"] == "complete"
    for loaded in (
        dc.Snapshot.load(stored),
        dc.Snapshot.load(stored.decode()),
        pickle.loads(pickle.dumps(snapshot)),
    ):
        assert list(loaded) == list(snapshot) and loaded.json() == stored
        assert (loaded.state, loaded.as_of) == (snapshot.state, snapshot.as_of)
        assert not snapshot.diff(loaded)


def test_diff_lists_changes(changing: Any) -> None:
    changes = (f"5:update:{LATE}", "5:create", f"9:delete:{EARLY}")
    client = changing(
        "--connectors", "120", *(part for change in changes for part in ("--change-before", change))
    )
    first, second, third = (client.snapshot(overlap=0) for _ in range(3))
    diff = second.diff(first)
    old, new = first.by_id[LATE], second.by_id[LATE]
    fields = diff.changed[0].fields
    assert diff.changed == [dc.ConnectorChange(LATE, fields, old, new)]
    assert isinstance(fields, tuple) and "updated_at" in fields
    assert [connector.id for connector in diff.added] == [second[0].id] and diff.removed == []
    diff = third.diff(second)
    assert not diff.added and not diff.changed
    assert diff.removed == [second.by_id[EARLY]] and diff


def test_refresh_reports_no_removals(changing: Any) -> None:
    client = changing("--connectors", "120", "--change-before", f"5:delete:{EARLY}")
    first = client.snapshot()
    second = client.snapshot(first)
    assert (second.state, second.is_complete, len(second)) == ("refreshed", False, 120)
    assert second.diff(first).removed is None and not second.diff(first)
    assert client.snapshot().diff(second).removed == [first.by_id[EARLY]]


def test_calls_no_native_function_per_row(changing: Any, monkeypatch: Any) -> None:
    client = changing("--connectors", "2000")
    calls: list[str] = []

    def counted(name: str, function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(name)
            return function(*arguments)

        return call

    for name in FUNCTIONS:
        monkeypatch.setattr(library(), name, counted(name, getattr(library(), name)))
    snapshot = client.snapshot()
    loaded = dc.Snapshot.load(snapshot.json())
    rows = [(row.name, row.updated_at, row.to_dict()) for row in loaded]
    assert not snapshot.diff(loaded) and len(snapshot.by_id) == len(rows) == 2000
    assert "dc_page_packed_rows" in calls and len(calls) < 50


def test_rows_are_decoded_on_first_use(client: dc.Client, monkeypatch: Any) -> None:
    decoded: list[object] = []

    def decode(*columns: object) -> list[dc.Connector]:
        decoded.append(columns)
        return [dc.Connector({"id": "1"})]

    monkeypatch.setattr(dc.Connector, "_from_columns", decode)
    snapshot = client.snapshot()
    snapshot.json()
    assert len(snapshot) == 137 and not snapshot.diff(snapshot) and not decoded
    assert snapshot[0] is snapshot.by_id["1"] and len(decoded) == 1


def test_threads_share_a_snapshot(client: dc.Client) -> None:
    snapshot, older = client.snapshot(), client.snapshot()
    expected = list(client.list())
    outcomes = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait(30)
        outcomes.append(
            list(snapshot) == expected
            and not snapshot.diff(older)
            and snapshot.by_id[str(expected[7].id)] == expected[7]
            and dc.Snapshot.load(snapshot.json()).as_of == snapshot.as_of
            and client.snapshot(snapshot).state == "refreshed"
        )

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes == [True] * 8


def test_snapshots_are_freed(client: dc.Client) -> None:
    def take(count: int) -> int:
        for _ in range(count):
            snapshot = client.snapshot()
            refreshed = client.snapshot(snapshot)
            assert len(list(refreshed)) == 137
            assert len(refreshed.diff(dc.Snapshot.load(empty)).added) == 137
        return resident_bytes()

    empty = json.dumps({**json.loads(client.snapshot().json()), "data": []})
    early = take(30)
    # The two snapshots and the difference of a turn have 180 KiB of JSON.
    assert take(200) - early < 5_000_000


def test_snapshot_outlives_its_client(sandbox: str) -> None:
    client = dc.Client(TOKEN, base_url=sandbox)
    snapshot = client.snapshot()
    client.close()
    assert len(list(snapshot)) == 137 and not snapshot.diff(dc.Snapshot.load(snapshot.json()))
    with pytest.raises(ValueError, match="this client is closed"):
        client.snapshot()


def test_reports_why_a_snapshot_is_incomplete(scripted: Any) -> None:
    body = '{"data":[{"id":"1","updated_at":"2026-01-20T15:00:00Z"}],"pages":{"next":%s}}'
    first = http("200 OK", body % '{"starting_after":"a"}', "Date: Tue, 20 Jan 2026 15:00:00 GMT")
    server = scripted(first, http("503 Busy", ""))
    client = dc.Client(TOKEN, base_url=server.url, max_retries=0)
    snapshot = client.snapshot(timeout=0.4)
    assert (snapshot.state, snapshot.is_complete, len(snapshot)) == ("incomplete", False, 1)
    assert snapshot.reason is not None and snapshot.reason.startswith("a request failed: ")
    assert dc.Snapshot.load(snapshot.json()).reason == snapshot.reason
    with pytest.raises(dc.InternalServerError):
        client.snapshot()


@pytest.mark.parametrize("as_of_ms", [253_402_300_800_000, 2**63 - 1, 2**63, -1, 0.5, "0"])
def test_rejects_a_stored_time_that_is_out_of_range(client: dc.Client, as_of_ms: Any) -> None:
    stored = json.loads(client.snapshot().json())
    stored["snapshot"]["as_of_ms"] = 253_402_300_799_999
    latest = dc.Snapshot.load(json.dumps(stored)).as_of
    assert latest == datetime(9999, 12, 31, 23, 59, 59, 999_000, timezone.utc)
    stored["snapshot"]["as_of_ms"] = as_of_ms
    with pytest.raises(ValueError, match=r"^stored snapshot is invalid: .*as_of_ms"):
        dc.Snapshot.load(json.dumps(stored))


def test_state_that_a_later_library_adds_is_unknown(client: dc.Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(library(), "dc_snapshot_state", lambda _: 3)
    snapshot = client.snapshot()
    assert (snapshot.state, snapshot.is_complete, snapshot.reason) == ("unknown", False, None)
    problem = "the native library is newer than this package: update the package"
    with pytest.raises(ValueError, match=rf"is unknown \({problem}\): pass one that is complete"):
        client.watch(snapshot)
    event = next(client.watch())
    assert (event.kind, event.reason) == ("incomplete", problem)


def test_rejects_invalid_snapshots(client: dc.Client, scripted: Any) -> None:
    page = client.list_page().raw
    for stored in ("", "{}", page, b"\xff", "\ud800"):
        with pytest.raises(ValueError, match=r"^stored snapshot is invalid: "):
            dc.Snapshot.load(stored)
    with pytest.raises(TypeError, match="stored must be a str or bytes, not dict"):
        dc.Snapshot.load({})  # type: ignore[arg-type]
    other = dc.Client(TOKEN, base_url=scripted(http("200 OK", '{"data":[]}')).url).snapshot()
    with pytest.raises(ValueError, match="previous snapshot is from another base URL"):
        client.snapshot(other)
    with pytest.raises(ValueError, match="snapshots are from different base URLs"):
        client.snapshot().diff(other)
    with pytest.raises(TypeError, match="older must be a Snapshot, not NoneType"):
        other.diff(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"overlap": -0.001}, "invalid overlap -0.001: use 0 to 3600 seconds"),
        ({"overlap": float("nan")}, "invalid overlap nan: use 0 to 3600 seconds"),
        ({"timeout": 86_401}, "invalid timeout 86401: use 0.001 to 86400 seconds"),
        ({"max_passes": -1}, "invalid max_passes -1: use 1 to 1000"),
        ({"max_passes": 2**32 + 1}, "invalid max_passes 4294967297: use 1 to 1000"),
    ],
)
def test_rejects_invalid_arguments(client: dc.Client, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        client.snapshot(**arguments)


def test_overlap_is_rounded_up_to_milliseconds(scripted: Any) -> None:
    client = dc.Client(TOKEN, base_url=scripted(http("200 OK", '{"data":[]}')).url)
    for overlap, expected in (0, 0), (0.0004, 1), (0.07, 70), (1, 1_000), (1.0001, 1_001):
        stored = json.loads(client.snapshot(overlap=overlap).json())
        assert stored["snapshot"]["overlap_ms"] == expected


def test_cancel_token_cancels_a_snapshot(silent: SilentServer) -> None:
    token = dc.CancelToken()

    def cancel() -> None:
        assert silent.reached.wait(10)
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(dc.CallCancelledError):
        dc.Client(TOKEN, base_url=silent.url).snapshot(cancel_token=token)
    thread.join()


def test_async_client_takes_snapshots(sandbox: str, client: dc.Client) -> None:
    async def work() -> None:
        async with dc.AsyncClient(TOKEN, base_url=sandbox) as other:
            snapshot = await other.snapshot()
            refreshed = await other.snapshot(snapshot, overlap=1, max_passes=2, timeout=10)
            assert list(refreshed) == list(snapshot) == list(client.snapshot())
            assert refreshed.state == "refreshed"

    asyncio.run(work())
