#!/usr/bin/env python3
"""Loads the connectors of a workspace into pandas, polars, DuckDB and SQLite.

The access token is read from INTERCOM_ACCESS_TOKEN; an argument is the base URL to use.
data_connectors itself needs none of these packages: pip install pandas polars duckdb.
"""

import json
import sqlite3
import sys

import data_connectors
import duckdb
import pandas
import polars


def load_into_pandas(client):
    # A column for each documented field; to_dict() also has others.
    return pandas.DataFrame(client.list(per_page=50))


def load_into_polars(client):
    rows = [connector.to_dict() for connector in client.list(per_page=50)]
    frame = polars.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(polars.col("updated_at").str.to_datetime(time_zone="UTC"))


def load_into_duckdb(client, path):
    # `data-connectors list --format ndjson` writes such a file, too.
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row.to_dict()) + "\n" for row in client.list(per_page=50))
    return duckdb.sql(f"SELECT * FROM read_ndjson_auto('{path}')")


def load_into_sqlite(client, database):
    """Insert the connectors; update those that the table already contains."""
    database.execute(
        "CREATE TABLE IF NOT EXISTS connectors (id TEXT PRIMARY KEY, name, state, row)"
    )
    with database:
        database.executemany(
            "INSERT INTO connectors VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET name = excluded.name, state = excluded.state, row = excluded.row",
            (
                (connector.id, connector.name, connector.state, json.dumps(connector.to_dict()))
                for connector in client.list(per_page=50)
            ),
        )


def main():
    base_url = sys.argv[1] if len(sys.argv) > 1 else None
    with data_connectors.Client.from_env(base_url=base_url) as client:
        print(load_into_pandas(client).groupby("state").size())
        print(load_into_polars(client).group_by("http_method").len().sort("http_method"))
        print(load_into_duckdb(client, "connectors.ndjson").aggregate("state, count(*)", "state"))
        database = sqlite3.connect("connectors.sqlite")
        # The second time updates every row.
        for _ in range(2):
            load_into_sqlite(client, database)
        print(database.execute("SELECT count(*) FROM connectors").fetchone())
        database.close()


if __name__ == "__main__":
    main()
