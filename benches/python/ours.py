"""Our package: id, name, state and updated_at of each row, as in the README."""

from zlib import crc32

import data_connectors as dc
from measure import TOKEN, Measure

measure = Measure()
total = count = 0
with dc.Client(TOKEN, base_url=measure.base_url) as client:
    for row in measure.rows(client.list(per_page=50)):
        count += 1
        total = crc32((row.id + row.name + row.state).encode(), total)
        total += row.updated_at is not None
    measure.print(total, count)
