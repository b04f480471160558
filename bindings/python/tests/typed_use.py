"""Uses the whole public API; mypy and pyright check it strictly, and a test runs it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import data_connectors as dc


def use(base_url: str) -> int:
    with dc.Client(
        "t0ken",
        base_url=base_url,
        allow_insecure_http=False,
        api_version="Preview",
        timeout=5,
        connect_timeout=1.5,
        max_response_bytes=1 << 20,
        wait_for_rate_limit=False,
        proxy=None,
        no_proxy=None,
        ca_file=None,
        system_roots=None,
        client_certificate_file=None,
        client_key_file=None,
        options={"max_retries": 1, "wait_for_rate_limit": None, "user_agent_suffix": "typed/1"},
        logger=logging.getLogger("typed"),
        pickle_secrets=True,
    ) as client:
        other: dc.Client = client.with_options(timeout=2.5, token="another")
        other.shutdown()
        other.close()
        count = sum(rows(page) for page in client.list(per_page=50, prefetch=True).pages())
        for connector in client.list(starting_after=None, cancel_token=dc.CancelToken()):
            fields(connector)
            break
        pages: dc.PageIterator = client.list().pages()
        cursor: str | None = pages.cursor
        first: dc.Page = client.list_page(per_page=50, starting_after=cursor)
        two: list[dc.Connector] = first[0:2]
        if first[0] != two[0]:
            raise AssertionError(first)
        changes(client)
    return count


def changes(client: dc.Client) -> None:
    snapshot: dc.Snapshot = client.snapshot(
        None, overlap=0, max_passes=3, timeout=30, cancel_token=None
    )
    loaded: dc.Snapshot = dc.Snapshot.load(snapshot.json())
    state: dc.SnapshotState = loaded.state
    as_of: datetime | None = loaded.as_of
    reason: str | None = loaded.reason
    if state != "complete" or not loaded.is_complete or as_of is None or reason is not None:
        raise AssertionError(loaded)
    two: list[dc.Connector] = loaded[0:2]
    if loaded.by_id[two[0].id or ""] != loaded[0]:
        raise AssertionError(two)
    diff: dc.SnapshotDiff = client.snapshot(loaded).diff(snapshot)
    ids: list[str | None] = [connector.id for connector in [*diff.added, *(diff.removed or [])]]
    ids += [change.id for change in diff.changed if change.fields and change.old != change.new]
    watch: dc.Watch = client.watch(snapshot, interval=0.5, resync=60, cancel_token=dc.CancelToken())
    last: dc.Snapshot | None = watch.snapshot
    if diff or ids or last is not snapshot:
        raise AssertionError(diff)


def seen(event: dc.Event) -> str:
    kind: dc.EventKind = event.kind
    connector: dc.Connector | None = event.connector
    name = connector.name if connector is not None else event.reason
    return f"{event.as_of} {kind} {name} {event.old} {', '.join(event.fields)}"


def rows(page: dc.Page) -> int:
    raw: bytes = page.raw
    parsed: Any = page.json()
    next_cursor: str | None = page.next_cursor
    if page.has_next != (next_cursor is not None) or not raw or not parsed:
        raise AssertionError(page)
    limit: dc.RateLimit = page.rate_limit
    numbers: tuple[int | None, int | None, datetime | None] = (
        limit.limit,
        limit.remaining,
        limit.reset,
    )
    request: str | None = page.request_id
    if numbers[0] is None and request is None:
        raise AssertionError(page)
    return len(page)


def fields(connector: dc.Connector) -> dict[str, Any]:
    state: dc.State | str | None = connector.state
    method: dc.HttpMethod | str | None = connector.http_method
    when: datetime | None = connector.updated_at
    fin: bool | None = connector.direct_fin_usage
    if when is not None and when.tzinfo is None:
        raise AssertionError(when)
    if dataclasses.asdict(connector)["updated_at"] != when:
        raise AssertionError(connector)
    return {**connector.to_dict(), "seen": [state, method, fin, connector.id, connector.name]}


async def use_async(base_url: str) -> int:
    async with dc.AsyncClient("t0ken", base_url=base_url) as client:
        page: dc.Page = await client.list_page(per_page=50)
        pages = [page async for page in client.list(per_page=50, prefetch=True).pages()]
        connectors: list[dc.Connector] = [connector async for connector in client.list()]
        snapshot: dc.Snapshot = await client.snapshot(timeout=30)
        watch: dc.AsyncWatch = client.watch(snapshot, resync=60)
        if watch.snapshot is not snapshot or not seen(dc.Event("added", snapshot[0])):
            raise AssertionError(watch)
        same: dc.AsyncClient = client.with_options(region=None)
        await same.close()
    return len(connectors) + len(pages) - len(page)


def failures(base_url: str) -> str:
    os.environ["INTERCOM_ACCESS_TOKEN"] = "t0ken"
    client = dc.Client.from_env(base_url=base_url, ca_file=None, max_retries=0)
    try:
        client.list_page(starting_after="nonsense")
    except dc.RateLimitError as error:
        wait: float | None = error.retry_after
        return str(wait)
    except dc.APIStatusError as error:
        code: str | None = error.code
        status: int | None = error.status_code
        return f"{status} {code} {error.field} {error.request_id} {error.attempts}"
    except (dc.APITimeoutError, dc.APIConnectionError, dc.APIResponseError) as error:
        limit: dc.RateLimit = error.rate_limit
        return str(limit)
    return ""


def run(base_url: str) -> tuple[int, int, str]:
    return use(base_url), asyncio.run(use_async(base_url)), failures(base_url)


def paths() -> dc.Client:
    return dc.Client("t0ken", ca_file=Path("authorities.pem"))
