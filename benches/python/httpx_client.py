"""Lists pages with httpx and json."""

from collections.abc import Iterator
from typing import Any

import httpx
from measure import TOKEN


def open_client(base_url: str) -> httpx.Client:
    """Return a client, which reuses its connection."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "Preview"}
    return httpx.Client(base_url=base_url, headers=headers, timeout=60)


def list_pages(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield all pages."""
    params: dict[str, Any] = {"per_page": 50}
    while True:
        response = client.get("data_connectors", params=params)
        response.raise_for_status()
        page = response.json()
        yield page
        next_page = page["pages"]["next"]
        if next_page is None:
            return
        params["starting_after"] = next_page["starting_after"]
