"""Watching connectors."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from conftest import EARLY, LATE, TOKEN, Sandbox, draft_id, edit, http, sample_id

import data_connectors as dc
from data_connectors import _client, _watch


def start_watch(client: dc.Client, previous: dc.Snapshot | None = None, **options: Any) -> dc.Watch:
    return client.watch(previous, **{"interval": 5, "overlap": 0, **options})


class Clock:
    """A clock that advances by sleeping."""

    now = 1_000.0
    start = time.time()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.start + self.now - Clock.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        assert self.now < 10_000, "no event"


@pytest.fixture(autouse=True)
def clock(monkeypatch: Any) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_watch, "time", clock)
    monkeypatch.setattr(_client, "time", clock)
    return clock


def test_returns_updates_and_creations_in_their_order(changing: Any) -> None:
    client = changing("--connectors", "120")
    first = client.snapshot(overlap=0)
    edit(client, "PATCH", LATE, name="Renamed")
    created = edit(client, "POST", name="New", http_method="get", url="https://example.com")
    watch = start_watch(client, first)
    events = sorted([next(watch), next(watch)], key=lambda event: event.kind)
    assert [event.kind for event in events] == ["added", "changed"]
    assert [event.connector and event.connector.id for event in events] == [created, LATE]
    assert events[0].old is None and events[0].fields == ()
    assert events[1].connector is not None and events[1].connector.name == "Renamed"
    assert events[1].old == first.by_id[LATE] and "name" in events[1].fields
    assert watch.snapshot is not None and watch.snapshot.state == "refreshed"
    assert events[1].as_of == watch.snapshot.as_of and events[1].reason is None


def test_first_snapshot_has_no_events(changing: Any) -> None:
    changes = (f"5:update:{LATE}", f"6:update:{EARLY}")
    client = changing(
        "--connectors", "120", *(part for change in changes for part in ("--change-before", change))
    )
    watch = start_watch(client)
    assert watch.snapshot is None
    # A refresh is one request: the two changes are in two polls.
    for expected in (LATE, EARLY):
        event = next(watch)
        assert event.kind == "changed" and event.connector and event.connector.id == expected


def test_only_a_resync_returns_removals(changing: Any, clock: Clock) -> None:
    client = changing("--connectors", "120")
    first = client.snapshot(overlap=0)
    draft = draft_id(first)
    edit(client, "DELETE", draft)
    edit(client, "PATCH", LATE, name="Renamed")
    watch = start_watch(client, first, interval=10, resync=100)
    assert next(watch).kind == "changed"
    assert watch.snapshot is not None and draft in watch.snapshot.by_id
    event = next(watch)
    assert (event.kind, event.connector) == ("removed", first.by_id[draft])
    assert event.old is None and 1_090 <= clock.now <= 1_100
    assert watch.snapshot.is_complete and draft not in watch.snapshot.by_id


def test_list_of_one_page_shows_removals_at_each_poll(changing: Any) -> None:
    client = changing("--connectors", "40")
    first = client.snapshot()
    draft = draft_id(first)
    edit(client, "DELETE", draft)
    event = next(start_watch(client, first))
    assert (event.kind, event.connector) == ("removed", first.by_id[draft])


def test_resumed_watch_loses_no_event(changing: Any) -> None:
    client = changing("--connectors", "120")
    before = client.snapshot(overlap=0)
    for index in range(3):
        edit(client, "PATCH", sample_id(index), name="Renamed")

    def ids(watch: dc.Watch, count: int) -> list[str | None]:
        connectors = [event.connector for _, event in zip(range(count), watch)]
        return [connector.id for connector in connectors if connector]

    watch = start_watch(client, before)
    seen = ids(watch, 2)
    # The program ends here: the events of the poll are returned again.
    assert watch.snapshot is not None
    resumed = start_watch(client, dc.Snapshot.load(watch.snapshot.json()))
    again = ids(resumed, 3)
    assert again[:2] == seen and set(again) == {sample_id(index) for index in range(3)}
    # Now all were returned.
    assert resumed.snapshot is not None
    edit(client, "PATCH", LATE, name="Renamed")
    assert ids(start_watch(client, dc.Snapshot.load(resumed.snapshot.json())), 1) == [LATE]


def test_continues_after_the_service_was_unavailable() -> None:
    sandbox = Sandbox("--connectors", "40")
    client = dc.Client(TOKEN, base_url=sandbox.url, max_retries=0)
    before = client.snapshot()
    watch = start_watch(client, before)
    sandbox.stop()
    event = next(watch)
    assert event.kind == "incomplete" and event.reason and "could not connect" in event.reason
    assert event.connector is None and event.as_of is None and watch.snapshot is before
    sandbox = Sandbox("--connectors", "40", "--port", sandbox.url.rpartition(":")[2])
    edit(client, "PATCH", LATE, name="Renamed")
    event = next(event for event in watch if event.kind != "incomplete")
    assert event.kind == "changed" and event.connector and event.connector.id == LATE
    sandbox.stop()


def test_raises_errors_that_are_not_retryable(changing: Any) -> None:
    watch = start_watch(changing("--token", "another"))
    for _ in range(2):
        with pytest.raises(dc.AuthenticationError):
            next(watch)


class Polls:
    """Stands for the service: the results of the polls, and what was requested when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.results: list[dc.Snapshot | Exception] = []
        self.taken: list[tuple[float, str]] = []

    def take(self, _: Any, previous: dc.Snapshot | None, *__: Any) -> dc.Snapshot:
        self.taken.append((round(self._clock.now, 6), "full" if previous is None else "refresh"))
        self._clock.now += 1
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def snapshot(self, state: str, *names: str | None, as_of: float = 0) -> dc.Snapshot:
        """Return a snapshot of connectors, whose ids are their positions."""
        rows = [
            {"id": str(index), "name": name, "updated_at": f"2026-01-01T00:00:{index:02}Z"}
            for index, name in enumerate(names)
            if name
        ]
        member = {
            "version": 1,
            "state": state,
            "reason": "too many changes" if state == "incomplete" else None,
            "as_of_ms": int((self._clock.time() + as_of) * 1000),
            "base_url": "http://127.0.0.1:9",
        }
        return dc.Snapshot.load(
            json.dumps({"type": "list", "data": rows[::-1], "pages": {}, "snapshot": member})
        )


