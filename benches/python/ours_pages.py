"""Our package, page by page: `list_page`, and id, name, state and updated_at of each row."""

from collections.abc import Iterator
from zlib import crc32

import data_connectors as dc
from measure import TOKEN, Measure


def list_pages(client: dc.Client) -> Iterator[dc.Page]:
    """Yield all pages."""
    cursor = None
    while True:
        page = client.list_page(per_page=50, starting_after=cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


measure = Measure()
total = count = 0
with dc.Client(TOKEN, base_url=measure.base_url) as client:
    for page in measure.pages(list_pages(client)):
        for row in page:
            count += 1
            total = crc32((row.id + row.name + row.state).encode(), total)
            total += row.updated_at is not None
    measure.print(total, count)
