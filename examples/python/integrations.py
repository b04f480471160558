#!/usr/bin/env python3
"""Loads the connectors of a workspace into pandas, polars and DuckDB.

The access token is read from INTERCOM_ACCESS_TOKEN; an argument is the base URL to use.
data_connectors itself needs none of these packages: pip install pandas polars duckdb.
"""

import json
import sys

import data_connectors
import duckdb
import pandas
import polars


def load_into_pandas(snapshot):
    # A column for each documented field; to_dict() also has others.
    return pandas.DataFrame(snapshot)


def load_into_polars(snapshot):
    rows = [connector.to_dict() for connector in snapshot]
    frame = polars.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(polars.col("updated_at").str.to_datetime(time_zone="UTC"))


def load_into_duckdb(snapshot, path):
    # `data-connectors list --format ndjson` writes such a file, too.
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(connector.to_dict()) + "\n" for connector in snapshot)
    return duckdb.sql(f"SELECT * FROM read_ndjson_auto('{path}')")


def main():
    base_url = sys.argv[1] if len(sys.argv) > 1 else None
    with data_connectors.Client.from_env(base_url=base_url) as client:
        # An iteration over client.list() can miss connectors that are updated meanwhile.
        snapshot = client.snapshot()
    if not snapshot.is_complete:
        sys.exit(f"the snapshot is incomplete: {snapshot.reason}")
    print(load_into_pandas(snapshot).groupby("state").size())
    print(load_into_polars(snapshot).group_by("http_method").len().sort("http_method"))
    print(load_into_duckdb(snapshot, "connectors.ndjson").aggregate("state, count(*)", "state"))
    print(f"{len(snapshot)} connectors as of {snapshot.as_of}")


if __name__ == "__main__":
    main()