@pytest.fixture()
def polls(clock: Clock, monkeypatch: Any) -> Polls:
    polls = Polls(clock)
    monkeypatch.setattr(_watch, "take_snapshot", polls.take)
    return polls


@pytest.fixture()
def offline() -> dc.Client:
    return dc.Client(TOKEN, base_url="http://127.0.0.1:9")


def test_polls_at_each_interval_and_resyncs(offline: dc.Client, polls: Polls) -> None:
    polls.results = [
        polls.snapshot("complete", "a"),
        polls.snapshot("refreshed", "a"),
        polls.snapshot("refreshed", "b"),
        polls.snapshot("complete", "b"),
        polls.snapshot("refreshed", "c"),
    ]
    watch = offline.watch(interval=10, resync=25)
    assert [next(watch).kind for _ in range(2)] == ["changed", "changed"]
    assert polls.taken == [
        (1_000, "full"),
        (1_010, "refresh"),
        (1_020, "refresh"),
        (1_030, "full"),
        (1_040, "refresh"),
    ]


def test_incomplete_snapshot_changes_nothing(offline: dc.Client, polls: Polls) -> None:
    polls.results = [
        polls.snapshot("incomplete", "a"),
        polls.snapshot("complete", "a", "b", "c"),
        *[polls.snapshot("refreshed", "a", "b", "c")] * 2,
        polls.snapshot("incomplete", "z"),
        polls.snapshot("refreshed", "a", "b2", "c"),
        polls.snapshot("complete", "a", "b3"),
    ]
    watch = offline.watch(interval=10, resync=25)
    event = next(watch)
    assert (event.kind, event.reason) == ("incomplete", "too many changes")
    assert event.as_of is not None and watch.snapshot is None
    assert next(watch).kind == "incomplete"
    assert watch.snapshot is not None and len(watch.snapshot) == 3
    assert next(watch).kind == "changed"
    # Events of a poll: the snapshot follows the last one.
    base = watch.snapshot
    assert [next(watch).kind, watch.snapshot is base] == ["changed", True]
    assert [next(watch).kind, watch.snapshot is base] == ["removed", False]
    # After a resync that failed, a refresh, and then another resync.
    assert [kind for _, kind in polls.taken] == [
        *("full", "refresh", "refresh", "refresh", "full", "refresh", "full")
    ]


