// Our package: id, name, state and updated_at of each row, as in its README.
import { Client } from 'data-connectors';
import { Measure, TOKEN } from './measure.mjs';

const measure = new Measure();
const client = new Client({ token: TOKEN, baseUrl: measure.baseUrl });
for await (const row of client.list({ perPage: 50 }))
  measure.row(row.id, row.name, row.state, row.updatedAt);
measure.print();
await client.close();
