// The event loop: no call blocks it, nor libuv's threads.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { InvalidArgumentError, setMaxConcurrentCalls } from 'data-connectors';
import { client, failed, hang, list, sandbox, server } from './tools.mjs';

test('a timer of 5 ms keeps ticking during a call of 1 s', async () => {
  const one = client(await sandbox('--latency-ms', '1000'));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await one.listPage();
  clearInterval(timer);
  assert.ok(ticks > 100, `${ticks} ticks`);
});

test('64 calls at once leave fs and dns alone, and 16 of them run', async () => {
  const there = await hang();
  const one = client(there.url);
  const calls = Array.from({ length: 64 }, () => failed(one.listPage()));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const started = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => readFile(new URL(import.meta.url))));
  await lookup('localhost');
  assert.ok(performance.now() - started < 100);
  assert.equal(there.requests.length, 16);
  one.close();
  for (const { error } of await Promise.all(calls))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('calls beyond the limit run in the order they were asked for', async () => {
  const there = await server((_, response) => setTimeout(() => response.end(list([])), 10));
  const one = client(there.url);
  setMaxConcurrentCalls(1);
  await Promise.all(Array.from({ length: 20 }, (_, i) => one.listPage({ startingAfter: `c${i}` })));
  assert.deepEqual(there.requests.map((request) => request.url.split('=')[1]),
    Array.from({ length: 20 }, (_, i) => `c${i}`));
  const bad = await hang();
  const stuck = client(bad.url);
  const calls = Array.from({ length: 64 }, () => failed(stuck.listPage()));
  setMaxConcurrentCalls(32);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(bad.requests.length, 32);
  setMaxConcurrentCalls(16);
  stuck.close();
  await Promise.all(calls);
  for (const count of [0, 129, 1.5, '4'])
    assert.throws(() => setMaxConcurrentCalls(count), InvalidArgumentError);
});

const LINUX = process.platform === 'linux';

test('calls that queue hold no descriptors, and can be aborted', { skip: !LINUX }, async () => {
  const one = client((await hang()).url);
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const controller = new AbortController();
  const calls = Array.from({ length: 500 }, () => failed(one.listPage()));
  calls.push(failed(one.listPage({ signal: controller.signal })));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(open() < before + 100, `${before} descriptors, then ${open()}`);
  controller.abort();
  assert.equal((await calls.at(-1)).error, controller.signal.reason);
  one.close();
  for (const { error } of (await Promise.all(calls)).slice(0, -1))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('closing a client does not block, however many of its calls queue', async () => {
  const there = await hang();
  const busy = client(there.url);
  const running = Array.from({ length: 16 }, () => failed(busy.listPage()));
  const one = client(there.url);
  const queued = Array.from({ length: 30_000 }, () => failed(one.listPage()));
  const started = performance.now();
  one.close();
  const ms = performance.now() - started;
  assert.ok(ms < 500, `${ms} ms`);
  busy.close();
  for (const { error } of await Promise.all([...running, ...queued]))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('many short calls on one client', async () => {
  const one = client(await sandbox('--connectors', '50'));
  for (let round = 0; round < 20; round++) {
    const pages = await Promise.all(Array.from({ length: 100 }, () => one.listPage({ perPage: 50 })));
    assert.ok(pages.every((page) => page.connectors.length === 50));
  }
});