def test_older_snapshot_changes_nothing(offline: dc.Client, polls: Polls) -> None:
    base = polls.snapshot("complete", "a", "b")
    polls.results = [
        polls.snapshot("complete", "a0", as_of=-1),
        polls.snapshot("refreshed", "a", "b"),
        polls.snapshot("complete", "a"),
    ]
    watch = offline.watch(base, resync=0)
    event = next(watch)
    assert event.kind == "incomplete" and event.as_of is not None and watch.snapshot is base
    assert event.reason == "the list is older than the last one, by the service's clock"
    event = next(watch)
    assert (event.kind, event.connector) == ("removed", base.by_id["1"])
    assert [kind for _, kind in polls.taken] == ["full", "refresh", "full"]


def test_incomplete_first_snapshot_is_continued(scripted: Any, clock: Clock) -> None:
    def page(second: int, identifier: int, cursor: str | None) -> bytes:
        row = {"id": str(identifier), "updated_at": f"2026-01-20T15:00:{identifier}0Z"}
        body = {"data": [row], "pages": {"next": cursor and {"starting_after": cursor}}}
        return http("200 OK", json.dumps(body), f"Date: Tue, 20 Jan 2026 15:00:{second} GMT")

    server = scripted(
        # A pass, and a second one that fails, as a connector was created.
        *(page(25, 2, "a"), page(25, 1, None)),
        *(page(35, 3, "b"), http("403 Forbidden", "{}")),
        http("503 Busy", "{}"),
        # A pass down to a connector that did not change; the next page has all later changes.
        *(page(45, 4, "c"), page(45, 3, "d"), page(45, 2, "e")),
        page(45, 4, "f"),
        http("401 Unauthorized", "{}"),
    )
    client = dc.Client(TOKEN, base_url=server.url, max_retries=0)
    watch = start_watch(client)
    event = next(watch)
    assert event.kind == "incomplete" and event.reason and "403" in event.reason
    assert watch.snapshot is None
    event = next(watch)
    assert event.kind == "incomplete" and event.reason and "503" in event.reason
    with pytest.raises(dc.AuthenticationError):
        next(watch)
    assert watch.snapshot is not None and watch.snapshot.state == "refreshed"
    assert sorted(watch.snapshot.by_id) == ["1", "2", "3", "4"]


def test_events_of_a_poll_are_ordered_by_update(offline: dc.Client, polls: Polls) -> None:
    polls.results = [polls.snapshot("complete", "a", "x", "b")]
    watch = offline.watch(polls.snapshot("complete", "a0", None, "b0"), resync=0)
    events = [next(watch) for _ in range(3)]
    assert [event.connector and event.connector.name for event in events] == ["a", "x", "b"]
    assert [event.kind for event in events] == ["changed", "added", "changed"]


@pytest.mark.parametrize(
    ("state", "age", "first_resync"),
    [
        ("complete", 95, 1_010),
        ("complete", 101, 1_000),
        ("refreshed", 1, 1_000),
        # The clocks differ.
        ("complete", -5_000, 1_100),
    ],
)
def test_resumed_watch_resyncs_in_time(
    offline: dc.Client, polls: Polls, state: str, age: float, first_resync: int
) -> None:
    refreshes = (first_resync - 1_000) // 10
    polls.results += [polls.snapshot("refreshed", "a")] * refreshes
    polls.results += [polls.snapshot("complete")]
    watch = offline.watch(polls.snapshot(state, "a", as_of=-age), interval=10, resync=100)
    assert next(watch).kind == "removed"
    assert [kind for _, kind in polls.taken] == ["refresh"] * refreshes + ["full"]
    assert polls.taken[-1][0] == first_resync


