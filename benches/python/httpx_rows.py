"""httpx and json: id, name, state and updated_at of each row; updated_at stays a string."""

from collections.abc import Iterator
from typing import Any

import httpx
from measure import TOKEN, Measure


def list_rows(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield the rows of all pages."""
    params: dict[str, Any] = {"per_page": 50}
    while True:
        response = client.get("data_connectors", params=params)
        response.raise_for_status()
        page = response.json()
        yield from page["data"]
        next_page = page["pages"]["next"]
        if next_page is None:
            return
        params["starting_after"] = next_page["starting_after"]


measure = Measure()
total = count = 0
headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "Preview"}
with httpx.Client(base_url=measure.base_url, headers=headers, timeout=60) as client:
    for row in measure.rows(list_rows(client)):
        count += 1
        total += len(row["id"]) + len(row["name"]) + len(row["state"])
        total += row["updated_at"] is not None
    measure.print(total, count)
