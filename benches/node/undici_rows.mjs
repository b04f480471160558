// undici, with one connection, and JSON.parse: id, name, state and updated_at of each row.
import { Client } from 'undici';
import { Measure, TOKEN } from './measure.mjs';

const measure = new Measure();
const { origin, pathname } = new URL(measure.baseUrl);
const client = new Client(origin);
const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/json', 'intercom-version': 'Preview' };
const first = `${pathname}/data_connectors?per_page=50`;
for (let path = first; path !== null;) {
  const { statusCode, body } = await client.request({ path, method: 'GET', headers });
  if (statusCode !== 200)
    throw new Error(`HTTP status ${statusCode}`);
  const page = JSON.parse(await body.text());
  for (const row of page.data)
    measure.row(row.id, row.name, row.state, row.updated_at);
  const next = page.pages.next;
  path = next && `${first}&starting_after=${encodeURIComponent(next.starting_after)}`;
}
measure.print();
await client.close();