def test_waits_as_long_as_the_service_specified(offline: dc.Client, polls: Polls) -> None:
    limited = dc.RateLimitError("slow down", status_name="DC_ERR_RATE_LIMITED", retry_after=42.0)
    polls.results = [limited, polls.snapshot("complete"), polls.snapshot("complete", "a")]
    watch = offline.watch(interval=10)
    assert (next(watch).reason, next(watch).kind) == ("slow down", "added")
    assert [time for time, _ in polls.taken] == [1_000, 1_043, 1_053]


@pytest.mark.parametrize("name", ["DC_ERR_TLS", "DC_ERR_CANCELLED", "DC_ERR_BAD_REQUEST"])
def test_error_is_no_reason_to_poll_early(offline: dc.Client, polls: Polls, name: str) -> None:
    polls.results = [
        dc.DataConnectorsError("failed", status_name=name),
        polls.snapshot("complete", "b"),
    ]
    base = polls.snapshot("complete", "a")
    watch = offline.watch(base)
    with pytest.raises(dc.DataConnectorsError, match="failed"):
        next(watch)
    assert watch.snapshot is base
    assert next(watch).kind == "changed"
    assert polls.taken == [(1_000, "refresh"), (1_030, "refresh")]


@pytest.mark.parametrize("how", ["cancel", "shutdown", "close"])
def test_wait_ends_when_it_is_cancelled(
    sandbox: str, clock: Clock, monkeypatch: Any, how: str
) -> None:
    client, token = dc.Client(TOKEN, base_url=sandbox), dc.CancelToken()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        assert not pauses
        pauses.append(seconds)
        {"cancel": token.cancel, "shutdown": client.shutdown, "close": client.close}[how]()

    monkeypatch.setattr(clock, "sleep", sleep)
    watch = client.watch(interval=3600, cancel_token=token)
    error, message = (
        (ValueError, "this client is closed")
        if how == "close"
        else (dc.CallCancelledError, "cancelled|shut down")
    )
    with pytest.raises(error, match=message):
        next(watch)
    assert pauses == [0.1] and watch.snapshot is not None and len(watch.snapshot) == 137


def test_watch_continues_after_an_interrupted_wait(
    offline: dc.Client, polls: Polls, clock: Clock, monkeypatch: Any
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    polls.results = [polls.snapshot("complete"), polls.snapshot("refreshed", "a")]
    watch = offline.watch(interval=10)
    with monkeypatch.context() as context:
        context.setattr(clock, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            next(watch)
    assert next(watch).kind == "added"
    assert polls.taken == [(1_000, "full"), (1_010, "refresh")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interval": 0}, "invalid interval 0: use 0.001 to 86400 seconds"),
        ({"resync": -1}, "invalid resync -1: use 0 to 31536000 seconds"),
        ({"overlap": 3601}, "invalid overlap 3601: use 0 to 3600 seconds"),
        ({"max_passes": 0}, "invalid max_passes 0: use 1 to 1000"),
        ({"timeout": 0}, "invalid timeout 0: use 0.001 to 86400 seconds"),
    ],
)
def test_rejects_invalid_arguments(offline: dc.Client, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        offline.watch(**arguments)


def test_rejects_unusable_arguments(offline: dc.Client, polls: Polls) -> None:
    with pytest.raises(ValueError, match=r"is incomplete \(too many changes\): pass one that is"):
        offline.watch(polls.snapshot("incomplete"))
    with pytest.raises(TypeError, match="previous must be a Snapshot, not str"):
        offline.watch("{}")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cancel_token must be a CancelToken, not int"):
        offline.watch(cancel_token=1)  # type: ignore[arg-type]
    offline.close()
    with pytest.raises(ValueError, match="this client is closed"):
        offline.watch()


def test_watches_cannot_be_copied(offline: dc.Client) -> None:
    with pytest.raises(TypeError, match="a watch can't be copied or pickled: store snapshot"):
        copy.copy(offline.watch())
