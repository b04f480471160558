"""Connectors in the data frames of other packages."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pandas  # type: ignore[import-untyped]
import polars

from data_connectors import Client, Connector
from data_connectors._connector import FIELDS

TIMES = ["created_at", "updated_at"]


def is_missing(value: Any) -> bool:
    return value is None or value != value


def test_pandas_has_a_column_for_each_field(client: Client) -> None:
    connectors = list(client.list(per_page=50))
    for source in (client.list(), connectors, iter(client.list())):
        frame = pandas.DataFrame(source)
        assert (list(frame.columns), len(frame)) == (list(FIELDS), 137)
        assert frame.direct_fin_usage.dtype == bool
        for name in TIMES:
            assert (
                str(frame[name].dtype).startswith("datetime64[") and str(frame[name].dt.tz) == "UTC"
            )
        for name in FIELDS:
            for found, connector in zip(frame[name], connectors):
                value = getattr(connector, name)
                assert found == value or (value is None and is_missing(found))
    assert len(pandas.DataFrame(client.list_page(per_page=7))) == 7
    states = pandas.DataFrame(client.list()).groupby("state").size()
    assert states["live"] + states["draft"] == 137


def test_pandas_accepts_absent_fields_and_no_rows() -> None:
    frame = pandas.DataFrame([Connector({"id": "1", "new": 1}), Connector({"name": "a"})])
    assert list(frame.columns) == list(FIELDS)
    assert (frame.id[0], frame.name[1]) == ("1", "a")
    assert is_missing(frame.id[1]) and is_missing(frame.created_at[0])
    no_rows: list[Connector] = []
    assert list(pandas.DataFrame(no_rows, columns=list(FIELDS)).columns) == list(FIELDS)


def test_polars_has_a_column_for_each_field(client: Client) -> None:
    frame = polars.DataFrame(client.list())
    assert (frame.columns, len(frame)) == (list(FIELDS), 137)
    first = next(iter(client.list()))
    assert frame.row(0, named=True)["name"] == first.name
    # polars stores times of a dataclass in UTC, without the time zone.
    moment: datetime = frame.row(0, named=True)["updated_at"]
    assert moment.replace(tzinfo=timezone.utc) == first.updated_at
