"""Snapshots: taking, refreshing, storing and comparing them."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timezone
from typing import Any

import data_connectors as dc


def sample_id(index: int) -> str:
    """Return the id of a sample connector; those of lower indices were updated later."""
    return str(10_000 + (index * 40_503 + 2_345) % (1 << 17))


LATE, EARLY = sample_id(7), sample_id(110)


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
    assert [change.id for change in diff.changed] == [LATE] and "updated_at" in diff.changed[
        0
    ].fields
    assert diff.changed[0].old == first.by_id[LATE] and diff.changed[0].new == second.by_id[LATE]
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
