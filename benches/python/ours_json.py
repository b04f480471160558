"""Our package, page by page: `list_page` parses the rows with json.loads."""

from collections.abc import Iterator

import data_connectors as dc
from measure import TOKEN, Measure


def list_rows(client: dc.Client) -> Iterator[dc.Connector]:
    """Yield the rows of all pages."""
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
    for row in measure.rows(list_rows(client)):
        count += 1
        total += len(row.id) + len(row.name) + len(row.state) + (row.updated_at is not None)
    measure.print(total, count)
