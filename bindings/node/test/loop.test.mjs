// Calls block neither the event loop nor libuv's threads.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { InvalidArgumentError, setMaxConcurrentCalls } from 'data-connectors';
import { client, failed, hang, list, sandbox, server, sleep } from './tools.mjs';

test('a 5 ms timer keeps firing during a call of 1 s', async () => {
  const one = client(await sandbox('--latency-ms', '1000'));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await one.listPage();
  clearInterval(timer);
  assert.ok(ticks > 20, `${ticks} ticks`); // 200 on an idle machine, none if the call blocked the loop
});

test('16 of 64 calls run at once, and fs and dns are not delayed', async () => {
  const origin = await hang();
  const one = client(origin.url);
  const calls = Array.from({ length: 64 }, () => failed(one.listPage()));
  await origin.received(16);
  await sleep(100); // for calls above the limit
  const started = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => readFile(new URL(import.meta.url))));
  await lookup('localhost');
  // If the calls took libuv's threads, these would wait until the calls time out after 60 s.
  assert.ok(performance.now() - started < 20_000);
  assert.equal(origin.requests.length, 16);
  one.shutdown();
  for (const { error } of await Promise.all(calls))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('queued calls run in order, and the limit can be changed', async () => {
  const origin = await server((_, response) => setTimeout(() => response.end(list([])), 10));
  const one = client(origin.url);
  setMaxConcurrentCalls(1);
  await Promise.all(Array.from({ length: 20 }, (_, i) => one.listPage({ startingAfter: `c${i}` })));
  assert.deepEqual(origin.requests.map((request) => request.url.split('=')[1]),
    Array.from({ length: 20 }, (_, i) => `c${i}`));
  const stuck = await hang();
  const other = client(stuck.url);
  const calls = Array.from({ length: 200 }, () => failed(other.listPage()));
  for (const limit of [32, 128]) {
    setMaxConcurrentCalls(limit);
    await stuck.received(limit);
    await sleep(100); // for calls above the limit
    assert.equal(stuck.requests.length, limit);
  }
  setMaxConcurrentCalls(16);
  other.shutdown();
  await Promise.all(calls);
  for (const count of [0, 129, 1.5, '4'])
    assert.throws(() => setMaxConcurrentCalls(count), InvalidArgumentError);
});

const LINUX = process.platform === 'linux';

test('queued calls use no file descriptors', { skip: !LINUX }, async () => {
  const origin = await hang();
  const one = client(origin.url);
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const calls = Array.from({ length: 500 }, () => failed(one.listPage()));
  await origin.received(16);
  await sleep(100); // for calls above the limit
  assert.ok(open() < before + 100, `${before} descriptors, then ${open()}`);
  one.shutdown();
  await Promise.all(calls);
});

test('shutdown does not block with 30,000 calls in the queue', async () => {
  const origin = await hang();
  const busy = client(origin.url);
  const running = Array.from({ length: 16 }, () => failed(busy.listPage()));
  const one = client(origin.url);
  const created = performance.now();
  const queued = Array.from({ length: 30_000 }, () => failed(one.listPage()));
  const started = performance.now();
  one.shutdown();
  const ms = performance.now() - started;
  // The control, measured in the same run, takes time in proportion to the number of calls.
  assert.ok(ms < 2 * (started - created), `${ms} ms, ${started - created} ms to start the calls`);
  busy.shutdown();
  for (const { error } of await Promise.all([...running, ...queued]))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('runs many short calls', async () => {
  const one = client(await sandbox('--connectors', '50'));
  for (let round = 0; round < 20; round++) {
    const pages = await Promise.all(Array.from({ length: 100 }, () => one.listPage({ perPage: 50 })));
    assert.ok(pages.every((page) => page.connectors.length === 50));
  }
});
