"""httpx and json: id, name, state and updated_at of every row; updated_at stays a text."""

from collections.abc import Iterator
from typing import Any

import httpx
from measure import TOKEN, Measure


def walk(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """All rows, page by page."""
    params: dict[str, Any] = {"per_page": 50}
    while True:
        response = client.get("data_connectors", params=params)
        response.raise_for_status()
        page = response.json()
        yield from page["data"]
        following = page["pages"]["next"]
        if following is None:
            return
        params["starting_after"] = following["starting_after"]


measure = Measure()
total = count = 0
headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "Preview"}
with httpx.Client(base_url=measure.base_url, headers=headers, timeout=60) as client:
    for row in measure.rows(walk(client)):
        count += 1
        total += len(row["id"]) + len(row["name"]) + len(row["state"])
        total += row["updated_at"] is not None
    measure.print(total, count)
