// Snapshots: waiting without blocking, closing, and the use of native calls.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createRequire } from 'node:module';
import test from 'node:test';
import { ClosedError, InvalidArgumentError, Snapshot } from 'data-connectors';
import { client, failed, hang, sandbox, server, sleep } from './tools.mjs';

const native = createRequire(import.meta.url)('../lib/native.js');
const url = await sandbox('--connectors', '137');

// Connectors on two pages, the first of which was changed just now: a snapshot waits until the overlap has passed.
const changed = () => server((request, response) => {
  const [id, next] = request.url.includes('c1') ? ['2', null] : ['1', { starting_after: 'c1' }];
  const updated_at = next ? new Date().toISOString() : '2026-01-01T00:00:00Z';
  response.end(JSON.stringify({ type: 'list', data: [{ id, updated_at }], pages: next && { next } }));
});

test('a signal cancels a snapshot that waits, and the event loop is free meanwhile', async () => {
  const origin = await changed();
  const controller = new AbortController();
  const { signal } = controller;
  const snapshot = failed(client(origin.url).snapshot({ signal }));
  await origin.received(2);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await sleep(500);
  clearInterval(timer);
  assert.ok(ticks > 10, `${ticks} ticks`); // 100 on an idle machine, none if the call blocked the loop
  const aborted = performance.now();
  controller.abort(new Error('enough'));
  assert.equal((await snapshot).error, signal.reason);
  assert.ok(performance.now() - aborted < 10_000); // it would wait for 60 s
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('shutdown cancels a snapshot, and close waits for it', async () => {
  const origin = await changed();
  const one = client(origin.url);
  const snapshot = failed(one.snapshot());
  await origin.received(2);
  await one.shutdown();
  assert.equal((await snapshot).error.code, 'DC_ERR_CANCELLED');
  const other = client(url);
  const call = other.snapshot();
  await other.close();
  assert.equal((await call).connectors.length, 137);
  assert.ok((await failed(other.snapshot())).error instanceof ClosedError);
});

test('the connectors of a snapshot are created once, by one native call', async (context) => {
  const snapshot = await client(url).snapshot();
  const calls = [];
  for (const name of Object.getOwnPropertyNames(native).filter((each) => native[each] instanceof Function)) {
    const call = native[name];
    context.mock.method(native, name, (...values) => (calls.push(name), call(...values)));
  }
  assert.equal(snapshot.connectors.filter((row) => row.updatedAtMs > 0 && row.name).length, 137);
  assert.equal(snapshot.connectors, snapshot.connectors);
  assert.ok(Object.isFrozen(snapshot.connectors) && Object.isFrozen(snapshot.connectors[0]));
  assert.deepEqual(calls, ['snapshotRows']);
});

test('a closed snapshot rejects its use, and keeps connectors that were used', async () => {
  const one = client(url);
  const [used, unused] = [await one.snapshot(), await one.snapshot()];
  const { connectors, json } = used;
  for (const snapshot of [used, used, unused])
    snapshot.close();
  assert.equal(used.connectors, connectors);
  assert.equal(used.state, 'complete');
  const open = Snapshot.load(json);
  for (const use of [() => used.json, () => unused.connectors, () => used.diff(open), () => open.diff(used)])
    assert.throws(use, (error) => error instanceof ClosedError && /the snapshot is closed/.test(error.message));
  assert.ok((await failed(one.snapshot({ previous: used }))).error instanceof ClosedError);
  assert.deepEqual(open.connectors, connectors);
});

test('the previous snapshot can be closed while it is used', async () => {
  const one = client(await sandbox('--connectors', '137', '--latency-ms', '200'));
  const previous = await one.snapshot();
  const call = one.snapshot({ previous });
  previous.close();
  assert.equal((await call).state, 'refreshed');
});

test('the previous snapshot can\'t be closed while the call is queued', async () => {
  const previous = await client(url).snapshot();
  const busy = client((await hang()).url);
  const calls = Array.from({ length: 16 }, () => failed(busy.listPage()));
  const call = failed(client(url).snapshot({ previous }));
  previous.close();
  busy.shutdown();
  await Promise.all(calls);
  assert.ok((await call).error instanceof ClosedError);
});

test('a snapshot outlives its client', async () => {
  const one = client(url);
  const snapshot = await one.snapshot();
  await one.close();
  assert.equal(JSON.parse(snapshot.json).data.length, snapshot.connectors.length);
  assert.deepEqual(snapshot.diff(snapshot), { added: [], changed: [], removed: [] });
});

test('a state that the package does not know is unknown', async (context) => {
  const { json } = await client(url).snapshot();
  const load = native.snapshotLoad;
  context.mock.method(native, 'snapshotLoad', (text) => ({ ...load(text), state: 3 }));
  const { state, isComplete } = Snapshot.load(json);
  assert.deepEqual({ state, isComplete }, { state: 'unknown', isComplete: false });
});

test('using closes a snapshot', { skip: !Symbol.dispose }, async () => {
  const snapshot = await client(url).snapshot();
  snapshot[Symbol.dispose]();
  assert.throws(() => snapshot.json, ClosedError);
});

test('invalid stored forms are rejected', async () => {
  for (const [json, message] of [[5, /json must be a string/], ['{}', /snapshot/], ['\0', /json must not contain NUL/]])
    assert.throws(() => Snapshot.load(json), (error) =>
      error instanceof InvalidArgumentError && message.test(error.message));
  assert.throws(() => Snapshot.load(`{"type":"list","data":[]}`).diff({}), InvalidArgumentError);
});
