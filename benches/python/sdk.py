"""Intercom's SDK, which does not support connectors: it lists contacts.

This is the most similar list, with cursors and 50 rows per page. Four fields of each row are read.
"""

from intercom import Intercom
from measure import TOKEN, Measure

measure = Measure()
total = count = 0
client = Intercom(token=TOKEN, base_url=measure.base_url)
for row in measure.rows(client.contacts.list(per_page=50)):
    count += 1
    total += len(row.id) + len(row.name) + len(row.role) + (row.updated_at is not None)
measure.print(total, count)
