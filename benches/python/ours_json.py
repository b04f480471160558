"""Ours, page by page: the rows of a page that was listed by itself, which json.loads reads."""

from collections.abc import Iterator

import data_connectors as dc
from measure import TOKEN, Measure


def walk(client: dc.Client) -> Iterator[dc.Connector]:
    """All rows."""
    cursor = None
    while True:
        page = client.list_page(per_page=50, starting_after=cursor)
        yield from page
        cursor = page.next_cursor
        if cursor is None:
            return


measure = Measure()
total = count = 0
with dc.Client(TOKEN, base_url=measure.base_url) as client:
    for row in measure.rows(walk(client)):
        count += 1
        total += len(row.id) + len(row.name) + len(row.state) + (row.updated_at is not None)
    measure.print(total, count)
